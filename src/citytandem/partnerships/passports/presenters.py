"""Passports as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import NotFound
from citytandem.core.permissions import allowed
from citytandem.core.versions import read
from citytandem.partnerships.models import Passport, PassportState, PassportTask
from citytandem.partnerships.passports.comparing import Comparison, Todo
from citytandem.partnerships.passports.keeping import compared
from citytandem.partnerships.passports.selectors import MOST_SHOWN, passport_get, passports_visible_to, tasks_of
from citytandem.partnerships.passports.services import PERMISSION
from citytandem.partnerships.passports.words import OUTCOMES, condition_name, todo_words, value_words
from citytandem.partnerships.selectors import CityCard, card
from citytandem.streams.contract import RecordCard, solution_cards


@dataclass(frozen=True, slots=True)
class RowShown:
    """A condition in both cities."""

    label: str
    origin: str
    origin_note: str
    target: str
    target_note: str
    outcome: str
    outcome_words: str
    weight: int


@dataclass(frozen=True, slots=True)
class TaskShown:
    """Something to do. `is_late`: its date has passed."""

    id: str
    about: str
    words: str
    language: str
    owner: str
    due_on: date | None
    is_done: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class PassportShown:
    """A passport. `solution` is None where it is no longer here; shares in percent of the weight."""

    id: str
    path: str
    solution: RecordCard | None
    origin: CityCard | None
    target: CityCard
    state: str
    state_words: str
    in_use_since: date | None
    is_public: bool
    outcome: str
    outcome_language: str
    fits: int
    known: int
    rows: Sequence[RowShown]
    counts: Sequence[tuple[str, str, int]]
    tasks: Sequence[TaskShown]
    software: dict[str, Any]
    may_write: bool


@dataclass(frozen=True, slots=True)
class LineShown:
    """A passport in the list: who takes over what from whom, and with which result."""

    path: str
    solution: RecordCard
    origin: CityCard | None
    target: CityCard
    state: str
    state_words: str
    in_use_since: date | None
    outcome: str
    outcome_language: str
    tasks_all: int
    tasks_done: int


def passport_page(actor: Actor, passport: Passport) -> PassportShown:
    """Everything of one. Raises NotFound where the reader may not know of the solution."""
    reader = get_language() or "en"
    solution = solution_cards([passport.solution], actor=actor, language=reader).get(passport.solution)
    may_write = allowed(PERMISSION, actor)
    if solution is None and not may_write:
        raise NotFound("passport.unknown", _("There is no such passport."))
    found = compared(passport.origin_conditions, passport.target_conditions, passport.publiccode)
    outcome = read(passport.outcome, reader=reader, original=passport.language)
    return PassportShown(
        id=str(passport.id),
        path=path_of(passport),
        solution=solution,
        origin=card(passport.origin) if passport.origin else None,
        target=card(passport.target),
        state=passport.state,
        state_words=str(PassportState(passport.state).label),
        in_use_since=passport.in_use_since,
        is_public=passport.is_public,
        outcome=outcome.text,
        outcome_language=outcome.language,
        fits=round(100 * found.fits),
        known=round(100 * found.known),
        rows=_rows(found),
        counts=[(name, str(OUTCOMES[name]), count) for name, count in found.counts.items()],
        tasks=_tasks(tasks_of(passport), found, reader=reader, may_write=may_write),
        software=dict(passport.publiccode),
        may_write=may_write,
    )


def passports_page(actor: Actor) -> list[LineShown]:
    """Who reuses what with which result; two queries."""
    reader = get_language() or "en"
    rows = list(passports_visible_to(actor)[:MOST_SHOWN])
    solutions = solution_cards([row.solution for row in rows], actor=actor, language=reader)
    found = []
    for row in rows:
        if row.solution not in solutions:
            continue
        outcome = read(row.outcome, reader=reader, original=row.language)
        found.append(
            LineShown(
                path=path_of(row),
                solution=solutions[row.solution],
                origin=card(row.origin) if row.origin else None,
                target=card(row.target),
                state=row.state,
                state_words=str(PassportState(row.state).label),
                in_use_since=row.in_use_since,
                outcome=outcome.text,
                outcome_language=outcome.language,
                tasks_all=getattr(row, "tasks_all", 0),
                tasks_done=getattr(row, "tasks_done", 0),
            )
        )
    return found


def passport_json(actor: Actor, identifier: Any) -> dict[str, Any]:
    """A passport as data: conditions of both sides with their outcome, tasks, result."""
    page = passport_page(actor, passport := passport_get(actor, identifier))
    found = compared(passport.origin_conditions, passport.target_conditions, passport.publiccode)
    return {
        "id": page.id,
        "solution": page.solution.code if page.solution else None,
        "origin": page.origin.slug if page.origin else None,
        "target": page.target.slug,
        "state": page.state,
        "in_use_since": page.in_use_since.isoformat() if page.in_use_since else None,
        "outcome": page.outcome,
        "fits": round(found.fits, 4),
        "known": round(found.known, 4),
        "conditions": [
            {
                "condition": row.condition, "weight": row.weight, "outcome": row.outcome,
                "origin": {"value": row.origin.value, "note": row.origin.note},
                "target": {"value": row.target.value, "note": row.target.note},
                "missing": list(row.missing), "gap": row.gap,
            }
            for row in found.rows
        ],
        "tasks": [
            {"text": task.words, "due_on": task.due_on.isoformat() if task.due_on else None, "done": task.is_done}
            for task in page.tasks
        ],
    }  # fmt: skip


def path_of(passport: Passport) -> str:
    """Address of its page."""
    return f"/passports/{passport.id}"


def _rows(found: Comparison) -> list[RowShown]:
    return [
        RowShown(
            label=condition_name(row.condition),
            origin=value_words(row.condition, row.origin.value),
            origin_note=row.origin.note,
            target=value_words(row.condition, row.target.value),
            target_note=row.target.note,
            outcome=row.outcome,
            outcome_words=str(OUTCOMES[row.outcome]),
            weight=row.weight,
        )
        for row in found.rows
    ]


def _tasks(tasks: Sequence[PassportTask], found: Comparison, *, reader: str, may_write: bool) -> list[TaskShown]:
    """In the order of the comparison, then those of people; names only for who works here."""
    todos: dict[str, Todo] = {todo.condition: todo for todo in found.todos}
    order = {name: place for place, name in enumerate(todos)}
    shown = []
    for task in sorted(tasks, key=lambda one: (one.done_at is not None, order.get(one.condition, len(order)))):
        said = read(task.text, reader=reader, original="")
        todo = todos.get(task.condition)
        about = condition_name(task.condition) if task.condition else ""
        shown.append(
            TaskShown(
                id=str(task.id),
                about=about,
                words=said.text or (todo_words(todo) if todo else _("Settled: it no longer differs.")),
                language=said.language if said.text else "",
                owner=task.owner.name if may_write and task.owner else "",
                due_on=task.due_on,
                is_done=task.done_at is not None,
                is_late=task.done_at is None and task.due_on is not None and task.due_on < clock.now().date(),
            )
        )
    return shown
