"""Meetings in calendars: the feed of a partnership under its secret address, one meeting as a file, people's own calendars."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import compare_digest

from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import NotFound
from citytandem.notifications.contract import CalendarEvent, absolute, register_calendar
from citytandem.partnerships.accompanying.calendar import Entry, calendar
from citytandem.partnerships.accompanying.shown import reading
from citytandem.partnerships.models import CityContact, Meeting, MeetingState, Partnership, WorkCalendar

MOST = 500


def register_all() -> None:
    """Called once when Django is ready."""
    register_calendar(source=own_meetings)


def feed_path(partnership: Partnership) -> str:
    """The secret address; empty where nobody has made one. One query."""
    key = WorkCalendar.objects.filter(partnership=partnership).values_list("key", flat=True).first()
    return absolute(f"/partnerships/{partnership.slug}/calendar/{key}.ics") if key else ""


def feed(slug: str, key: str) -> HttpResponse:
    """All meetings. Whoever has the key may read; raises NotFound for any other, as if there were none."""
    known = WorkCalendar.objects.select_related("partnership").filter(partnership__slug=slug).first()
    if known is None or not compare_digest(known.key.encode(), key.encode()):
        raise NotFound("calendar.unknown", _("There is no calendar at this address."))
    rows = Meeting.objects.filter(partnership=known.partnership).order_by("-starts_at", "id")[:MOST]
    name = _("Meetings: %(partnership)s") % {"partnership": known.partnership.slug}
    body = calendar([entry_of(row, slug) for row in rows], name=name, language=get_language() or "en")
    return _file(body, f"{slug}.ics", method="PUBLISH")


def invitation(meeting: Meeting, partnership: Partnership) -> HttpResponse:
    """One meeting as an invitation, or its cancellation."""
    method = "CANCEL" if meeting.state == MeetingState.CANCELLED else "REQUEST"
    return _file(calendar([entry_of(meeting, partnership.slug)], method=method), "meeting.ics", method=method)


def entry_of(row: Meeting, slug: str) -> Entry:
    """A meeting for a calendar, in the reader's language. Its uid is that of the node that wrote it."""
    return Entry(
        uid=row.origin_uri or absolute(f"/partnership-meetings/{row.id}"),
        sequence=row.sequence,
        title=reading(row, "title").text,
        starts=row.starts_at,
        ends=row.ends_at,
        zone=row.zone,
        changed=row.changed_at,
        text="\n".join(part for part in (reading(row, "text").text, row.link) if part),
        place=row.place,
        address=absolute(f"/partnerships/{slug}/work/meetings/{row.id}"),
        is_cancelled=row.state == MeetingState.CANCELLED,
    )


def own_meetings(actor: Actor) -> Sequence[CalendarEvent]:
    """The meetings of partnerships in whose cities somebody is named as a contact. Two queries."""
    if actor.id is None:
        return []
    today = timezone.localdate(clock.now())
    named = CityContact.objects.filter(Q(until=None) | Q(until__gte=today), person_id=actor.id)
    cities = list(named.values_list("city_id", flat=True))
    if not cities:
        return []
    rows = Meeting.objects.filter(partnership__members__overlap=cities).select_related("partnership")
    return [_event(row) for row in rows.order_by("-starts_at", "id")[:MOST]]


def _event(row: Meeting) -> CalendarEvent:
    return CalendarEvent(
        uid=f"meeting-{row.id}",
        title=reading(row, "title").text,
        starts=row.starts_at,
        ends=row.ends_at,
        updated=row.changed_at,
        path=f"/partnerships/{row.partnership.slug}/work/meetings/{row.id}",
        place=row.place,
        is_cancelled=row.state == MeetingState.CANCELLED,
    )


def _file(body: bytes, name: str, *, method: str) -> HttpResponse:
    response = HttpResponse(body, content_type=f"text/calendar; charset=utf-8; method={method}")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
