"""Geometry of columns per month: numbers in, shapes out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 36.0, 8.0, 12.0, 26.0


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `series` is its number, from 0: the template knows how each looks."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns side by side, one group per label. `ticks` are (height on the page, value); `labels` (middle, text)."""

    columns: Sequence[Column]
    ticks: Sequence[tuple[float, int]]
    labels: Sequence[tuple[float, str]]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    bottom: float = HEIGHT - BOTTOM


def columns(labels: Sequence[str], series: Sequence[Sequence[int]]) -> Columns:
    """Columns for each label, one of each series; a series has as many values as there are labels."""
    top = axis_top(max((value for values in series for value in values), default=0))
    plot = HEIGHT - TOP - BOTTOM
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    gap = step * 0.22
    wide = (step - gap) / max(1, len(series))
    drawn = [
        Column(
            x=round(LEFT + index * step + gap / 2 + number * wide, 1),
            y=round(HEIGHT - BOTTOM - plot * value / top, 1),
            width=round(wide - 2, 1),
            height=round(plot * value / top, 1),
            series=number,
        )
        for number, values in enumerate(series)
        for index, value in enumerate(values)
        if value > 0
    ]
    ticks = [(round(HEIGHT - BOTTOM - plot * value / top, 1), value) for value in (0, top // 2, top)]
    middles = [(round(LEFT + (index + 0.5) * step, 1), label) for index, label in enumerate(labels)]
    return Columns(drawn, ticks, middles)


def axis_top(most: int) -> int:
    """The end of the axis: an even round number that is not below the largest value, and at least 2."""
    if most <= 2:
        return 2
    size = 10 ** (len(str(most)) - 1)
    return next(
        int(factor * size)
        for factor in (1, 2, 3, 4, 5, 6, 8, 10, 20)
        if factor * size >= most and int(factor * size) % 2 == 0
    )
