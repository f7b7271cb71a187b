"""What is done with many problems at once, and saving views of the table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor, department_by_id
from citytandem.conversation.contract import follow_from_the_start
from citytandem.core import clock
from citytandem.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from citytandem.core.permissions import allowed, require
from citytandem.core.text import clean_line
from citytandem.streams import notices
from citytandem.streams.models import Change, Moderation, Problem, ProblemStatus
from citytandem.streams.models_staff import LONGEST_QUERY, SavedView
from citytandem.streams.services.checks import checked_note
from citytandem.streams.services.records import STATUS_FIELDS, set_status
from citytandem.streams.services.routing import give, require_route, routed_fields
from citytandem.streams.staff.selectors import desk_problems, view_get

MOST_AT_ONCE = 200
MOST_VIEWS = 50


@dataclass(frozen=True, slots=True)
class Skipped:
    """A problem that was left as it was, and why. `problem` is None for an id of which the actor may know nothing."""

    problem: Problem | None
    why: str | Promise


@dataclass(frozen=True, slots=True)
class BulkReport:
    """What was done with a selection."""

    done: Sequence[Problem]
    skipped: Sequence[Skipped]


@transaction.atomic
def problems_set_status(*, ids: Collection[UUID], status: str, reason: str, by: Actor) -> BulkReport:
    """Move a selection on, all in one transaction; what may not or need not be moved is told. Raises Forbidden, Invalid."""
    if status not in ProblemStatus.values:
        raise Invalid("status.unknown", _("There is no such status."), field="status")
    told = _reason(reason, by=by)

    def check(problem: Problem) -> None:
        require("streams.set_status", by, problem)
        if problem.status == status:
            raise Invalid("status.same", _("It has this status already."))

    report = _sorted_out(ids, by=by, check=check)
    changes = []
    for problem in report.done:
        before = problem.status
        set_status(problem, status)
        changes.append(_change(problem, "status", {"status": [before, status]}, reason=told, by=by))
    _write(report.done, changes, fields=STATUS_FIELDS)
    notices.tell_status(report.done, by=by)
    return report


@transaction.atomic
def problems_route(*, ids: Collection[UUID], department_id: UUID | None, reason: str, by: Actor) -> BulkReport:
    """Give a selection to a department, all in one transaction. Raises Forbidden, Invalid, NotFound."""
    department = department_by_id(department_id)
    if department is None:
        raise NotFound("department.unknown", _("There is no such department."), field="department")
    told = _reason(reason, by=by)

    def check(problem: Problem) -> None:
        require_route(by, problem, department.id)
        if problem.department_id == department.id:
            raise Invalid("route.same", _("This department has the problem already."))

    report = _sorted_out(ids, by=by, check=check)
    changes = []
    for problem in report.done:
        before = problem.department_id
        give(problem, department)
        changes.append(_change(problem, "routed", routed_fields(before, department.id), reason=told, by=by))
    _write(report.done, changes, fields=["department", "due_on", "escalated_at"])
    for problem in report.done:
        follow_from_the_start(kind="problem", object_id=problem.id)
    notices.tell_routed(report.done, department=department, by=by)
    return report


def _reason(reason: str, *, by: Actor) -> str:
    require("streams.staff_desk", by)
    if not by.is_staff:
        raise Forbidden("permission.missing", _("You are not allowed to do this."), permission="streams.set_status")
    told = checked_note("reason", reason)
    if not told:
        raise Invalid("reason.missing", _("Say why: everybody can read it in the history."), field="reason")
    return told


def _sorted_out(ids: Collection[UUID], *, by: Actor, check: Callable[[Problem], None]) -> BulkReport:
    """Lock the selection, in one order for all, and part what may be changed from what may not."""
    if not ids:
        raise Invalid("selection.empty", _("Tick at least one problem."))
    if len(ids) > MOST_AT_ONCE:
        raise Invalid("selection.too_large", _("That is too much at once: at most 200 problems."))
    rows = desk_problems(by).filter(id__in=list(ids))
    found = list(rows.select_for_update(of=("self",)).order_by("id"))
    done: list[Problem] = []
    skipped = [
        Skipped(None, _("It does not exist, or you may not read it.")) for _id in set(ids) - {p.id for p in found}
    ]
    for problem in found:
        try:
            if problem.moderation == Moderation.REMOVED:
                raise Invalid("record.removed", _("Moderation has taken it down."))
            check(problem)
        except DomainError as error:
            skipped.append(Skipped(problem, error.message))
        else:
            done.append(problem)
    return BulkReport(done, skipped)


def _change(problem: Problem, what: str, fields: dict[str, list[str | None]], *, reason: str, by: Actor) -> Change:
    return Change(
        kind="problem", object_id=problem.id, what=what, fields=fields, reason=reason, by_id=by.id, by_name=by.name,
        at=clock.now(),
    )  # fmt: skip


def _write(problems: Sequence[Problem], changes: Sequence[Change], *, fields: Sequence[str]) -> None:
    Problem.objects.bulk_update(problems, fields)
    Change.objects.bulk_create(changes)


@transaction.atomic
def view_save(
    *, name: str, query: str, by: Actor, shared_with: UUID | None = None, is_default: bool = False
) -> SavedView:
    """Keep the filters of the table under a name; the same name again replaces them. Raises Forbidden, Invalid."""
    require("streams.staff_desk", by)
    told = clean_line(name)
    if not told:
        raise Invalid("view.name_missing", _("Give the view a name."), field="name")
    if len(told) > 80:
        raise Invalid("view.name_too_long", _("This name is too long: at most 80 characters."), field="name")
    if len(query) > LONGEST_QUERY:
        raise Invalid("view.too_long", _("These filters are too long to be kept. Shorten the words you search for."))
    if shared_with is not None and shared_with not in by.departments:
        raise Forbidden(
            "view.not_your_department", _("Share views with your own department only."), field="shared_with"
        )
    own = SavedView.objects.select_for_update().filter(person=by.id)
    known = own.annotate(low=Lower("name")).filter(low=told.lower()).first()
    if known is None and own.count() >= MOST_VIEWS:
        raise Invalid("view.too_many", _("You have 50 views already. Delete one first."))
    if is_default:
        own.filter(is_default=True).update(is_default=False)
    view = known or SavedView(person_id=by.id, created_at=clock.now())
    view.name, view.query, view.shared_with_id, view.is_default = told, query, shared_with, is_default
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise Conflict("view.exists", _("There is a view of this name already."), field="name") from error
    return view


@transaction.atomic
def view_delete(*, view_id: UUID, by: Actor) -> None:
    """Delete a view. Raises NotFound."""
    view_get(by, view_id).delete()


def may_change(actor: Actor, problem: Problem) -> bool:
    """Whether the actor may do more with a problem than read it."""
    return allowed("streams.set_status", actor, problem) or allowed("streams.route", actor, problem)
