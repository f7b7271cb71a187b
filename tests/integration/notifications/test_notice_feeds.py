"""Feeds and calendars as other programs read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from icalendar import Calendar

from citytandem.accounts.contract import Actor
from citytandem.core.ids import uuid7
from citytandem.core.versions import translations
from citytandem.notifications import calendars, feeds
from citytandem.notifications.contract import CalendarEvent, FeedEntry, atom_feed, calendar, register_calendar
from citytandem.notifications.models import CalendarAddress
from citytandem.notifications.services.choosing import calendar_make
from citytandem.streams.models import Problem

ATOM = {"a": "http://www.w3.org/2005/Atom"}
THEN = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _node(node: Callable[..., None], settings: Any) -> Iterator[None]:
    """Krefeld's node; sources that a test registers go again."""
    settings.ADDRESS = "https://krefeld.example"
    sources, activities = list(calendars._sources), list(feeds._activities)
    yield
    calendars._sources[:], feeds._activities[:] = sources, activities


def parsed(body: bytes) -> ET.Element:
    """The document."""
    return ET.fromstring(body)  # noqa: S314 - our own answer


def entry(number: int = 1, **more: Any) -> FeedEntry:
    """A problem in a list."""
    values: dict[str, Any] = {
        "id": UUID(int=number),
        "title": f"Bins <b>overflow</b> & more {number}\x00",
        "path": f"/problems/{number}",
        "updated": THEN + timedelta(minutes=number),
        "text": "Every <Saturday>.\n\nAlways.",
        "categories": ("waste",),
    }
    return FeedEntry(**{**values, **more})


def feed(entries: list[FeedEntry], path: str = "/problems.atom?theme=waste", **headers: str) -> HttpResponse:
    """The feed of a list."""
    request = RequestFactory().get(path, headers=headers)
    return atom_feed(request, title="Problems", entries=entries, page="/problems?theme=waste")


def test_a_feed_is_what_the_standard_asks_for() -> None:
    answer = feed([entry(2), entry(1)])
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = parsed(answer.content)
    assert root.tag == f"{{{ATOM['a']}}}feed"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang")
    assert root.findtext("a:updated", "", ATOM) == "2026-03-02T07:32:00+00:00"
    assert root.findtext("a:author/a:name", "", ATOM) == "Krefeld"
    links = {link.get("rel"): link.get("href") for link in root.findall("a:link", ATOM)}
    assert links["self"] == "https://krefeld.example/problems.atom?theme=waste"
    assert links["alternate"] == "https://krefeld.example/problems?theme=waste"
    assert root.findtext("a:id", "", ATOM).startswith("urn:uuid:")
    first, second = root.findall("a:entry", ATOM)
    assert first.findtext("a:id", "", ATOM) == UUID(int=2).urn
    assert first.findtext("a:title", "", ATOM) == "Bins <b>overflow</b> & more 2"
    assert first.findtext("a:updated", "", ATOM) == "2026-03-02T07:32:00+00:00"
    assert first.findtext("a:summary", "", ATOM) == "Every &lt;Saturday&gt;.\n\nAlways."
    assert first.find("a:link", ATOM).get("href") == "https://krefeld.example/problems/2"  # type: ignore[union-attr]
    assert first.find("a:category", ATOM).get("term") == "waste"  # type: ignore[union-attr]
    assert second.findtext("a:id", "", ATOM) == UUID(int=1).urn


def test_ids_stay_and_differ_from_list_to_list() -> None:
    def id_of(path: str) -> str:
        return parsed(feed([], path).content).findtext("a:id", "", ATOM)

    assert id_of("/problems.atom") == id_of("/problems.atom") != id_of("/problems.atom?theme=waste")


def test_a_reader_that_knows_it_already_gets_304() -> None:
    for entries in ([entry(1)], []):
        first = feed(entries)
        for headers in ({"if-none-match": first["ETag"]}, {"if-modified-since": first.get("Last-Modified", "")}):
            if not all(headers.values()):
                continue
            again = feed(entries, **headers)
            assert again.status_code == 304
            assert again.content == b""
            assert again["ETag"] == first["ETag"]
    changed = feed([entry(1), entry(2)], **{"if-none-match": feed([entry(1)])["ETag"]})
    assert changed.status_code == 200


def test_an_empty_feed_is_always_the_same() -> None:
    assert feed([]).content == feed([]).content


def test_mistakes_of_the_caller_are_told() -> None:
    with pytest.raises(ValueError, match="same id"):
        feed([entry(1), entry(1)])
    with pytest.raises(ValueError, match="no zone"):
        feed([entry(1, updated=datetime(2026, 3, 2))])  # noqa: DTZ001 - the mistake
    assert len(parsed(feed([entry(n) for n in range(150)]).content).findall("a:entry", ATOM)) == 100


