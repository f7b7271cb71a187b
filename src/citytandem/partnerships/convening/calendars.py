"""Events in calendars: as a file on the page, and with the mails."""

from __future__ import annotations

from uuid import UUID

from citytandem.core.versions import read
from citytandem.notifications.contract import absolute
from citytandem.partnerships.accompanying.calendar import Entry, calendar
from citytandem.partnerships.convening.telling import where
from citytandem.partnerships.models import EventPlan, EventState


def file_of(plan_id: str, *, language: str) -> bytes | None:
    """The event as it is now; None if there is none any more."""
    plan = EventPlan.objects.filter(id=UUID(plan_id)).first()
    return calendar_of(plan, language=language) if plan is not None else None


def calendar_of(plan: EventPlan, *, language: str) -> bytes:
    """One event as iCalendar. The address at which people join online is not in it: everybody may read this."""
    title = read(plan.title, reader=language, original=plan.language).text
    entry = Entry(
        uid=absolute(f"/events/{plan.slug}"),
        sequence=plan.sequence,
        title=title,
        starts=plan.starts_at,
        ends=plan.ends_at,
        zone=plan.zone,
        changed=plan.changed_at,
        text=read(plan.text, reader=language, original=plan.language).text,
        place=where(plan),
        address=absolute(f"/events/{plan.slug}"),
        is_cancelled=plan.state == EventState.CANCELLED,
    )
    return calendar([entry], name=title, language=language)
