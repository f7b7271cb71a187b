"""Reading programmes, with their partnerships and who sits in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core.errors import NotFound
from citytandem.core.node import this_node
from citytandem.core.permissions import allowed
from citytandem.partnerships.models import (
    Application,
    City,
    Partnership,
    PartnershipState,
    Programme,
    ProgrammeState,
    Seat,
)


def programmes_visible_to(actor: Actor) -> list[Programme]:
    """The programmes of this node, latest first; drafts for the coordination alone."""
    rows = Programme.objects.order_by("-starts_on", "slug")
    if not allowed("partnerships.coordinate", actor):
        rows = rows.exclude(state=ProgrammeState.DRAFT)
    return list(rows)


def programme_get(actor: Actor, slug: str) -> Programme:
    """The programme of this short name; raises NotFound, also for a draft that the reader may not see."""
    found = Programme.objects.filter(slug=slug).first()
    hidden = found is not None and found.state == ProgrammeState.DRAFT
    if found is None or (hidden and not allowed("partnerships.coordinate", actor, found)):
        raise NotFound("programme.unknown", _("There is no programme of this name here."))
    return found


def partnerships_with_seats(programme: Programme) -> Sequence[Partnership]:
    """The partnerships of a programme with their seats and cities. Two queries."""
    return list(programme.partnerships.order_by("slug").prefetch_related(_with_seats()))


def _with_seats() -> Prefetch[str, QuerySet[Seat], str]:
    return Prefetch("seats", Seat.objects.select_related("city", "contact", "deputy").order_by("since", "id"))


def our_city() -> City:
    """The city that runs this node; raises NotFound where it belongs to none that we know."""
    home = this_node().home_city
    city = City.objects.filter(id=home).first() if home else None
    if city is None:
        raise NotFound("city.unknown", _("There is no city of this name here."))
    return city


def application_of(programme: Programme, city: City) -> Application | None:
    """The one application of a city."""
    return programme.applications.filter(city=city).first()


def seats_of(partnership: Partnership) -> list[Seat]:
    """Who sits in a partnership or sat there, with the cities."""
    return list(partnership.seats.select_related("city").order_by("since", "id"))


def quiet_partnerships(programme: Programme, *, today: date) -> list[tuple[Partnership, int | None]]:
    """Active partnerships without contact for longer than the programme wants, with the weeks; None: never yet.

    With their seats. Two queries.
    """
    return _quiet(programme.partnerships.select_related("programme").prefetch_related(_with_seats()), today)


def all_quiet_partnerships(*, today: date) -> list[tuple[Partnership, int | None]]:
    """The same of all programmes that run now. One query."""
    return _quiet(
        Partnership.objects.filter(programme__state=ProgrammeState.RUNNING).select_related("programme"), today
    )


def _quiet(rows: QuerySet[Partnership], today: date) -> list[tuple[Partnership, int | None]]:
    found: list[tuple[Partnership, int | None]] = []
    for row in rows.filter(state=PartnershipState.ACTIVE, programme__isnull=False).order_by("slug"):
        since = row.last_contact_on or row.starts_on
        weeks = (today - since).days // 7 if since else None
        if weeks is None or (row.programme is not None and weeks >= row.programme.quiet_weeks):
            found.append((row, weeks))
    return found
