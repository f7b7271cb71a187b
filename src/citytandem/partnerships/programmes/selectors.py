"""Reading programmes, with their partnerships and who sits in them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core.errors import NotFound
from citytandem.core.permissions import allowed
from citytandem.partnerships.models import Partnership, Programme, ProgrammeState, Seat


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
    seats = Seat.objects.select_related("city", "contact", "deputy").order_by("since", "id")
    return list(programme.partnerships.order_by("slug").prefetch_related(Prefetch("seats", seats)))
