"""Which cities belong to a partnership now, and whom they have named."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from citytandem.core import clock
from citytandem.partnerships.models import City, CityContact, Partnership, Seat


def member_ids(partnership: Partnership) -> list[UUID]:
    """The cities that sit in it now; where no seats are noted, as it was founded. One query."""
    seats = list(Seat.objects.filter(partnership=partnership).order_by("since", "id").values_list("city_id", "until"))
    return [city for city, until in seats if until is None] if seats else list(partnership.members)


def members_of(partnership: Partnership) -> list[City]:
    """Their rows, in order. Two queries."""
    ids = member_ids(partnership)
    rows = {city.id: city for city in City.objects.filter(id__in=ids)}
    return [rows[city] for city in ids if city in rows]


def contacts_of(cities: Collection[UUID]) -> list[CityContact]:
    """Whom these cities name today. One query."""
    today = timezone.localdate(clock.now())
    rows = CityContact.objects.filter(Q(until=None) | Q(until__gte=today), city_id__in=list(cities), since__lte=today)
    return list(rows.order_by("is_deputy", "since", "id"))
