"""Which department a problem goes to, until when it has to be answered, and what happens when it is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import (
    SYSTEM,
    Actor,
    DepartmentCard,
    department_by_id,
    due_day,
    responsible_department,
)
from citytandem.conversation.contract import Answered, follow_from_the_start
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.events import RecordChanged
from citytandem.core.permissions import require
from citytandem.streams import notices
from citytandem.streams.models import Moderation, Problem, Visibility
from citytandem.streams.selectors import is_ours, record_get
from citytandem.streams.services.checks import checked_note
from citytandem.streams.services.records import log_change

# So many working days before the service time ends, the department is reminded.
REMIND_BEFORE = 2


def on_record_changed(event: RecordChanged) -> None:
    """Within the transaction of each submission and change: a problem that nobody answers for yet finds its department."""
    if event.kind == "problem":
        problem_route_new(problem_id=event.object_id)


def on_records_changed(happened: Sequence[RecordChanged]) -> None:
    """As `on_record_changed`: most of what comes at once is of other cities, and is passed over in one look."""
    ids = [event.object_id for event in happened if event.kind == "problem"]
    ours = Problem.objects.filter(is_ours(), id__in=ids, slug=None) if ids else Problem.objects.none()
    for key in ours.order_by("id").values_list("id", flat=True):
        problem_route_new(problem_id=key)


@transaction.atomic
def problem_route_new(*, problem_id: UUID) -> Problem | None:
    """Give a new problem to the department that answers for its themes and place; None where there is nothing to do.

    Only what was written at this node, for its own city or for none, is no draft and does not wait for moderation.
    What a department was found for stays with it.
    """
    found = Problem.objects.select_for_update(of=("self",)).filter(is_ours(), id=problem_id, slug=None)
    waiting = found.filter(department=None, answered_at=None, moderation=Moderation.FINE)
    problem = waiting.exclude(visibility=Visibility.DRAFT).first()
    if problem is None:
        return None
    place = None if problem.longitude is None or problem.latitude is None else (problem.longitude, problem.latitude)
    department = responsible_department(themes=problem.themes, place=place)
    if department is None:
        return None
    _give(problem, department, by=SYSTEM, reason="")
    return problem


def problems_reroute(*, department_id: UUID) -> int:
    """Find another department for what one that is closed has not answered; returns how many are elsewhere now."""
    left = Problem.objects.filter(department_id=department_id, answered_at=None)
    moved = 0
    for problem_id in left.order_by("id").values_list("id", flat=True):
        with transaction.atomic():
            freed = left.filter(id=problem_id).update(department=None, due_on=None, escalated_at=None)
            moved += bool(freed and problem_route_new(problem_id=problem_id))
    return moved


@transaction.atomic
def problem_route(
    *, problem_id: UUID, department_id: UUID, reason: str, by: Actor, seen: UUID | None = None, has_seen: bool = False
) -> Problem:
    """Give a problem to another department, with a reason; its service time begins anew.

    With `has_seen`, `seen` is the department that the person saw: raises Conflict if somebody was quicker, and for what
    was taken down or went into another problem. Taking a problem over into one's own department is allowed as well.
    Raises NotFound, Forbidden, Invalid.
    """
    record_get(by, kind="problem", key=problem_id)
    problem = Problem.objects.select_for_update(of=("self",)).get(id=problem_id)
    require_route(by, problem, department_id)
    _check_routable(problem)
    if has_seen and problem.department_id != seen:
        raise Conflict(
            "route.changed_meanwhile",
            _("Somebody else has given this problem to another department in the meantime. Look again, then decide."),
            field="department",
        )
    department = department_by_id(department_id)
    if department is None:
        raise NotFound("department.unknown", _("There is no such department."), field="department")
    if problem.department_id == department.id:
        raise Invalid("route.same", _("This department has the problem already."), field="department")
    told = checked_note("reason", reason)
    if not told:
        raise Invalid("route.reason_missing", _("Say why: your colleagues can read it."), field="reason")
    _give(problem, department, by=by, reason=told)
    return problem


def require_route(by: Actor, problem: Problem, department_id: UUID) -> None:
    """Raise Forbidden unless `by` may give the problem away, or take it over into their own department."""
    if department_id not in by.departments:
        require("streams.route", by, problem)


def _check_routable(problem: Problem) -> None:
    """Nobody answers what was taken down, or what went into another problem; raises Conflict."""
    if problem.moderation in {Moderation.REMOVED, Moderation.MERGED}:
        raise Conflict(
            "route.closed",
            _("This problem was taken down, or it went into another one. Nobody has to answer it any more."),
            field="department",
        )


def _give(problem: Problem, department: DepartmentCard, *, by: Actor, reason: str) -> None:
    before = problem.department_id
    give(problem, department)
    problem.save(update_fields=["department", "due_on", "escalated_at"])
    log_change(problem, "routed", by=by, fields=routed_fields(before, department.id), reason=reason)
    follow_from_the_start(kind="problem", object_id=problem.id)
    notices.tell_routed([problem], department=department, by=by)


def give(problem: Problem, department: DepartmentCard) -> None:
    """Set what a new department means for a problem; an answer that was given stays given."""
    problem.department_id = department.id
    problem.due_on = due_day(timezone.localdate(clock.now()), service_days=department.service_days)
    problem.escalated_at = None


def routed_fields(before: UUID | None, after: UUID) -> dict[str, list[str | None]]:
    """What the history tells of a change of department."""
    return {"department": [str(before) if before else None, str(after)]}


@transaction.atomic
def problem_answered(*, problem_id: UUID, at: datetime, by: Actor) -> None:
    """The city has answered: the first answer counts, and what is answered is not due any more.

    The module that took the answer has asked who may. Raises NotFound.
    """
    problem = Problem.objects.select_for_update(of=("self",)).filter(id=problem_id).first()
    if problem is None:
        raise NotFound("record.unknown", _("This entry does not exist, or it is not public."))
    if problem.answered_at is not None or problem.is_from_partner:
        return
    problem.answered_at = at
    problem.save(update_fields=["answered_at"])
    log_change(problem, "answered", by=by)


def on_answer(answer: Answered) -> None:
    """What an official answer means for a problem."""
    problem_answered(problem_id=answer.object_id, at=answer.at, by=answer.by)


def problems_escalate(*, today: date | None = None) -> tuple[int, int]:
    """Each morning: remind of what is due soon, and tell those above of what is overdue. Returns (reminded, escalated).

    Doing it twice a day changes nothing: a problem is escalated once for each department it was given to, and each
    reminder is sent once.
    """
    day = today or timezone.localdate(clock.now())
    return _remind(day), _escalate(day)


def _due() -> QuerySet[Problem]:
    return Problem.objects.filter(
        due_on__isnull=False, answered_at=None, escalated_at=None, moderation=Moderation.FINE, merged_into=None
    ).exclude(visibility=Visibility.DRAFT)


@transaction.atomic
def _remind(day: date) -> int:
    until: date = np.busday_offset(day, REMIND_BEFORE, roll="backward").astype(date)
    found = list(_due().filter(due_on__range=(day, until)))
    for problem in found:
        notices.tell_due_soon(problem)
    return len(found)


@transaction.atomic
def _escalate(day: date) -> int:
    found = list(_due().filter(due_on__lt=day).select_for_update(of=("self",), skip_locked=True).order_by("id"))
    for problem in found:
        problem.escalated_at = clock.now()
        problem.save(update_fields=["escalated_at"])
        log_change(problem, "escalated", by=SYSTEM, fields={"due_on": [str(problem.due_on), None]})
        notices.tell_escalated(problem)
    return len(found)
