"""Measurements of the demo's pilots. They are made up, and every text beside them says so. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

WEEKS_BEFORE = 8
_PLACES = tuple(f"{place} {number}" for place in ("Market", "Station", "Park") for number in range(1, 5))


@dataclass(frozen=True, slots=True)
class Value:
    """One measurement. `exposure`: for counts, during how much."""

    at: datetime
    value: float
    place: str = ""
    exposure: float = 1.0


def series(name: str, *, start: datetime, until: datetime) -> list[Value]:
    """Values from eight weeks before `start` up to `until`; the same ones for the same days. KeyError: no such series."""
    make = _SERIES[name]
    generator = np.random.default_rng(sum(map(ord, name)))
    return list(make(generator, start, until))


def _weeks(start: datetime, until: datetime) -> Iterator[tuple[datetime, bool]]:
    for week in range(-WEEKS_BEFORE, 200):
        at = start + timedelta(weeks=week, hours=6)
        if at >= until:
            return
        yield at, week >= 0


def _fill(generator: np.random.Generator, start: datetime, until: datetime) -> Iterator[Value]:
    """How full each bin is when it is emptied, in per cent, once a week."""
    usual = {place: generator.normal(45, 9) for place in _PLACES}
    for at, is_after in _weeks(start, until):
        for place in _PLACES:
            level = 76 + 0.1 * (usual[place] - 45) if is_after else usual[place]
            value = float(np.clip(generator.normal(level, 6 if is_after else 11), 4, 100))
            yield Value(at, round(value, 1), place)


def _overflow(generator: np.random.Generator, start: datetime, until: datetime) -> Iterator[Value]:
    """How often each bin was found overflowing in a week."""
    for at, is_after in _weeks(start, until):
        for place in _PLACES:
            rate = 0.05 if is_after else 0.34
            yield Value(at, float(generator.poisson(rate)), place)


def _distance(generator: np.random.Generator, start: datetime, until: datetime) -> Iterator[Value]:
    """Kilometres driven in a week."""
    for at, is_after in _weeks(start, until):
        yield Value(at, round(float(generator.normal(73 if is_after else 118, 4)), 1))


def _heat(generator: np.random.Generator, start: datetime, until: datetime) -> Iterator[Value]:
    """Heat for a day, adjusted for weather, in kWh; Sundays need less."""
    day = start - timedelta(weeks=WEEKS_BEFORE)
    while day < until:
        level = 660.0 if day >= start else 812.0
        if day.weekday() == 6:
            level -= 160
        yield Value(day, round(float(generator.normal(level, 34)), 1))
        day += timedelta(days=1)


_SERIES: dict[str, Callable[[np.random.Generator, datetime, datetime], Iterator[Value]]] = {
    "fill": _fill,
    "overflow": _overflow,
    "distance": _distance,
    "heat": _heat,
}
NAMES = frozenset(_SERIES)
