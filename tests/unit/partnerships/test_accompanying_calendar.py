"""Meetings as iCalendar, read back by the library; and the memorandum out of the record."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from citytandem.partnerships.accompanying.calendar import Entry, calendar
from citytandem.partnerships.accompanying.memorandum import Facts, Wording, digest, draft

START = datetime(2026, 3, 27, 9, tzinfo=UTC)
WORDS = Wording("Between {cities}.", "Twins since {since}.", "Topics", "Steps", "until {day}: {what}", "Who", "Meetings",
                "Money", "Stays", "The end.")  # fmt: skip
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=40)


def entry(**fields: object) -> Entry:
    usual = {"uid": "https://krefeld.example/1", "sequence": 0, "title": "Talk", "starts": START, "ends": START + timedelta(hours=2),
             "zone": "Europe/Sofia", "changed": START - timedelta(days=3)}  # fmt: skip
    return Entry(**{**usual, **fields})  # type: ignore[arg-type]


@given(TEXT, TEXT, st.integers(0, 90), st.integers(1, 5000), st.sampled_from(["Europe/Sofia", "Europe/Lisbon", "UTC"]))
def test_what_is_written_is_read_again(title: str, place: str, sequence: int, minutes: int, zone: str) -> None:
    ends = START + timedelta(minutes=minutes)
    made = Calendar.from_ical(calendar([entry(title=title, place=place, sequence=sequence, ends=ends, zone=zone)]))
    (event,) = made.walk("VEVENT")
    assert (event["summary"], event["location"], event["sequence"]) == (title, place, sequence)
    assert (event["dtstart"].dt, event["dtend"].dt) == (START, ends)
    assert event["dtstamp"].dt == START - timedelta(days=3)
    assert event["uid"] == "https://krefeld.example/1"


def test_the_zone_is_told_with_its_change_of_clocks() -> None:
    # Clocks change in the night to 29 March 2026.
    body = calendar(
        [entry(), entry(uid="2", starts=START + timedelta(days=7), ends=START + timedelta(days=7, hours=1))]
    )
    made = Calendar.from_ical(body)
    assert [zone["tzid"] for zone in made.walk("VTIMEZONE")] == ["Europe/Sofia"]
    first, second = (event["dtstart"].dt for event in made.walk("VEVENT"))
    assert (first.astimezone(ZoneInfo("Europe/Sofia")).hour, second.astimezone(ZoneInfo("Europe/Sofia")).hour) == (
        11,
        12,
    )


def test_a_cancelled_meeting_stays_crossed_out() -> None:
    made = Calendar.from_ical(calendar([entry(is_cancelled=True, sequence=3)], method="CANCEL"))
    assert made["method"] == "CANCEL"
    assert [event["status"] for event in made.walk("VEVENT")] == ["CANCELLED"]


def test_a_feed_has_a_name_and_says_when_to_come_back() -> None:
    made = Calendar.from_ical(calendar([], name="Krefeld – Sofia", language="de"))
    assert made["name"] == "Krefeld – Sofia"
    assert "refresh-interval" in {key.lower() for key in made}


@pytest.mark.parametrize(
    "wrong",
    [
        [entry(), entry()],
        [entry(ends=START)],
        [entry(starts=START.replace(tzinfo=None))],
    ],
)
def test_what_is_no_calendar_is_refused(wrong: list[Entry]) -> None:
    with pytest.raises(ValueError, match=r"calendar|entry"):
        calendar(wrong)


# --- the memorandum ---------------------------------------------------------------------------------------------------


@given(st.lists(TEXT, max_size=4), st.lists(st.tuples(st.dates(), TEXT), max_size=4))
def test_a_draft_holds_all_of_the_record_and_nothing_else(topics: list[str], steps: list[tuple[date, str]]) -> None:
    facts = Facts(("Krefeld", "Sofia"), topics=tuple(topics), steps=tuple(steps))
    lines = draft(facts, WORDS).split("\n")
    assert [line for line in lines if line.startswith("- ")] == [
        *(f"- {one}" for one in topics),
        *(f"- until {day.isoformat()}: {what}" for day, what in sorted(steps)),
    ]
    assert ("Topics" in lines) == bool(topics)
    assert ("Steps" in lines) == bool(steps)
    assert not {"Who", "Meetings", "Money", "Stays"} & set(lines)
    assert lines[0] == "Between Krefeld, Sofia."
    assert lines[-1] == "The end."


def test_twin_towns_are_named_so_and_one_city_agrees_with_nobody() -> None:
    assert draft(Facts(("A", "B"), twinned_since=1974), WORDS).startswith("Between A, B. Twins since 1974.")
    with pytest.raises(ValueError, match="between cities"):
        draft(Facts(("A",)), WORDS)


@given(TEXT, TEXT)
def test_other_words_have_another_digest(one: str, other: str) -> None:
    assert len(digest(one, other)) == 64
    assert digest(one, other) != digest(one, other + "!")
    assert digest(one + "x", other) != digest(one, "x" + other)
    assert digest("Mu\u0308nchen", other) == digest("M\u00fcnchen", other)
