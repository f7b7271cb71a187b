"""A problem finds its department, is due, is given on with a reason, and does not get lost when nobody answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.accounts.models import Department
from citytandem.accounts.places.services.departments import Draft, department_save
from citytandem.core.errors import Conflict, DomainError, Forbidden, Invalid
from citytandem.core.ids import stable_id
from citytandem.core.node import this_node
from citytandem.notifications.models import Notice
from citytandem.streams.models import Change, Problem
from citytandem.streams.services.moderating import record_moderate
from citytandem.streams.services.records import problem_set_status, record_edit
from citytandem.streams.services.routing import (
    problem_answered,
    problem_route,
    problem_route_new,
    problems_escalate,
    problems_reroute,
)
from tests.integration.desk.conftest import SQUARE, Town

Told = Callable[..., Problem]
At = Callable[[str], None]


def test_a_new_problem_goes_to_the_department_of_its_theme(town: Town, told: Told, at: At, staff_of: Any) -> None:
    colleague = staff_of(town.waste)
    at("2026-03-06")  # a Friday
    problem = told()
    assert problem.department_id == town.waste.id
    assert problem.due_on == date(2026, 3, 13)
    routed = Change.objects.get(object_id=problem.id, what="routed")
    assert routed.fields == {"department": [None, str(town.waste.id)]}
    notice = Notice.objects.get(person_id=colleague.id)
    assert (notice.kind, notice.about_id) == ("department_problem", problem.id)


def test_what_fits_no_theme_goes_to_the_fallback(town: Town, told: Told) -> None:
    assert told(themes=["schools"]).department_id == town.digital.id
    assert told(themes=[]).department_id == town.digital.id
    assert told(city=None).department_id == town.waste.id


def test_the_area_decides_between_departments_of_one_theme(town: Town, told: Told) -> None:
    north = Department.objects.create(slug="north", name={}, themes=["waste"], areas=[SQUARE])
    inside = {"place_kind": "point", "latitude": 51.5, "longitude": 6.5}
    outside = {"place_kind": "point", "latitude": 40.0, "longitude": 6.5}
    assert told(**inside).department_id == north.id
    assert told(**outside).department_id == town.waste.id


def test_drafts_and_other_cities_stay_where_they_are(town: Town, told: Told, resident: Actor) -> None:
    assert told(city=stable_id("city", "sofia")).department_id is None
    draft = told(visibility="draft")
    assert draft.department_id is None
    record_edit(kind="problem", key=draft.id, version=draft.version, by=resident, details={"visibility": "public"})
    draft.refresh_from_db()
    assert draft.department_id == town.waste.id


def test_what_waits_for_moderation_is_routed_once_it_is_open(town: Town, told: Told) -> None:
    problem = told(visibility="draft")
    Problem.objects.filter(id=problem.id).update(visibility="public", moderation="held")
    assert problem_route_new(problem_id=problem.id) is None
    record_moderate(kind="problem", record_id=problem.id, state="", by=SYSTEM)
    problem.refresh_from_db()
    assert problem.department_id == town.waste.id


def test_a_problem_is_given_on_with_a_reason(town: Town, told: Told, at: At, staff_of: Any) -> None:
    at("2026-03-02")
    problem, colleague, other = told(), staff_of(town.waste), staff_of(town.traffic)
    at("2026-03-04")
    with pytest.raises(Invalid, match="Say why"):
        problem_route(problem_id=problem.id, department_id=town.traffic.id, reason=" ", by=colleague)
    problem_route(problem_id=problem.id, department_id=town.traffic.id, reason="It is about parking.", by=colleague)
    problem.refresh_from_db()
    assert (problem.department_id, problem.due_on) == (town.traffic.id, date(2026, 3, 18))
    last = Change.objects.filter(object_id=problem.id, what="routed").latest("id")
    assert (last.reason, last.by_id) == ("It is about parking.", colleague.id)
    assert Notice.objects.filter(person_id=other.id, about_id=problem.id).exists()
    with pytest.raises(Invalid, match="already"):
        problem_route(problem_id=problem.id, department_id=town.traffic.id, reason="Again.", by=other)


@pytest.mark.parametrize("state", ["removed", "merged"])
def test_what_was_taken_down_or_merged_is_given_to_nobody(
    town: Town, told: Told, innovation_unit: Actor, state: str
) -> None:
    problem, other = told(), told()
    merged_into = other.id if state == "merged" else None
    Problem.objects.filter(id=problem.id).update(moderation=state, merged_into=merged_into)
    with pytest.raises(Conflict) as caught:
        problem_route(problem_id=problem.id, department_id=town.traffic.id, reason="It is ours.", by=innovation_unit)
    assert (caught.value.code, caught.value.field) == ("route.closed", "department")
    problem.refresh_from_db()
    assert problem.department_id == town.waste.id


def test_only_its_department_gives_a_problem_away_but_others_take_it_over(
    town: Town, told: Told, staff_of: Any, resident: Actor, innovation_unit: Actor
) -> None:
    problem, stranger = told(), staff_of(town.traffic)
    with pytest.raises(Forbidden):
        problem_route(problem_id=problem.id, department_id=town.digital.id, reason="No.", by=stranger)
    with pytest.raises(Forbidden):
        problem_route(problem_id=problem.id, department_id=town.traffic.id, reason="No.", by=resident)
    problem_route(problem_id=problem.id, department_id=town.traffic.id, reason="We take it.", by=stranger)
    problem_route(problem_id=problem.id, department_id=town.digital.id, reason="Better so.", by=innovation_unit)
    problem.refresh_from_db()
    assert problem.department_id == town.digital.id


def test_two_people_who_route_at_once_do_not_overwrite_each_other(
    town: Town, told: Told, staff_of: Any, innovation_unit: Actor
) -> None:
    problem = told()
    seen: dict[str, Any] = {"seen": town.waste.id, "has_seen": True}
    problem_route(problem_id=problem.id, department_id=town.traffic.id, reason="First.", by=innovation_unit, **seen)
    with pytest.raises(Conflict):
        problem_route(
            problem_id=problem.id, department_id=town.digital.id, reason="Second.", by=innovation_unit, **seen
        )
    problem.refresh_from_db()
    assert problem.department_id == town.traffic.id


def test_a_late_answer_is_told_to_those_above_once(town: Town, told: Told, at: At, staff_of: Any) -> None:
    lead, colleague, own = staff_of(town.traffic, is_lead=True), staff_of(town.traffic), staff_of(town.waste)
    at("2026-03-02")
    problem = told()
    Notice.objects.all().delete()
    assert problems_escalate(today=date(2026, 3, 4)) == (0, 0)
    assert problems_escalate(today=date(2026, 3, 5)) == (1, 0)  # two working days before Monday the 9th
    assert problems_escalate(today=date(2026, 3, 9)) == (1, 0)
    assert list(Notice.objects.values_list("person_id", "template")) == [(own.id, "department_due")]
    assert problems_escalate(today=date(2026, 3, 10)) == (0, 1)
    assert problems_escalate(today=date(2026, 3, 11)) == (0, 0)
    late = Notice.objects.filter(template="department_overdue")
    assert list(late.values_list("person_id", flat=True)) == [lead.id]
    assert not late.filter(person_id=colleague.id).exists()
    assert Change.objects.filter(object_id=problem.id, what="escalated").count() == 1


def test_where_nobody_is_above_the_innovation_unit_hears_of_it(
    town: Town, told: Told, at: At, innovation_unit: Actor
) -> None:
    at("2026-03-02")
    told(themes=["open-data"])
    assert problems_escalate(today=date(2026, 4, 1)) == (0, 1)
    assert Notice.objects.get(template="department_overdue").person_id == innovation_unit.id


def test_what_is_answered_moved_on_or_taken_down_is_never_escalated(
    town: Town, told: Told, at: At, innovation_unit: Actor
) -> None:
    at("2026-03-02")
    answered, moved, removed = told("One"), told("Two"), told("Three")
    at("2026-03-03")
    problem_answered(problem_id=answered.id, at=answered.created_at, by=innovation_unit)
    problem_set_status(key=moved.id, status="matched", reason="We look at sensors.", by=innovation_unit)
    Problem.objects.filter(id=removed.id).update(moderation="removed")
    assert problems_escalate(today=date(2026, 5, 1)) == (0, 0)
    moved.refresh_from_db()
    assert moved.answered_at is not None


def test_the_first_answer_counts(town: Town, told: Told, innovation_unit: Actor) -> None:
    problem = told()
    problem_answered(problem_id=problem.id, at=problem.created_at, by=innovation_unit)
    problem_set_status(key=problem.id, status="solved", reason="Done.", by=innovation_unit)
    problem.refresh_from_db()
    assert problem.answered_at == problem.created_at
    assert problem.solved_at is not None
    problem_set_status(key=problem.id, status="open", reason="It is back.", by=innovation_unit)
    problem.refresh_from_db()
    assert problem.solved_at is None
    assert Change.objects.filter(object_id=problem.id, what="answered").count() == 1


def test_a_closed_department_leaves_nothing_behind(
    town: Town, told: Told, make_actor: Any, innovation_unit: Actor
) -> None:
    open_one, done = told("Open"), told("Done")
    problem_answered(problem_id=done.id, at=done.created_at, by=innovation_unit)
    administrator = make_actor("administrator")
    draft = Draft(names={"en": "Waste"}, themes=["waste"], is_active=False)
    department_save(draft=draft, by=administrator, department_id=town.waste.id)
    from citytandem.accounts.directory import forget_departments

    forget_departments()
    assert problems_reroute(department_id=town.waste.id) == 1
    open_one.refresh_from_db()
    done.refresh_from_db()
    assert open_one.department_id == town.digital.id
    assert done.department_id == town.waste.id


def test_routing_needs_a_department(db: None, told: Told, town: Town) -> None:
    Department.objects.all().update(is_active=False)
    from citytandem.accounts.directory import forget_departments

    forget_departments()
    assert this_node().home_slug == "krefeld"
    problem = told()
    assert (problem.department_id, problem.due_on) == (None, None)
    with pytest.raises(DomainError):
        problem_route(problem_id=problem.id, department_id=town.waste.id, reason="Yes.", by=SYSTEM)
