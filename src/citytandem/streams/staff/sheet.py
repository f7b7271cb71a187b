"""Rows of the table for a spreadsheet, in the reader's words; read in slices, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from citytandem.accounts.contract import departments
from citytandem.conversation.contract import comment_counts
from citytandem.core.csv_files import Cell
from citytandem.core.themes import theme_label
from citytandem.core.versions import read
from citytandem.streams.models import Moderation, Problem, ProblemStatus, Sender, Visibility
from citytandem.streams.staff.export import MOST_ROWS

SLICE = 1_000
FIELDS = (
    "id", "code", "title", "language", "themes", "place_name", "latitude", "longitude", "visibility", "moderation",
    "created_at", "status", "sender", "department_id", "due_on", "answered_at", "escalated_at", "solved_at",
)  # fmt: skip


def header() -> list[str]:
    """Names of the columns."""
    return [
        _("Code"), _("Title"), _("Language"), _("Themes"), _("Place"), _("Latitude"), _("Longitude"), _("How far it is"),
        _("Told by"), _("Department"), _("Entered"), _("Due"), _("Answered"), _("Escalated"), _("Solved"), _("Comments"),
        _("Who may read it"), _("Moderation"), _("Address"),
    ]  # fmt: skip


def rows_of(problems: QuerySet[Problem], *, language: str, base: str) -> Iterator[Sequence[Cell]]:
    """The rows of some problems, MOST_ROWS at most. `base`: address of the node, for that of each problem."""
    names = {one.id: one.name_for(language) for one in departments()}
    found = islice(problems.values(*FIELDS).iterator(chunk_size=SLICE), MOST_ROWS)
    while part := list(islice(found, SLICE)):
        comments = comment_counts("problem", [row["id"] for row in part])
        # A stream is read after the view has returned, and so outside its language.
        with override(language):
            told = [_cells(row, names, comments.get(row["id"], 0), language=language, base=base) for row in part]
        yield from told


def _cells(row: dict[str, Any], names: dict[Any, str], comments: int, *, language: str, base: str) -> list[Cell]:
    return [
        row["code"],
        read(row["title"], reader=language, original=row["language"]).text,
        row["language"],
        ", ".join(theme_label(theme, language) for theme in row["themes"]),
        row["place_name"],
        row["latitude"],
        row["longitude"],
        _label(ProblemStatus, row["status"]),
        _label(Sender, row["sender"]),
        names.get(row["department_id"], ""),
        _day(row["created_at"]),
        row["due_on"],
        _day(row["answered_at"]),
        _day(row["escalated_at"]),
        _day(row["solved_at"]),
        comments,
        _label(Visibility, row["visibility"]),
        _label(Moderation, row["moderation"]),
        f"{base}/problems/{row['code']}",
    ]


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values and (value or choices is Moderation) else ""


def _day(moment: Any) -> Cell:
    return timezone.localdate(moment) if moment else None
