"""What a pilot measures, and what was measured before its start and after."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Literal

Direction = Literal["up", "down"]
Source = Literal["hand", "csv", "datastream"]
Kind = Literal["level", "count"]
# Beyond, nothing that a pilot measures lies, and no column of a database keeps it.
MOST_VALUE = 1e15
MOST_EXPOSURE = 1e12
MOST_PLACE = 120
MOST_NOTE = 300
# Nobody measures outside of these, and the first and last days that there are cannot be told in every zone.
YEARS = range(1900, 2200)


class BadPilot(ValueError):
    """What cannot be evaluated. `code` is stable; `where` names the indicator, moment, line or cost; `told` what was there."""

    def __init__(self, code: str, where: str = "", told: str = "") -> None:
        super().__init__(f"{code}: {where} {told}".strip())
        self.code, self.where, self.told = code, where, told


@dataclass(frozen=True, slots=True)
class Indicator:
    """One thing that is measured. `direction`: which way is better.

    kind: a `level` is a value (degrees, minutes, per cent); a `count` is a number of events during an exposure (full bins
    per week), and `baseline` and `target` are then events per one of it. `baseline` stands for what was before where
    nothing was measured before.
    """

    name: str
    unit: str
    direction: Direction
    baseline: float | None = None
    target: float | None = None
    source: Source = "hand"
    kind: Kind = "level"

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise BadPilot("indicator.name")
        if not self.unit.strip():
            raise BadPilot("indicator.unit", self.name)
        if self.direction not in ("up", "down"):
            raise BadPilot("indicator.direction", self.name)
        if self.source not in ("hand", "csv", "datastream"):
            raise BadPilot("indicator.source", self.name)
        if self.kind not in ("level", "count"):
            raise BadPilot("indicator.kind", self.name)
        for number in (self.baseline, self.target):
            if number is not None and not math.isfinite(number):
                raise BadPilot("indicator.number", self.name)
            if number is not None and self.kind == "count" and number < 0:
                raise BadPilot("indicator.negative", self.name)


@dataclass(frozen=True, slots=True)
class Period:
    """When a pilot ran. `end`: None while it runs. `zone`: the place's own time, in which days begin."""

    start: datetime
    end: datetime | None
    zone: tzinfo

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None or (self.end is not None and self.end.utcoffset() is None):
            raise BadPilot("period.no_zone")
        if self.end is not None and self.end <= self.start:
            raise BadPilot("period.order")


@dataclass(frozen=True, slots=True)
class Measurement:
    """One value. `is_after`: measured while the pilot ran, else it belongs to the time before.

    exposure: for counts, during how much (bin-weeks, hours, inhabitants) the events were counted. unit: empty is that of
    the indicator. place: where; the same places before and after make a pair.
    """

    at: datetime
    value: float
    is_after: bool
    place: str = ""
    exposure: float = 1.0
    note: str = ""
    unit: str = ""


def check(measurement: Measurement, *, indicator: Indicator, period: Period) -> None:
    """Raises BadPilot where one measurement cannot belong to this indicator and period."""
    where = measurement.at.isoformat()
    if measurement.at.year not in YEARS:
        raise BadPilot("measurement.date", where)
    if measurement.at.utcoffset() is None:
        raise BadPilot("measurement.no_zone", where)
    _check_value(measurement, indicator, where)
    if not measurement.is_after and measurement.at >= period.start:
        raise BadPilot("measurement.baseline_after_start", where)
    if measurement.is_after and measurement.at < period.start:
        raise BadPilot("measurement.before_start", where)
    if period.end is not None and measurement.at > period.end:
        raise BadPilot("measurement.after_end", where)


def _check_value(measurement: Measurement, indicator: Indicator, where: str) -> None:
    if not math.isfinite(measurement.value):
        raise BadPilot("measurement.number", where, str(measurement.value))
    if abs(measurement.value) >= MOST_VALUE or MOST_EXPOSURE <= measurement.exposure < math.inf:
        raise BadPilot("measurement.range", where, str(measurement.value))
    if len(measurement.place) > MOST_PLACE or len(measurement.note) > MOST_NOTE:
        raise BadPilot("measurement.long", where, measurement.place[:MOST_PLACE])
    if measurement.unit and measurement.unit != indicator.unit:
        raise BadPilot("measurement.unit", where, f"{measurement.unit} / {indicator.unit}")
    if indicator.kind == "count" and (measurement.value < 0 or measurement.value != int(measurement.value)):
        raise BadPilot("measurement.not_a_count", where, str(measurement.value))
    if not (math.isfinite(measurement.exposure) and measurement.exposure > 0):
        raise BadPilot("measurement.exposure", where, str(measurement.exposure))


def moment(measurement: Measurement) -> tuple[datetime, str]:
    """What two measurements of one indicator may not share: the moment, told in one zone, and the place."""
    return measurement.at.astimezone(UTC), measurement.place


def checked(measurements: Iterable[Measurement], *, indicator: Indicator, period: Period) -> tuple[Measurement, ...]:
    """All measurements in the order of time. Raises BadPilot for the first that is wrong, or where a side is empty.

    The side before may be empty where the indicator has a baseline.
    """
    known: dict[tuple[datetime, str], Measurement] = {}
    for measurement in measurements:
        check(measurement, indicator=indicator, period=period)
        key = moment(measurement)
        if key in known:
            raise BadPilot("measurement.twice", measurement.at.isoformat(), measurement.place)
        known[key] = measurement
    ordered = tuple(known[key] for key in sorted(known))
    if not any(measurement.is_after for measurement in ordered):
        raise BadPilot("measurements.none_after", indicator.name)
    if indicator.baseline is None and all(measurement.is_after for measurement in ordered):
        raise BadPilot("measurements.none_before", indicator.name)
    return ordered
