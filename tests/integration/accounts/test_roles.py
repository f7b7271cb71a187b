"""Roles, deputies, and that the list of what one may read agrees with the rule for one record."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from citytandem.accounts.administration.services import people as blocking
from citytandem.accounts.contract import ANYBODY, SYSTEM, Actor
from citytandem.accounts.models import Absence, Department, Entry, Membership, Organisation, Person, Role
from citytandem.accounts.privacy.services import erasing
from citytandem.accounts.selectors import actor_by_id
from citytandem.accounts.services import administrators, people
from citytandem.accounts.services.people import person_make, role_grant, role_revoke
from citytandem.core import clock
from citytandem.core.errors import Forbidden, Invalid
from citytandem.core.permissions import allowed
from citytandem.streams.models import Moderation, Problem, Visibility
from citytandem.streams.selectors import visible_to
from tests.small_world import small_world

pytestmark = pytest.mark.django_db
Make = Callable[[str], Actor]
TODAY = timezone.localdate()


def absent(person: Actor, deputy: Actor, *, first: int, last: int) -> None:
    days = {"first_day": TODAY + timedelta(days=first), "last_day": TODAY + timedelta(days=last)}
    Absence.objects.create(person_id=person.id, deputy_id=deputy.id, **days)


def now(actor: Actor) -> Actor:
    assert actor.id is not None
    return actor_by_id(actor.id)


def test_a_deputy_has_the_roles_while_the_other_is_away(make_actor: Make) -> None:
    head, deputy = make_actor(Role.DEPARTMENT_STAFF), make_actor(Role.COUNCIL_VIEWER)
    assert not deputy.is_staff
    absent(head, deputy, first=1, last=2)
    assert now(deputy).roles == {"resident", "council_viewer"}
    absent(head, deputy, first=0, last=0)
    assert now(deputy).departments == head.departments
    assert now(deputy).is_staff


def test_nobody_stands_in_for_an_administrator_or_for_somebody_who_left(make_actor: Make) -> None:
    administrator, moderator, deputy = (make_actor(role) for role in ("administrator", "moderator", "council_viewer"))
    for one in (administrator, moderator):
        absent(one, deputy, first=-1, last=1)
    assert now(deputy).roles == {"resident", "council_viewer", "moderator"}
    Person.objects.filter(id=moderator.id).update(is_active=False)
    assert now(deputy).roles == {"resident", "council_viewer"}


def test_deputies_do_not_form_a_chain(make_actor: Make) -> None:
    first, second, third = (make_actor(role) for role in ("moderator", "council_viewer", "council_viewer"))
    absent(first, second, first=0, last=0)
    absent(second, third, first=0, last=0)
    assert now(third).roles == {"resident", "council_viewer"}


def test_a_member_of_an_organisation_does_not_stand_in_for_the_city(make_actor: Make) -> None:
    both, member = make_actor("moderator"), make_actor("organisation_member")
    (organisation,) = member.organisations
    Membership.objects.create(
        person_id=both.id, role="organisation_member", organisation_id=organisation, is_lead=True, since=clock.now()
    )
    absent(both, member, first=0, last=0)
    assert now(member).roles == {"resident", "organisation_member"}
    # They are in the organisation themselves, but lead it no more than before.
    assert now(member).leads == frozenset()


@pytest.mark.parametrize("role", [Role.ORGANISATION_MEMBER, Role.DEPARTMENT_STAFF])
def test_a_deputy_does_not_lead_and_so_gives_no_role_for_good(role: str, make_actor: Make) -> None:
    head, deputy, anna = make_actor(role), make_actor(role), make_actor("resident")
    own = Membership.objects.get(person_id=head.id)
    Membership.objects.filter(id=own.id).update(is_lead=True)
    place = {"organisation_id": own.organisation_id, "department_id": own.department_id}
    Membership.objects.filter(person_id=deputy.id).update(is_lead=False, **place)
    absent(head, deputy, first=0, last=2)

    acting = now(deputy)

    assert acting.departments | acting.organisations == {own.department_id or own.organisation_id}
    assert acting.leads == frozenset()
    assert not allowed("accounts.edit_department", acting, own.department_id)
    assert not allowed("accounts.edit_organisation", acting, own.organisation_id)
    with pytest.raises(Forbidden):
        role_grant(person_id=anna.id, role=role, by=acting, **place)
    assert now(head).leads == {own.department_id or own.organisation_id}


def test_who_leads_both_by_themselves_and_as_a_deputy_leads_their_own_only(make_actor: Make) -> None:
    first, second = make_actor(Role.DEPARTMENT_STAFF), make_actor(Role.DEPARTMENT_STAFF)
    Membership.objects.update(is_lead=True)
    absent(first, second, first=0, last=0)
    assert now(second).departments == first.departments | second.departments
    assert now(second).leads == second.departments


def test_who_leads_is_logged_whichever_way_it_is_changed(make_actor: Make) -> None:
    administrator, anna = make_actor("administrator"), make_actor("resident")
    wish = {"person_id": anna.id, "role": Role.DEPARTMENT_STAFF, "by": administrator}
    wish["department_id"] = Department.objects.create(slug="waste").id
    for is_lead in (False, True, True, False):
        role_grant(**wish, is_lead=is_lead)
    assert list(Entry.objects.order_by("id").values_list("what", "person_id")) == [
        ("role.granted", anna.id), ("role.leads", anna.id), ("role.leads_no_more", anna.id),
    ]  # fmt: skip
    assert now(anna).leads == frozenset()


def test_who_has_left_the_city_stands_in_no_more(make_actor: Make) -> None:
    moderator, deputy = make_actor("moderator"), make_actor("innovation_unit")
    absent(moderator, deputy, first=0, last=5)
    assert now(deputy).moderates
    role_revoke(membership_id=Membership.objects.get(person_id=deputy.id).id, by=SYSTEM)
    assert now(deputy).roles == {"resident"}


def test_roles_are_granted_and_revoked_by_administrators_and_leads_only(make_actor: Make) -> None:
    administrator, lead, anna = (make_actor(role) for role in ("administrator", "organisation_member", "resident"))
    (organisation,) = lead.organisations
    wish = {"person_id": anna.id, "role": Role.ORGANISATION_MEMBER, "organisation_id": organisation}
    with pytest.raises(Forbidden):
        role_grant(**wish, by=lead)
    Membership.objects.filter(person_id=lead.id).update(is_lead=True)
    granted = role_grant(**wish, by=now(lead))
    assert now(anna).organisations == {organisation}
    with pytest.raises(Forbidden):
        role_grant(person_id=anna.id, role=Role.MODERATOR, by=now(lead))
    role_grant(person_id=anna.id, role=Role.MODERATOR, by=administrator)
    with pytest.raises(Forbidden):
        role_revoke(membership_id=granted.id, by=now(anna))
    role_revoke(membership_id=granted.id, by=now(lead))
    assert now(anna).roles == {"resident", "moderator"}
    assert list(Entry.objects.order_by("id").values_list("what", "person_id")) == [
        ("role.granted", anna.id), ("role.granted", anna.id), ("role.revoked", anna.id),
    ]  # fmt: skip


def test_a_role_in_the_wrong_place_is_refused_before_the_database_does(make_actor: Make) -> None:
    administrator = make_actor("administrator")
    department = Department.objects.create(slug="waste")
    for role, place in (
        ("moderator", {"department_id": department.id}),
        ("department_staff", {}),
        ("resident", {}),
        ("king", {}),
    ):
        with pytest.raises(Invalid):
            role_grant(person_id=administrator.id, role=role, by=administrator, **place)


def test_the_last_administrator_stays(make_actor: Make) -> None:
    first = make_actor("administrator")
    last = Membership.objects.get(role="administrator")
    with pytest.raises(Invalid):
        role_revoke(membership_id=last.id, by=first)
    make_actor("administrator")
    role_revoke(membership_id=last.id, by=first)
    assert now(first).roles == {"resident"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["revoke", "block", "erase"])
def test_two_administrators_who_go_at_once_take_turns(
    way: str, make_actor: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make_actor("administrator"), make_actor("administrator")
    roles = {row.person_id: row.id for row in Membership.objects.filter(role="administrator")}
    gate, told = threading.Barrier(2), []
    take_turns = administrators.keep_an_administrator

    def together(*, without: UUID) -> None:
        gate.wait(timeout=20)
        take_turns(without=without)

    for module in (people, blocking, erasing):
        monkeypatch.setattr(module, "keep_an_administrator", together)

    def go(one: Actor, other: Actor) -> None:
        assert one.id is not None
        try:
            if way == "revoke":
                role_revoke(membership_id=roles[one.id], by=other)
            elif way == "block":
                blocking.person_deactivate(person_id=one.id, reason="", by=other)
            else:
                erasing.person_erase(person_id=one.id, by=one)
            told.append("done")
        except (Invalid, DatabaseError) as error:
            told.append(getattr(error, "code", type(error).__name__))
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(told) == ["done", "role.last_administrator"]
    assert Membership.objects.filter(role="administrator", person__is_active=True).count() == 1


def test_the_command_line_sets_the_one_role_for_the_city() -> None:
    person_make(email="a@test.example", password="long enough 1", role="moderator")
    made = person_make(email="a@test.example", password="long enough 1", role="innovation_unit")
    assert made.roles == {"resident", "innovation_unit"}
    with pytest.raises(Invalid):
        person_make(email="a@test.example", password="long enough 1", role="department_staff")


def test_lists_show_what_the_rule_allows_one_by_one(make_actor: Make, quick_embedder: object) -> None:
    small_world()
    anna, member = make_actor("resident"), make_actor("organisation_member")
    organisation = Organisation.objects.get(id=next(iter(member.organisations)))
    base = Problem.objects.first()
    assert base is not None
    for visibility in Visibility.values:
        for moderation in ("", "held", "removed"):
            for owner in ({}, {"created_by_id": anna.id}, {"organisation": organisation}):
                number = Problem.objects.count()
                values = {"visibility": visibility, "moderation": moderation, "code": f"c{number}", "language": "de"}
                Problem.objects.create(created_at=clock.now(), changed_at=clock.now(), **values, **owner)
    Problem.objects.create(
        code="merged", language="de", visibility="public", moderation=Moderation.MERGED, merged_into=base,
        created_at=clock.now(), changed_at=clock.now(),
    )  # fmt: skip
    others = [make_actor(role) for role in Role.values if role not in {"resident", "organisation_member"}]
    for actor in (ANYBODY, SYSTEM, anna, member, *others):
        listed = set(visible_to(actor, Problem).values_list("id", flat=True))
        unmerged = Problem.objects.exclude(moderation="merged")
        assert listed == {row.id for row in unmerged if allowed("streams.read", actor, row)}, actor.roles
