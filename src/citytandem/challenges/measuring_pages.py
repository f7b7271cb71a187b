"""What the page of measurements shows: values with all their digits, tables that are being read, and what they lacked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citytandem.challenges.finding_words import REFUSALS, exact
from citytandem.challenges.models import Indicator, Measurement, MeasurementImport


@dataclass(frozen=True, slots=True)
class Value:
    """One value. `exposure`: empty where it is one."""

    id: int
    at: datetime
    is_after: bool
    indicator: str
    value: str
    unit: str
    exposure: str
    place: str
    note: str


@dataclass(frozen=True, slots=True)
class TableShown:
    """A table that is read in the background. `bad`: (line, why, what was there)."""

    name: str
    state: str
    total: int
    done: int
    kept: int
    bad_count: int
    bad: Sequence[tuple[int, str, str]]
    error: str


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """An indicator before the start."""

    name: str
    unit: str
    aim: str
    baseline: str
    target: str
    measured_before: int


def value_shown(row: Measurement) -> Value:
    """As a list shows it."""
    return Value(
        id=row.id,
        at=row.at,
        is_after=row.is_after,
        indicator=row.indicator.name,
        value=exact(row.value),
        unit=row.indicator.unit,
        exposure="" if row.exposure == 1 else exact(row.exposure),
        place=row.place,
        note=row.note,
    )


def table_shown(row: MeasurementImport) -> TableShown:
    """With why each row was left out, in words."""
    error = str(REFUSALS.get(row.error, row.error))
    return TableShown(
        name=row.name,
        state=str(row.get_state_display()),
        total=row.total,
        done=row.done,
        kept=row.kept,
        bad_count=row.bad_count,
        bad=[(one["line"], str(REFUSALS.get(one["code"], one["code"])), one["told"]) for one in row.bad],
        error=f"{error} {row.told}".strip(),
    )


def indicator_line(row: Any) -> IndicatorLine:
    """From a row of `reading_pilots.counted_indicators`."""
    indicator: Indicator = row
    return IndicatorLine(
        name=indicator.name,
        unit=indicator.unit,
        aim=str(row.get_direction_display()),
        baseline="–" if row.baseline is None else exact(row.baseline),
        target="–" if row.target is None else exact(row.target),
        measured_before=row.measured_before,
    )
