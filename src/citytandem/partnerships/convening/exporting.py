"""An event as other systems read it: pretalx's schedule file and Indico's export. Pure.

Schedule: the JSON that frab and pretalx write and the schedule apps of conferences read (schema of the CCC's Video Operation
Center). Indico: what its HTTP API answers to `/export/event/ID.json?detail=sessions`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

_NO_ROOM = "–"
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Talk:
    """A session. `path`: its full address; `people`: names."""

    id: UUID
    title: str
    text: str
    kind: str
    language: str
    starts: datetime
    ends: datetime
    room: str
    people: Sequence[str]
    path: str
    links: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Conference:
    """An event with its sessions. `zone`: IANA name; `path`: its full address; `version`: of its plan."""

    id: UUID
    slug: str
    title: str
    text: str
    kind: str
    category: str
    starts: datetime
    ends: datetime
    zone: str
    place: str
    venue: str
    path: str
    version: str
    talks: Sequence[Talk]


def schedule(event: Conference) -> dict[str, Any]:
    """The schedule file. Every day of the event is there, also one without sessions."""
    zone = ZoneInfo(event.zone)
    # An event that ends at midnight ends on the day before.
    first, last = event.starts.astimezone(zone).date(), (event.ends - timedelta(microseconds=1)).astimezone(zone).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    talks = sorted(event.talks, key=lambda talk: (talk.starts, talk.room, str(talk.id)))
    numbers = {talk.id: number for number, talk in enumerate(talks, start=1)}
    people = {name: number for number, name in enumerate(dict.fromkeys(n for t in talks for n in t.people), start=1)}
    rooms = sorted({_room(talk) for talk in talks})
    return {
        "schedule": {
            "version": event.version,
            "base_url": event.path,
            "conference": {
                "acronym": acronym(event.slug),
                "title": event.title,
                "description": event.text,
                "start": first.isoformat(),
                "end": last.isoformat(),
                "daysCount": len(days),
                "timeslot_duration": "00:05",
                "time_zone_name": event.zone,
                "url": event.path,
                "rooms": [{"name": room, "guid": _guid(event, room), "capacity": None} for room in rooms],
                "days": [
                    {
                        "index": index,
                        "date": day.isoformat(),
                        "day_start": datetime.combine(day, time(), zone).isoformat(),
                        "day_end": datetime.combine(day + timedelta(days=1), time(), zone).isoformat(),
                        "rooms": {
                            room: [_talk(event, talk, numbers[talk.id], people) for talk in group]
                            for room, group in groupby(_of_day(talks, day, zone), key=_room)
                        },
                    }
                    for index, day in enumerate(days, start=1)
                ],
            },
        }
    }


def acronym(slug: str) -> str:
    """What schedule apps know the event by: `[a-z0-9_]`, four signs or more."""
    bare = _NOT_SLUG.sub("_", slug.casefold()).strip("_")
    return bare if len(bare) >= 4 else f"event_{bare}".rstrip("_")


def _of_day(talks: Sequence[Talk], day: date, zone: ZoneInfo) -> list[Talk]:
    there = [talk for talk in talks if talk.starts.astimezone(zone).date() == day]
    return sorted(there, key=lambda talk: (_room(talk), talk.starts))


def _talk(event: Conference, talk: Talk, number: int, people: Mapping[str, int]) -> dict[str, Any]:
    starts = talk.starts.astimezone(ZoneInfo(event.zone))
    return {
        "id": number,
        "guid": str(talk.id),
        "logo": "",
        "date": starts.isoformat(),
        "start": f"{starts:%H:%M}",
        "duration": duration(talk.starts, talk.ends),
        "room": _room(talk),
        "slug": f"{acronym(event.slug)}_{number}",
        "url": talk.path,
        "title": talk.title,
        "subtitle": "",
        "track": None,
        "type": talk.kind,
        "language": talk.language,
        "abstract": talk.text,
        "description": "",
        "recording_license": "",
        "persons": [{"id": people[name], "public_name": name} for name in talk.people],
        "links": [{"title": title, "url": url} for title, url in talk.links],
        "attachments": [],
    }


def _room(talk: Talk) -> str:
    return talk.room or _NO_ROOM


def _guid(event: Conference, room: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"{event.path}#{room}"))


def duration(starts: datetime, ends: datetime) -> str:
    """`01:30`; beyond a day the hours go on."""
    minutes = round((ends - starts).total_seconds() / 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def indico(event: Conference, *, address: str, now: datetime) -> dict[str, Any]:
    """What Indico's export answers. `address`: of the export itself; `now`: when it was made.

    Sessions are contributions: each is one thing at one time, which Indico's sessions are not.
    """
    talks = sorted(event.talks, key=lambda talk: (talk.starts, talk.room, str(talk.id)))
    return {
        "_type": "HTTPAPIResult",
        "count": 1,
        "complete": True,
        "url": address,
        "ts": int(now.timestamp()),
        "results": [
            {
                "_type": "Conference",
                "_fossil": "conferenceMetadataWithSessions",
                "id": str(event.id),
                "type": "conference" if event.kind == "conference" else "meeting",
                "title": event.title,
                "description": event.text,
                "category": event.category,
                "url": event.path,
                "startDate": _moment(event.starts, event.zone),
                "endDate": _moment(event.ends, event.zone),
                "timezone": event.zone,
                "location": event.place,
                "address": event.venue,
                "room": None,
                "keywords": [],
                "sessions": [],
                "contributions": [_contribution(event, talk, number) for number, talk in enumerate(talks)],
            }
        ],
    }


def _contribution(event: Conference, talk: Talk, number: int) -> dict[str, Any]:
    return {
        "_type": "Contribution",
        "_fossil": "contributionMetadataWithSubContribs",
        "id": str(number),
        "title": talk.title,
        "description": talk.text,
        "type": talk.kind,
        "startDate": _moment(talk.starts, event.zone),
        "endDate": _moment(talk.ends, event.zone),
        "duration": round((talk.ends - talk.starts).total_seconds() / 60),
        "session": None,
        "track": None,
        "location": event.place,
        "room": talk.room or None,
        "roomFullname": talk.room or None,
        "url": talk.path,
        "speakers": [{"_type": "ContributionParticipation", "fullName": name} for name in talk.people],
        "material": [{"_type": "Material", "title": title, "url": url} for title, url in talk.links],
        "subContributions": [],
    }


def _moment(when: datetime, zone: str) -> dict[str, str]:
    there = when.astimezone(ZoneInfo(zone))
    return {"date": there.date().isoformat(), "time": f"{there:%H:%M:%S}", "tz": zone}
