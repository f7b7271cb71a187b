"""Writing passports: begin one, say how it is in both cities, work off what has to be done, tell what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.permissions import require
from citytandem.core.text import MAX_TEXT, clean_text
from citytandem.core.versions import translations
from citytandem.partnerships.contract import PassportSettled
from citytandem.partnerships.models import City, Passport, PassportState, PassportTask
from citytandem.partnerships.passports.comparing import Side
from citytandem.partnerships.passports.keeping import compared, evidence_of, stored
from citytandem.streams.contract import SolutionTold, solution_by_key

PERMISSION = "partnerships.passport_write"


@transaction.atomic
def passport_begin(*, solution_key: str, target: City, language: str, by: Actor) -> Passport:
    """Compare a solution with the conditions of a city; one that is there already is returned as it is.

    What is known is filled in: both sides are suggestions. Raises Forbidden, NotFound, Invalid for the city it comes from.
    """
    require(PERMISSION, by)
    solution = solution_by_key(solution_key, actor=by, language=language)
    if solution.card.city == target.id:
        raise Invalid("passport.same_city", _("It comes from this city: choose another one."), field="city")
    # Whoever comes second waits here, and finds the first one's.
    City.objects.select_for_update().get(id=target.id)
    found = Passport.objects.filter(solution=solution.id, target=target).first()
    if found is not None:
        return found
    origin = City.objects.filter(id=solution.card.city).first() if solution.card.city else None
    now = clock.now()
    passport = Passport.objects.create(
        solution=solution.id, origin=origin, target=target, language=language, created_by_id=by.id, created_at=now,
        changed_at=now, origin_conditions=stored(_known_of_origin(solution, origin)),
        target_conditions=stored(_known_of_target(target)), publiccode=_software(solution, target),
    )  # fmt: skip
    _sync_tasks(passport)
    return passport


@transaction.atomic
def passport_change(
    passport_id: UUID, *, origin: Mapping[str, Side], target: Mapping[str, Side], seen: datetime, by: Actor
) -> Passport:
    """Say anew how it is in both cities. Raises Conflict where somebody else has changed it since `seen`, Invalid."""
    require(PERMISSION, by)
    passport = _for_update(passport_id)
    if passport.changed_at != seen:
        raise Conflict("passport.changed", _("Somebody else has changed this passport meanwhile. Look at it again."))
    try:
        passport.origin_conditions, passport.target_conditions = stored(origin), stored(target)
    except ValueError as error:
        raise Invalid("passport.condition", _("This cannot be read."), field=str(error)) from error
    _save(passport, "origin_conditions", "target_conditions")
    _sync_tasks(passport)
    return passport


@transaction.atomic
def task_add(passport_id: UUID, *, text: str, due_on: date | None, by: Actor) -> PassportTask:
    """Something else that has to be done. Raises Invalid without words."""
    require(PERMISSION, by)
    passport = _for_update(passport_id)
    words = clean_text(text).strip()[:MAX_TEXT]
    if not words:
        raise Invalid("passport.task_empty", _("This field is required."), field="text")
    return PassportTask.objects.create(
        passport=passport, text=translations(**{passport.language: words}), due_on=due_on, owner_id=by.id
    )


@transaction.atomic
def task_change(task_id: UUID, *, due_on: date | None, is_done: bool, by: Actor) -> PassportTask:
    """Take a task on with a date, or tell that it is done; whoever does so owns it. Raises NotFound, Forbidden."""
    require(PERMISSION, by)
    task = PassportTask.objects.select_for_update().filter(id=task_id).first()
    if task is None:
        raise NotFound("passport.task_unknown", _("There is no such task."))
    task.due_on, task.owner_id = due_on, task.owner_id or by.id
    if is_done and task.done_at is None:
        task.done_at, task.done_by_id = clock.now(), by.id
    elif not is_done:
        task.done_at, task.done_by = None, None
    task.save(update_fields=["due_on", "owner", "done_at", "done_by"])
    return task


@transaction.atomic
def passport_settle(
    passport_id: UUID, *, state: str, outcome: str, in_use_since: date | None, is_public: bool, by: Actor
) -> Passport:
    """Tell how far it has come and with which result. Raises Invalid for a day of use without use."""
    require(PERMISSION, by)
    passport = _for_update(passport_id)
    if state not in PassportState.values:
        raise Invalid("passport.state", _("Choose how far it has come."), field="state")
    if in_use_since is not None and state != PassportState.IN_USE:
        raise Invalid("passport.not_in_use", _("Only what is in use has a day since when."), field="in_use_since")
    if in_use_since is not None and in_use_since > clock.now().date():
        raise Invalid("passport.not_yet", _("This day has not come yet."), field="in_use_since")
    words = clean_text(outcome).strip()[:MAX_TEXT]
    passport.state, passport.in_use_since, passport.is_public = state, in_use_since, is_public
    # A version in another language says what no longer holds.
    if words != str(passport.outcome.get(passport.language, {}).get("text", "")):
        passport.outcome = translations(**{passport.language: words})
    _save(passport, "state", "in_use_since", "is_public", "outcome")
    events.emit(PassportSettled(passport=passport.id, solution=passport.solution, state=state))
    return passport


def _for_update(passport_id: UUID) -> Passport:
    passport = Passport.objects.select_for_update().filter(id=passport_id).first()
    if passport is None:
        raise NotFound("passport.unknown", _("There is no such passport."))
    return passport


def _save(passport: Passport, *fields: str) -> None:
    passport.changed_at = clock.now()
    passport.save(update_fields=[*fields, "changed_at"])


def _sync_tasks(passport: Passport) -> None:
    """A task for each difference and each question; those that are no longer needed go unless they are done."""
    found = compared(passport.origin_conditions, passport.target_conditions, passport.publiccode)
    wanted = {todo.condition for todo in found.todos}
    tasks = passport.tasks.exclude(condition="")
    tasks.filter(done_at=None).exclude(condition__in=wanted).delete()
    there = set(tasks.values_list("condition", flat=True))
    PassportTask.objects.bulk_create(
        [PassportTask(passport=passport, condition=name) for name in wanted - there], ignore_conflicts=True
    )


def _known_of_origin(solution: SolutionTold, origin: City | None) -> dict[str, Side]:
    software = solution.software
    low, high = solution.cost
    cost = high if high is not None else low
    languages = software.languages if software else ()
    return {
        "law": Side(None, solution.conditions.get("law", "")),
        "responsible_body": Side(None, solution.conditions.get("responsibilities", "")),
        "staff": Side(None, solution.conditions.get("staff", "")),
        "cost": Side(None if cost is None else float(cost), ""),
        "interfaces": Side(list(solution.standards), solution.conditions.get("infrastructure", "")),
        "licence": Side([solution.licence] if solution.licence else None, ""),
        "language": Side(list(languages or (origin.languages if origin else ())), ""),
        "evidence": Side(evidence_of(solution.stage, software.used_by if software else ()) or None, ""),
    }


def _known_of_target(target: City) -> dict[str, Side]:
    return {"language": Side(list(target.languages), ""), "staff": Side(target.hours, "")}


def _software(solution: SolutionTold, target: City) -> dict[str, Any]:
    software = solution.software
    if software is None:
        return {}
    country = target.country.upper()
    is_left_out = country in software.countries_left_out or bool(
        software.countries and country not in software.countries
    )
    return {
        "version": software.version,
        "status": software.status,
        "used_by": list(software.used_by),
        "released_on": software.released_on.isoformat() if software.released_on else "",
        "contract_until": software.contract_until.isoformat() if software.contract_until else "",
        "warnings": [*software.warnings, *(["country_left_out"] if is_left_out else [])],
    }
