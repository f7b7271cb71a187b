"""Calendars (iCalendar, RFC 5545 and 7986): of public events, and a person's own under a secret address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from icalendar import Calendar, Event, vDatetime, vDuration

from citytandem.accounts.contract import Actor
from citytandem.core.text import clean_line, clean_text
from citytandem.notifications.addresses import absolute, host
from citytandem.notifications.feeds import conditional

_REFRESH = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One event. `uid` stays the same for ever: `problem-<uuid>`. A date makes an event of whole days, `ends` is its
    last day then; without `ends` it is that day, or that moment.

    `updated`: when the event itself was last changed. `is_cancelled` keeps it in the calendar, crossed out.
    """

    uid: str
    title: str
    starts: datetime | date
    updated: datetime
    ends: datetime | date | None = None
    path: str = ""
    text: str = ""
    place: str = ""
    is_cancelled: bool = False


Source = Callable[[Actor], Sequence[CalendarEvent]]
_sources: list[Source] = []


def register_calendar(*, source: Source) -> None:
    """What stands in people's own calendars: `source(actor)`, called in the person's language."""
    if source not in _sources:
        _sources.append(source)


def events_of(actor: Actor) -> list[CalendarEvent]:
    """All that is in a person's own calendar."""
    return [event for source in _sources for event in source(actor)]


def calendar(request: HttpRequest, *, name: str, events: Sequence[CalendarEvent]) -> HttpResponse:
    """The events as an iCalendar file, or 304 where the reader has it already.

    ValueError where two events have one uid, one ends before it starts, or a time has no zone.
    """
    if len({event.uid for event in events}) < len(events):
        raise ValueError("two events of a calendar have the same uid")
    made = Calendar()
    made.add("prodid", "-//citytandem//node//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    # RFC 7986 and, beside it, the older names that calendars still ask for.
    made.add("name", clean_line(name), {"LANGUAGE": get_language() or "en"})
    made.add("x-wr-calname", clean_line(name))
    made.add("refresh-interval", vDuration(_REFRESH), {"VALUE": "DURATION"})
    made.add("x-published-ttl", vDuration(_REFRESH))
    for event in events:
        made.add_component(_event(event))
    response = HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="calendar.ics"'
    changed = max((event.updated for event in events), default=None)
    return conditional(request, response, changed=changed)


def _event(event: CalendarEvent) -> Event:
    made = Event()
    made.add("uid", f"{event.uid}@{host()}")
    made.add("dtstamp", vDatetime(_utc(event.updated)))
    made.add("last-modified", vDatetime(_utc(event.updated)))
    made.add("summary", clean_line(event.title))
    starts, ends = _span(event)
    made.add("dtstart", starts)
    if ends is not None:
        made.add("dtend", ends)
    if not isinstance(starts, datetime):
        # A due day does not make its owner busy.
        made.add("transp", "TRANSPARENT")
    for key, value in (("description", clean_text(event.text)), ("location", clean_line(event.place))):
        if value:
            made.add(key, value)
    if event.path:
        made.add("url", absolute(event.path))
    made.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    return made


def _span(event: CalendarEvent) -> tuple[datetime | date, datetime | date | None]:
    """Start and end as iCalendar has them: the end of whole days is the day after the last one."""
    starts, ends = event.starts, event.ends
    if isinstance(starts, datetime):
        if ends is not None and (not isinstance(ends, datetime) or ends < starts):
            raise ValueError("an event ends before it starts")
        return _utc(starts), _utc(ends) if isinstance(ends, datetime) else None
    last = starts if ends is None else ends
    if isinstance(last, datetime) or last < starts:
        raise ValueError("an event ends before it starts")
    return starts, last + timedelta(days=1)


def _utc(when: datetime) -> datetime:
    if when.tzinfo is None:
        raise ValueError("a time in a calendar has no zone")
    return when.astimezone(UTC)
