"""Which cities belong to a partnership now, and whom they have named."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.utils import timezone

from citytandem.core import clock
from citytandem.core.node import this_node
from citytandem.partnerships.models import City, CityContact, CityNode, Partnership, Seat


def with_members(rows: QuerySet[Partnership]) -> QuerySet[Partnership]:
    """Partnerships that know their seats, so that asking for their members costs nothing."""
    seats = Seat.objects.filter(partnership=OuterRef("pk")).order_by("since", "id")
    return rows.annotate(
        ever_seated=ArraySubquery(seats.values("city_id")),
        now_seated=ArraySubquery(seats.filter(until=None).values("city_id")),
    )


def member_ids(partnership: Partnership) -> list[UUID]:
    """The cities that sit in it now; where no seats are noted, as it was founded. One query, none after `with_members`."""
    known = partnership if hasattr(partnership, "now_seated") else None
    found: Any = known or with_members(Partnership.objects.filter(id=partnership.id)).first() or partnership
    return list(found.now_seated if getattr(found, "ever_seated", None) else partnership.members)


def members_of(partnership: Partnership) -> list[City]:
    """Their rows with the nodes that speak for them, in order. Two queries."""
    ids = member_ids(partnership)
    rows = {city.id: city for city in City.objects.select_related("node").filter(id__in=ids)}
    return [rows[city] for city in ids if city in rows]


def audience_of(partnership: Partnership) -> list[str]:
    """The nodes of the other member cities, by their identifiers: they get what we write, and nobody else. Two queries."""
    others = [city for city in member_ids(partnership) if city != this_node().home_city]
    return sorted(CityNode.objects.filter(city_id__in=others).values_list("did", flat=True))


def contacts_of(cities: Collection[UUID]) -> list[CityContact]:
    """Whom these cities name today. One query."""
    today = timezone.localdate(clock.now())
    rows = CityContact.objects.filter(Q(until=None) | Q(until__gte=today), city_id__in=list(cities), since__lte=today)
    return list(rows.order_by("is_deputy", "since", "id"))


def cities_by_node(cities: Sequence[City]) -> dict[str, UUID]:
    """Which node speaks for which of these cities, as `members_of` read them."""
    nodes = ((getattr(city, "node", None), city.id) for city in cities)
    return {node.did: city for node, city in nodes if node is not None}
