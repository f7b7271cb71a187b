"""The table of the staff desk in the reader's words: one page of rows, the filters, the saved views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citytandem.accounts.contract import Actor, DepartmentCard, departments
from citytandem.conversation.contract import comment_counts
from citytandem.core import clock
from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.permissions import allowed
from citytandem.core.themes import children_of, top_themes
from citytandem.core.versions import Reading, read
from citytandem.streams.counting import MOST_COUNTED
from citytandem.streams.lists import Active, Choice, Select
from citytandem.streams.models import Moderation, Problem, ProblemStatus, Sender
from citytandem.streams.models_staff import SavedView
from citytandem.streams.staff.filters import ACTIVE, ALL, MINE, NONE, Filters
from citytandem.streams.staff.selectors import desk_count, desk_page

PATH = "/desk/problems"


@dataclass(frozen=True, slots=True)
class Row:
    """One problem. `urgency`: over, soon, later, answered or none; `due` says it in words."""

    id: UUID
    code: str
    title: Reading
    original: str
    place: str
    at: datetime
    age: str
    due: str
    due_on: date | None
    urgency: str
    status: str
    department: str
    department_path: str
    comments: int
    moderation: str
    is_escalated: bool
    may_change: bool

    @property
    def path(self) -> str:
        """Address of the problem's page."""
        return f"/problems/{self.code}"


@dataclass(frozen=True, slots=True)
class View:
    """A saved view, or one that everybody has. `id` is None for the latter."""

    id: UUID | None
    name: str
    url: str
    is_current: bool
    is_own: bool = False
    is_shared: bool = False
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One page of the table. `total` is cut off at `counting.MOST_COUNTED`; `is_more` says so."""

    rows: Sequence[Row]
    total: int
    is_more: bool
    words: str
    selects: Sequence[Select]
    active: Sequence[Active]
    orders: Sequence[Choice]
    views: Sequence[View]
    own_departments: Sequence[DepartmentCard]
    query: str
    next_url: str
    first_url: str
    may_change: bool


def table(actor: Actor, *, filters: Filters, after: str | None, reader: str, views: Sequence[SavedView]) -> Table:
    """The page of the table that fits the filters. `views`: those that the actor has saved or shares."""
    today = timezone.localdate(clock.now())
    page = desk_page(actor, filters=filters, after=after, today=today)
    is_all = page.is_first and page.next_cursor is None
    total = len(page.items) if is_all else desk_count(actor, filters=filters, today=today)
    known = departments()
    comments = comment_counts("problem", [problem.id for problem in page.items])
    names = {one.id: one for one in known}
    selects = _selects(filters, known, reader=reader)
    return Table(
        rows=[_row(actor, one, names, comments, today=today, reader=reader) for one in page.items],
        total=min(total, MOST_COUNTED),
        is_more=total > MOST_COUNTED,
        words=filters["q"],
        selects=selects,
        active=_active(filters, selects),
        orders=[Choice(value, label, value == filters.order) for value, label in _orders()],
        views=_views(actor, filters, views),
        own_departments=[one for one in known if one.id in actor.departments],
        query=filters.query(),
        next_url=_url(filters.query(after=page.next_cursor)) if page.next_cursor else "",
        first_url="" if page.is_first else _url(filters.query() or "order=due"),
        may_change=actor.is_staff,
    )


def _row(
    actor: Actor,
    problem: Problem,
    names: Mapping[UUID, DepartmentCard],
    comments: Mapping[UUID, int],
    *,
    today: date,
    reader: str,
) -> Row:
    department = names.get(problem.department_id) if problem.department_id else None
    urgency, due = due_words(problem, today=today)
    return Row(
        id=problem.id,
        code=problem.code,
        title=read(problem.title, reader=reader, original=problem.language),
        original=problem.language,
        place=problem.place_name,
        at=problem.created_at,
        age=age_words((today - timezone.localdate(problem.created_at)).days),
        due=due,
        due_on=problem.due_on,
        urgency=urgency,
        status=str(problem.get_status_display()) or _("not said"),
        department=department.name_for(reader) if department else "",
        department_path=department.path if department else "",
        comments=comments.get(problem.id, 0),
        moderation=str(Moderation(problem.moderation).label) if problem.moderation else "",
        is_escalated=problem.escalated_at is not None and problem.answered_at is None,
        may_change=actor.is_staff and allowed("streams.set_status", actor, problem),
    )


@dataclass(frozen=True, slots=True)
class Named:
    """A problem where its name is enough. `why`: why it was left as it was, if it was."""

    id: UUID
    code: str
    title: Reading
    why: str = ""


def named(problem: Problem, *, reader: str, why: str = "") -> Named:
    """A problem by its name in the reader's language."""
    return Named(problem.id, problem.code, read(problem.title, reader=reader, original=problem.language), why)


