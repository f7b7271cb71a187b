"""Which partner node speaks for which city, and how nodes name a city to each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q

from citytandem.partnerships.models import City, CityNode, Partnership

MOST_NAMED = 200
# Whether a module names a city in anything that does not come from a node.
CityUse = Callable[[UUID, str], bool]
_uses: list[CityUse] = []


def register_city_use(is_used: CityUse) -> None:
    """A city of which a node has told stays as long as somebody else names it; registering the same twice does nothing."""
    if is_used not in _uses:
        _uses.append(is_used)


def is_named(city: UUID, *, but_by: str) -> bool:
    """Whether a city is named here by anybody but a node: as a member of a partnership, or in another module."""
    is_member = Partnership.objects.filter(members__contains=[city]).exists()
    return is_member or any(is_used(city, but_by) for is_used in _uses)


def city_of(did: str) -> UUID | None:
    """The city that a node speaks for, None until its profile has come. One query."""
    return CityNode.objects.filter(did=did).values_list("city_id", flat=True).first()


def node_of(city: UUID) -> str:
    """The node that speaks for a city; empty where it has none that we know."""
    return CityNode.objects.filter(city_id=city).values_list("did", flat=True).first() or ""


def cities_named(ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """How cities are named between nodes: short name, country, and the number of GeoNames where we have it. One query."""
    rows = City.objects.filter(id__in=set(ids)).values_list("id", "slug", "country", "geonameid")
    return {
        city: {"slug": slug, "country": country} | ({"geonameid": number} if number else {})
        for city, slug, country, number in rows
    }


def cities_meant(named: Sequence[Any]) -> list[UUID]:
    """The cities here that another node names; unknown ones are left out. One query."""
    wanted = [one for one in named[:MOST_NAMED] if isinstance(one, Mapping)]
    rows = City.objects.filter(_any_of(wanted)).order_by("id") if wanted else []
    return [row.id for row in rows if any(_is_meant(row, one) for one in wanted)]


def city_meant(named: Mapping[str, Any]) -> City | None:
    """The city here that a profile is about: by its number of GeoNames, else by short name and country."""
    found = [row for row in City.objects.filter(_any_of([named])) if _is_meant(row, named)]
    return min(
        found, key=lambda row: (row.geonameid is None or row.geonameid != number_of(named), row.id), default=None
    )


def number_of(named: Mapping[str, Any]) -> int | None:
    """The number of GeoNames that is told, if it is one."""
    number = named.get("geonameid")
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**31 else None


def _any_of(named: Sequence[Mapping[str, Any]]) -> Q:
    slugs = [str(one.get("slug", ""))[:80].replace("\x00", "") for one in named]
    numbers = [number for one in named if (number := number_of(one)) is not None]
    return Q(slug__in=slugs) | Q(geonameid__in=numbers)


def _is_meant(city: City, named: Mapping[str, Any]) -> bool:
    """The number decides where both have one; a short name alone can be that of another city."""
    number = number_of(named)
    if number is not None and city.geonameid is not None:
        return number == city.geonameid
    return bool(city.slug == named.get("slug") and city.country == named.get("country"))
