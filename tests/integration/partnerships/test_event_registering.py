"""Registering for an event: places are given once, whoever waited longest comes first, nobody is told of others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connections

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.accounts.holdings import holdings
from citytandem.accounts.models import Person
from citytandem.core import clock
from citytandem.core.errors import Conflict, Forbidden, NotFound
from citytandem.partnerships.convening import planning, registering
from citytandem.partnerships.convening.personal import registrations_forget
from citytandem.partnerships.models import EventPlan, ProgrammeEvent, Registration, RegistrationState
from tests.integration.partnerships.event_world import an_event, asked, coming, in_days, mails, states, values
from tests.integration.partnerships.programme_world import programme_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(make_actor: Callable[[str], Actor], quick_embedder: object) -> SimpleNamespace:
    return programme_world(make_actor)


def test_an_address_is_confirmed_before_it_counts(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, places=1)
    token = asked(plan, "ada")
    assert states(plan) == {"ada": "asked"}
    assert mails("event_confirm") == ["ada@example.org"]
    coming(plan, "bo")
    assert registering.confirm(token).state == RegistrationState.WAITING, "who confirms first gets the place"
    assert registering.confirm(token).state == RegistrationState.WAITING
    assert mails("event_waiting") == ["ada@example.org"], "told once, however often it is pressed"


def test_nobody_learns_who_is_registered(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    coming(plan, "ada")
    asked(plan, "ada", email="ADA@example.org")
    assert Registration.objects.filter(plan=plan).count() == 1
    assert states(plan) == {"ada": "coming"}, "a stranger can neither change nor cancel it"
    assert mails("event_known") == ["ada@example.org"]


def test_a_place_that_becomes_free_goes_to_whoever_waited_longest(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, places=2)
    first, *_rest = coming(plan, "a", "b", "c", "d")
    assert states(plan) == {"a": "coming", "b": "coming", "c": "waiting", "d": "waiting"}
    registering.cancel(registering.token_of(first.id))
    assert states(plan) == {"a": "cancelled", "b": "coming", "c": "coming", "d": "waiting"}
    assert mails("event_admitted") == ["c@example.org"]
    coming(plan, "a")
    assert states(plan)["a"] == "waiting", "who comes back waits behind the others"
    planning.event_change(plan.id, values=values(**_kept(plan), places=4), by=world.coordinator)
    assert set(states(plan).values()) == {"coming"}
    assert mails("event_admitted") == ["c@example.org", "d@example.org", "a@example.org"]


def _kept(plan: EventPlan) -> dict[str, Any]:
    return {"starts_at": plan.starts_at, "ends_at": plan.ends_at}


def test_fewer_places_send_nobody_away(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, places=3)
    people = coming(plan, "a", "b", "c")
    planning.event_change(plan.id, values=values(**_kept(plan), places=1), by=world.coordinator)
    coming(plan, "d")
    assert states(plan) == {"a": "coming", "b": "coming", "c": "coming", "d": "waiting"}
    for row in people[:2]:
        registering.cancel(registering.token_of(row.id))
    assert states(plan)["d"] == "waiting", "one still sits on the one place"
    registering.cancel(registering.token_of(people[2].id))
    assert states(plan)["d"] == "coming"


def test_of_a_hybrid_event_only_seats_on_site_are_counted(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, format="hybrid", places=1, link="https://example.org/meet")
    coming(plan, "a")
    coming(plan, "b", "c", online=True)
    coming(plan, "d")
    assert states(plan) == {"a": "coming", "b": "coming", "c": "coming", "d": "waiting"}
    with pytest.raises(Conflict, match="cannot be changed"):
        planning.event_change(plan.id, values=values(**_kept(plan), format="onsite"), by=world.coordinator)


def test_late_is_late(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, registers_until=in_days(10))
    token = asked(plan, "a")
    EventPlan.objects.update(registers_until=clock.now() - timedelta(minutes=1))
    with pytest.raises(Conflict, match="closed"):
        registering.confirm(token)
    with pytest.raises(Conflict, match="closed"):
        asked(plan, "b")
    assert states(plan) == {"a": "asked"}


def test_a_cancelled_registration_is_not_confirmed_by_an_old_mail(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    token = asked(plan, "a")
    registering.cancel(token)
    with pytest.raises(Conflict, match="register anew"):
        registering.confirm(token)


def test_a_wrong_address_opens_nothing(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    token = asked(plan, "a")
    for wrong in ("", "x", token[:-1], token[:-1] + ("0" if token[-1] != "0" else "1"), "0" * 64):
        with pytest.raises(NotFound):
            registering.registration_by(wrong)


def test_whoever_signed_in_with_the_address_needs_no_mail(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    person = Person.objects.get(id=world.unit.id)
    told = {"name": "Unit", "email": person.email.upper(), "organisation": "", "needs": "A ramp", "online": False}
    row = registering.register(plan.id, values=told, language="de", by=world.unit)
    assert row is not None
    assert (row.state, row.person_id) == ("coming", person.id)
    assert (mails("event_confirm"), mails("event_registered")) == ([], [person.email.upper()])
    with pytest.raises(Conflict, match="registered already"):
        registering.register(plan.id, values=told, language="de", by=world.unit)


def test_attendance_is_noted_once_it_began(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator)
    one, two = coming(plan, "a", "b")
    with pytest.raises(Conflict, match="not begun"):
        registering.attendance_write(plan.id, attended=[one.id], by=world.coordinator)
    EventPlan.objects.update(starts_at=clock.now() - timedelta(hours=1))
    with pytest.raises(Forbidden):
        registering.attendance_write(plan.id, attended=[one.id], by=world.unit)
    assert registering.attendance_write(plan.id, attended=[one.id], by=world.coordinator) == 1
    assert dict(Registration.objects.values_list("name", "attended")) == {"a": True, "b": False}
    assert ProgrammeEvent.objects.get(slug=plan.slug).participants == "1"
    assert registering.attendance_write(plan.id, attended=[one.id, two.id], by=world.coordinator) == 2


def test_what_is_not_needed_any_more_is_erased(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, months=2)
    token = asked(plan, "late")
    coming(plan, "a", needs="Large print")
    assert registrations_forget() == 0
    Registration.objects.filter(id=registering.registration_by(token).id).update(
        asked_at=clock.now() - timedelta(days=3)
    )
    assert registrations_forget() == 1
    _ended(plan, days=8)
    assert registrations_forget() == 0
    assert Registration.objects.get().needs == ""
    _ended(plan, days=58)
    assert registrations_forget() == 0
    _ended(plan, days=63)
    assert registrations_forget() == 1
    assert EventPlan.objects.filter(id=plan.id).exists()


def _ended(plan: EventPlan, *, days: int) -> None:
    end = clock.now() - timedelta(days=days)
    EventPlan.objects.filter(id=plan.id).update(starts_at=end - timedelta(hours=3), ends_at=end)


def test_who_erases_their_sign_in_gives_the_place_back(world: SimpleNamespace) -> None:
    plan = an_event(world.programme, world.coordinator, places=1)
    person = Person.objects.get(id=world.unit.id)
    told = {"name": "Unit", "email": person.email, "organisation": "", "needs": "", "online": False}
    registering.register(plan.id, values=told, language="de", by=world.unit)
    coming(plan, "next")
    holding = next(one for one in holdings() if one.name == "partnerships.registrations")
    assert holding.export(person.id).rows["event_registrations"][0]["state"] == "coming"
    holding.erase(person.id)
    assert states(plan) == {"next": "coming"}
    assert holding.export(person.id).rows["event_registrations"] == []


@pytest.mark.django_db(transaction=True)
def test_many_press_at_once_and_every_place_is_given_once(world: SimpleNamespace) -> None:
    """Twenty confirm for seven places, each twice; then five cancel at once, each twice, while ten more confirm."""
    plan = an_event(world.programme, world.coordinator, places=7)
    tokens = [asked(plan, f"p{number:02}") for number in range(20)]
    _at_once([*tokens, *tokens], registering.confirm)
    assert _count(plan) == {"coming": 7, "waiting": 13}
    queue = list(_waiting(plan))
    leaving = list(plan.registrations.filter(state="coming").order_by("id")[:5])
    late = [asked(plan, f"late{number}") for number in range(10)]
    gone = [registering.token_of(row.id) for row in leaving]
    _at_once([*gone, *late, *gone], lambda token: (registering.cancel if token in gone else registering.confirm)(token))
    assert _count(plan) == {"cancelled": 5, "coming": 7, "waiting": 18}
    assert list(_waiting(plan))[:8] == queue[5:], (
        "those who waited longest got the five places, the others kept their order"
    )
    assert mails("event_admitted") == [f"{name}@example.org" for name in queue[:5]]
    assert len(mails("event_registered")) == 7
    assert len(mails("event_waiting")) == 23


def _waiting(plan: EventPlan) -> list[str]:
    rows = Registration.objects.filter(plan=plan, state="waiting").order_by("queued_at", "id")
    return list(rows.values_list("name", flat=True))


def _count(plan: EventPlan) -> dict[str, int]:
    told = list(states(plan).values())
    return {state: told.count(state) for state in sorted(set(told))}


def _at_once(tokens: list[str], press: Callable[[str], object]) -> None:
    gate = threading.Barrier(8)

    def run(part: list[str]) -> None:
        gate.wait()
        for token in part:
            press(token)
        connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, [tokens[start::8] for start in range(8)]))


def test_a_visitor_cannot_plan(world: SimpleNamespace) -> None:
    with pytest.raises(Forbidden):
        planning.event_begin(programme_id=world.programme.id, values=values(), by=ANYBODY)
