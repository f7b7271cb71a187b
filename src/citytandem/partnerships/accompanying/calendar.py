"""The calendar of a partnership (iCalendar, RFC 5545), as a feed and as an invitation (RFC 5546). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDuration

_REFRESH = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting. `uid` stays the same for ever; `sequence` rises when its times, its place or its state change.

    `changed`: when it was last written. Times have a zone, which is told to calendars: they move with its clock.
    """

    uid: str
    sequence: int
    title: str
    starts: datetime
    ends: datetime
    zone: str
    changed: datetime
    text: str = ""
    place: str = ""
    address: str = ""
    is_cancelled: bool = False
    is_tentative: bool = False


def calendar(entries: Sequence[Entry], *, name: str = "", language: str = "", method: str = "PUBLISH") -> bytes:
    """The entries as a file. `method`: PUBLISH for a feed, REQUEST or CANCEL for an invitation of one meeting.

    Raises ValueError where two have one uid, one ends before it starts, or a time has no zone.
    """
    if len({entry.uid for entry in entries}) < len(entries):
        raise ValueError("two entries of a calendar have the same uid")
    made = Calendar()
    made.add("prodid", "-//citytandem//partnerships//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", method)
    if name:
        made.add("name", name, {"LANGUAGE": language} if language else {})
        made.add("x-wr-calname", name)
        made.add("refresh-interval", vDuration(_REFRESH), {"VALUE": "DURATION"})
    for entry in entries:
        made.add_component(_event(entry))
    made.add_missing_timezones()
    return made.to_ical()


def _event(entry: Entry) -> Event:
    if entry.starts.tzinfo is None or entry.ends.tzinfo is None:
        raise ValueError("a time in a calendar has no zone")
    if entry.ends <= entry.starts:
        raise ValueError("an entry ends before it starts")
    zone = ZoneInfo(entry.zone)
    made = Event()
    made.add("uid", entry.uid)
    made.add("sequence", entry.sequence)
    made.add("dtstamp", entry.changed.astimezone(UTC))
    made.add("last-modified", entry.changed.astimezone(UTC))
    made.add("summary", entry.title)
    made.add("dtstart", entry.starts.astimezone(zone))
    made.add("dtend", entry.ends.astimezone(zone))
    for key, value in (("description", entry.text), ("location", entry.place), ("url", entry.address)):
        if value:
            made.add(key, value)
    made.add("status", "CANCELLED" if entry.is_cancelled else "TENTATIVE" if entry.is_tentative else "CONFIRMED")
    return made
