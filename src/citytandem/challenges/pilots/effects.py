"""The difference between before and after, with its 95 % confidence interval.

Welch 1947 for two means, Student for pairs, Hedges 1981 for the size in standard deviations. One value on a side gives
no interval, nor do values that are all the same.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from citytandem.challenges.pilots.correlation import correlation_of, expected_lag_one, lag_one
from citytandem.challenges.ranking.criteria import Floats

CONFIDENCE = 0.95
# Less than this share of the values is not a spread but the last digits of floats.
_NOTHING = 1e-12
_LEAST_FOR_CORRELATION = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """Holds the true value in 95 of 100 such pilots."""

    low: float
    high: float

    def times(self, factor: float) -> Interval:
        ends = sorted((self.low * factor, self.high * factor))
        return Interval(ends[0], ends[1])


@dataclass(frozen=True, slots=True)
class Side:
    """What was measured on one side of the start. `count`: independent units (values, or places); `measured`: values."""

    count: int
    measured: int
    mean: float
    deviation: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Effect:
    """after - before. `relative`: as a share of what was before, None if that is zero. `correlation`: see `difference`."""

    difference: float
    interval: Interval | None
    freedom: float | None
    relative: float | None
    hedges_g: float | None
    correlation: float = 0.0


def side(values: Sequence[float] | Floats, *, measured: int | None = None, correlation: float = 0.0) -> Side:
    """Mean, standard deviation and the mean's interval of values that are not empty."""
    array = np.asarray(values, dtype=float)
    mean = float(array.mean())
    if array.size < 2:
        return Side(array.size, measured or array.size, mean, None, None)
    deviation = float(array.std(ddof=1))
    units = effective(array.size, correlation)
    interval = None
    if not is_flat(array):
        interval = around(mean, deviation / np.sqrt(units), max(units - 1, 1.0))
    return Side(array.size, measured or array.size, mean, deviation, interval)


def difference(
    before: Sequence[float] | Floats, after: Sequence[float] | Floats, *, correlation: float = 0.0
) -> Effect:
    """Welch's difference of two means.

    correlation: of each value with the next in time; above zero, so many values say as much as fewer independent ones
    do, n (1 - r) / (1 + r) of them (Zwiers & von Storch 1995).
    """
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    change = float(second.mean() - first.mean())
    interval = freedom = None
    if min(first.size, second.size) > 1 and not (is_flat(first) and is_flat(second)):
        units = effective(first.size, correlation), effective(second.size, correlation)
        parts = first.var(ddof=1) / units[0], second.var(ddof=1) / units[1]
        freedom = float(sum(parts) ** 2 / sum(part**2 / max(n - 1, 1.0) for part, n in zip(parts, units, strict=True)))
        interval = around(change, float(np.sqrt(sum(parts))), freedom)
    return Effect(
        change, interval, freedom, relative(change, float(first.mean())), hedges_g(first, second), correlation
    )


def paired(before: Mapping[str, float], after: Mapping[str, float]) -> Effect | None:
    """The mean of the places' own differences; None where no two places are on both sides.

    Hedges' g is that of the two sides as they are, so that it compares with pilots without pairs.
    """
    places = sorted(before.keys() & after.keys())
    if len(places) < 2:
        return None
    first = np.array([before[place] for place in places])
    second = np.array([after[place] for place in places])
    changes = second - first
    change, freedom = float(changes.mean()), float(len(places) - 1)
    interval = None
    # Against the values, not the differences: those of 1000.1 and 1000.3 are no more exact than the values are.
    if np.ptp(changes) > _NOTHING * max(np.abs(first).max(), np.abs(second).max()):
        interval = around(change, float(changes.std(ddof=1) / np.sqrt(changes.size)), freedom)
    return Effect(change, interval, freedom, relative(change, float(first.mean())), hedges_g(first, second))


def hedges_g(before: Floats, after: Floats) -> float | None:
    """The difference in pooled standard deviations, without the bias of small samples; None below four values."""
    freedom = before.size + after.size - 2
    if min(before.size, after.size) < 2 or (is_flat(before) and is_flat(after)):
        return None
    squares = ((before - before.mean()) ** 2).sum() + ((after - after.mean()) ** 2).sum()
    unbiased = math.exp(math.lgamma(freedom / 2) - math.lgamma((freedom - 1) / 2)) / math.sqrt(freedom / 2)
    return float(unbiased * (after.mean() - before.mean()) / np.sqrt(squares / freedom))


def serial_correlation(before: Floats, after: Floats) -> float:
    """The correlation of values in the order of time, where it is clearly above what chance gives, else 0."""
    count = before.size + after.size
    if min(before.size, after.size) < 2 or count < _LEAST_FOR_CORRELATION:
        return 0.0
    residuals = np.concatenate([before - before.mean(), after - after.mean()])
    design = np.column_stack([np.ones(count), np.arange(count) >= before.size]).astype(float)
    if is_flat(before) and is_flat(after):
        return 0.0
    # One-sided 5 % around what residuals of independent values show.
    if lag_one(residuals) <= expected_lag_one(design, 0.0) + 1.645 / np.sqrt(count):
        return 0.0
    return correlation_of(residuals, design)


def effective(count: int, correlation: float) -> float:
    """How many independent values say as much."""
    return count * (1 - correlation) / (1 + correlation)


def around(middle: float, error: float, freedom: float) -> Interval:
    """Student's interval."""
    half = student(freedom) * error
    return Interval(middle - half, middle + half)


def student(freedom: float) -> float:
    """The quantile of Student's t that leaves CONFIDENCE between it and its negative."""
    # scipy takes seconds to load: who only names the types of this package should not wait for it.
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2))


def relative(change: float, before: float) -> float | None:
    """The change as a share of what was before; its sign is that of the change."""
    return change / abs(before) if before else None


def is_flat(values: Floats) -> bool:
    """All the same."""
    return bool(np.ptp(values) <= _NOTHING * np.abs(values).max())
