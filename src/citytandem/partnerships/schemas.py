"""Shapes of answers: cities, partnerships and events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Self
from uuid import UUID

from citytandem.core.api import Shape
from citytandem.partnerships.models import City, Partnership, ProgrammeEvent
from citytandem.partnerships.selectors import CityCard


class MemberOut(Shape):
    """A city, as far as a list or a map needs it."""

    id: UUID
    slug: str
    name: str
    country: str
    languages: list[str]
    population: int | None
    latitude: float | None
    longitude: float | None
    is_profiled: bool

    @classmethod
    def of(cls, city: City | CityCard) -> Self:
        """From a city or its card."""
        return cls(
            id=city.id,
            slug=city.slug,
            name=city.name,
            country=city.country,
            languages=list(city.languages),
            population=city.population,
            latitude=city.latitude,
            longitude=city.longitude,
            is_profiled=city.is_profiled,
        )


class CityPage(Shape):
    """Some cities, and the address of the next ones."""

    items: list[MemberOut]
    next: str | None


class PartnershipOut(Shape):
    """Two or three cities that work together. `path` is the address of the page."""

    id: UUID
    slug: str
    path: str
    kind: str
    members: list[MemberOut]
    status: str
    twinning_since: int | None
    facts: dict[str, Any]
    source: dict[str, Any]

    @classmethod
    def of(cls, partnership: Partnership, cities: Mapping[UUID, CityCard]) -> Self:
        """From a partnership and its cities."""
        return cls(
            id=partnership.id,
            slug=partnership.slug,
            path=f"/partnerships/{partnership.slug}",
            kind=partnership.kind,
            members=[MemberOut.of(cities[city]) for city in partnership.members if city in cities],
            status=partnership.status,
            twinning_since=partnership.twinning_since,
            facts=partnership.facts,
            source=partnership.source,
        )


class PartnershipList(Shape):
    """All partnerships, by name."""

    items: list[PartnershipOut]
    next: str | None = None


class CityOut(MemberOut):
    """A city with its profile. What nobody has said is empty. `path` is the address of the page."""

    path: str
    region: str
    profile: str
    strategy: dict[str, Any] | list[Any] | str | None
    topics: list[str]
    can_teach: list[Any]
    wants_to_learn: list[Any]
    twinnings: list[Any]
    facts: dict[str, Any]
    source: dict[str, Any]
    partnerships: list[PartnershipOut]

    @classmethod
    def with_profile(cls, city: City, partnerships: list[PartnershipOut]) -> Self:
        """From a city and the partnerships that it is a member of."""
        return cls(
            **MemberOut.of(city).model_dump(),
            path=f"/cities/{city.slug}",
            region=city.region,
            profile=city.profile,
            strategy=city.strategy,
            topics=city.topics,
            can_teach=city.can_teach,
            wants_to_learn=city.wants_to_learn,
            twinnings=city.twinnings,
            facts=city.facts,
            source=city.source,
            partnerships=partnerships,
        )


class EventOut(Shape):
    """An event of the programme; `dates` as the source gives them, some are only a month or a year."""

    id: UUID
    slug: str
    number: int | None
    title: str
    dates: list[str]
    starts_on: date | None
    format: str
    place: str
    country: str
    participants: str
    facts: dict[str, Any]
    source: dict[str, Any]

    @classmethod
    def of(cls, event: ProgrammeEvent) -> Self:
        """From an event."""
        return cls(**{name: getattr(event, name) for name in cls.model_fields})


class EventList(Shape):
    """All events, in their order."""

    items: list[EventOut]
    next: str | None = None
