"""People, roles, absences and invitations as administrators work with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from citytandem.accounts.administration.services.people import absence_add, person_deactivate
from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Absence, Department, Entry, Membership, Person
from citytandem.accounts.privacy import selectors
from citytandem.accounts.privacy.services.consents import consent_give
from citytandem.accounts.selectors import actor_by_id
from citytandem.core import clock
from citytandem.core.errors import Forbidden, Invalid

Browser = Callable[..., Client]


@pytest.fixture
def desk(node: None, administrator: Actor, browser_of: Browser) -> Client:
    return browser_of(administrator)


# --- the list ---------------------------------------------------------------------------------------------------------


def many(number: int) -> None:
    now = clock.now()
    people = Person.objects.bulk_create(
        Person(email=f"person-{i:05}@test.example", name=f"Name {i:05}", is_active=i % 10 != 0) for i in range(number)
    )
    Membership.objects.bulk_create(Membership(person=p, role="moderator", since=now) for p in people[::3])


def found(desk: Client, query: str) -> list[str]:
    answer = desk.get(f"/administration/people?{query}")
    assert answer.status_code == 200
    return [row.email for row in answer.context["rows"]]


def test_people_are_found_by_how_address_or_name_begins(desk: Client) -> None:
    many(30)
    assert found(desk, "begins=PERSON-0001") == [f"person-{i:05}@test.example" for i in range(19, 9, -1)]
    assert found(desk, "begins=name+00007") == ["person-00007@test.example"]
    assert found(desk, "begins=test.example") == []
    assert found(desk, "begins=100%25") == []
    assert found(desk, "begins=person_0000") == []


def test_the_list_can_be_narrowed(desk: Client, resident: Actor) -> None:
    many(12)
    consent_give(purpose_name="news", language="en", by=resident)
    assert len(found(desk, "role=moderator")) == 4
    assert len(found(desk, "state=blocked")) == 2
    assert found(desk, "consent=news") == [Person.objects.get(id=resident.id).email]
    assert desk.get("/administration/people?role=king").status_code == 422


def test_pages_follow_each_other_without_gaps(desk: Client) -> None:
    many(70)
    seen: list[str] = []
    query = ""
    while True:
        answer = desk.get(f"/administration/people{query}")
        seen += [row.email for row in answer.context["rows"]]
        query = answer.context["next_url"]
        if not query:
            break
    assert len(seen) == len(set(seen)) == Person.objects.count()


def test_the_list_costs_few_queries_however_many_there_are(desk: Client) -> None:
    many(60)
    desk.get("/administration/people")
    with CaptureQueriesContext(connection) as asked:
        desk.get("/administration/people")
    assert len(asked) <= 12


def test_who_is_shown_in_a_list_can_see_it(desk: Client, resident: Actor) -> None:
    desk.get("/administration/people")
    desk.get("/administration/people?begins=nobody-like-this")

    assert resident.id is not None
    looks = selectors.looks_at(resident.id)
    assert [(look.what, look.role) for look in looks] == [("List of people read", "Administrator")]


def test_the_page_of_a_person_is_noted_for_them_and_own_looks_are_not(
    desk: Client, resident: Actor, administrator: Actor
) -> None:
    assert desk.get(f"/administration/people/{resident.id}").status_code == 200
    assert desk.get(f"/administration/people/{administrator.id}").status_code == 200
    assert desk.get(f"/administration/people/{uuid4()}").status_code == 404

    assert list(Entry.objects.filter(what="person.looked_at").values_list("person_id", flat=True)) == [resident.id]


# --- roles and blocking -----------------------------------------------------------------------------------------------


def test_roles_are_given_and_taken_back(desk: Client, resident: Actor) -> None:
    department = Department.objects.create(slug="waste", name={"en": {"text": "Waste", "by": "human"}})
    address = f"/administration/people/{resident.id}"
    assert desk.post(f"{address}/roles", {"role": "moderator", "place": ""}).status_code == 302
    sent = {"role": "department_staff", "place": f"department:{department.id}", "is_lead": "on"}
    assert desk.post(f"{address}/roles", sent).status_code == 302
    assert resident.id is not None
    assert actor_by_id(resident.id).roles == {"resident", "moderator", "department_staff"}
    assert actor_by_id(resident.id).leads == {department.id}

    refused = desk.post(f"{address}/roles", {"role": "moderator", "place": f"department:{department.id}"})
    assert refused.status_code == 422
    membership = Membership.objects.get(person_id=resident.id, role="moderator")
    desk.post(f"{address}/roles/{membership.id}")
    assert actor_by_id(resident.id).roles == {"resident", "department_staff"}


def test_the_last_administrator_keeps_the_role(desk: Client, administrator: Actor) -> None:
    membership = Membership.objects.get(person_id=administrator.id)
    answer = desk.post(f"/administration/people/{administrator.id}/roles/{membership.id}", follow=True)
    assert "last administrator" in answer.content.decode()
    assert Membership.objects.filter(id=membership.id).exists()


def test_blocking_ends_all_sessions_at_once(desk: Client, resident: Actor, browser_of: Browser) -> None:
    phone, laptop = browser_of(resident), browser_of(resident)
    assert phone.get("/account/privacy").status_code == laptop.get("/account/privacy").status_code == 200

    desk.post(f"/administration/people/{resident.id}/block", {"reason": "Sent advertising"})

    assert phone.get("/account/privacy").status_code == laptop.get("/account/privacy").status_code == 302
    entry = Entry.objects.get(what="person.deactivated")
    assert (entry.person_id, entry.reason) == (resident.id, "Sent advertising")
    desk.post(f"/administration/people/{resident.id}/block", {"open": "yes"})
    assert browser_of(resident).get("/account/privacy").status_code == 200


def test_nobody_blocks_themselves_or_without_the_right(administrator: Actor, resident: Actor) -> None:
    assert administrator.id is not None
    assert resident.id is not None
    with pytest.raises(Invalid):
        person_deactivate(person_id=administrator.id, reason="", by=administrator)
    with pytest.raises(Forbidden):
        person_deactivate(person_id=administrator.id, reason="", by=resident)


# --- absences ---------------------------------------------------------------------------------------------------------


def days(first: int, last: int) -> dict[str, Any]:
    today = timezone.localdate()
    return {"first_day": today + timedelta(days=first), "last_day": today + timedelta(days=last)}


def test_who_is_away_is_stood_in_for_from_their_own_page(
    node: None, make_actor: Callable[[str], Actor], browser_of: Browser
) -> None:
    moderator, unit = make_actor("moderator"), make_actor("innovation_unit")
    browser = browser_of(moderator)
    sent = {name: day.isoformat() for name, day in days(0, 3).items()} | {"deputy": str(unit.id)}

    assert browser.post("/account/absence", sent).status_code == 302

    assert unit.id is not None
    assert actor_by_id(unit.id).moderates
    page = browser.get("/account/absence")
    assert [one.is_now for one in page.context["absences"]] == [True]
    browser.post(f"/account/absence/{Absence.objects.get().id}/end")
    assert not actor_by_id(unit.id).moderates


def test_what_is_no_absence_is_refused(node: None, make_actor: Callable[[str], Actor]) -> None:
    me, other, stranger = make_actor("moderator"), make_actor("innovation_unit"), make_actor("resident")
    assert me.id is not None
    assert other.id is not None
    assert stranger.id is not None
    absence_add(person_id=me.id, deputy_id=other.id, by=me, **days(0, 3))
    for deputy, first, last, code in (
        (other.id, 5, 4, "absence.order"),
        (other.id, -9, -2, "absence.past"),
        (other.id, 10, 500, "absence.long"),
        (stranger.id, 5, 6, "absence.deputy"),
        (me.id, 5, 6, "absence.deputy"),
        (other.id, 2, 6, "absence.twice"),
    ):
        with pytest.raises(Invalid) as refused:
            absence_add(person_id=me.id, deputy_id=deputy, by=me, **days(first, last))
        assert refused.value.code == code
    with pytest.raises(Forbidden):
        absence_add(person_id=me.id, deputy_id=other.id, by=stranger, **days(7, 8))


def test_residents_have_nobody_to_stand_in(node: None, resident: Actor, browser_of: Browser) -> None:
    page = browser_of(resident).get("/account/absence").content.decode()
    assert "no role here" in page


def office(number: int) -> list[Person]:
    """So many people who work for the city, every tenth without a name."""
    people = Person.objects.bulk_create(
        Person(email=f"staff-{i:04}@test.example", name="" if i % 10 == 0 else f"Person {i:04}") for i in range(number)
    )
    Membership.objects.bulk_create(Membership(person=one, role="moderator", since=clock.now()) for one in people)
    return people


@pytest.mark.parametrize("whose", ["own", "administration"])
def test_in_a_large_office_everybody_is_found_by_name(
    node: None, make_actor: Callable[[str], Actor], browser_of: Browser, administrator: Actor, whose: str
) -> None:
    people = office(700)
    me = make_actor("moderator")
    assert me.id is not None
    path = "/account/absence" if whose == "own" else f"/administration/people/{me.id}/absence"
    browser = browser_of(me if whose == "own" else administrator)
    key = "form" if whose == "own" else "absence_form"
    first = browser.get("/account/absence" if whose == "own" else f"/administration/people/{me.id}")
    assert b'name="find"' in first.content
    assert b'name="deputy"' not in first.content
    sent = {name: day.isoformat() for name, day in days(1, 3).items()}

    for typed, status, told in (("", 422, "Type the name"), ("nobody%", 422, "Nobody of this name")):
        answer = browser.post(path, {**sent, "find": typed})
        assert (answer.status_code, told in answer.content.decode()) == (status, True)
        assert sent["first_day"] in answer.content.decode()
    answer = browser.post(path, {**sent, "find": "person 06"})
    assert answer.status_code == 422
    shown = [value for value, _name in answer.context[key].fields["deputy"].choices if value]
    assert shown == [str(one.id) for one in people[600:700] if one.name]
    assert 'value="person 06"' in answer.content.decode()
    assert browser.post(path, {**sent, "find": "person 06", "deputy": shown[-1]}).status_code == 302
    assert str(Absence.objects.get().deputy_id) == shown[-1]

    nameless = browser.post(path, {**{name: day.isoformat() for name, day in days(9, 9).items()}, "find": "resident"})
    assert sum(1 for value, _name in nameless.context[key].fields["deputy"].choices if value) == 70


def test_in_a_small_office_one_chooses_from_a_list(
    node: None, make_actor: Callable[[str], Actor], browser_of: Browser
) -> None:
    office(20)
    page = browser_of(make_actor("moderator")).get("/account/absence")
    assert b'name="find"' not in page.content
    assert len(page.context["form"].fields["deputy"].choices) == 21
