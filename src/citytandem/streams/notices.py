"""What departments are told of their problems: what is new, what is due soon, what is overdue."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, override

from citytandem.accounts.contract import (
    Actor,
    DepartmentCard,
    Role,
    department_by_id,
    leads_of_department,
    people_of_department,
    people_with_role,
)
from citytandem.conversation.contract import followers_of
from citytandem.notifications.contract import (
    DEPARTMENT,
    FOLLOWING,
    NEW_PROBLEM,
    ROLE,
    SERVICE_TIME,
    STATUS,
    Paragraph,
    notify,
    register_template,
)
from citytandem.streams.models import Problem, ProblemStatus

SEVERAL = "department_problems"


def register_all() -> None:
    """Called once when Django is ready."""
    register_template(
        SEVERAL,
        label=_("Several problems for a department"),
        subject=lambda values: _several(values) % values,
        body=lambda values: [Paragraph(_several(values) % values)],
        action=_("Open the table of problems"),
        example={"count": "3", "department": _("Waste and cleaning")},
    )


def _several(values: Mapping[str, Any]) -> str:
    count = str(values.get("count", ""))
    return ngettext(
        "%(count)s problem was given to your department: %(department)s",
        "%(count)s problems were given to your department: %(department)s",
        int(count) if count.isdigit() else 2,
    )


def tell_routed(problems: Sequence[Problem], *, department: DepartmentCard, by: Actor) -> None:
    """The department's staff learn of what was given to them; many at once in one notice. Whoever did it knows."""
    staff = _others(people_of_department(department.id), by)
    name = department.name_for("")
    if len(problems) == 1:
        _tell(problems[0], NEW_PROBLEM, "department_problem", to=staff, parameters={"department": name}, why=DEPARTMENT)
    elif problems and staff:
        notify(
            kind=NEW_PROBLEM,
            template=SEVERAL,
            to=staff,
            about=None,
            path=f"/desk/problems?department={department.slug}",
            parameters={"count": len(problems), "department": name},
            why=DEPARTMENT,
        )


def tell_status(problems: Sequence[Problem], *, by: Actor) -> None:
    """Whoever follows a problem learns that it has moved on; whoever moved it knows."""
    for problem in problems:
        with override("en"):
            # As its msgid: it is worded when it is sent.
            state = str(ProblemStatus(problem.status).label)
        notify(
            kind=STATUS,
            template="status",
            to=_others(followers_of("problem", problem.id), by),
            about=("problem", problem.id),
            parameters={"state": state},
            why=FOLLOWING,
            once=f"status:{problem.id}:{problem.version}",
        )


def tell_due_soon(problem: Problem) -> None:
    """The staff of the department are reminded, once for each day that was set."""
    department = department_by_id(problem.department_id)
    if department is not None:
        _tell(
            problem,
            SERVICE_TIME,
            "department_due",
            to=people_of_department(department.id),
            parameters=_time(problem, department),
            why=DEPARTMENT,
            once=f"streams.due:{problem.id}:{department.id}:{problem.due_on}",
        )


def tell_escalated(problem: Problem) -> None:
    """Those to whom the department escalates learn of it; where nobody is named, the innovation unit."""
    department = department_by_id(problem.department_id)
    above = department_by_id(department.escalate_to) if department else None
    people = (leads_of_department(above.id) or people_of_department(above.id)) if above else []
    told = people or people_with_role(Role.INNOVATION_UNIT)
    _tell(
        problem,
        SERVICE_TIME,
        "department_overdue",
        to=told,
        parameters=_time(problem, department),
        why=DEPARTMENT if people else ROLE,
        once=f"streams.overdue:{problem.id}:{problem.department_id}:{problem.due_on}",
    )


def _time(problem: Problem, department: DepartmentCard | None) -> dict[str, str]:
    return {"due": str(problem.due_on), "department": department.name_for("") if department else ""}


def _others(people: Collection[UUID], by: Actor) -> list[UUID]:
    return [person for person in people if person != by.id]


def _tell(
    problem: Problem,
    kind: str,
    template: str,
    *,
    to: Collection[UUID],
    parameters: Mapping[str, Any],
    why: str,
    once: str = "",
) -> None:
    if to:
        notify(
            kind=kind,
            template=template,
            to=to,
            about=("problem", problem.id),
            path=f"/problems/{problem.code}",
            parameters=parameters,
            why=why,
            once=once,
        )
