"""The database itself refuses what must not be, whatever code stands in front of it: each constraint once."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from citytandem.accounts.models import Person
from citytandem.core import clock
from citytandem.core.ids import short_code, stable_id, uuid7
from citytandem.core.models import Node
from citytandem.partnerships.models import City, Partnership
from citytandem.streams.models import Link, Problem, Solution, SolutionUse, Weighting

pytestmark = pytest.mark.django_db
NOW = clock.now()
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
    *both("place_on_earth", latitude=91, longitude=0),
    *both("place_on_earth", latitude=0, longitude=181),
    *both("place_on_earth", latitude=float("nan"), longitude=0),
    *both("place_on_earth", latitude=51.3),
    *both("place_on_earth", longitude=6.5),
    *both("point_has_place", place_kind="point"),
    *both("area_has_shape", place_kind="area"),
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
    one("person_role_known", Person, email="a@test.example", role="king"),
    one("node_is_single", Node, id=2, name="second"),
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


def test_every_constraint_is_tested_here_or_in_the_tests_of_the_index() -> None:
    """A new constraint needs a row that it refuses."""
    own = {
        constraint.name
        for model in apps.get_models()
        if model.__module__.startswith("citytandem.") and "search" not in model.__module__
        for constraint in model._meta.constraints
    }
    tested = {parameter.values[0] for parameter in FAULTS} | {
        "link_once",
        "link_score_is_share",
        "solution_use_once_per_city",
        "weighting_one_in_use",
        "person_email_any_case",
    }
    assert own == tested


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
