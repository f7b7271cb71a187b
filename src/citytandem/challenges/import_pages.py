"""The pages of tables that were taken over: how far each is, and which rows were left out, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from citytandem.challenges.frame import path_of
from citytandem.challenges.models import Challenge, ProposalImport
from citytandem.challenges.models_proposals import ImportState
from citytandem.challenges.reading_proposals import import_of, imports_of
from citytandem.core.csv_files import csv_lines
from citytandem.core.errors import NotFound

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ImportCard:
    """How far a table is. `share` in percent."""

    id: UUID
    name: str
    path: str
    state: str
    state_label: str
    is_under_way: bool
    total: int
    done: int
    kept: int
    known: int
    bad: int
    share: int
    at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out."""

    line: int
    why: str
    told: str


def cards_of(challenge: Challenge) -> list[ImportCard]:
    """The newest tables of a challenge."""
    return [_card(row, challenge) for row in imports_of(challenge)]


def import_page_of(challenge: Challenge, import_id: UUID) -> tuple[ImportCard, Sequence[BadRow], bool]:
    """One table, the first rows that were left out, and whether there are more. Raises NotFound."""
    row = _get(challenge, import_id)
    return _card(row, challenge), [_bad(one) for one in row.bad[:_SHOWN]], len(row.bad) > _SHOWN


def bad_rows_csv(challenge: Challenge, import_id: UUID, *, language: str) -> Iterator[bytes]:
    """All rows that are known to be left out, as CSV with line and reason. Raises NotFound."""
    found = [_bad(one) for one in _get(challenge, import_id).bad]
    header = [_("Line"), _("Why"), _("What it says")]
    return csv_lines(header, [(one.line, one.why, one.told) for one in found], language=language)


def _get(challenge: Challenge, import_id: UUID) -> ProposalImport:
    row = import_of(challenge, import_id)
    if row is None:
        raise NotFound("import.unknown", _("There is no such import."))
    return row


def _card(row: ProposalImport, challenge: Challenge) -> ImportCard:
    return ImportCard(
        id=row.id,
        name=row.name,
        path=f"{path_of(challenge)}/proposals/import/{row.id}",
        state=row.state,
        state_label=str(row.get_state_display()),
        is_under_way=row.state in {ImportState.WAITING, ImportState.RUNNING},
        total=row.total,
        done=row.done,
        kept=row.kept,
        known=row.known,
        bad=row.bad_count,
        share=100 * row.done // row.total if row.total else 0,
        at=row.created_at,
        error=_("The assessment has started meanwhile: the rest was not read.") if row.error else "",
    )


def _bad(one: dict[str, Any]) -> BadRow:
    return BadRow(int(one["line"]), why_of(str(one["code"])), str(one["told"]))


def why_of(code: str) -> str:
    """Why a row was left out, in words."""
    return {
        "unreadable": _("A quotation mark is not closed, or a cell is far too long."),
        "nul": _("There is a character in it that no text can hold (NUL)."),
        "title_missing": _("The title is missing."),
        "title_too_long": _("The title has more than 200 characters."),
        "text_too_long": _("The text has more than 20,000 characters."),
        "reference_too_long": _("The reference has more than 80 characters."),
        "team_too_long": _("The team has more than 300 characters."),
        "language_unknown": _("This language is not one of the nine."),
        "cost": _("This is no amount of money, or it may be one thousand or one: write it without dots."),
        "cells": _("This row has more or fewer cells than the first line."),
        "reference_twice": _("This reference stands in an earlier line."),
        "row_twice": _("The same stands in an earlier line."),
    }.get(code, code)
