"""Interrupted time series: published numbers, statsmodels with a design written by hand, planted jumps, coverage."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.challenges.pilots.correlation import correlation_of, covariance, expected_lag_one, lag_one
from citytandem.challenges.pilots.series import Day, Series, bandwidth, interrupted
from citytandem.challenges.ranking.criteria import Floats
from tests.unit.challenges.pilots import autoregressive

START = date(2024, 3, 4)
# Packs of cigarettes sold per head in California, 1970 to 2000 (Abadie, Diamond & Hainmueller 2010); from 1989 on with a
# higher tax and a campaign. Linden 2015 (Stata Journal 15: 480-500) gives the segmented regression with a lag of 1.
SALES = [
    123.0, 121.0, 123.5, 124.4, 126.7, 127.1, 128.0, 126.4, 126.1, 121.9, 120.2, 118.6, 115.4, 110.8, 104.8, 102.8,
    99.7, 97.5, 90.1, 82.4, 77.8, 68.7, 67.5, 63.4, 58.6, 56.4, 54.5, 53.8, 52.3, 47.2, 41.6,
]  # fmt: skip
# Eighteen weeks of daily fill levels, and the design that statsmodels gets is written out below.
WEEKLY = [3.0, 1.0, 0.0, 0.5, 1.5, 6.0, 8.0]


def days(values: Floats | list[float], before: int, *, step: int = 1) -> list[Day]:
    return [
        Day(START + timedelta(days=step * (number - before)), float(value), number >= before)
        for number, value in enumerate(values)
    ]


def fitted(values: Floats | list[float], before: int, *, step: int = 1) -> Series:
    series = interrupted(days(values, before, step=step), start=START)
    assert series is not None
    return series


def test_the_published_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("citytandem.challenges.pilots.series.bandwidth", lambda _count: 1)
    # A year's step of a week, so that weekdays stay out of it.
    series = fitted(SALES, 19, step=7)
    assert series.trend.value * 7 == pytest.approx(-1.779474, abs=1e-6)
    assert series.trend.newey_west * 7 == pytest.approx(0.383419, abs=1e-6)
    assert series.level.value == pytest.approx(-20.0581, abs=1e-4)
    assert series.level.newey_west == pytest.approx(4.724395, abs=1e-5)
    assert series.slope.value * 7 == pytest.approx(-1.494652, abs=1e-6)
    assert series.slope.newey_west * 7 == pytest.approx(0.43682, abs=1e-5)
    assert not series.has_weekdays


def test_daily_values_with_weekdays_are_those_of_statsmodels() -> None:
    generator = np.random.default_rng(7)
    count, before = 126, 63
    time = np.arange(-before, count - before, dtype=float)
    values = 60 + 0.05 * time + np.array(WEEKLY)[np.arange(count) % 7] + autoregressive(generator, count, 0.3) * 3
    values[before:] -= 9 + 0.1 * time[before:]
    series = fitted(values, before)
    assert (series.has_weekdays, series.lag) == (True, 4)
    # The start is a Monday; six dummies against Sunday.
    columns = [np.ones(count), time, time >= 0, np.where(time >= 0, time, 0.0)]
    columns += [np.arange(count) % 7 == weekday for weekday in range(6)]
    theirs = sm.OLS(values, np.column_stack(columns).astype(float)).fit(
        cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": True}, use_t=True
    )
    assert (series.trend.value, series.level.value, series.slope.value) == pytest.approx(tuple(theirs.params[1:4]))
    assert (series.trend.newey_west, series.level.newey_west, series.slope.newey_west) == pytest.approx(
        tuple(theirs.bse[1:4])
    )
    average = theirs.t_test([0, 0, 1, time[before:].mean(), *[0] * 6])
    assert series.average.value == pytest.approx(float(average.effect[0]))
    assert series.average.newey_west == pytest.approx(float(average.sd[0, 0]))
    assert [point.fitted for point in series.points] == pytest.approx(theirs.fittedvalues.tolist())
    # What would have been, and the mean of its distances from what was measured.
    gaps = [point.value - point.expected for point in series.points if point.expected is not None]
    assert len(gaps) == count - before
    assert np.mean(gaps) == pytest.approx(series.average.value)
    assert series.expected + series.average.value == pytest.approx(values[before:].mean())


@given(
    level=st.floats(-50, 50), slope=st.floats(-1, 1), trend=st.floats(-1, 1), before=st.integers(8, 40),
    after=st.integers(8, 40), step=st.sampled_from([1, 7, 30]),
)  # fmt: skip
@settings(max_examples=40)
def test_without_noise_the_planted_change_is_found(
    level: float, slope: float, trend: float, before: int, after: int, step: int
) -> None:
    time = np.arange(-before, after) * step
    values = 200 + trend * time + np.where(time >= 0, level + slope * time, 0.0)
    series = fitted(values, before, step=step)
    assert series.level.value == pytest.approx(level, abs=1e-5)
    assert series.slope.value == pytest.approx(slope, abs=1e-5)
    assert series.trend.value == pytest.approx(trend, abs=1e-5)
    assert series.average.interval.low <= series.average.value <= series.average.interval.high


def test_a_straight_line_has_no_change_at_all() -> None:
    series = fitted([0.1 * number for number in range(40)], 20)
    assert (series.level.value, series.slope.value, series.average.value, series.average.error) == (0.0, 0.0, 0.0, 0.0)


@given(seed=st.integers(0, 999), shift=st.floats(-1e4, 1e4), scale=st.floats(0.01, 100))
@settings(max_examples=20)
def test_shift_and_scale(seed: int, shift: float, scale: float) -> None:
    values = np.random.default_rng(seed).normal(0, 1, 40)
    plain, moved = fitted(values, 20), fitted(values * scale + shift, 20)
    for ours, theirs in [(plain.level, moved.level), (plain.slope, moved.slope), (plain.average, moved.average)]:
        assert theirs.value == pytest.approx(ours.value * scale, abs=1e-5 * scale)
        assert theirs.error == pytest.approx(ours.error * scale, rel=1e-3)


@pytest.mark.parametrize(("before", "after", "least"), [(60, 60, 0.92), (20, 20, 0.91), (8, 8, 0.90)])
def test_intervals_hold_the_planted_change_where_values_follow_each_other(
    before: int, after: int, least: float
) -> None:
    """With an AR(1) of 0.3. Newey and West alone hold 89 of 100 for 60 + 60 values and 73 for 8 + 8."""
    generator = np.random.default_rng(8)
    time = np.arange(-before, after, dtype=float)
    held = {"level": 0, "slope": 0, "average": 0}
    for _pilot in range(400):
        # Weeks, so that short and long series have the same model.
        values = 10 + 0.1 * time + np.where(time >= 0, 2 + 0.05 * time, 0.0) + autoregressive(generator, time.size, 0.3)
        series = fitted(values, before, step=7)
        truths = {"level": 2.0, "slope": 0.05 / 7, "average": 2.0 + 0.05 * (after - 1) / 2}
        for name, truth in truths.items():
            interval = getattr(series, name).interval
            held[name] += interval.low <= truth <= interval.high
    assert all(least <= count / 400 <= 0.985 for count in held.values()), held


def test_too_short_a_series_or_none_before_is_none() -> None:
    assert interrupted(days([1.0, 2.0] * 8, 7), start=START) is None
    assert interrupted(days([1.0, 2.0] * 8, 9), start=START) is None
    assert interrupted(days([1.0, 2.0] * 8, 8), start=START) is not None
    assert interrupted([], start=START) is None


def test_weekdays_need_four_weeks_of_daily_values() -> None:
    noise = np.random.default_rng(9).normal(0, 1, 60)
    assert not fitted(noise[:27], 13).has_weekdays
    assert fitted(noise[:28], 14).has_weekdays
    assert not fitted(noise, 30, step=2).has_weekdays


def test_without_weekday_dummies_a_weekly_rhythm_would_hide_the_change() -> None:
    generator = np.random.default_rng(10)
    time = np.arange(-28, 28)
    values = 10 * np.array(WEEKLY)[time % 7] + generator.normal(0, 1, 56) + np.where(time >= 0, 5.0, 0.0)
    series = fitted(values, 28)
    assert series.level.interval.low > 0
    assert series.level.error < 2


def test_the_lag_follows_the_rule() -> None:
    assert [bandwidth(count) for count in (16, 56, 100, 365)] == [2, 3, 4, 5]


@given(seed=st.integers(0, 999), count=st.integers(10, 60), correlation=st.floats(0, 0.95))
@settings(max_examples=40)
def test_what_residuals_are_expected_to_show_is_that_of_the_matrices(seed: int, count: int, correlation: float) -> None:
    design = np.column_stack([np.ones(count), np.random.default_rng(seed).normal(0, 1, (count, 3))])
    rest = np.eye(count) - design @ np.linalg.pinv(design)
    related = correlation ** np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    seen = np.trace(rest @ np.eye(count, k=1) @ rest @ related) / np.trace(rest @ related)
    assert expected_lag_one(design, correlation) == pytest.approx(seen, abs=1e-9)


def test_the_correlation_is_found_without_the_bias_of_short_series() -> None:
    generator = np.random.default_rng(11)
    time = np.arange(-20, 20, dtype=float)
    design = np.column_stack([np.ones(40), time, time >= 0, np.where(time >= 0, time, 0.0)])
    rest = np.eye(40) - design @ np.linalg.pinv(design)
    residuals = [rest @ autoregressive(generator, 40, 0.5) for _series in range(400)]
    assert np.mean([lag_one(one) for one in residuals]) < 0.35
    assert np.mean([correlation_of(one, design) for one in residuals]) == pytest.approx(0.5, abs=0.05)


def test_without_correlation_the_covariance_is_the_usual_one() -> None:
    generator = np.random.default_rng(12)
    design = np.column_stack([np.ones(30), generator.normal(0, 1, (30, 2))])
    result = sm.OLS(generator.normal(0, 1, 30), design).fit()
    assert np.allclose(covariance(result.resid, design, 0.0), result.cov_params())
