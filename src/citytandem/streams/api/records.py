"""What problems and solutions have in common over HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from ninja import Header

from citytandem.accounts.contract import Actor
from citytandem.core.errors import Invalid
from citytandem.partnerships.contract import CityCard, cities_by_id, city_by_slug
from citytandem.streams.schemas.reading import LinkOut, cities_named, history_out
from citytandem.streams.selectors import Filters, history_of, links_of

IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        max_length=100,
        pattern=r'^(\*|"[0-9]{1,9}(-[0-9a-f]{16})?")$',
        description="The version that you have seen: its ETag, or its number in quotes.",
    ),
]


def filters_of(*, city: str, **plain: str) -> Filters | None:
    """Filters with the city looked up by its short name; None where there is no such city."""
    narrowed = Filters(**plain)  # type: ignore[arg-type] # `city` is not among them
    if not city:
        return narrowed
    card = city_by_slug(city)
    return replace(narrowed, city=card.id) if card else None


def no_page() -> dict[str, Any]:
    """The list of what cannot be: a city that nobody knows has no entries."""
    return {"items": [], "next": None}


def city_written(details: dict[str, Any]) -> dict[str, Any]:
    """Details with the city's short name replaced by its id; raises Invalid for an unknown one."""
    slug = details.get("city")
    if slug is None:
        return details
    card = city_by_slug(slug) if slug else None
    if slug and card is None:
        raise Invalid("city.unknown", _("There is no city of this name here."), field="city")
    return {**details, "city": card.id if card else None}


def detail_parts(
    actor: Actor, record: Any, *, side: str, also: Iterable[UUID] = ()
) -> tuple[dict[UUID, CityCard], dict[str, Any]]:
    """All cities that a page of details names, and its links and history. `side`: which end of its links it is."""
    links = links_of(actor, record)
    for link in links:
        setattr(link, side, record)
    cities = cities_by_id([*cities_named([record], links), *also])
    return cities, {
        "links": [LinkOut.of(link, cities) for link in links],
        "history": history_out(actor, record, history_of(record)),
    }
