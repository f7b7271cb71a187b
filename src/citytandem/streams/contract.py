"""What other modules, the API and the command line get from the two streams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from citytandem.accounts.contract import Actor
from citytandem.core.events import Event


@dataclass(frozen=True, slots=True)
class RecordSubmitted(Event):
    """A problem or solution was written for the first time."""

    kind: str
    object_id: UUID


@dataclass(frozen=True, slots=True)
class RecordCard:
    """What a list shows of a record, in the reader's language. `basis` tells where it comes from; empty: from people here."""

    kind: str
    code: str
    title: str
    language: str
    is_machine: bool
    state: str
    state_label: str
    themes: Sequence[str]
    city: UUID | None
    basis: str

    @property
    def path(self) -> str:
        """Address of the record's page."""
        return f"/{self.kind}s/{self.code}"


@dataclass(frozen=True, slots=True)
class Belongings:
    """The newest records of somebody, and how many there are in all."""

    cards: Sequence[RecordCard]
    total: int


@dataclass(frozen=True, slots=True)
class MatchHit:
    """One hit in the reader's words. `score` in [0, 1]; `reasons` and `differs` are sentences.

    `language` is that of the original, `shown_language` that of title and excerpt. `is_machine`: a machine translated
    them, and a page must say so. `told`: the reasons as codes, for wording them in another language.
    """

    kind: str
    id: UUID
    code: str
    title: str
    excerpt: str
    shown_language: str
    language: str
    city: str
    city_slug: str
    country: str
    score: float
    reasons: Sequence[str]
    differs: Sequence[str]
    themes: Sequence[str]
    stage: str
    solution_kind: str
    used_in: Sequence[str]
    terms: dict[str, float]
    is_machine: bool = False
    told: Sequence[Any] = ()

    @property
    def path(self) -> str:
        """Address of the record's page."""
        return f"/{self.kind}s/{self.code}"

    def as_json(self) -> dict[str, Any]:
        """For the command line and the API."""
        return {
            "id": str(self.id),
            "title": self.title,
            "city": self.city,
            "language": self.language,
            "shown_language": self.shown_language,
            "score": round(self.score, 3),
            "reasons": list(self.reasons),
            "differs": list(self.differs),
            "kind": self.kind,
            "country": self.country,
            "excerpt": self.excerpt,
            "is_machine": self.is_machine,
            "themes": list(self.themes),
            "path": self.path,
        }


@dataclass(frozen=True, slots=True)
class CityHit:
    """A city worth asking."""

    id: UUID
    slug: str
    name: str
    country: str
    score: float
    reasons: Sequence[str]
    differs: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """For the command line and the API."""
        return {
            "id": str(self.id),
            "title": self.name,
            "city": self.name,
            "country": self.country,
            "score": round(self.score, 3),
            "reasons": list(self.reasons),
            "differs": list(self.differs),
            "path": f"/cities/{self.slug}",
        }


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for a text or a record. `fits` is False where nothing is good enough to be called an answer."""

    query: str
    language: str
    kind: str
    solutions: Sequence[MatchHit]
    problems: Sequence[MatchHit]
    cities: Sequence[CityHit]
    fits: bool
    themes: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """For the command line and the API."""
        return {
            "query": self.query,
            "language": self.language,
            "solutions": [hit.as_json() for hit in self.solutions],
            "problems": [hit.as_json() for hit in self.problems],
            "cities": [hit.as_json() for hit in self.cities],
            "fits": self.fits,
            "themes": list(self.themes),
        }


def records_of_city(actor: Actor, *, city: UUID, language: str, most: int = 8) -> dict[str, Belongings]:
    """The newest problems and solutions of a city that the actor may read: `{"problem": …, "solution": …}`."""
    from citytandem.streams.listing import belongings_of

    return belongings_of(actor, city=city, language=language, most=most)


def records_of_partnership(actor: Actor, *, slug: str, language: str, most: int = 12) -> dict[str, Belongings]:
    """The newest problems and solutions that a partnership brought about and that the actor may read."""
    from citytandem.streams.listing import belongings_of_partnership

    return belongings_of_partnership(actor, slug=slug, language=language, most=most)


def record_counts_by_city(actor: Actor) -> dict[UUID, dict[str, int]]:
    """Numbers of problems and solutions per city, `{"problem": …, "solution": …}`."""
    from citytandem.streams.selectors import cities_with_records

    return cities_with_records(actor)


def themes_by_city(actor: Actor, cities: Sequence[UUID]) -> dict[UUID, Counter[str]]:
    """How often each theme occurs in the public records of some cities."""
    from citytandem.streams.listing import themes_of_cities

    return themes_of_cities(actor, cities)
