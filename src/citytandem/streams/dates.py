"""What stands in people's own calendars: by when their department should answer."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.core.versions import read
from citytandem.notifications.contract import CalendarEvent, register_calendar
from citytandem.streams.models import Moderation, Problem, Visibility
from citytandem.streams.selectors import visible_to

MOST = 500


def register_all() -> None:
    """Called once when Django is ready."""
    register_calendar(source=answers_due)


def answers_due(actor: Actor) -> Sequence[CalendarEvent]:
    """The day by which each problem of the actor's departments should have an answer, until it has one. One query."""
    if not actor.departments:
        return []
    rows = visible_to(actor, Problem).filter(
        department_id__in=actor.departments,
        due_on__isnull=False,
        answered_at=None,
        moderation=Moderation.FINE,
        merged_into=None,
    )
    reader = get_language() or "en"
    return [
        CalendarEvent(
            uid=f"problem-{row.id}",
            title=_("Answer due: %(title)s") % {"title": read(row.title, reader=reader, original=row.language).text},
            starts=row.due_on,
            updated=row.changed_at,
            path=f"/problems/{row.code}",
            place=row.place_name,
        )
        for row in rows.exclude(visibility=Visibility.DRAFT).order_by("due_on", "id")[:MOST]
        if row.due_on is not None
    ]
