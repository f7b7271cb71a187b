"""What other modules may know of cities and of the partnerships between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from citytandem.partnerships.models import City
from citytandem.partnerships.selectors import CityCard, card, city_cards, partnership_list

__all__ = ["CityCard", "PartnershipCard", "cities_by_id", "city_by_slug", "city_choices", "partnership_cards"]


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
