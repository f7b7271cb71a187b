"""Geometry of plots over time: columns per month, and a curve that falls in steps. Pure, as `charts.py` is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 400.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 8.0, 12.0, 32.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of an axis: where it stands, and what it says."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a group. `place` is its position within the group, from 0."""

    x: float
    y: float
    width: float
    height: float
    place: int
    title: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Groups of columns side by side, with the axes."""

    columns: Sequence[Column]
    across: Sequence[Tick]
    up: Sequence[Tick]
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


def columns(groups: Sequence[tuple[str, Sequence[tuple[float, str]]]], *, most_labels: int = 6) -> Columns:
    """Columns of (label, ((value, title), …)); labels are thinned out until they have room."""
    highest = max((value for _label, values in groups for value, _title in values), default=0.0)
    scale = _steps(highest)
    room = (WIDTH - LEFT - RIGHT) / max(len(groups), 1)
    size = HEIGHT - TOP - BOTTOM
    drawn, across = [], []
    every = ceil(len(groups) / most_labels) if groups else 1
    for number, (label, values) in enumerate(groups):
        start = LEFT + room * number
        width = room * 0.8 / max(len(values), 1)
        for place, (value, title) in enumerate(values):
            height = size * value / scale[-1]
            x, y = round(start + room * 0.1 + width * place, 1), round(HEIGHT - BOTTOM - height, 1)
            drawn.append(Column(x, y, round(width * 0.92, 1), round(height, 1), place, title))
        if number % every == 0:
            across.append(Tick(round(start + room / 2, 1), label))
    return Columns(drawn, across, _upward(scale))


@dataclass(frozen=True, slots=True)
class Steps:
    """A share that falls in steps from 1, over days. `half` is where the line of one half is crossed, if it is."""

    path: str
    half: tuple[float, float] | None
    across: Sequence[Tick]
    up: Sequence[Tick]
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM
    middle: float = TOP + (HEIGHT - TOP - BOTTOM) / 2


def steps(days: Sequence[float], shares: Sequence[float], *, until: float, median: float | None = None) -> Steps:
    """The curve through (day, share that is left after it), drawn up to the day `until`."""
    scale = _steps(max(until, 1.0))
    wide, size = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(day: float) -> float:
        return round(LEFT + wide * min(day / scale[-1], 1.0), 1)

    def y(share: float) -> float:
        return round(TOP + size * (1 - share), 1)

    path = f"M{x(0)} {y(1)}"
    for day, share in zip(days, shares, strict=True):
        path += f"H{x(day)}V{y(share)}"
    path += f"H{x(until)}"
    half = None if median is None else (x(median), y(0.5))
    across = [Tick(x(day), f"{day:g}") for day in scale]
    up = [Tick(y(share), f"{100 * share:.0f}") for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    return Steps(path, half, across, up)


def _upward(scale: Sequence[float]) -> list[Tick]:
    size = HEIGHT - TOP - BOTTOM
    return [Tick(round(HEIGHT - BOTTOM - size * value / scale[-1], 1), f"{value:g}") for value in scale]


def _steps(highest: float) -> list[float]:
    """Round marks from 0 to at least `highest`, five or so: 1, 2 or 5 times a power of ten apart."""
    if highest <= 0:
        return [0.0, 1.0]
    rough = highest / 4
    power = 10 ** floor(log10(rough))
    apart = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    apart = max(apart, 1.0)
    return [apart * number for number in range(ceil(highest / apart - 1e-9) + 1)]
