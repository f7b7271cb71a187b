"""What other modules may know of cities."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from citytandem.partnerships.models import City
from citytandem.partnerships.selectors import CityCard, card, city_cards

__all__ = ["CityCard", "cities_by_id", "city_by_slug", "city_choices"]


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
