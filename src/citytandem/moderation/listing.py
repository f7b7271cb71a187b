"""The lists of moderation: what waits, which appeals, which mergers, with filters that stand in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citytandem.accounts.contract import Actor, people_by_id
from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.subjects import Subject, subject_kinds, subjects
from citytandem.moderation import selectors
from citytandem.moderation.models import Decision, Side
from citytandem.moderation.presenters import Row, name_of, rows
from citytandem.moderation.selectors import QueueFilters

AGES = (1, 3, 7, 14)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter."""

    value: str
    label: str | Promise
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Select:
    """One filter."""

    name: str
    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Active:
    """A filter that is on, and the address without it."""

    label: str
    value: str | Promise
    remove_url: str


@dataclass(frozen=True, slots=True)
class QueuePage:
    """The queue as it was asked for."""

    rows: Sequence[Row]
    total: int
    selects: Sequence[Select]
    active: Sequence[Active]
    is_mine: bool
    appeals: int
    mergers: int
    first_url: str
    next_url: str


@dataclass(frozen=True, slots=True)
class AppealRow:
    """A case against whose decision somebody appealed."""

    row: Row
    roles: Sequence[str | Promise]
    text: str
    language: str
    due_on: date
    count: int


@dataclass(frozen=True, slots=True)
class AppealsPage:
    """Appeals that this moderator may decide. `hidden`: how many wait for somebody else."""

    rows: Sequence[AppealRow]
    hidden: int
    first_url: str
    next_url: str


@dataclass(frozen=True, slots=True)
class MergerRow:
    """A merger that can be split."""

    decision: Decision
    thing: Subject | None
    target: Subject | None
    by: str


def queue_list(actor: Actor, *, asked: Mapping[str, str], reader: str) -> QueuePage:
    """The queue with its filters. Raises Forbidden, and Invalid for a broken page address."""
    filters = _filters(asked)
    page = selectors.queue_page(actor, filters=filters, after=asked.get("after") or None)
    kept = {name: asked[name] for name in ("reason", "kind", "language", "age", "mine") if asked.get(name)}
    selects = _selects(filters)
    return QueuePage(
        rows=rows(page.items, actor=actor, reader=reader),
        total=selectors.queue_count(actor, filters=filters),
        selects=selects,
        active=_active(selects, kept),
        is_mine=filters.is_mine,
        appeals=selectors.appeals_for(actor).count(),
        mergers=selectors.mergers_count(actor),
        first_url="" if page.is_first else f"/moderation?{urlencode(kept)}",
        next_url=f"/moderation?{urlencode({**kept, 'after': page.next_cursor})}" if page.next_cursor else "",
    )


def appeals_list(actor: Actor, *, after: str | None, reader: str) -> AppealsPage:
    """The appeals for this moderator. Raises Forbidden."""
    page = selectors.appeals_page(actor, after=after)
    waiting = selectors.appeals_waiting([case.id for case in page.items])
    shown = []
    for row in rows(page.items, actor=actor, reader=reader):
        appeals = waiting.get(row.id, [])
        if not appeals:
            continue
        first = appeals[0]
        roles = [Side(role).label for role in dict.fromkeys(appeal.role for appeal in appeals)]
        shown.append(AppealRow(row, roles, first.text, first.language, first.due_on, len(appeals)))
    return AppealsPage(
        rows=shown,
        hidden=selectors.appeals_hidden(actor),
        first_url="" if page.is_first else "/moderation/appeals",
        next_url=f"/moderation/appeals?{urlencode({'after': page.next_cursor})}" if page.next_cursor else "",
    )


def mergers_list(actor: Actor, *, reader: str) -> list[MergerRow]:
    """Mergers that this moderator can split, the newest first."""
    found = selectors.mergers(actor)
    wanted = {(one.case.kind, thing) for one in found for thing in (one.case.object_id, one.target) if thing}
    things = subjects(wanted, reader=reader)
    people = people_by_id(one.by_id for one in found)
    return [
        MergerRow(
            decision=one,
            thing=things.get((one.case.kind, one.case.object_id)),
            target=things.get((one.case.kind, one.target)) if one.target else None,
            by=name_of(one.by_id, people),
        )
        for one in found
    ]


def _filters(asked: Mapping[str, str]) -> QueueFilters:
    age = asked.get("age", "")
    return QueueFilters(
        reason=asked.get("reason", "")[:40].replace("\x00", ""),
        kind=asked.get("kind", "")[:24].replace("\x00", ""),
        language=asked.get("language", "")[:2].replace("\x00", ""),
        days=int(age) if age in {str(days) for days in AGES} else 0,
        is_mine=asked.get("mine") == "1",
    )


def _selects(filters: QueueFilters) -> list[Select]:
    kinds = [(kind.kind, kind.label) for kind in subject_kinds() if kind.moderate is not None]
    ages = [
        (str(days), ngettext("a day or longer", "%(count)s days or longer", days) % {"count": days}) for days in AGES
    ]
    told: list[tuple[str, str, Sequence[tuple[str, Any]], str]] = [
        ("reason", _("Reason"), selectors.reason_choices(), filters.reason),
        ("kind", _("What it is"), kinds, filters.kind),
        ("language", _("Language"), list(NATIVE_NAMES.items()), filters.language),
        ("age", _("Waits for"), ages, str(filters.days or "")),
    ]
    return [
        Select(name, label, [Choice(value, words, value == chosen) for value, words in choices])
        for name, label, choices, chosen in told
    ]


def _active(selects: Sequence[Select], kept: Mapping[str, str]) -> list[Active]:
    found = [
        Active(select.label, choice.label, _without(kept, select.name))
        for select in selects
        for choice in select.choices
        if choice.is_chosen
    ]
    if kept.get("mine") == "1":
        found.append(Active(_("Taken over by"), _("me"), _without(kept, "mine")))
    return found


def _without(kept: Mapping[str, str], name: str) -> str:
    rest = {key: value for key, value in kept.items() if key != name}
    return f"/moderation?{urlencode(rest)}" if rest else "/moderation"
