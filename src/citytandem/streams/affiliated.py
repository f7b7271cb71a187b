"""What the pages of departments and organisations show of the two streams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from citytandem.accounts.contract import (
    Actor,
    Belonging,
    DepartmentFigures,
    register_belongings,
    register_figures,
)
from citytandem.core import clock
from citytandem.core.statistics import LEAST_CELL
from citytandem.streams.counting import capped
from citytandem.streams.listing import record_card
from citytandem.streams.models import record_model
from citytandem.streams.selectors import NEWEST_FIRST, visible_to
from citytandem.streams.staff.figures import Group, figures
from citytandem.streams.staff.statistics_page import USUAL, days_words, interval_words, share_words, since_of

MOST = 8


def register_all() -> None:
    """Called once when Django is ready."""
    register_figures(department_figures)
    register_belongings(lambda actor, organisation, reader: _belongings("problem", actor, organisation, reader))
    register_belongings(lambda actor, organisation, reader: _belongings("solution", actor, organisation, reader))


def department_figures() -> Mapping[UUID, DepartmentFigures]:
    """How each department has answered public problems of the last year; those with too few are left out."""
    since = since_of(USUAL, today=timezone.localdate(clock.now()))
    found = figures(since=since, public_only=True).departments
    return {one: _in_words(group) for one, group in found.items() if one is not None and group.told >= LEAST_CELL}


def _in_words(group: Group) -> DepartmentFigures:
    is_few = 0 < group.answered < LEAST_CELL
    return DepartmentFigures(
        told=str(group.told),
        answered=_("fewer than %(least)s") % {"least": LEAST_CELL} if is_few else str(group.answered),
        median=days_words(group.to_answer.median),
        in_time=share_words(group.in_time, hides=True) if group.in_time.total >= LEAST_CELL else "",
        note=interval_words(group.in_time, hides=True),
    )


def _belongings(kind: str, actor: Actor, organisation: UUID, reader: str) -> tuple[Sequence[Belonging], int]:
    rows: Any = visible_to(actor, record_model(kind)).filter(organisation_id=organisation)
    first = list(rows.order_by(*NEWEST_FIRST)[: MOST + 1])
    label = _("Problems") if kind == "problem" else _("Solutions")
    cards = [record_card(record, kind=kind, language=reader) for record in first[:MOST]]
    shown = [Belonging(kind, label, card.title, card.language, card.path, card.state_label) for card in cards]
    return shown, len(first) if len(first) <= MOST else capped(rows)
