"""The database itself refuses what must not be, whatever code stands in front of it: each constraint once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from citytandem.accounts.models import Absence, Department, Membership, Organisation, Person
from citytandem.core.ids import short_code, stable_id, uuid7
from citytandem.core.models import Node
from citytandem.partnerships.models import City, Partnership
from citytandem.streams.models import Link, Problem, Solution, SolutionUse, Weighting

pytestmark = pytest.mark.django_db
# Fixed: it is part of the names of tests, which have to be alike in all processes.
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CITY = stable_id("city", "krefeld")


def record(model: type[Problem | Solution], **fields: Any) -> Any:
    identifier = uuid7()
    values = {"id": identifier, "code": short_code(identifier), "language": "de", "created_at": NOW, "changed_at": NOW}
    return model._default_manager.create(**{**values, **fields})


def both(name: str, /, **fields: Any) -> list[Any]:
    """A fault that both streams share."""
    return [
        pytest.param(f"{model._meta.model_name}_{name}", model, fields, id=f"{model.__name__} {name} {fields}")
        for model in (Problem, Solution)
    ]


def one(name: str, model: type[models.Model], /, **fields: Any) -> Any:
    return pytest.param(name, model, fields, id=f"{name} {fields}")


FAULTS = [
    *both("language_known", language="es"),
    *both("visibility_known", visibility="secret"),
    *both("moderation_known", moderation="lost"),
    *both("place_on_earth", latitude=91, longitude=0),
    *both("place_on_earth", latitude=0, longitude=181),
    *both("place_on_earth", latitude=float("nan"), longitude=0),
    *both("place_on_earth", latitude=51.3),
    *both("place_on_earth", longitude=6.5),
    *both("point_has_place", place_kind="point"),
    *both("area_has_shape", place_kind="area"),
    *both("from_elsewhere_has_address", origin="did:web:sofia.example"),
    *both("from_elsewhere_has_address", origin_uri="https://sofia.example/1"),
    one("problem_status_known", Problem, status="finished"),
    one("problem_sender_known", Problem, sender="king"),
    one("solution_kind_known", Solution, kind="magic"),
    one("solution_trl_1_to_9", Solution, trl=0),
    one("solution_trl_1_to_9", Solution, trl=10),
    one("solution_cost_range_ordered", Solution, cost_low=2, cost_high=1),
    one("solution_cost_not_negative", Solution, cost_low=-1),
    one("solution_cost_not_negative", Solution, cost_high=-1),
    one("city_on_earth", City, slug="x", name="X", country="DE", latitude=91, longitude=0),
    one("city_on_earth", City, slug="x", name="X", country="DE", latitude=51),
    one("partnership_has_its_members", Partnership, slug="x", kind="tandem", members=[CITY]),
    one("partnership_has_its_members", Partnership, slug="x", kind="tridem", members=[CITY] * 2),
    one("partnership_has_its_members", Partnership, slug="x", kind="tandem", members=[]),
    one("partnership_has_its_members", Partnership, slug="x", kind="quartet", members=[CITY] * 4),
    one("node_is_single", Node, id=2, name="second"),
    one("node_colour_is_hex", Node, name="x", colour="red"),
    one("node_colour_is_hex", Node, name="x", colour="#FFFFFF"),
    one("organisation_kind_known", Organisation, slug="x", name="X", kind="sect", created_at=NOW),
]


def refused(name: str, make: Any) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make()
    assert name in str(caught.value)


@pytest.mark.parametrize(("name", "model", "fields"), FAULTS)
def test_a_row_that_must_not_be_is_refused(name: str, model: Any, fields: dict[str, Any]) -> None:
    if model in (Problem, Solution):
        record(model)
        refused(name, lambda: record(model, **fields))
    else:
        refused(name, lambda: model._default_manager.create(**fields))


def test_a_pair_is_linked_once_and_its_score_is_a_share() -> None:
    problem, solution = record(Problem), record(Solution)
    values = {"problem": problem, "maker": "people", "created_at": NOW}
    Link.objects.create(solution=solution, **values)
    refused("link_once", lambda: Link.objects.create(solution=solution, **values))
    for score in (-0.1, 1.1, float("nan")):
        refused(
            "link_score_is_share",
            lambda score=score: Link.objects.create(solution=record(Solution), score=score, **values),
        )


def test_a_solution_is_used_once_per_city() -> None:
    solution = record(Solution)
    SolutionUse.objects.create(solution=solution, city=CITY)
    refused("solution_use_once_per_city", lambda: SolutionUse.objects.create(solution=solution, city=CITY))


def test_one_weighting_is_in_use() -> None:
    values = {"weights": {}, "reason": "x", "made_at": NOW}
    for is_in_use in (True, False, False):
        Weighting.objects.create(is_in_use=is_in_use, **values)
    refused("weighting_one_in_use", lambda: Weighting.objects.create(is_in_use=True, **values))


def test_an_address_is_taken_whatever_its_case() -> None:
    Person.objects.create(email="anna@test.example")
    refused("person_email_any_case", lambda: Person.objects.create(email="Anna@Test.example"))


def test_codes_and_slugs_are_unique() -> None:
    first = record(Problem, slug="bins")
    refused("code", lambda: record(Problem, code=first.code))
    refused("slug", lambda: record(Problem, slug="bins"))
    record(Problem, slug=None)
    record(Problem, slug=None)


def test_an_erased_person_keeps_neither_name_nor_access() -> None:
    for left in ({"name": "Anna", "is_active": False}, {"is_active": True}):
        refused(
            "person_erased_is_nobody",
            lambda left=left: Person.objects.create(email="a@test.example", erased_at=NOW, **left),
        )


def test_a_role_fits_its_place_and_is_held_once() -> None:
    person = Person.objects.create(email="anna@test.example")
    department = Department.objects.create(slug="waste")
    organisation = Organisation.objects.create(slug="friends", name="Friends", created_at=NOW)
    for role, place in (
        ("department_staff", {}),
        ("department_staff", {"organisation": organisation}),
        ("organisation_member", {"department": department}),
        ("organisation_member", {"department": department, "organisation": organisation}),
        ("moderator", {"department": department}),
        ("resident", {}),
        ("king", {}),
    ):
        refused(
            "membership_role_fits_place",
            lambda role=role, place=place: Membership.objects.create(person=person, role=role, since=NOW, **place),
        )
    for role, place in (("moderator", {}), ("department_staff", {"department": department})):
        Membership.objects.create(person=person, role=role, since=NOW, **place)
        refused(
            "membership_once",
            lambda role=role, place=place: Membership.objects.create(person=person, role=role, since=NOW, **place),
        )


def test_an_absence_ends_after_it_begins_and_the_deputy_is_somebody_else() -> None:
    anna, boris = (Person.objects.create(email=f"{name}@test.example") for name in ("anna", "boris"))
    days = {"first_day": date(2026, 8, 3), "last_day": date(2026, 8, 2)}
    refused("absence_days_in_order", lambda: Absence.objects.create(person=anna, deputy=boris, **days))
    days["last_day"] = days["first_day"]
    refused("absence_deputy_is_another", lambda: Absence.objects.create(person=anna, deputy=anna, **days))
    Absence.objects.create(person=anna, deputy=boris, **days)


def test_a_department_answers_in_time_and_escalates_to_another_and_one_is_the_fallback() -> None:
    department = Department.objects.create(slug="waste", is_fallback=True)
    for days in (0, 400):
        refused("department_service_days", lambda days=days: Department.objects.create(slug="a", service_days=days))
    refused("department_fallback", lambda: Department.objects.create(slug="roads", is_fallback=True))
    itself = Department.objects.filter(id=department.id)
    refused("department_escalates_elsewhere", lambda: itself.update(escalate_to=department))


def test_what_was_merged_leads_to_another_problem() -> None:
    problem, other = record(Problem), record(Problem)
    refused("problem_merged_has_target", lambda: record(Problem, moderation="merged"))
    refused("problem_merged_has_target", lambda: record(Problem, merged_into=other))
    itself = Problem.objects.filter(id=problem.id)
    refused("problem_not_into_itself", lambda: itself.update(merged_into=problem, moderation="merged"))


# The other modules have tables of their own (`tests/constraints.py`), each with a check that none is missing there.
TESTED_HERE = {
    "citytandem.accounts.models", "citytandem.core.models", "citytandem.streams.models",
}  # fmt: skip


def test_every_constraint_is_tested() -> None:
    """A new constraint needs a row that it refuses: here, or in the tests of its module under its name."""
    own = {
        constraint.name
        for model in apps.get_models()
        if model.__module__ in TESTED_HERE
        for constraint in model._meta.constraints
    }
    told = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parents[2].rglob("test_*.py"))
    tested = {parameter.values[0] for parameter in FAULTS} | {name for name in own if name in told}
    assert own - tested == set()


TESTED_ELSEWHERE = {
    "citytandem.accounts.models_privacy", "citytandem.conversation.models", "citytandem.files.models",
    "citytandem.moderation.models", "citytandem.notifications.models", "citytandem.search.models",
    "citytandem.streams.models_shared", "citytandem.streams.models_staff",
}  # fmt: skip
# One table for all of a module's files; it says itself that none of them is without a row.
TESTED_TOGETHER = {
    "citytandem.challenges.models", "citytandem.challenges.models_assessment", "citytandem.challenges.models_partners",
    "citytandem.challenges.models_pilots", "citytandem.challenges.models_proposals", "citytandem.challenges.models_tenders",
    "citytandem.federation.models", "citytandem.federation.models_log",
    "citytandem.partnerships.models.accompanying",
    "citytandem.partnerships.models.applying", "citytandem.partnerships.models.cities",
    "citytandem.partnerships.models.convening", "citytandem.partnerships.models.passports",
    "citytandem.partnerships.models.programmes", "citytandem.partnerships.models.reporting", "citytandem.partnerships.models.surveys",
}  # fmt: skip


def test_no_module_is_without_a_table() -> None:
    """A new module with constraints brings its own table, and is named above."""
    own = {
        model.__module__
        for model in apps.get_models()
        if model.__module__.startswith("citytandem.")
        if model._meta.constraints
    }
    assert own - TESTED_HERE - TESTED_ELSEWHERE - TESTED_TOGETHER == set()
    tables = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parents[1].rglob("*_constraints.py"))
    assert {module for module in TESTED_ELSEWHERE if f'untested(FAULTS, {{"{module}"}})' not in tables} == set()
    assert {module for module in TESTED_TOGETHER if f'    "{module}",\n' not in tables} == set()


def test_every_constraint_of_the_models_is_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT indexname FROM pg_indexes")
        present = {name for (name,) in cursor.fetchall()}
    named = {
        c.name
        for model in apps.get_models()
        if model.__module__.startswith("citytandem.")
        for c in model._meta.constraints
    }
    assert named <= present
    assert all(len(name) <= 63 for name in named)
