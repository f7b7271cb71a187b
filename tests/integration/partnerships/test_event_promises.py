"""What events promise to people who register, where it is easily broken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.accounts.holdings import holdings
from citytandem.accounts.models import Person
from citytandem.core import clock
from citytandem.core.errors import Conflict, NotFound
from citytandem.partnerships.convening import planning, reading, registering
from citytandem.partnerships.convening.forms import EventForm
from citytandem.partnerships.models import EventPlan, Programme, ProgrammeEvent, Registration
from tests.integration.partnerships.event_world import an_event, asked, coming, in_days, mails, states, values
from tests.integration.partnerships.programme_world import programme_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(make_actor: Callable[[str], Actor], quick_embedder: object) -> SimpleNamespace:
    return programme_world(make_actor)


def browser(actor: Actor | None = None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if actor is not None:
        client.force_login(Person.objects.get(id=actor.id))
    return client


def changed(plan: EventPlan, by: Actor, **given: Any) -> EventPlan:
    kept = {"starts_at": plan.starts_at, "ends_at": plan.ends_at}
    return planning.event_change(plan.id, values=values(**(kept | given)), by=by)


def moved(plan: EventPlan, *, hours: float) -> EventPlan:
    start = clock.now() + timedelta(hours=hours)
    EventPlan.objects.filter(id=plan.id).update(starts_at=start, ends_at=start + timedelta(hours=8))
    plan.refresh_from_db()
    return plan


def test_places_go_on_to_those_who_wait_while_people_can_register(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, places=1)
    first, _second = coming(plan, "a", "b")
    moved(plan, hours=-1)
    EventPlan.objects.update(registers_until=clock.now() + timedelta(hours=2))
    registering.cancel(registering.token_of(first.id))
    assert states(plan) == {"a": "cancelled", "b": "coming"}


def test_how_many_came_outlives_changes_of_the_event(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    (row,) = coming(plan, "a")
    moved(plan, hours=-1)
    registering.attendance_write(plan.id, attended=[row.id], by=world.coordinator)
    changed(plan, world.coordinator, title="Another title")
    assert (ProgrammeEvent.objects.get().title, ProgrammeEvent.objects.get().participants) == ("Another title", "1")


def test_two_doors_note_who_came_without_undoing_each_other(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    one, two, _three = coming(plan, "a", "b", "c")
    moved(plan, hours=-1)
    door = {"by": world.coordinator}
    assert registering.attendance_write(plan.id, attended=[one.id], before=[], **door) == 1
    assert registering.attendance_write(plan.id, attended=[two.id], before=[], **door) == 2
    assert registering.attendance_write(plan.id, attended=[two.id], before=[one.id, two.id], **door) == 1
    assert dict(Registration.objects.values_list("name", "attended")) == {"a": False, "b": True, "c": False}


def test_the_way_of_joining_is_fixed_once_somebody_asked(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    asked(plan, "a")
    with pytest.raises(Conflict, match="cannot be changed"):
        changed(plan, world.coordinator, format="online")


def test_it_is_not_kept_for_longer_than_people_were_told(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, months=2)
    (row,) = coming(plan, "a", needs="Large print")
    with pytest.raises(Conflict, match="cannot be more"):
        changed(plan, world.coordinator, months=3)
    changed(plan, world.coordinator, months=1)
    registering.cancel_for(plan.id, registration_id=row.id, by=world.coordinator)
    row.refresh_from_db()
    assert (row.needs, mails("event_left")) == ("", ["a@example.org"])
    moved(plan, hours=-24)
    with pytest.raises(Conflict, match="over"):
        changed(plan, world.coordinator, months=1, ends_at=in_days(20), starts_at=in_days(19))


def test_whoever_waits_is_not_told_that_they_have_a_place(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, places=1)
    coming(plan, "a", "b")
    told = {"name": "b", "email": "b@example.org", "organisation": "", "needs": ""}
    registering.register(plan.id, values=told, language="en", by=ANYBODY)
    assert (mails("event_known"), mails("event_waiting")) == ([], ["b@example.org", "b@example.org"])


def test_the_copy_of_ones_data_has_what_was_registered_signed_out(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    address = Person.objects.get(id=world.unit.id).email
    coming(plan, "me", email=address.upper())
    holding = next(one for one in holdings() if one.name == "partnerships.registrations")
    assert [row["name"] for row in holding.export(world.unit.id).rows["event_registrations"]] == ["me"]
    holding.erase(world.unit.id)
    assert not Registration.objects.exists()


def test_a_page_that_is_old_deletes_no_public_event(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    coming(plan, "a")
    answer = browser(world.coordinator).post(f"/events/{plan.slug}/cancel", {"seen": "draft"})
    assert answer.status_code == 409
    assert EventPlan.objects.get().state == "published"
    assert mails("event_cancelled") == []


def test_events_of_a_draft_programme_are_for_its_coordination(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    other = an_event(world.programme, world.coordinator, public=False)
    Programme.objects.update(state="draft")
    with pytest.raises(Conflict, match="programme is a draft"):
        planning.event_publish(other.id, by=world.coordinator)
    with pytest.raises(NotFound):
        reading.plan_get(ANYBODY, plan.slug)
    assert reading.public_plans() == []
    assert browser().get("/api/v1/planned-events").json()["items"] == []


def test_a_cancelled_event_has_no_schedule_and_a_changed_one_another_version(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    path = f"/events/{plan.slug}/schedule.json"
    before = browser().get(path).json()["schedule"]["version"]
    EventPlan.objects.update(changed_at=clock.now() + timedelta(minutes=5))
    assert browser().get(path).json()["schedule"]["version"] != before
    planning.event_cancel(plan.id, reason="", by=world.coordinator)
    assert browser().get(path).status_code == 410
    assert browser().get(f"/events/{plan.slug}/indico.json").status_code == 410


@pytest.mark.parametrize(("zone", "start", "end", "wrong"), [
    ("Europe/London", "2027-03-28T00:30", "2027-03-28T02:15", ""),
    ("Europe/London", "2027-03-28T01:30", "2027-03-28T02:15", "starts_at"),
    ("UTC", "2027-03-28T02:30", "2027-03-28T04:00", ""),
    ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28T04:00", "starts_at"),
])  # fmt: skip
def test_a_time_that_the_clocks_leave_out_is_told(zone: str, start: str, end: str, wrong: str) -> None:
    form = EventForm({
        "title": "Night", "language": "en", "kind": "workshop", "format": "online", "zone": zone, "starts_at": start,
        "ends_at": end, "months": "3",
    })  # fmt: skip
    assert form.is_valid() is not bool(wrong)
    assert set(form.errors) == ({wrong} if wrong else set())


def test_doors_may_open_earlier_without_moving_the_agenda(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    told = {
        "title": "Talk", "text": "", "language": "en", "kind": "talk", "spoken": "", "room": "A", "people": "",
        "starts_at": plan.starts_at, "ends_at": plan.starts_at + timedelta(hours=1),
    }  # fmt: skip
    row = planning.session_write(plan.id, session_id=None, values=told, by=world.coordinator)
    changed(plan, world.coordinator, starts_at=plan.starts_at - timedelta(minutes=30))
    row.refresh_from_db()
    assert row.starts_at == plan.starts_at
