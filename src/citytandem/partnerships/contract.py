"""What other modules may know of cities and of the partnerships between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from citytandem.core.events import Event
from citytandem.partnerships import nodes
from citytandem.partnerships.models import City
from citytandem.partnerships.nodes import register_city_use
from citytandem.partnerships.selectors import CityCard, card, city_cards, partnership_list

__all__ = [
    "CityCard", "CityNodeKnown", "PartnershipCard", "PassportSettled", "cities_by_id", "cities_meant", "cities_named",
    "city_by_slug", "city_choices", "city_of_node", "node_of_city", "partnership_cards", "register_city_use",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CityNodeKnown(Event):
    """It is known now, or known anew, which city a partner node speaks for; None: for none any more."""

    did: str
    city: UUID | None


@dataclass(frozen=True, slots=True)
class PassportSettled(Event):
    """It was told how far the reuse of a solution has come: `draft`, `adapting`, `in_use` or `dropped`."""

    passport: UUID
    solution: UUID
    state: str


@dataclass(frozen=True, slots=True)
class PartnershipCard:
    """Two or three cities that work together, by their ids."""

    slug: str
    kind: str
    members: tuple[UUID, ...]

    @property
    def path(self) -> str:
        """Address of the partnership's page."""
        return f"/partnerships/{self.slug}"


def cities_by_id(ids: Iterable[UUID | None]) -> dict[UUID, CityCard]:
    """Cards of some cities in one query; unknown ids are left out."""
    return city_cards([city for city in set(ids) if city is not None])


def city_by_slug(slug: str) -> CityCard | None:
    """The city of this short name, or None."""
    city = City.objects.filter(slug=slug).first()
    return card(city) if city else None


def city_choices() -> list[CityCard]:
    """The cities of the programme, by name: what a filter or a form offers."""
    return [card(city) for city in City.objects.filter(is_profiled=True).order_by("sort_key", "id")]


def partnership_cards() -> list[PartnershipCard]:
    """All partnerships, by name."""
    return [PartnershipCard(row.slug, row.kind, tuple(row.members)) for row in partnership_list()]


def city_of_node(did: str) -> UUID | None:
    """The city that a partner node speaks for; None until its profile has come. One query."""
    return nodes.city_of(did)


def node_of_city(city: UUID) -> str:
    """The partner node that speaks for a city, by its DID; empty where there is none. One query."""
    return nodes.node_of(city)


def cities_named(ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """How cities are named between nodes, as plain JSON; `cities_meant` is the reverse. One query."""
    return nodes.cities_named(ids)


def cities_meant(named: Sequence[Any]) -> list[UUID]:
    """The cities here that another node names in that way; what is unknown or no name is left out. One query."""
    return nodes.cities_meant(named)