def age_words(days: int) -> str:
    """How long ago something was written."""
    if days <= 0:
        return _("today")
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}


def due_words(problem: Any, *, today: date) -> tuple[str, str]:
    """How urgent an answer is, as a code and in words: nobody has to read it from a colour."""
    if problem.answered_at is not None:
        return "answered", _("answered")
    if problem.due_on is None:
        return "none", _("no date")
    left = (problem.due_on - today).days
    if left < 0:
        return "over", ngettext("%(count)s day over", "%(count)s days over", -left) % {"count": -left}
    if left == 0:
        return "soon", _("due today")
    words = ngettext("%(count)s day left", "%(count)s days left", left) % {"count": left}
    return ("soon" if left <= 3 else "later"), words


def _orders() -> list[tuple[str, str]]:
    return [("due", _("Due first")), ("newest", _("Newest first"))]


def _selects(filters: Filters, known: Sequence[DepartmentCard], *, reader: str) -> list[Select]:
    def select(name: str, label: str, choices: Sequence[tuple[str, Any]], value: str | None = None) -> Select:
        asked = filters[name] if value is None else value
        return Select(name, label, [("", [Choice(code, str(text), code == asked) for code, text in choices])])

    themes = [
        (
            top.label(reader),
            [Choice(t.id, t.label(reader), t.id == filters["theme"]) for t in (top, *children_of(top.id))],
        )
        for top in top_themes()
    ]
    places = [
        (ALL, _("All departments")),
        (NONE, _("Nobody yet")),
        *((one.slug, one.name_for(reader)) for one in known),
    ]
    if filters.departments:
        places.insert(0, (MINE, _("My department")))
    return [
        select("department", _("Department"), places, filters.department),
        select("status", _("How far it is"), [(ACTIVE, _("Not solved or closed")), *ProblemStatus.choices]),
        select(
            "due", _("Due"), [("overdue", _("Overdue")), ("week", _("Within a week")), ("none", _("Without a date"))]
        ),
        select("answered", _("Answered"), [("no", _("Not yet")), ("yes", _("Answered"))]),
        Select("theme", _("Theme"), themes),
        select("language", _("Written in"), list(NATIVE_NAMES.items())),
        select("sender", _("Told by"), Sender.choices),
        select(
            "moderation",
            _("Moderation"),
            [
                ("fine", Moderation.FINE.label),
                *((one.value, one.label) for one in (Moderation.HELD, Moderation.REMOVED)),
            ],
        ),
    ]


def _active(filters: Filters, selects: Sequence[Select]) -> list[Active]:
    told = [Active(_("Words"), filters["q"], _url(filters.query(q=None)))] if filters["q"] else []
    for select in selects:
        value = filters[select.name]
        if value:
            options = (choice for _heading, group in select.groups for choice in group)
            label = next((choice.label for choice in options if choice.value == value), value)
            told.append(Active(select.label, label, _url(filters.query(**{select.name: None}) or "order=due")))
    return told


def _views(actor: Actor, filters: Filters, saved: Sequence[SavedView]) -> list[View]:
    current = filters.query()
    ready = [
        (_("What is due"), "answered=no&order=due"),
        (_("Overdue"), "due=overdue"),
        (_("Nobody's yet"), "department=none&answered=no"),
        (_("Newest"), "order=newest"),
    ]
    shown = [View(None, name, _url(query), query == current) for name, query in ready]
    return [*shown, *(_view(actor, view, current) for view in saved)]


def _view(actor: Actor, view: SavedView, current: str) -> View:
    return View(
        id=view.id,
        name=view.name,
        url=_url(view.query or "order=due"),
        is_current=view.query == current,
        is_own=view.person_id == actor.id or view.person_id is None,
        is_shared=view.shared_with_id is not None,
        is_default=view.is_default and view.person_id == actor.id,
    )


def _url(query: str) -> str:
    return f"{PATH}?{query}" if query else PATH
