"""What other modules, the API and the command line get from the two streams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
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
class FromNode:
    """The partner node that something comes from: what we call it, and the page there (empty where it has none)."""

    name: str
    page: str = ""


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
    from_node: FromNode | None = None

    @property
    def path(self) -> str:
        """Address of the record's page."""
        return f"/{self.kind}s/{self.code}"


@dataclass(frozen=True, slots=True)
class ProblemTold:
    """A problem as a challenge is made from it, in the reader's language. `author`: None for visitors and after erasure."""

    id: UUID
    card: RecordCard
    text: str
    author: UUID | None
    department: UUID | None


@dataclass(frozen=True, slots=True)
class SoftwareTold:
    """What its publiccode.yml says of a piece of software. `warnings`: what may be out of date, by name."""

    version: str
    languages: Sequence[str]
    countries: Sequence[str]
    countries_left_out: Sequence[str]
    used_by: Sequence[str]
    status: str
    released_on: date | None
    contract_until: date | None
    warnings: Sequence[str]


@dataclass(frozen=True, slots=True)
class SolutionTold:
    """A solution as somebody who may take it over reads it. `conditions`: text by name of the frame condition.

    `stage`: how far it is in use. `cost`: euros from and to, where the source knows.
    """

    id: UUID
    card: RecordCard
    text: str
    conditions: Mapping[str, str]
    standards: Sequence[str]
    licence: str
    url: str
    reuse_notes: str
    is_public: bool
    stage: str = ""
    cost: tuple[Decimal | None, Decimal | None] = (None, None)
    software: SoftwareTold | None = None


@dataclass(frozen=True, slots=True)
class SolutionDraft:
    """A solution with evidence, as a pilot leaves it. `conditions`: frame conditions by name, each a text by language.

    Texts are in `language`; costs in euros, empty where they are not known in euros.
    """

    language: str
    title: str
    text: str
    kind: str = "service"
    themes: Sequence[str] = ()
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    cost_low: Decimal | None = None
    cost_high: Decimal | None = None
    cost_note: str = ""
    provider: str = ""
    reuse_notes: str = ""
    source_title: str = ""
    source_url: str = ""


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
    from_node: FromNode | None = None

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
            "node": {"name": self.from_node.name, "page": self.from_node.page} if self.from_node else None,
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
    from citytandem.streams.counting import cities_with_records

    return cities_with_records(actor)


def themes_by_city(actor: Actor, cities: Sequence[UUID]) -> dict[UUID, Counter[str]]:
    """How often each theme occurs in the public records of some cities."""
    from citytandem.streams.listing import themes_of_cities

    return themes_of_cities(actor, cities)


def problems_by_id(ids: Sequence[UUID], *, actor: Actor, language: str) -> dict[UUID, ProblemTold]:
    """Those of the problems that the actor may read and that stand on their own; one query."""
    from citytandem.streams.challenged import problems_told

    return problems_told(ids, actor=actor, language=language)


def problems_told_at(ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When problems were entered, by id: for counting, never for showing single ones."""
    from citytandem.streams.challenged import problems_told_at as found

    return found(ids)


def problems_like(text: str, *, actor: Actor, language: str, most: int = 12) -> list[ProblemTold]:
    """Problems of this city near in meaning to a text, across languages; without a text the newest that nobody has solved."""
    from citytandem.streams.challenged import problems_like as found

    return found(text, actor=actor, language=language, most=most)


def problem_id_of(key: str, *, actor: Actor) -> UUID:
    """The id of a problem by its code, slug or id. Raises NotFound where the actor may not read it."""
    from citytandem.streams.selectors import record_get

    identifier: UUID = record_get(actor, kind="problem", key=key).id
    return identifier


def problems_advance(ids: Sequence[UUID], *, status: str, reason: str, by: Actor) -> int:
    """Move problems on because of a challenge or a pilot; those that are solved or closed stay. Returns how many moved.

    Whoever follows them is told. The caller has checked that `by` may do what brings it about.
    """
    from citytandem.streams.services.challenged import problems_advance as advance

    return advance(ids, status=status, reason=reason, by=by)


def solution_draft(draft: SolutionDraft, *, problems: Sequence[UUID], by: Actor) -> RecordCard:
    """Write a solution as a draft that nobody outside reads, used in our own city and joined with the problems.

    The caller has checked that `by` may do what it comes from. Raises Invalid.
    """
    from citytandem.streams.services.challenged import solution_draft as written

    return written(draft, problems=problems, by=by)


def solution_by_key(key: str | UUID, *, actor: Actor, language: str) -> SolutionTold:
    """A solution by id, code or slug, with its frame conditions. Raises NotFound where the actor may not read it."""
    from citytandem.streams.challenged import solution_told

    return solution_told(key, actor=actor, language=language)


def solution_cards(ids: Sequence[UUID], *, actor: Actor, language: str) -> dict[UUID, RecordCard]:
    """Cards of those solutions that the actor may read, by id; one query."""
    from citytandem.streams.challenged import solution_cards as cards

    return cards(ids, actor=actor, language=language)
