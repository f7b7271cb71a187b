"""What the table of the staff desk is narrowed to: read from the address, and written back into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.http import urlencode

from citytandem.accounts.contract import Actor, department_by_slug
from citytandem.core.languages import LANGUAGES
from citytandem.core.text import clean_line
from citytandem.core.themes import children_of, themes
from citytandem.search.selectors import entries_with
from citytandem.streams.models import Moderation, Problem, ProblemStatus, Sender

NAMES = ("q", "status", "theme", "department", "due", "answered", "language", "moderation", "sender", "order")
DUE = ("overdue", "week", "none")
ORDERS = ("due", "newest")
# Not solved and not closed.
ACTIVE = "active"
ALL, MINE, NONE = "all", "mine", "none"
LONGEST = 200
_CODE = re.compile(r"[2-9a-z]{10}")


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters of the table; empty means everything. `departments` are those of the reader, for “mine”."""

    values: Mapping[str, str]
    departments: frozenset[UUID] = field(default_factory=frozenset)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def order(self) -> str:
        """`due` or `newest`."""
        return self["order"] if self["order"] in ORDERS else ORDERS[0]

    @property
    def department(self) -> str:
        """Whose problems: `mine` unless asked otherwise, for those who belong to a department."""
        return self["department"] or (MINE if self.departments else ALL)

    @property
    def chosen(self) -> dict[str, str]:
        """What stands in the address."""
        return {name: value for name, value in self.values.items() if value}

    def query(self, **other: str | None) -> str:
        """What stands behind the ? of the address, with some filters changed; None takes one away."""
        values = {**self.chosen, **other}
        return urlencode({name: value for name, value in values.items() if value})


def filters_of(wishes: Mapping[str, str], *, actor: Actor) -> Filters:
    """The filters that an address asks for; what is unknown finds nothing, and shows as it was asked."""
    asked = {name: clean_line(wishes.get(name, ""))[:LONGEST] for name in NAMES}
    return Filters({name: value for name, value in asked.items() if value}, actor.departments)


def narrowed(rows: QuerySet[Problem], filters: Filters, *, today: date) -> QuerySet[Problem]:
    """The problems that fit."""
    wanted = Q()
    due, words = _due(filters["due"], today), _words(filters["q"])
    for part in (_state(filters), _theme(filters["theme"]), _department(filters), due, words):
        if part is None:
            return rows.none()
        wanted &= part
    return rows.filter(wanted)


_KNOWN = {
    "status": (*ProblemStatus.values, ACTIVE),
    "sender": Sender.values,
    "moderation": ("fine", Moderation.HELD, Moderation.REMOVED),
    "answered": ("yes", "no"),
    "language": tuple(LANGUAGES),
    "order": ORDERS,
}


def _state(filters: Filters) -> Q | None:
    """Status, language, sender, moderation and whether it is answered."""
    if any(filters[name] and filters[name] not in known for name, known in _KNOWN.items()):
        return None
    wanted = Q()
    if filters["status"] == ACTIVE:
        wanted &= ~Q(status__in=[ProblemStatus.SOLVED, ProblemStatus.CLOSED])
    elif filters["status"]:
        wanted &= Q(status=filters["status"])
    if filters["sender"]:
        wanted &= Q(sender=filters["sender"])
    if filters["moderation"]:
        wanted &= Q(moderation="" if filters["moderation"] == "fine" else filters["moderation"])
    if filters["answered"]:
        wanted &= Q(answered_at__isnull=filters["answered"] == "no")
    if filters["language"]:
        wanted &= Q(language=filters["language"])
    return wanted


def _theme(wish: str) -> Q | None:
    if not wish:
        return Q()
    return Q(themes__overlap=[wish, *(theme.id for theme in children_of(wish))]) if wish in themes() else None


def _department(filters: Filters) -> Q | None:
    wish = filters.department
    if wish == ALL:
        return Q()
    if wish == NONE:
        return Q(department=None)
    if wish == MINE:
        return Q(department__in=sorted(filters.departments)) if filters.departments else None
    found = department_by_slug(wish)
    return Q(department=found.id) if found else None


def _due(wish: str, today: date) -> Q | None:
    open_ = Q(answered_at=None, due_on__isnull=False)
    return {
        "": Q(),
        "overdue": open_ & Q(due_on__lt=today),
        "week": open_ & Q(due_on__range=(today, today + timedelta(days=6))),
        "none": Q(due_on=None),
    }.get(wish)


def _words(text: str) -> Q | None:
    """By the short code on paper, else by words in any language."""
    if not text:
        return Q()
    code = text.removeprefix("/p/").lower()
    if _CODE.fullmatch(code) and Problem.objects.filter(code=code).exists():
        return Q(code=code)
    return Q(id__in=entries_with(text, kind="problem"))
