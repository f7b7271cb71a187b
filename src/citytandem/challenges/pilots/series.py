"""An interrupted time series: did level and slope change at the start?

Segmented regression (Wagner et al. 2002): value = level + trend + jump at the start + change of trend from the start,
and weekdays where daily values cover four weeks or more. The trend of before, drawn on, is what would have been.

Standard errors are those of Newey & West 1987 with the lag floor(4 (n / 100) ^ (2 / 9)) and the correction for few
values. They alone are too small here (of 95 % intervals for 8 + 8 independent values 80 % hold the truth, of 60 + 60
with an AR(1) of 0.3 89 %), so the larger counts: they, or those of an AR(1) with the correlation of the residuals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from citytandem.challenges.pilots.correlation import correlation_of, covariance
from citytandem.challenges.pilots.effects import Interval, around
from citytandem.challenges.ranking.criteria import Floats

LEAST = 8
_WEEKS = 28
# Below this share of the values, residuals are the last digits of floats.
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class Day:
    """One value of the series. Days before the start have `is_after` False; the day of the start may come twice."""

    on: date
    value: float
    is_after: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """error: the standard error that the interval is made from; newey_west: that of Newey & West alone."""

    value: float
    interval: Interval
    error: float
    newey_west: float


@dataclass(frozen=True, slots=True)
class Point:
    """For a picture: what was measured, what the model says, and what it says would have been (None before the start)."""

    on: date
    value: float
    is_after: bool
    fitted: float
    expected: float | None
    expected_interval: Interval | None


@dataclass(frozen=True, slots=True)
class Series:
    """level: the jump at the start. slope: change of trend, per day. trend: that of before, per day.

    average: what was measured after minus what would have been, on the mean of the days after. expected: the mean of
    what would have been. lag, correlation (of each day's error with the next), freedom: what the intervals rest on.
    """

    level: Estimate
    slope: Estimate
    trend: Estimate
    average: Estimate
    expected: float
    has_weekdays: bool
    is_daily: bool
    lag: int
    correlation: float
    freedom: float
    points: tuple[Point, ...]


def interrupted(days: Sequence[Day], *, start: date) -> Series | None:
    """The series of days in the order of time; None below eight on a side, or where a trend cannot be told."""
    is_after = np.array([day.is_after for day in days], dtype=bool)
    if min(is_after.sum(), (~is_after).sum()) < LEAST:
        return None
    values = np.array([day.value for day in days])
    time = np.array([(day.on - start).days for day in days], dtype=float)
    is_daily = float(np.median(np.diff(time))) == 1.0
    design = np.column_stack([np.ones(len(days)), time, is_after, is_after * time])
    weekdays = _weekdays(days) if is_daily and time[-1] - time[0] + 1 >= _WEEKS else None
    if weekdays is not None:
        design = np.column_stack([design, weekdays])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    fit = _fit(values, design)
    mean = np.zeros(design.shape[1])
    mean[2:4] = 1.0, time[is_after].mean()
    average = fit.estimate(mean)
    return Series(
        level=fit.estimate(_one(2, mean.size)),
        slope=fit.estimate(_one(3, mean.size)),
        trend=fit.estimate(_one(1, mean.size)),
        average=average,
        expected=float(values[is_after].mean() - average.value),
        has_weekdays=weekdays is not None,
        is_daily=is_daily,
        lag=fit.lag,
        correlation=fit.correlation,
        freedom=fit.freedom,
        points=tuple(_points(days, design, fit)),
    )


def bandwidth(count: int) -> int:
    """The lag for so many values (Newey & West 1994, the rule of thumb)."""
    return int(4 * (count / 100) ** (2 / 9))


@dataclass(frozen=True, slots=True)
class _Fit:
    coefficients: Floats
    newey_west: Floats
    related: Floats
    lag: int
    correlation: float
    freedom: float

    def error(self, weights: Floats) -> tuple[float, float]:
        theirs, related = (
            float(np.sqrt(max(float(weights @ matrix @ weights), 0.0))) for matrix in (self.newey_west, self.related)
        )
        return max(theirs, related), theirs

    def estimate(self, weights: Floats) -> Estimate:
        """Of a weighted sum of the coefficients."""
        value = float(weights @ self.coefficients)
        error, theirs = self.error(weights)
        return Estimate(value, around(value, error, self.freedom), error, theirs)


def _fit(values: Floats, design: Floats) -> _Fit:
    # It takes seconds to load (pandas), and pages without a series should not wait for it.
    from statsmodels.regression.linear_model import OLS

    lag = bandwidth(len(values))
    result: Any = OLS(values, design).fit(cov_type="HAC", cov_kwds={"maxlags": lag, "use_correction": True}, use_t=True)
    residuals: Floats = np.asarray(result.resid)
    if np.abs(residuals).max() <= _NOTHING * np.abs(values).max():
        return _exact(np.asarray(result.params), values, design, lag)
    correlation = correlation_of(residuals, design)
    freedom = (len(values) - design.shape[1]) * (1 - correlation) / (1 + correlation)
    return _Fit(
        coefficients=np.asarray(result.params),
        newey_west=np.asarray(result.cov_params()),
        related=covariance(residuals, design, correlation),
        lag=lag,
        correlation=correlation,
        freedom=max(freedom, 1.0),
    )


def _exact(coefficients: Floats, values: Floats, design: Floats, lag: int) -> _Fit:
    """A model without residuals: intervals without width, and coefficients that do nothing are zero, not nearly so."""
    effects = np.abs(coefficients) * np.abs(design).max(axis=0)
    settled: Floats = np.where(effects <= _NOTHING * np.abs(values).max(), 0.0, coefficients)
    none = np.zeros((settled.size, settled.size))
    return _Fit(settled, none, none, lag, 0.0, float(len(values) - settled.size))


def _weekdays(days: Sequence[Day]) -> Floats | None:
    """Six columns for the weekdays, around zero so that the level is that of a mean week; None if one is hardly there."""
    numbers = np.array([day.on.weekday() for day in days])
    if np.bincount(numbers, minlength=7).min() < 2:
        return None
    columns: Floats = (numbers[:, None] == np.arange(6)).astype(float) - (numbers == 6)[:, None]
    return columns


def _points(days: Sequence[Day], design: Floats, fit: _Fit) -> list[Point]:
    points = []
    for day, row in zip(days, design, strict=True):
        fitted = float(row @ fit.coefficients)
        if not day.is_after:
            points.append(Point(day.on, day.value, day.is_after, fitted, None, None))
            continue
        without = row.copy()
        without[2:4] = 0.0
        expected = fit.estimate(without)
        points.append(Point(day.on, day.value, day.is_after, fitted, expected.value, expected.interval))
    return points


def _one(place: int, size: int) -> Floats:
    weights = np.zeros(size)
    weights[place] = 1.0
    return weights
