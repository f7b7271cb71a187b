"""Sessions against each other, and the exports of an event against what other systems ask of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID
from zoneinfo import ZoneInfo

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from citytandem.partnerships.convening.clashes import Slot, by_day, clashes, is_inside
from citytandem.partnerships.convening.exporting import Conference, Talk, acronym, duration, indico, schedule

START = datetime(2026, 5, 12, 8, tzinfo=UTC)
BERLIN = "Europe/Berlin"
# The parts of the schema that schedule apps rely on (Video Operation Center of the CCC, validator/json/schema.json).
EVENT = {
    "type": "object",
    "additionalProperties": False,
    "required": ["abstract", "date", "duration", "guid", "id", "language", "links", "persons", "room", "slug", "start",
                 "subtitle", "title", "track", "type", "url"],
    "properties": {
        "id": {"type": "integer", "minimum": 1}, "guid": {"type": "string", "format": "uuid"},
        "logo": {"type": "string"}, "date": {"type": "string", "format": "date-time"}, "start": {"type": "string"},
        "duration": {"type": "string", "pattern": "^[0-9]+:[0-9]{2}$"}, "room": {"type": "string"},
        "slug": {"type": "string", "pattern": "^[a-z0-9_-]+[a-z0-9]$"}, "url": {"type": "string", "format": "uri"},
        "title": {"type": "string"}, "subtitle": {"type": ["string", "null"]}, "track": {"type": ["string", "null"]},
        "type": {"type": "string"}, "language": {"type": "string"}, "abstract": {"type": ["string", "null"]},
        "description": {"type": ["string", "null"]}, "recording_license": {"type": "string"},
        "persons": {"type": "array", "items": {"type": "object", "required": ["public_name", "id"]}},
        "links": {"type": "array"}, "attachments": {"type": "array"},
    },
}  # fmt: skip
DAY = {
    "type": "object", "additionalProperties": False, "required": ["date", "day_end", "day_start", "index", "rooms"],
    "properties": {
        "index": {"type": "integer"}, "date": {"type": "string", "format": "date"}, "day_start": {"type": "string"},
        "day_end": {"type": "string"},
        "rooms": {"type": "object", "additionalProperties": {"type": "array", "items": EVENT}},
    },
}  # fmt: skip
CONFERENCE = {
    "type": "object", "additionalProperties": False,
    "required": ["title", "acronym", "days", "daysCount", "start", "end", "timeslot_duration"],
    "properties": {
        "acronym": {"type": "string", "pattern": "^[a-z0-9_-][a-z0-9_]{3,}(-2[0-9]{3}-[a-z]+)?$"},
        "title": {"type": "string"}, "description": {"type": "string"}, "start": {"type": "string"},
        "end": {"type": "string", "format": "date"}, "daysCount": {"type": "integer"},
        "timeslot_duration": {"type": "string"}, "time_zone_name": {"type": "string"}, "url": {"type": "string"},
        "rooms": {"type": "array", "items": {"type": "object", "additionalProperties": False, "required": ["guid", "name"],
                  "properties": {"name": {}, "guid": {"format": "uuid"}, "description": {}, "capacity": {}}}},
        "days": {"type": "array", "items": DAY},
    },
}  # fmt: skip
SCHEMA = {
    "type": "object", "additionalProperties": False, "required": ["schedule"],
    "properties": {"schedule": {
        "type": "object", "required": ["conference", "version"], "properties": {"conference": CONFERENCE},
    }},
}  # fmt: skip

slots = st.builds(
    lambda key, start, minutes, room, people: Slot(
        str(key), START + timedelta(minutes=start), START + timedelta(minutes=start + minutes), room, tuple(people)
    ),
    st.uuids(),
    st.integers(0, 300),
    st.integers(1, 120),
    st.sampled_from(["", "A", " a", "B"]),
    st.lists(st.sampled_from(["Ada", "ada ", "Bo"]), max_size=2, unique=True),
)


@given(st.lists(slots, max_size=8, unique_by=lambda slot: slot.key))
def test_clashes_are_those_of_brute_force(found: list[Slot]) -> None:
    """Minute by minute: who or what is in two sessions at once."""
    seen = set()
    for minute in range(430):
        now = START + timedelta(minutes=minute)
        running = [slot for slot in found if slot.starts <= now < slot.ends]
        for one, two in product(running, running):
            if one.key < two.key:
                if one.room.strip() and one.room.strip().lower() == two.room.strip().lower():
                    seen.add((frozenset({one.key, two.key}), "room"))
                if {name.strip().lower() for name in one.people} & {name.strip().lower() for name in two.people}:
                    seen.add((frozenset({one.key, two.key}), "person"))
    assert {(frozenset({clash.one, clash.two}), clash.kind) for clash in clashes(found)} == seen


@given(st.lists(slots, max_size=8, unique_by=lambda slot: slot.key))
def test_every_session_stands_in_the_agenda_once(found: list[Slot]) -> None:
    days = by_day(found, ZoneInfo(BERLIN))
    told = [slot for _day, groups in days for group in groups for slot in group]
    assert sorted(slot.key for slot in told) == sorted(slot.key for slot in found)
    assert [slot.starts for slot in told] == sorted(slot.starts for slot in told)
    for _day, groups in days:
        for group in groups:
            assert len({slot.starts for slot in group}) == 1


def test_one_session_may_begin_when_another_ends() -> None:
    one = Slot("1", START, START + timedelta(hours=1), "A")
    two = Slot("2", START + timedelta(hours=1), START + timedelta(hours=2), "A")
    assert clashes([one, two]) == []
    assert is_inside(one, starts=START, ends=START + timedelta(hours=1))
    assert not is_inside(two, starts=START, ends=START + timedelta(hours=1))


def conference(*talks: Talk, slug: str = "spring-meeting", days: int = 1) -> Conference:
    return Conference(
        UUID(int=1), slug, "Frühjahrstreffen", "Zum Lernen", "network", "six-cities", START,
        START + timedelta(days=days - 1, hours=6), BERLIN, "Krefeld", "Rathaus", "https://example.org/events/spring", 3, talks,
    )  # fmt: skip


def talk(number: int, hours: float, room: str = "A", *people: str) -> Talk:
    start = START + timedelta(hours=hours)
    return Talk(
        UUID(int=100 + number), f"Talk {number}", "", "talk", "de", start, start + timedelta(minutes=90), room, people,
        f"https://example.org/events/spring#session-{number}",
    )  # fmt: skip


def test_the_schedule_is_what_schedule_apps_ask_for() -> None:
    told = schedule(conference(talk(1, 0, "A", "Ada"), talk(2, 0, "B", "Bo", "Ada"), talk(3, 25, ""), days=3))
    jsonschema.validate(told, SCHEMA, format_checker=jsonschema.FormatChecker())
    days = told["schedule"]["conference"]["days"]
    assert [day["date"] for day in days] == ["2026-05-12", "2026-05-13", "2026-05-14"]
    assert [list(day["rooms"]) for day in days] == [["A", "B"], ["–"], []]
    first = days[0]["rooms"]["B"][0]
    assert (first["date"], first["start"], first["duration"]) == ("2026-05-12T10:00:00+02:00", "10:00", "01:30")
    # One person has one number all over the schedule.
    assert days[0]["rooms"]["A"][0]["persons"] == [{"id": 1, "public_name": "Ada"}]
    assert {one["public_name"]: one["id"] for one in first["persons"]} == {"Ada": 1, "Bo": 2}


@given(st.from_regex(r"[a-z0-9-]{1,60}", fullmatch=True))
def test_an_acronym_is_one(slug: str) -> None:
    jsonschema.validate(acronym(slug), {"pattern": CONFERENCE["properties"]["acronym"]["pattern"]})  # type: ignore[index]


def test_indico_reads_the_times_on_the_clock_of_the_event() -> None:
    told = indico(conference(talk(1, 1, "A", "Ada")), address="https://example.org/x", now=START)
    (event,) = told["results"]
    assert (told["count"], told["ts"], event["type"]) == (1, int(START.timestamp()), "meeting")
    assert event["startDate"] == {"date": "2026-05-12", "time": "10:00:00", "tz": BERLIN}
    (part,) = event["contributions"]
    assert part["startDate"]["time"] == "11:00:00"
    assert (part["duration"], part["room"], part["speakers"][0]["fullName"]) == (90, "A", "Ada")


def test_days_have_their_own_length_when_the_clocks_change() -> None:
    start = datetime(2026, 10, 24, 8, tzinfo=UTC)
    event = Conference(
        UUID(int=1), "autumn", "Autumn", "", "network", "x", start, start + timedelta(days=1), BERLIN, "", "",
        "https://example.org/events/autumn", 0, (),
    )  # fmt: skip
    days = schedule(event)["schedule"]["conference"]["days"]
    assert days[1]["day_start"] == "2026-10-25T00:00:00+02:00"
    assert days[1]["day_end"] == "2026-10-26T00:00:00+01:00"


def test_durations_go_on_beyond_a_day() -> None:
    assert duration(START, START + timedelta(hours=25, minutes=5)) == "25:05"
