"""What the modules put into people's own calendars."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.core import clock
from citytandem.notifications.services.choosing import calendar_make
from citytandem.partnerships.services import event_import
from citytandem.streams.models import Problem

pytestmark = pytest.mark.django_db
Make = Callable[[str], Actor]
DUE = timezone.localdate() + timedelta(days=4)


def problem(code: str, department: object, **values: object) -> Problem:
    now = clock.now()
    texts = {"title": {"en": {"text": f"Bins {code}", "by": "human"}}, "language": "en"}
    kept = {"visibility": "public", "due_on": DUE, "department_id": department, "created_at": now, "changed_at": now}
    return Problem.objects.create(code=code, **texts, **{**kept, **values})


def events_of(actor: Actor) -> dict[str, tuple[date, str]]:
    """Title to first day and address, as a calendar program reads them."""
    answer = Client().get(f"/calendar/{calendar_make(by=actor)}.ics")
    assert answer.status_code == 200
    found = Calendar.from_ical(answer.content).walk("VEVENT")
    return {str(event["SUMMARY"]): (event["DTSTART"].dt, str(event["URL"])) for event in found}


def test_staff_see_by_when_their_department_should_answer(make_actor: Make) -> None:
    mine, other = make_actor("department_staff"), make_actor("department_staff")
    (own,), (another,) = mine.departments, other.departments
    problem("1", own)
    problem("over", own, due_on=DUE - timedelta(days=30), escalated_at=clock.now())
    problem("internal", own, visibility="internal")
    problem("answered", own, answered_at=clock.now())
    problem("draft", own, visibility="draft")
    problem("taken", own, moderation="removed")
    problem("theirs", another)
    problem("undated", own, due_on=None)

    found = events_of(mine)

    assert set(found) == {"Answer due: Bins 1", "Answer due: Bins over", "Answer due: Bins internal"}
    assert found["Answer due: Bins 1"][0] == DUE
    assert found["Answer due: Bins 1"][1].endswith("/problems/1")
    assert set(events_of(other)) == {"Answer due: Bins theirs"}


def test_who_works_for_no_department_has_no_due_days(make_actor: Make) -> None:
    staff = make_actor("department_staff")
    problem("1", next(iter(staff.departments)))
    assert events_of(make_actor("resident")) == events_of(make_actor("moderator")) == {}


def test_the_events_of_the_programme_stand_in_everybodys_calendar(resident: Actor) -> None:
    two = {"dates": ["2030-05-07", "2030-05-08"], "place": "Krefeld"}
    event_import(slug="conference", title="Conference", fields=two, by=SYSTEM)
    event_import(slug="seminar", title="Seminar", fields={"dates": ["2030-06-01"]}, by=SYSTEM)
    event_import(slug="someday", title="Some day", fields={"dates": ["2030-07"]}, by=SYSTEM)

    answer = Client().get(f"/calendar/{calendar_make(by=resident)}.ics")

    found = {str(e["SUMMARY"]): e for e in Calendar.from_ical(answer.content).walk("VEVENT")}
    assert set(found) == {"Conference", "Seminar"}
    assert (found["Conference"]["DTSTART"].dt, found["Conference"]["DTEND"].dt) == (date(2030, 5, 7), date(2030, 5, 9))
    assert str(found["Conference"]["LOCATION"]) == "Krefeld"
    assert found["Seminar"]["DTEND"].dt == date(2030, 6, 2)


def test_a_calendar_costs_few_queries_however_much_is_due(make_actor: Make) -> None:
    staff = make_actor("department_staff")
    for number in range(30):
        problem(str(number), next(iter(staff.departments)))
    key = calendar_make(by=staff)
    with CaptureQueriesContext(connection) as asked:
        assert Client().get(f"/calendar/{key}.ics").content.count(b"BEGIN:VEVENT") == 30
    assert len(asked) <= 12
