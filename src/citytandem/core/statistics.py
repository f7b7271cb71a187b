"""How long things take, with what is still open counted fairly; shares with their uncertainty; small numbers hidden. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
K = TypeVar("K")
# Below this a number could point at single people.
LEAST_CELL = 5
# 95 % of a normal distribution lie within so many standard deviations.
Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Waited:
    """`count` things waited for so many whole `days`; `is_over`: then it happened; else they still wait."""

    days: int
    is_over: bool
    count: int = 1


@dataclass(frozen=True, slots=True)
class Survival:
    """Share that still waits after each of `days`: one step for each day on which something happened."""

    days: Floats
    waiting: Floats
    cases: int
    over: int

    def quantile(self, share: float) -> float | None:
        """The day by which this share has been served; None where it is not known yet: too many still wait."""
        # A share is a product of many quotients: 0.5 may come out a hair above.
        reached = np.flatnonzero(self.waiting <= 1 - share + 1e-12)
        return float(self.days[reached[0]]) if reached.size else None

    @property
    def median(self) -> float | None:
        """The day by which half of all have been served, if that is known."""
        return self.quantile(0.5)


def kaplan_meier(waits: Sequence[Waited]) -> Survival:
    """Share that still waits, by days: the product-limit estimate (Kaplan & Meier 1958, JASA 53, 457-481).

    What still waits counts up to its age. Leaving it out would make an office look quicker the more it leaves undone.
    Something that is still open on the day on which another is closed counts as having waited that day as well.
    """
    cases = sum(one.count for one in waits)
    over = sum(one.count for one in waits if one.is_over)
    if not over:
        return Survival(np.zeros(0), np.zeros(0), cases, 0)
    days = np.array([one.days for one in waits], dtype=np.float64)
    counts = np.array([one.count for one in waits], dtype=np.float64)
    ended = np.where([one.is_over for one in waits], counts, 0.0)
    steps, place = np.unique(days, return_inverse=True)
    happened = np.bincount(place, weights=ended, minlength=len(steps))
    left = np.bincount(place, weights=counts, minlength=len(steps))
    at_risk = cases - np.concatenate(([0.0], np.cumsum(left)[:-1]))
    waiting = np.cumprod(1 - happened / at_risk)
    is_step = happened > 0
    return Survival(steps[is_step], waiting[is_step], cases, over)


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total`, with the interval in which the true share lies with 95 % certainty."""

    count: int
    total: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself; 0 of nothing."""
        return self.count / self.total if self.total else 0.0


def wilson(count: int, total: int) -> Share:
    """A share with Wilson's score interval (Wilson 1927, JASA 22, 209-212): honest also for few cases, 0 and 1."""
    if total == 0:
        return Share(0, 0, 0.0, 1.0)
    share, square = count / total, Z_95**2
    middle = (share + square / (2 * total)) / (1 + square / total)
    room = Z_95 * sqrt(share * (1 - share) / total + square / (4 * total**2)) / (1 + square / total)
    low, high = max(0.0, middle - room), min(1.0, middle + room)
    return Share(count, total, min(low, share), max(high, share))


def suppressed(counts: Mapping[K, int], *, least: int = LEAST_CELL) -> dict[K, int | None]:
    """The counts of one table, those from 1 to `least` - 1 hidden (None).

    Where only one is hidden, it could be worked out from the total: the next smallest is hidden as well.
    """
    hidden = {key for key, count in counts.items() if 0 < count < least}
    if len(hidden) == 1:
        others = sorted(
            (count, place) for place, (key, count) in enumerate(counts.items()) if key not in hidden and count
        )
        if others:
            hidden.add(list(counts)[others[0][1]])
    return {key: None if key in hidden else count for key, count in counts.items()}
