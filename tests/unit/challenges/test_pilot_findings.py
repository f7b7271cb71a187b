"""From measurements to what a pilot showed: which method speaks, the verdict, the target, and what has to be said."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.challenges.pilots.effects import difference
from citytandem.challenges.pilots.findings import Caution, Finding, finding
from citytandem.challenges.pilots.indicators import BadPilot, Indicator, Measurement
from tests.unit.challenges.pilots import FILL, PERIOD, START, autoregressive, daily

OVERFLOWS = Indicator("full bins", "per week", "down", kind="count")
NOISE = np.random.default_rng(13).normal(0, 1, 200)


def found(measurements: list[Measurement], indicator: Indicator = FILL) -> Finding:
    return finding(indicator, measurements, period=PERIOD)


def counted(before: list[float], after: list[float], *, exposure: float = 1.0) -> list[Measurement]:
    return [replace(one, exposure=exposure) for one in daily(before, after)]


def test_a_few_values_are_compared_by_their_means() -> None:
    result = found(daily([70, 72, 68, 71], [50, 52, 49]))
    assert (result.method, result.verdict) == ("means", "better")
    assert result.difference == pytest.approx(50.333333 - 70.25)
    assert result.relative == pytest.approx(-0.28351, abs=1e-5)
    assert (result.before.count, result.after.count) == (4, 3)
    assert result.cautions == ("few_points",)
    assert (result.paired, result.rate, result.series, result.target) == (None, None, None, None)


def test_the_same_change_is_worse_where_up_is_better() -> None:
    up = replace(FILL, direction="up")
    assert found(daily([70, 72, 68, 71], [50, 52, 49]), up).verdict == "worse"
    assert found(daily([70, 50, 60], [71, 52, 62]), up).verdict == "no_clear_change"


@pytest.mark.parametrize(
    ("before", "after", "cautions"),
    [
        ([70.0], [50.0, 51.0, 52.0], ("one_value", "few_points")),
        ([70.0, 71.0], [50.0], ("one_value", "few_points")),
        ([70.0, 70.0], [50.0, 50.0, 50.0], ("no_spread", "few_points")),
    ],
)
def test_too_few_values_say_nothing(before: list[float], after: list[float], cautions: tuple[Caution, ...]) -> None:
    result = found(daily(before, after))
    assert (result.verdict, result.interval, result.cautions) == ("too_few", None, cautions)


def test_a_baseline_alone_gives_a_difference_but_no_verdict() -> None:
    indicator = replace(FILL, baseline=70.0, target=60.0)
    result = found(daily([], [50, 52, 49, 51]), indicator)
    assert (result.verdict, result.difference, result.relative) == ("too_few", -19.5, pytest.approx(-19.5 / 70))
    assert (result.before.count, result.before.measured) == (1, 0)
    assert result.cautions == ("baseline_only", "one_value")
    # The target asks for the level after only, and that is known.
    assert result.target == "yes"
    result = found(counted([], [2, 3, 1]), replace(OVERFLOWS, baseline=6.0, target=5.5))
    assert (result.verdict, result.target, result.difference) == ("too_few", "yes", -4.0)


def test_measured_values_count_more_than_the_baseline() -> None:
    assert found(daily([70, 72], [50, 52]), replace(FILL, baseline=10.0)).difference == -20


@pytest.mark.parametrize(("target", "reached"), [(60.0, "yes"), (40.0, "no"), (50.0, "unclear"), (None, None)])
def test_the_target_is_reached_by_the_interval(target: float | None, reached: str | None) -> None:
    measurements = daily([70, 72, 68], [49, 50, 51, 50])
    assert found(measurements, replace(FILL, target=target)).target == reached
    mirrored = [replace(one, value=-one.value) for one in measurements]
    up = replace(FILL, direction="up", target=None if target is None else -target)
    assert found(mirrored, up).target == reached


def test_one_value_after_leaves_the_target_open() -> None:
    assert found(daily([70, 72], [10]), replace(FILL, target=60.0)).target == "unclear"


def test_the_same_places_make_pairs() -> None:
    """Places differ by much, each gets 5 lower: the means see nothing, the pairs do."""
    measurements = []
    for place, level in enumerate([20, 40, 60, 80, 95]):
        measurements += daily([level + NOISE[place]], [level - 5 + NOISE[place + 9]], place=f"bin {place}")
    result = found(measurements)
    assert result.paired is not None
    assert (result.method, result.verdict) == ("paired", "better")
    assert result.means.interval is not None
    assert result.means.interval.high > 0
    assert (result.before.count, result.before.measured) == (5, 5)


def test_places_on_one_side_only_are_left_out() -> None:
    measurements = [
        *daily([70, 71], [60], place="a"), *daily([40], [31, 32], place="b"), *daily([], [99], place="new"),
    ]  # fmt: skip
    result = found(measurements)
    assert result.difference == pytest.approx((60 + 31.5) / 2 - (70.5 + 40) / 2)
    assert result.cautions == ("places_left_out", "few_points")


def test_many_values_of_few_other_places_are_few_values() -> None:
    measurements = [
        *daily(70 + NOISE[:40], [], place="a"), *daily(72 + NOISE[:40], [], place="b"),
        *daily([], 60 + NOISE[:40], place="c"), *daily([], 50 + NOISE[:40], place="d"),
    ]  # fmt: skip
    result = found(measurements)
    assert (result.method, result.before.count, result.before.measured) == ("means", 2, 80)
    assert result.verdict == "no_clear_change"


def test_eight_days_on_each_side_make_a_series() -> None:
    result = found(daily(70 + NOISE[:30], 60 + NOISE[30:60]))
    assert result.series is not None
    assert (result.method, result.verdict) == ("series", "better")
    assert result.difference == result.series.average.value == pytest.approx(-10, abs=2)
    assert result.relative == pytest.approx(-10 / 70, abs=0.03)
    assert found(daily(70 + NOISE[:7], 60 + NOISE[30:60])).method == "means"


def test_what_went_down_anyway_is_no_effect() -> None:
    """Before and after differ clearly, but the trend of before says why."""
    before, after = np.split(100 - 0.5 * np.arange(80) + NOISE[:80], 2)
    plain = difference(before, after).interval
    assert plain is not None
    assert plain.high < 0
    result = found(daily(before, after))
    assert result.verdict == "no_clear_change"


def test_many_values_a_day_are_one_day_each() -> None:
    """Hours of a day follow each other: a hundred of them are no hundred days."""
    hours = [
        Measurement(START + timedelta(hours=number), 70 + NOISE[number % 200] - 10 * (number >= 0), number >= 0)
        for number in range(-24 * 12, 24 * 12)
    ]
    result = found(hours)
    assert result.series is not None
    # The day of the start has hours of both.
    assert len(result.series.points) == 26
    assert "weekdays_ignored" in result.cautions


def test_days_without_all_places_are_not_in_the_series() -> None:
    measurements = [*daily(20 + NOISE[:20], 15 + NOISE[20:40], place="low")]
    measurements += daily(80 + NOISE[40:60], 75 + NOISE[60:80], place="high")[:-3]
    result = found(measurements)
    assert result.series is not None
    assert len(result.series.points) == 37
    assert "days_left_out" in result.cautions
    # Three days of the low place alone would pull the mean down by 30.
    assert result.difference == pytest.approx(-5, abs=2.5)


def test_values_that_never_vary_are_said_to() -> None:
    result = found(daily([5.0] * 20, [3.0] * 20))
    assert (result.method, result.difference, result.verdict) == ("series", pytest.approx(-2), "better")
    assert "no_spread" in result.cautions


def test_counts_are_compared_as_rates() -> None:
    result = found(counted([12, 15, 11, 14], [4, 6, 5, 3], exposure=2.0), replace(OVERFLOWS, target=4.0))
    assert result.rate is not None
    assert (result.method, result.verdict, result.target) == ("rate", "better", "yes")
    assert result.rate.ratio == pytest.approx(18 / 52)
    assert (result.before.mean, result.after.mean, result.difference) == (6.5, 2.25, -4.25)
    assert found(counted([3, 2], [2, 4]), OVERFLOWS).verdict == "no_clear_change"
    assert found(counted([0], [12]), OVERFLOWS).verdict == "worse"


def test_no_events_at_all_say_nothing() -> None:
    result = found(counted([0, 0], [0, 0, 0]), OVERFLOWS)
    assert (result.verdict, result.interval, result.cautions) == ("too_few", None, ("nothing_counted",))


def test_counts_that_fell_already_before_are_said_to() -> None:
    generator = np.random.default_rng(14)
    events = generator.poisson(60 - 0.5 * np.arange(80)).astype(float)
    result = found(counted(events[:40].tolist(), events[40:].tolist()), OVERFLOWS)
    assert result.verdict == "better"
    assert "trend_before" in result.cautions


def test_wrong_measurements_are_refused() -> None:
    with pytest.raises(BadPilot) as refused:
        found([*daily([1], [2]), Measurement(START + timedelta(days=1), 5.0, False)])
    assert refused.value.code == "measurement.baseline_after_start"
    with pytest.raises(BadPilot) as refused:
        found(daily([], [2]))
    assert refused.value.code == "measurements.none_before"


def test_pilots_without_effect_are_seldom_called_better_or_worse() -> None:
    generator = np.random.default_rng(15)
    verdicts = [found(daily(*np.split(autoregressive(generator, 40, 0.4), 2))).verdict for _pilot in range(200)]
    assert verdicts.count("no_clear_change") / 200 >= 0.9


def _numbers(thing: Any) -> list[float]:
    if isinstance(thing, dict):
        return [number for value in thing.values() for number in _numbers(value)]
    if isinstance(thing, list | tuple):
        return [number for value in thing for number in _numbers(value)]
    return [thing] if isinstance(thing, float) else []


values = st.floats(-1e9, 1e9).map(lambda value: round(value, 2)) | st.sampled_from([0.0, 1.0])


@given(
    before=st.lists(values, min_size=1, max_size=12),
    after=st.lists(values, min_size=1, max_size=12),
    places=st.integers(1, 3),
)
@settings(max_examples=60)
def test_any_values_give_finite_numbers_and_a_verdict_that_fits(
    before: list[float], after: list[float], places: int
) -> None:
    measurements = [replace(one, place=f"place {number % places}") for number, one in enumerate(daily(before, after))]
    result = found(measurements, replace(FILL, target=0.0))
    assert np.isfinite(_numbers(asdict(result))).all()
    if result.interval is None:
        assert result.verdict == "too_few"
    else:
        is_better, is_worse = result.interval.high < 0, result.interval.low > 0
        assert result.verdict == ("better" if is_better else "worse" if is_worse else "no_clear_change")


@given(
    before=st.lists(st.integers(0, 99), min_size=1, max_size=12),
    after=st.lists(st.integers(0, 99), min_size=1, max_size=12),
)
@settings(max_examples=60)
def test_any_counts_give_finite_numbers(before: list[int], after: list[int]) -> None:
    result = found(counted([*map(float, before)], [*map(float, after)], exposure=0.5), replace(OVERFLOWS, target=1.0))
    assert np.isfinite(_numbers(asdict(result))).all()
