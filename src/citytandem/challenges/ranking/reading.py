"""Reading a table of scores (CSV) and its criteria (YAML) from what people have.

Spreadsheets of most of Europe write semicolons and decimal commas: both are understood, and tabs as well.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import yaml

from citytandem.challenges.ranking.criteria import BadScores, Criterion, Scores
from citytandem.challenges.spreadsheets import number, opened

_KEYS = {"name", "weight", "direction", "low", "high"}
_MOST_ROWS = 1_000_000
# Assessors times proposals times criteria: 400 MB of scores.
_MOST_CELLS = 50_000_000
_LONGEST_CRITERIA = 1_000_000
_LONGEST_SHOWN = 80
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)


def read_criteria(text: str) -> list[Criterion]:
    """A YAML list of {name, weight, direction, low, high}. Raises BadScores that names the entry and what is wrong."""
    if len(text) > _LONGEST_CRITERIA:
        raise BadScores("criteria.long")
    try:
        # Every value stays the text that it is: a criterion named "no" keeps its name, and numbers are read as below.
        entries = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes texts, lists and mappings only
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise BadScores("criteria.yaml", f"line {mark.line + 1}" if mark else "") from error
    if not isinstance(entries, list) or not entries:
        raise BadScores("criteria.list")
    return [_criterion(entry, f"entry {place}") for place, entry in enumerate(entries, 1)]


def _criterion(entry: Any, where: str) -> Criterion:
    if not isinstance(entry, Mapping):
        raise BadScores("criteria.entry", where)
    name = entry.get("name")
    if isinstance(name, str) and name.strip():
        where = _short(name.strip())
    missing = sorted(_KEYS - entry.keys())
    if missing:
        raise BadScores("criteria.missing", where, ", ".join(missing))
    unknown = sorted(key for key in entry.keys() - _KEYS if isinstance(key, str))
    if unknown or len(entry) > len(_KEYS):
        raise BadScores("criteria.unknown", where, _short(", ".join(unknown)))
    # An alias stands for a whole tree: nothing but texts is looked into, let alone shown.
    odd = next((key for key in sorted(_KEYS) if not isinstance(entry[key], str)), None)
    if odd is not None:
        raise BadScores("criteria.value", where, odd)
    numbers = {key: _yaml_number(entry[key], where, key) for key in ("weight", "low", "high")}
    direction: Any = entry["direction"].strip()
    return Criterion(name=entry["name"].strip(), direction=direction, **numbers)


def _yaml_number(value: str, where: str, key: str) -> float:
    if not _NUMBER.fullmatch(value.strip()):
        raise BadScores("criteria.number", where, f"{key}: {_short(value)!r}")
    return float(value)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def read_scores(text: str, criteria: Sequence[Criterion]) -> Scores:
    """A CSV with `proposal`, perhaps `assessor`, and a column per criterion; an empty cell was not scored.

    Raises BadScores that names the line (the header is line 1) and what is wrong.
    """
    lines, delimiter = opened(text)
    rows = csv.reader(io.StringIO(lines), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        columns = _columns(header, criteria)
        return _scores(rows, header, columns, criteria, delimiter=delimiter)
    except csv.Error as error:
        raise BadScores("scores.csv", f"line {rows.line_num}", str(error)) from error


def _columns(header: Sequence[str], criteria: Sequence[Criterion]) -> list[int]:
    if "proposal" not in header:
        raise BadScores("scores.no_proposal", "line 1")
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise BadScores("scores.column_twice", "line 1", _short(twice))
    names = [criterion.name for criterion in criteria]
    missing = [name for name in names if name not in header]
    if missing:
        raise BadScores("scores.column_missing", "line 1", ", ".join(missing))
    unknown = [name for name in header if name not in {"proposal", "assessor", *names}]
    if unknown:
        raise BadScores("scores.column_unknown", "line 1", _short(", ".join(unknown)))
    return [header.index(name) for name in names]


def _scores(
    rows: Any, header: Sequence[str], columns: Sequence[int], criteria: Sequence[Criterion], *, delimiter: str
) -> Scores:
    of_proposal = header.index("proposal")
    of_assessor = header.index("assessor") if "assessor" in header else None
    proposals: dict[str, int] = {}
    assessors: dict[str, int] = {}
    cells: dict[tuple[int, int], list[float]] = {}
    # Scales have few levels: most cells were read before.
    known: dict[tuple[str, str], float] = {}
    for row in rows:
        line = f"line {rows.line_num}"
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise BadScores("scores.cells", line, f"{len(row)} / {len(header)}")
        proposal = row[of_proposal].strip()
        assessor = row[of_assessor].strip() if of_assessor is not None else ""
        if not proposal:
            raise BadScores("scores.no_name", line)
        if of_assessor is not None and not assessor:
            raise BadScores("scores.no_assessor", line)
        key = (assessors.setdefault(assessor, len(assessors)), proposals.setdefault(proposal, len(proposals)))
        if key in cells:
            raise BadScores("scores.twice", line, _short(" / ".join(part for part in (proposal, assessor) if part)))
        if len(cells) >= _MOST_ROWS or len(assessors) * len(proposals) * len(columns) > _MOST_CELLS:
            raise BadScores("scores.many", line)
        cells[key] = [
            _known_number(row[column], criterion, line, delimiter=delimiter, known=known)
            for column, criterion in zip(columns, criteria, strict=True)
        ]
    if not cells:
        raise BadScores("scores.none")
    table = np.full((len(assessors), len(proposals), len(columns)), np.nan)
    places = np.array(list(cells))
    table[places[:, 0], places[:, 1]] = list(cells.values())
    return Scores(tuple(proposals), tuple(criteria), table)


def _known_number(
    cell: str, criterion: Criterion, line: str, *, delimiter: str, known: dict[tuple[str, str], float]
) -> float:
    key = (criterion.name, cell)
    if key not in known:
        known[key] = _number(cell, criterion, line, delimiter=delimiter)
    return known[key]


def _number(cell: str, criterion: Criterion, line: str, *, delimiter: str) -> float:
    told = cell.strip()
    if not told:
        return math.nan
    if _NOT_FINITE.fullmatch(told):
        raise BadScores("scores.infinite", line, f"{criterion.name}: {told!r}")
    try:
        value = number(told, delimiter=delimiter)
    except ValueError as error:
        raise BadScores("scores.number", line, f"{criterion.name}: {_short(told)!r}") from error
    if not criterion.low <= value <= criterion.high:
        raise BadScores("scores.outside", line, f"{criterion.name}: {_short(told)}")
    return value
