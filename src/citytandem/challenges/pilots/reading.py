"""Reading measurements (CSV) as people and devices write them.

Columns `at` and `value`, perhaps `indicator`, `place`, `exposure`, `unit` and `note`. Semicolons and decimal commas are
understood, and tabs as well. A bad row is told and left out, the rest is kept.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from citytandem.challenges.pilots.indicators import YEARS, BadPilot, Indicator, Measurement, Period, check, moment
from citytandem.challenges.spreadsheets import number, opened

_COLUMNS = ("at", "value", "indicator", "place", "exposure", "unit", "note")
_MOST_ROWS = 1_000_000
# What float() takes beyond this (underscores, "nan", digits of other scripts) nobody means in a table.


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out. `line`: where it begins, the header is line 1; `code`: why; `told`: what was there."""

    line: int
    code: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a table held: measurements for each indicator that has any, in the order of the rows, and the bad rows."""

    measurements: Mapping[str, tuple[Measurement, ...]]
    bad: tuple[BadRow, ...]


def read_measurements(
    text: str, *, indicators: Sequence[Indicator], period: Period, is_baseline: bool = False
) -> Reading:
    """Measurements of one or more indicators; those from the period's start on are the ones after.

    is_baseline: all are meant to be from before, and one from after the start is a bad row.

    Times without an offset, and dates alone, are told in the period's zone. A date alone is the day's beginning, and on
    the day of the start the start. Raises BadPilot where the header does not fit.
    """
    lines, delimiter = opened(text)
    rows = _rows(lines, delimiter)
    _line, header = next(rows, (1, []))
    names = _header(header if isinstance(header, list) else [], indicators)
    known = {indicator.name: indicator for indicator in indicators}
    kept: dict[str, list[Measurement]] = {}
    taken: set[tuple[str, tuple[datetime, str]]] = set()
    bad: list[BadRow] = []
    for count, (line, row) in enumerate(rows):
        if count >= _MOST_ROWS:
            raise BadPilot("measurements.many", f"line {line}")
        try:
            name, measurement = _measurement(row, names, known, period, delimiter=delimiter, is_baseline=is_baseline)
        except BadPilot as error:
            bad.append(BadRow(line, error.code, error.told or error.where))
            continue
        key = (name, moment(measurement))
        if key in taken:
            measurement = _second_of_an_hour_told_twice(measurement, period)
            key = (name, moment(measurement))
        if key in taken:
            bad.append(BadRow(line, "measurement.twice", measurement.place or measurement.at.isoformat()))
            continue
        taken.add(key)
        kept.setdefault(name, []).append(replace(measurement, at=key[1][0]))
    return Reading({name: tuple(found) for name, found in kept.items()}, tuple(bad))


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each row that is not empty with the line it begins in; a text instead of cells says what the row's quotes do wrong."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield line, str(error)
            continue
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield line, row


def _header(header: Sequence[str], indicators: Sequence[Indicator]) -> list[str]:
    names = [name.strip().lower() for name in header]
    missing = [name for name in ("at", "value") if name not in names]
    if missing:
        raise BadPilot("measurements.column_missing", "line 1", ", ".join(missing))
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadPilot("measurements.column_twice", "line 1", twice)
    unknown = [name for name in names if name not in _COLUMNS]
    if unknown:
        raise BadPilot("measurements.column_unknown", "line 1", ", ".join(unknown))
    if len(indicators) != 1 and "indicator" not in names:
        raise BadPilot("measurements.column_missing", "line 1", "indicator")
    return names


def _measurement(
    row: list[str] | str,
    names: Sequence[str],
    known: Mapping[str, Indicator],
    period: Period,
    *,
    delimiter: str,
    is_baseline: bool,
) -> tuple[str, Measurement]:
    if isinstance(row, str):
        raise BadPilot("row.quotes", "", row)
    if len(row) != len(names):
        raise BadPilot("row.cells", "", f"{len(row)} / {len(names)}")
    cells = {name: cell.strip() for name, cell in zip(names, row, strict=True)}
    # One indicator: an empty cell can only mean that one.
    name = cells.get("indicator") or (next(iter(known)) if len(known) == 1 else "")
    if name not in known:
        raise BadPilot("row.indicator", "", name)
    at = _moment(cells["at"], period)
    measurement = Measurement(
        at=at,
        value=_number(cells["value"], delimiter=delimiter),
        is_after=at >= period.start and not is_baseline,
        place=cells.get("place", ""),
        exposure=_number(cells["exposure"], delimiter=delimiter) if cells.get("exposure") else 1.0,
        note=cells.get("note", ""),
        unit=cells.get("unit", ""),
    )
    check(measurement, indicator=known[name], period=period)
    return name, measurement


# Day, month, year with dots, as spreadsheets of most of our countries write it. With slashes nobody knows which comes first.
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?=$|[ T])", re.ASCII)


def _moment(written: str, period: Period) -> datetime:
    told = _DOTTED.sub(lambda found: f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}", written)
    try:
        day = date.fromisoformat(told)
    except ValueError:
        day = None
    if day is not None and day.year in YEARS:
        begun = datetime.combine(day, time(), period.zone)
        return period.start if day == period.start.astimezone(period.zone).date() else begun
    try:
        at = datetime.fromisoformat(told)
    except ValueError as error:
        raise BadPilot("measurement.date", "", written) from error
    if at.year not in YEARS:
        raise BadPilot("measurement.date", "", written)
    return at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=period.zone)


def _second_of_an_hour_told_twice(measurement: Measurement, period: Period) -> Measurement:
    """When clocks go back, an hour's times come twice without an offset: the second of them is the later."""
    later = measurement.at.replace(fold=1)
    if measurement.at.tzinfo is not period.zone or later.utcoffset() == measurement.at.utcoffset():
        return measurement
    later = later.astimezone(UTC)
    return replace(measurement, at=later, is_after=later >= period.start)


def _number(told: str, *, delimiter: str) -> float:
    try:
        return number(told, delimiter=delimiter)
    except ValueError as error:
        raise BadPilot("measurement.number", "", told) from error
