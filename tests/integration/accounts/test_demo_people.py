"""The sign-ins of the demo, which everybody knows: whom they see, whom they cannot touch, whom they do not replace."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from citytandem.accounts.administration.absences import deputies_for
from citytandem.accounts.administration.selectors import node_version
from citytandem.accounts.administration.services.invitations import invitation_make, invitation_withdraw
from citytandem.accounts.administration.services.node import mail_set, node_change
from citytandem.accounts.administration.services.people import (
    absence_add,
    absence_remove,
    person_deactivate,
    person_reactivate,
)
from citytandem.accounts.contract import SYSTEM, Actor, person_make
from citytandem.accounts.masking import address_shown
from citytandem.accounts.models import Absence, Department, Entry, Invitation, Membership, Organisation, Person
from citytandem.accounts.places.services.departments import staff_add
from citytandem.accounts.places.services.organisations import (
    Draft,
    member_remove,
    member_set_lead,
    organisation_confirm,
    organisation_edit,
    organisation_make,
    organisation_refuse,
)
from citytandem.accounts.privacy.services.erasing import person_erase
from citytandem.accounts.privacy.services.exports import person_export
from citytandem.accounts.selectors import actor_by_id
from citytandem.accounts.services.people import role_grant, role_revoke
from citytandem.core import clock
from citytandem.core.errors import Forbidden, Invalid
from citytandem.core.models import Node
from citytandem.core.node import forget_node, node_set

Browser = Callable[..., Client]
Make = Callable[[str], Actor]
DAYS = {"first_day": timezone.localdate(), "last_day": timezone.localdate() + timedelta(days=3)}


@pytest.fixture
def shared(db: None) -> Actor:
    """The administrator of a demo node."""
    node_set(name="Krefeld", home_city=None, home_slug="krefeld", language="de", demo="krefeld")
    return person_make(
        email="administrator@citytandem.example", password="demo-administrator", role="administrator", is_demo=True
    )


@pytest.fixture
def anna(shared: Actor) -> Person:
    """Somebody real who works there."""
    person = Person.objects.create(email="anna.meier@city.example", name="Anna")
    Membership.objects.create(person=person, role="moderator", since=clock.now())
    return person


# --- what they see ----------------------------------------------------------------------------------------------------


def test_addresses_of_real_people_are_shortened_on_every_page(
    shared: Actor, anna: Person, make_actor: Make, browser_of: Browser
) -> None:
    real = make_actor("administrator")
    department = Department.objects.create(slug="waste")
    role_grant(person_id=anna.id, role="department_staff", department_id=department.id, by=real)
    invitation_make(email="bert.kurz@city.example", role="moderator", language="de", by=real)
    paths = (
        "/administration/people",
        f"/administration/people/{anna.id}",
        "/administration/invitations",
        "/administration/log",
        "/notifications/log",
        "/administration/departments/waste",
    )
    seen_by_all, seen_by_real = "", ""
    for path in paths:
        page = browser_of(shared).get(path)
        assert page.status_code == 200, path
        seen_by_all += page.content.decode()
        seen_by_real += browser_of(real).get(path).content.decode()

    assert "anna.meier" not in seen_by_all
    assert "bert.kurz" not in seen_by_all
    assert seen_by_all.count("a…@city.example") >= 3
    assert "administrator@citytandem.example" in seen_by_all
    assert "anna.meier@city.example" in seen_by_real
    assert "bert.kurz@city.example" in seen_by_real


def test_an_address_cannot_be_found_out_letter_by_letter(shared: Actor, anna: Person, browser_of: Browser) -> None:
    def found(begins: str) -> int:
        return len(browser_of(shared).get(f"/administration/people?begins={begins}").context["rows"])

    assert (found("anna.m"), found("anna"), found("administrator@"), found("meier@city")) == (0, 1, 1, 0)
    with pytest.raises(Forbidden):
        staff_add(department_id=Department.objects.create(slug="a").id, email=anna.email, is_lead=False, by=shared)
    with pytest.raises(Forbidden):
        staff_add(department_id=Department.objects.get().id, email="no@city.example", is_lead=False, by=shared)


@pytest.mark.parametrize(
    ("address", "masks", "told"),
    [
        ("anna@city.example", True, "a…@city.example"),
        ("anna@city.example", False, "anna@city.example"),
        ("Administrator@citytandem.example", True, "Administrator@citytandem.example"),
        ("", True, ""),
    ],
)
def test_an_address_as_a_page_shows_it(address: str, masks: bool, told: str) -> None:
    assert address_shown(address, masks=masks) == told


# --- what they cannot do ----------------------------------------------------------------------------------------------


def test_nothing_is_done_to_real_people(shared: Actor, anna: Person, make_actor: Make) -> None:
    mine = Membership.objects.get(person=anna)
    blocked = Person.objects.create(email="blocked@city.example", is_active=False)
    deputy = make_actor("innovation_unit")
    assert deputy.id is not None
    absence = absence_add(person_id=anna.id, deputy_id=deputy.id, by=SYSTEM, **DAYS)
    invitation = invitation_make(email="new@city.example", role="moderator", language="de", by=SYSTEM)
    before = Entry.objects.count()
    for attempt in (
        lambda: role_grant(person_id=anna.id, role="administrator", by=shared),
        lambda: role_revoke(membership_id=mine.id, by=shared),
        lambda: person_deactivate(person_id=anna.id, reason="", by=shared),
        lambda: person_reactivate(person_id=blocked.id, by=shared),
        lambda: absence_add(person_id=anna.id, deputy_id=deputy.id, by=shared, **DAYS),
        lambda: absence_remove(absence_id=absence.id, by=shared),
        lambda: invitation_withdraw(invitation_id=invitation.id, by=shared),
        lambda: person_export(io.BytesIO(), person_id=anna.id, by=shared),
        lambda: person_erase(person_id=anna.id, by=shared),
    ):
        with pytest.raises(Forbidden) as refused:
            attempt()
        assert refused.value.code == "sign_in.shared"
        assert "not of the demo" in str(refused.value)
    assert Entry.objects.count() == before
    assert Absence.objects.exists()
    assert Invitation.objects.get().email == "new@city.example"
    assert Person.objects.filter(id=anna.id, is_active=True, erased_at=None).exists()


def test_nor_to_the_members_of_an_organisation(shared: Actor, make_actor: Make) -> None:
    member = make_actor("organisation_member")
    membership = Membership.objects.get(person_id=member.id)
    for attempt in (
        lambda: member_set_lead(membership_id=membership.id, is_lead=True, by=shared),
        lambda: member_remove(membership_id=membership.id, by=shared),
    ):
        with pytest.raises(Forbidden) as refused:
            attempt()
        assert refused.value.code == "sign_in.shared"


def test_the_page_says_why(shared: Actor, anna: Person, browser_of: Browser) -> None:
    answer = browser_of(shared).post(f"/administration/people/{anna.id}/roles", {"role": "administrator", "place": ""})
    assert answer.status_code == 403
    assert "not of the demo" in answer.content.decode()
    assert browser_of(shared).post(f"/administration/people/{anna.id}/block", {"reason": ""}).status_code == 403


def test_nobody_of_the_demo_has_more_roles_than_they_came_with(shared: Actor) -> None:
    other = person_make(email="resident@citytandem.example", password="demo-resident", role="moderator", is_demo=True)
    assert other.id is not None
    assert shared.id is not None
    held = Membership.objects.get(person_id=other.id)
    for attempt in (
        lambda: role_grant(person_id=shared.id, role="moderator", by=shared),
        lambda: role_grant(person_id=other.id, role="innovation_unit", by=shared),
        lambda: role_revoke(membership_id=held.id, by=shared),
    ):
        with pytest.raises(Forbidden) as refused:
            attempt()
        assert refused.value.code == "sign_in.shared"
    assert actor_by_id(shared.id).roles == {"resident", "administrator"}
    assert actor_by_id(other.id).roles == {"resident", "moderator"}


def test_letters_to_real_people_are_worded_by_real_people(shared: Actor, make_actor: Make) -> None:
    letter = {"name": "trial", "language": "de", "subject": "Your bank", "body": ""}
    with pytest.raises(Forbidden) as refused:
        mail_set(version=node_version(), by=shared, **letter)
    assert refused.value.code == "sign_in.shared"
    assert Node.objects.get().texts == {}
    mail_set(version=node_version(), by=make_actor("administrator"), **letter)
    assert Node.objects.get().texts


def test_nothing_is_kept_less_long_than_it_comes_with(shared: Actor, make_actor: Make) -> None:
    def keep(by: Actor, **days: int) -> None:
        node_change(
            version=node_version(), changes={"periods": {"accounts." + name: n for name, n in days.items()}}, by=by
        )

    keep(shared, log=2_000)
    keep(make_actor("administrator"), log=400)
    keep(shared, log=400, sessions=60)
    for shorter in ({"log": 399}, {"sessions": 29}, {"log": 400, "sign_in": 1_000}):
        with pytest.raises(Forbidden) as refused:
            keep(shared, **shorter)
        assert refused.value.code == "sign_in.shared"
    assert Node.objects.get().periods == {"accounts.log": 400, "accounts.sessions": 60}


def test_no_administrator_can_empty_the_log_or_the_list_of_people_overnight(make_actor: Make) -> None:
    real = make_actor("administrator")
    for name, least in (("accounts.sign_in", 90), ("accounts.log", 30), ("notifications", 8)):
        with pytest.raises(Invalid) as refused:
            node_change(version=node_version(), changes={"periods": {name: least - 1}}, by=real)
        assert refused.value.code == "period.range"
        node_change(version=node_version(), changes={"periods": {name: least}}, by=real)


def test_an_organisation_of_real_people_is_theirs(shared: Actor, make_actor: Make, browser_of: Browser) -> None:
    draft = Draft(name="Bees", kind="association", email="bees@real.example", telephone="+49 2151 1234")
    real = organisation_make(draft=draft, by=make_actor("resident"))
    for attempt in (
        lambda: organisation_confirm(organisation_id=real.id, by=shared),
        lambda: organisation_refuse(organisation_id=real.id, by=shared),
        lambda: organisation_edit(organisation_id=real.id, draft=replace(draft, name="Wasps"), by=shared),
    ):
        with pytest.raises(Forbidden) as refused:
            attempt()
        assert refused.value.code == "sign_in.shared"
    assert Organisation.objects.get() == real
    browser = browser_of(shared)
    for path in ("/administration/organisations", "/organisations/bees"):
        page = browser.get(path).content.decode()
        assert "b…@real.example" in page, path
        assert "bees@real" not in page
        assert "2151" not in page
    assert browser.get("/organisations/bees/edit").status_code == 403
    assert "2151 1234" in browser_of(make_actor("administrator")).get("/administration/organisations").content.decode()

    other = person_make(email="resident@citytandem.example", password="demo-resident", is_demo=True)
    shown = organisation_make(draft=Draft(name="Demo", kind="association"), by=other)
    organisation_confirm(organisation_id=shown.id, by=shared)
    assert Organisation.objects.get(id=shown.id).is_confirmed


def test_why_somebody_real_was_blocked_is_not_for_everybody(
    shared: Actor, anna: Person, make_actor: Make, browser_of: Browser
) -> None:
    real = make_actor("administrator")
    person_deactivate(person_id=anna.id, reason="Threatened a neighbour", by=real)
    assert "Threatened" not in browser_of(shared).get("/administration/log").content.decode()
    assert "Threatened" in browser_of(real).get("/administration/log").content.decode()


def test_who_signs_up_is_told_that_it_is_a_demo(shared: Actor) -> None:
    def told() -> bool:
        page = Client(headers={"Accept-Language": "en"}).get("/sign-up")
        assert page.status_code == 200
        return "everybody can sign in as its staff" in page.content.decode()

    assert told()
    Node.objects.update(demo="")
    forget_node()
    assert not told()


# --- who stands in for whom -------------------------------------------------------------------------------------------


def test_the_demo_and_real_people_do_not_stand_in_for_each_other(shared: Actor, anna: Person) -> None:
    other = person_make(email="unit@citytandem.example", password="demo-unit", role="innovation_unit", is_demo=True)
    assert other.id is not None
    assert shared.id is not None
    assert {one.id for one in deputies_for(shared.id).people} == {other.id}
    assert not deputies_for(anna.id).people
    for person, deputy in ((anna.id, shared.id), (shared.id, anna.id)):
        with pytest.raises(Invalid) as refused:
            absence_add(person_id=person, deputy_id=deputy, by=SYSTEM, **DAYS)
        assert refused.value.code == "absence.deputy"
        Absence.objects.create(person_id=person, deputy_id=deputy, **DAYS)
    absence_add(person_id=other.id, deputy_id=shared.id, by=shared, **DAYS)
    acting = actor_by_id(shared.id)
    assert acting.is_demo
    assert acting.roles == {"resident", "administrator", "innovation_unit"}
    assert actor_by_id(anna.id).roles == {"resident", "moderator"}
    assert not actor_by_id(anna.id).is_demo


# --- whom they do not replace -----------------------------------------------------------------------------------------


def test_a_demos_administrator_does_not_stand_in_for_the_last_real_one(shared: Actor, make_actor: Make) -> None:
    real = make_actor("administrator")
    assert real.id is not None
    own = Membership.objects.get(person_id=real.id)
    with pytest.raises(Invalid) as kept:
        role_revoke(membership_id=own.id, by=real)
    assert kept.value.code == "role.last_administrator"
    with pytest.raises(Invalid):
        person_erase(person_id=real.id, by=real)

    make_actor("administrator")
    role_revoke(membership_id=own.id, by=real)
    assert not actor_by_id(real.id).administers


def test_the_demos_administrator_may_go_once_there_is_a_real_one(shared: Actor, make_actor: Make) -> None:
    held = Membership.objects.get(person_id=shared.id)
    with pytest.raises(Invalid):
        role_revoke(membership_id=held.id, by=SYSTEM)
    make_actor("administrator")
    role_revoke(membership_id=held.id, by=SYSTEM)
    assert shared.id is not None
    assert not actor_by_id(shared.id).administers
