"""The migration takes over what the history knew of answers and solutions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

from django.db import connection

from citytandem.accounts.contract import Actor
from citytandem.streams.models import Change, Problem
from citytandem.streams.services.records import problem_set_status


def test_first_answers_and_last_solutions_are_found_in_the_history(
    told: Callable[..., Problem], innovation_unit: Actor
) -> None:
    solved, again, untouched = told("Solved"), told("Open again"), told("Untouched")
    for problem, moves in ((solved, ("matched", "solved", "closed")), (again, ("solved", "open"))):
        for status in moves:
            problem_set_status(key=problem.id, status=status, reason="So it is.", by=innovation_unit)
    changes = Change.objects.filter(what="status").order_by("id")
    for number, change in enumerate(changes):
        Change.objects.filter(id=change.id).update(at=change.at + timedelta(days=number))
    expected = dict(Problem.objects.values_list("id", "status"))
    Problem.objects.update(answered_at=None, solved_at=None)
    with connection.cursor() as cursor:
        cursor.execute(import_module("citytandem.streams.migrations.0006_staff").KNOWN_ALREADY)
    found = Problem.objects.in_bulk(expected)
    moments = {problem.id: list(Change.objects.filter(object_id=problem.id, what="status").order_by("id").values_list("at", flat=True)) for problem in (solved, again)}  # fmt: skip
    assert found[solved.id].answered_at == moments[solved.id][0]
    assert found[solved.id].solved_at == moments[solved.id][1]
    assert found[again.id].answered_at == moments[again.id][0]
    assert found[again.id].solved_at is None
    assert (found[untouched.id].answered_at, found[untouched.id].solved_at) == (None, None)
