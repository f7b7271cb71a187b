"""Geometry of the pictures of a ranking: numbers in, places out. Pure.

Everything is in hundredths of the picture's width and height: lines are stretched with the picture, letters keep their
size, so that it can be read on a telephone as on a wall.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from citytandem.challenges.ranking.criteria import Floats

# The field within the picture: room for the numbers on the left and the letters of the lines on the right.
LEFT, RIGHT, TOP, BOTTOM = 10.0, 92.0, 4.0, 90.0
_LETTER_HEIGHT = 6.5
_LINE_STEPS = 20


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of an axis: where it stands, and the share that it stands for."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The line of one proposal. `place`: 0 is the best now; `letter_y`: where its letter has room."""

    place: int
    points: str
    end_y: float
    letter_y: float

    @property
    def letter(self) -> str:
        """A for the best, B for the next."""
        return chr(ord("A") + self.place)


@dataclass(frozen=True, slots=True)
class Reign:
    """From which share of a criterion to which a proposal (its place among the curves) is the first."""

    place: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Lines:
    """Scores of several proposals for all shares of one criterion; `now_x`: its share now; `turns`: where the first changes."""

    curves: Sequence[Curve]
    across: Sequence[Mark]
    up: Sequence[Mark]
    now_x: float
    turns: Sequence[tuple[float, float]]
    reigns: Sequence[Reign]
    left: float = LEFT
    right: float = RIGHT
    top: float = TOP
    bottom: float = BOTTOM


def lines(shares: Floats, scores: Floats, *, now: float, shown: int) -> Lines:
    """`scores`: (shares, proposals), those that are drawn first; NaN where there is none. Who is first is said of all, and as
    finely as there are shares; of the lines at most every twentieth part is drawn."""
    every = max(1, (len(shares) - 1) // _LINE_STEPS)
    rough, drawn = shares[::every], scores[::every, :shown]
    given = drawn[~np.isnan(drawn)]
    marks = _round_marks(float(given.min()), float(given.max())) if given.size else [0.0, 1.0]
    low, high = marks[0], marks[-1]

    def x(share: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * share, 2)

    def y(score: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (score - low) / (high - low), 2)

    curves = []
    for place in range(drawn.shape[1]):
        column = drawn[:, place]
        there = ~np.isnan(column)
        points = " ".join(f"{x(s)},{y(v)}" for s, v in zip(rough[there], column[there], strict=True))
        curves.append((place, points, y(float(column[there][-1])) if there.any() else BOTTOM))
    spread = spread_out([end for _place, _points, end in curves], least=_LETTER_HEIGHT, low=TOP, high=BOTTOM)
    reigns = reigns_of(shares, scores)
    return Lines(
        curves=[Curve(*one, letter_y=at) for one, at in zip(curves, spread, strict=True)],
        across=[Mark(x(share), share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)],
        up=[Mark(y(value), value) for value in marks],
        now_x=x(now),
        turns=[
            (x(one.low), y(_at(shares, scores[:, one.place], one.low)))
            for one in reigns[1:]
            if one.place < shown and not math.isnan(_at(shares, scores[:, one.place], one.low))
        ],
        reigns=reigns,
    )


def reigns_of(shares: Floats, scores: Floats) -> list[Reign]:
    """Who is first from which share to which; equal ones: the one that stood first. Where nobody has a score: nobody."""
    if not scores.shape[1]:
        return []
    known = np.nan_to_num(np.round(scores, 9), nan=-np.inf)
    best = np.where(np.isneginf(known).all(axis=1), -1, np.argmax(known, axis=1))
    changes = [0, *(np.flatnonzero(np.diff(best)) + 1).tolist()]
    ends = [*changes[1:], len(shares) - 1]
    return [
        Reign(int(best[begun]), float(shares[begun]), float(shares[end]))
        for begun, end in zip(changes, ends, strict=True)
        if best[begun] >= 0
    ]


@dataclass(frozen=True, slots=True)
class Dot:
    """A proposal on the line of a criterion: `x` in hundredths, `lane` from the top where several lie on each other."""

    place: int
    x: float
    lane: int

    @property
    def y(self) -> int:
        """Its middle from the top, in pixels."""
        return 16 + 30 * self.lane


def dots(values: Sequence[float | None], *, least: float = 9.0) -> list[Dot]:
    """Proposals by their values in [0, 1] on one line; those nearer than `least` go below each other."""
    found: list[Dot] = []
    ends: list[float] = []
    for place, value in sorted(
        ((place, value) for place, value in enumerate(values) if value is not None), key=lambda one: (one[1], one[0])
    ):
        at = round(3.0 + 94.0 * min(1.0, max(0.0, value)), 2)
        lane = next((number for number, end in enumerate(ends) if at - end >= least), len(ends))
        ends[lane : lane + 1] = [at]
        found.append(Dot(place, at, lane))
    return sorted(found, key=lambda dot: dot.place)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar, in hundredths of its length. `place`: 0 for the first rank, 1, 2; 3 for all later ones."""

    x: float
    width: float
    place: int


def segments(shares: Sequence[float]) -> list[Segment]:
    """A bar of the shares of the first ranks; what is left are the later ones."""
    parts = [min(1.0, max(0.0, share)) for share in shares]
    parts = [*parts, max(0.0, 1.0 - sum(parts))]
    found, begun = [], 0.0
    for place, part in enumerate(parts):
        width = round(min(part, 1.0 - begun) * 100, 2)
        if width > 0:
            found.append(Segment(round(begun * 100, 2), width, place))
        begun += part
    return found


def spread_out(places: Sequence[float], *, least: float, low: float, high: float) -> list[float]:
    """Moves marks apart until they are `least` away from each other, as near as can be to where they were."""
    if not places:
        return []
    order = sorted(range(len(places)), key=lambda number: (places[number], number))
    apart = min(least, (high - low) / max(len(places) - 1, 1))
    moved = [min(max(places[number], low), high) for number in order]
    for number in range(1, len(moved)):
        moved[number] = max(moved[number], moved[number - 1] + apart)
    moved[-1] = min(moved[-1], high)
    for number in range(len(moved) - 2, -1, -1):
        moved[number] = min(moved[number], moved[number + 1] - apart)
    result = [0.0] * len(places)
    for number, at in zip(order, moved, strict=True):
        result[number] = round(at, 2)
    return result


def _round_marks(low: float, high: float) -> list[float]:
    """Round marks around a range within [-1, 1]: at most six, a tenth or two apart."""
    apart = next(step for step in (0.1, 0.2, 0.5) if (high - low) / step <= 5 or step == 0.5)
    first, last = math.floor(low / apart + 1e-9), math.ceil(high / apart - 1e-9)
    if first == last:
        first, last = first - 1, last + 1
    return [round(number * apart, 2) for number in range(first, last + 1)]


def _at(shares: Floats, column: Floats, share: float) -> float:
    return float(np.interp(share, shares, column))
