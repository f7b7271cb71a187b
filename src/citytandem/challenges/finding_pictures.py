"""Geometry of what a pilot showed: dots with intervals, and a course over time. Numbers in, shapes out. Pure.

Words, colours and how numbers are written are the template's business, as with `ui.charts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, isfinite, log10
from typing import Any

WIDTH, LEFT, RIGHT = 320.0, 10.0, 10.0
_ROW, _HEAD, _FOOT = 46.0, 30.0, 30.0
COURSE_HEIGHT, COURSE_LEFT, COURSE_TOP, COURSE_BOTTOM = 200.0, 40.0, 20.0, 28.0
# More dots than this lie on each other.
MOST_DOTS = 160


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis: where it stands, and the number."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Row:
    """A value with its interval (None: it has none). `key`: which of them it is."""

    key: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A row as it is drawn: a dot at (x, y), its interval from `left` to `right`, its label above it."""

    key: str
    x: float
    y: float
    left: float | None
    right: float | None
    label_y: float


@dataclass(frozen=True, slots=True)
class Dots:
    """Rows of dots on one scale. `line`: where a number that they are compared with stands; `anchor` of its words."""

    marks: Sequence[Mark]
    ticks: Sequence[Tick]
    line: float | None
    anchor: str
    height: float
    bottom: float
    width: float = WIDTH
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = _HEAD - 8


@dataclass(frozen=True, slots=True)
class Spot:
    """A value of the course."""

    on: str
    value: float
    expected: float | None
    x: float
    y: float
    is_after: bool


@dataclass(frozen=True, slots=True)
class Course:
    """Values over time. `expected`: what would have been without the pilot, and `band` how sure that is."""

    spots: Sequence[Spot]
    fitted: Sequence[str]
    expected: str
    band: str
    start: float
    target: float | None
    up: Sequence[Tick]
    across: Sequence[tuple[float, str]]
    height: float = COURSE_HEIGHT
    width: float = WIDTH
    left: float = COURSE_LEFT
    right: float = WIDTH - RIGHT
    top: float = COURSE_TOP
    bottom: float = COURSE_HEIGHT - COURSE_BOTTOM


def dots(rows: Sequence[Row], *, line: float | None = None) -> Dots:
    """Rows below each other; all of them, their intervals and the line are inside."""
    numbers = [number for row in rows for number in (row.value, row.low, row.high) if number is not None]
    low, high = _domain(numbers + ([line] if line is not None else []))
    wide = WIDTH - LEFT - RIGHT

    def x(number: float) -> float:
        return round(LEFT + wide * _share(number, low, high), 1)

    marks = []
    for place, row in enumerate(rows):
        y = _HEAD + _ROW * place + _ROW * 0.62
        ends = (None, None) if row.low is None or row.high is None else (x(row.low), x(row.high))
        marks.append(Mark(row.key, x(row.value), round(y, 1), ends[0], ends[1], round(y - 14, 1)))
    bottom = _HEAD + _ROW * len(rows)
    at = None if line is None else x(line)
    anchor = "middle" if at is None or 90 < at < WIDTH - 90 else "start" if at <= 90 else "end"
    ticks = [Tick(x(value), value) for value in _ticks(low, high)]
    return Dots(marks, ticks, at, anchor, bottom + _FOOT, bottom)


def course(points: Sequence[Sequence[Any]], *, target: float | None) -> Course | None:
    """Points as `finding_stored` keeps them: [day, after, value, fitted, expected, low, high]; None without any."""
    drawn = _thinned(points)
    if not drawn:
        return None
    numbers = [number for point in drawn for number in (*point[2:4], *point[4:7]) if number is not None]
    low, high = _domain(numbers + ([target] if target is not None else []))
    first, last = _day(drawn[0]), max(_day(drawn[-1]), _day(drawn[0]) + 1)
    wide, size = WIDTH - RIGHT - COURSE_LEFT, COURSE_HEIGHT - COURSE_TOP - COURSE_BOTTOM

    def x(day: float) -> float:
        return round(COURSE_LEFT + wide * (day - first) / (last - first), 1)

    def y(number: float) -> float:
        return round(COURSE_TOP + size * (1 - _share(number, low, high)), 1)

    after = [point for point in drawn if point[1]]
    begun = _day(after[0]) if after else last
    banded = [point for point in after if point[5] is not None and point[6] is not None]
    upper = [f"{x(_day(point))} {y(point[6])}" for point in banded]
    lower = [f"{x(_day(point))} {y(point[5])}" for point in reversed(banded)]
    halves = ([point for point in drawn if not point[1]], after)
    return Course(
        spots=[Spot(str(point[0]), point[2], point[4], x(_day(point)), y(point[2]), bool(point[1])) for point in drawn],
        fitted=[_path([f"{x(_day(point))} {y(point[3])}" for point in half]) for half in halves if len(half) > 1],
        expected=_path([f"{x(_day(point))} {y(point[4])}" for point in after if point[4] is not None]),
        band=_path([*upper, *lower], end="Z") if len(upper) > 1 else "",
        start=x(begun),
        target=None if target is None else y(target),
        up=[Tick(y(value), value) for value in _ticks(low, high)],
        across=[(x(day), date.fromordinal(day).isoformat()) for day in _days(first, last)],
    )


def _thinned(points: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Neighbours on one side taken together, so that no more than MOST_DOTS are left. The statistics have seen all."""
    usable = [point for point in points if point[2] is not None and point[3] is not None]
    size = ceil(len(usable) / MOST_DOTS)
    # Two buckets that are not full, at the start and at the end, may be one too many.
    while size and sum(ceil(sum(bool(one[1]) is side for one in usable) / size) for side in (False, True)) > MOST_DOTS:
        size += 1
    found: list[list[Any]] = []
    for side in (False, True):
        half = [point for point in usable if bool(point[1]) is side]
        for start in range(0, len(half), max(size, 1)):
            some = half[start : start + size]
            found.append([some[len(some) // 2][0], some[0][1], *(_mean(some, place) for place in range(2, 7))])
    return found


def _mean(points: Sequence[Sequence[Any]], place: int) -> float | None:
    numbers = [point[place] for point in points if point[place] is not None]
    return sum(numbers) / len(numbers) if numbers else None


def _day(point: Sequence[Any]) -> int:
    return date.fromisoformat(point[0]).toordinal()


def _days(first: int, last: int) -> list[int]:
    steps = min(2, last - first)
    return [first + round((last - first) * number / steps) for number in range(steps + 1)]


def _path(points: Sequence[str], *, end: str = "") -> str:
    return f"M{'L'.join(points)}{end}" if points else ""


def _domain(numbers: Sequence[float]) -> tuple[float, float]:
    """A little more than the numbers need; never without width."""
    finite = [number for number in numbers if isfinite(number)]
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    # Where the numbers are too large for such a room to be seen, a float still has a next one.
    return low - room, high + room


def _share(number: float, low: float, high: float) -> float:
    return min(max((number - low) / (high - low), 0.0), 1.0) if isfinite(number) else 0.0


def _ticks(low: float, high: float) -> list[float]:
    """Four or five round numbers between the ends."""
    rough = (high - low) / 4
    power = 10.0 ** floor(log10(rough))
    apart = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    return [apart * number for number in range(ceil(low / apart), floor(high / apart) + 1)]