def test_what_happens_around_a_public_thing_is_a_feed(problem: Problem) -> None:
    path = f"/feeds/problem/{problem.id}.atom"
    feeds.register_activity(lambda *_about: [entry(1), entry(2)])
    answer = Client().get(path, headers={"accept-language": "en"})
    root = parsed(answer.content)
    assert root.findtext("a:title", "", ATOM) == "Bins overflow"
    assert [one.findtext("a:id", "", ATOM) for one in root.findall("a:entry", ATOM)] == [
        UUID(int=2).urn, UUID(int=1).urn,
    ]  # fmt: skip
    for change in ({"visibility": "internal"}, {"visibility": "public", "moderation": "held"}):
        Problem.objects.filter(id=problem.id).update(**change)
        assert Client().get(path).status_code == 404
    assert Client().get(f"/feeds/nothing/{uuid7()}.atom").status_code == 404
    assert Client().get(f"/feeds/problem/{uuid7()}.atom").status_code == 404


# --- calendars --------------------------------------------------------------------------------------------------------


def event(number: int = 1, **more: Any) -> CalendarEvent:
    """A due day."""
    values: dict[str, Any] = {
        "uid": f"problem-{number}",
        "title": "Antwort fällig: Mülleimer am Markt quellen über, schon wieder; und zwar überall in der Innenstadt",
        "starts": date(2026, 3, 9),
        "updated": THEN,
        "path": f"/problems/{number}",
        "text": "Erste Zeile\nzweite, Zeile; mit \\ und ünïcödé " * 5,
        "place": "Markt",
    }
    return CalendarEvent(**{**values, **more})


def ics(events: list[CalendarEvent], **headers: str) -> HttpResponse:
    """The calendar of these events."""
    return calendar(RequestFactory().get("/calendar.ics", headers=headers), name="Krefeld", events=events)


def test_a_calendar_keeps_the_rules_of_its_format() -> None:
    raw = ics([event(1), event(2, starts=THEN, ends=THEN + timedelta(hours=2), is_cancelled=True)]).content
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    lines = raw.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    for line in lines:
        line.decode()  # no character is cut in the middle
    unfolded = raw.replace(b"\r\n ", b"").decode().split("\r\n")
    for name in ("VERSION:2.0", "CALSCALE:GREGORIAN", "REFRESH-INTERVAL;VALUE=DURATION:PT6H", "X-WR-CALNAME:Krefeld"):
        assert name in unfolded
    assert any(line.startswith("NAME") for line in unfolded)
    assert any(line.startswith("PRODID:") for line in unfolded)
    events = "\n".join(unfolded).split("BEGIN:VEVENT")[1:]
    for one in events:
        for name in ("UID", "DTSTAMP", "DTSTART", "SUMMARY"):
            assert len(re.findall(rf"^{name}[:;]", one, re.MULTILINE)) == 1
    assert "DTSTAMP:20260302T073000Z" in events[0]
    assert "DTSTART;VALUE=DATE:20260309" in events[0]
    assert "DTEND;VALUE=DATE:20260310" in events[0]
    assert "STATUS:CANCELLED" in events[1]


def test_a_calendar_comes_back_as_it_was() -> None:
    answer = ics([event(1), event(2, starts=THEN, ends=THEN + timedelta(hours=2))])
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    first, second = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(first["UID"]) == "problem-1@krefeld.example"
    assert str(first["SUMMARY"]) == event(1).title
    assert str(first["DESCRIPTION"]) == event(1).text.strip()
    assert str(first["URL"]) == "https://krefeld.example/problems/1"
    assert first.decoded("DTSTART") == date(2026, 3, 9)
    assert second.decoded("DTSTART") == THEN
    assert second.decoded("DTEND") == THEN + timedelta(hours=2)


def test_a_calendar_that_did_not_change_is_the_same_and_304() -> None:
    first = ics([event(1)])
    assert ics([event(1)]).content == first.content
    assert ics([event(1)], **{"if-none-match": first["ETag"]}).status_code == 304
    assert ics([], **{"if-none-match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends": date(2026, 3, 1)}, {"starts": THEN, "ends": THEN - timedelta(hours=1)}, {"ends": THEN},
        {"starts": datetime(2026, 3, 9, 12)}, {"starts": THEN, "ends": date(2026, 3, 3)},  # noqa: DTZ001
    ],
)  # fmt: skip
def test_events_that_cannot_be_are_told(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"ends before|no zone"):
        ics([event(1, **wrong)])
    with pytest.raises(ValueError, match="same uid"):
        ics([event(1), event(1)])


def test_a_persons_calendar_has_what_the_modules_give_for_them(resident: Actor) -> None:
    asked: list[Actor] = []

    def source(actor: Actor) -> list[CalendarEvent]:
        asked.append(actor)
        return [event(1)]

    register_calendar(source=source)
    register_calendar(source=source)
    key = calendar_make(by=resident)
    answer = Client().get(f"/calendar/{key}.ics")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-cache"
    assert [actor.id for actor in asked] == [resident.id]
    assert b"problem-1@krefeld.example" in answer.content
    assert CalendarAddress.objects.get().key == key
    assert len(key) == 43
    assert Client().get(f"/calendar/{key[:-1]}x.ics").status_code == 404


def test_titles_in_any_language_stand_in_the_feed(problem: Problem) -> None:
    Problem.objects.filter(id=problem.id).update(title=translations(el="Οι κάδοι ξεχειλίζουν"), language="el")
    answer = Client().get(f"/feeds/problem/{problem.id}.atom", headers={"accept-language": "bg"})
    assert parsed(answer.content).findtext("a:title", "", ATOM) == "Οι κάδοι ξεχειλίζουν"
