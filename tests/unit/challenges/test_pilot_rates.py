"""Rates of events: against published numbers and statsmodels, and how often the intervals hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.rates import confint_poisson, confint_poisson_2indep

from citytandem.challenges.pilots.rates import Counts, Rate, compare


def counts(events: list[float], exposure: list[float] | None = None) -> Counts:
    return Counts(np.array(events), np.array(exposure or [1.0] * len(events)))


def once(before: tuple[float, float], after: tuple[float, float]) -> Rate:
    return compare(counts([before[0]], [before[1]]), counts([after[0]], [after[1]]))


def test_the_published_example() -> None:
    """R's poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)): lung cancer in Fredericia against three other cities."""
    rate = once((21, 3011), (11, 800))
    assert rate.ratio == pytest.approx(1.971488, abs=5e-7)
    assert (rate.ratio_low, rate.ratio_high) == pytest.approx((0.8584264, 4.2772659), abs=5e-8)


@given(
    before=st.integers(0, 200), after=st.integers(0, 200), exposures=st.tuples(st.floats(0.1, 1e4), st.floats(0.1, 1e4))
)
def test_the_ratio_is_clear_when_the_exact_test_is(before: int, after: int, exposures: tuple[float, float]) -> None:
    rate = once((before, exposures[0]), (after, exposures[1]))
    share = exposures[1] / sum(exposures)
    tails = (
        stats.binom.cdf(after, before + after, share),
        stats.binom.sf(after - 1, before + after, share),
    )
    assert (rate.ratio_low > 1) == (tails[1] < 0.025)
    assert (rate.ratio_high is not None and rate.ratio_high < 1) == (tails[0] < 0.025)


@given(before=st.integers(1, 500), after=st.integers(1, 500), exposure=st.floats(0.5, 50))
def test_intervals_are_those_of_statsmodels(before: int, after: int, exposure: float) -> None:
    rate = once((before, 10.0), (after, exposure))
    low, high = confint_poisson(after, exposure, method="exact-c")
    assert (rate.after_interval.low, rate.after_interval.high) == pytest.approx((low, high))
    low, high = confint_poisson_2indep(after, exposure, before, 10.0, method="score", compare="diff")
    assert (rate.difference_interval.low, rate.difference_interval.high) == pytest.approx((low, high))


@given(
    before=st.lists(st.integers(0, 30), min_size=1, max_size=9),
    after=st.lists(st.integers(0, 30), min_size=1, max_size=9),
)
def test_swapping_the_sides_turns_the_ratio_round(before: list[int], after: list[int]) -> None:
    there = compare(counts([*map(float, before)]), counts([*map(float, after)]))
    back = compare(counts([*map(float, after)]), counts([*map(float, before)]))
    assert back.difference == -there.difference
    if there.ratio:
        assert there.ratio_high is not None
        assert back.ratio == pytest.approx(1 / there.ratio)
        assert (back.ratio_low, back.ratio_high) == pytest.approx((1 / there.ratio_high, 1 / there.ratio_low))


@given(factor=st.floats(0.001, 1000))
def test_another_unit_of_exposure_leaves_the_ratio(factor: float) -> None:
    rate = once((21, 3011 * factor), (11, 800 * factor))
    assert (rate.ratio_low, rate.ratio_high) == pytest.approx((0.8584264, 4.2772659), abs=5e-8)
    assert rate.after == pytest.approx(11 / 800 / factor)


def test_nothing_counted_before_has_no_upper_end() -> None:
    rate = once((0, 10), (12, 10))
    assert (rate.ratio, rate.ratio_high) == (None, None)
    assert rate.ratio_low > 1
    rate = once((12, 10), (0, 10))
    assert (rate.ratio, rate.ratio_low) == (0.0, 0.0)
    assert rate.ratio_high is not None
    assert rate.ratio_high < 1
    rate = once((0, 10), (0, 10))
    assert (rate.ratio, rate.ratio_low, rate.ratio_high, rate.difference) == (None, 0.0, None, 0.0)


def test_the_ratio_holds_the_planted_one() -> None:
    """Exact intervals are a little too wide."""
    generator = np.random.default_rng(4)
    held = 0
    for _pilot in range(400):
        rate = once((float(generator.poisson(40)), 10), (float(generator.poisson(50)), 25))
        assert rate.ratio_high is not None
        held += rate.ratio_low <= 0.5 <= rate.ratio_high
    assert 0.94 <= held / 400 <= 0.995


def test_counts_that_vary_more_than_chance_have_wider_intervals() -> None:
    """Negative binomial counts with a dispersion of 4: the exact interval would hold the truth in 66 of 100."""
    generator = np.random.default_rng(5)
    held = plainly = widened = 0
    for _pilot in range(400):
        before, after = (
            generator.negative_binomial(mean / 3, 1 / 4, 20).astype(float).tolist() for mean in (12.0, 9.0)
        )
        rate, plain = compare(counts(before), counts(after)), once((sum(before), 20), (sum(after), 20))
        assert rate.ratio_high is not None
        assert plain.ratio_high is not None
        held += rate.ratio_low <= 0.75 <= rate.ratio_high
        plainly += plain.ratio_low <= 0.75 <= plain.ratio_high
        widened += rate.is_overdispersed
    assert widened >= 395
    assert plainly / 400 < 0.75
    assert 0.92 <= held / 400 <= 0.98


def test_poisson_counts_are_seldom_called_overdispersed() -> None:
    generator = np.random.default_rng(6)
    called = 0
    for _pilot in range(400):
        before, after = (generator.poisson(mean, 15).astype(float).tolist() for mean in (12, 8))
        called += compare(counts(before), counts(after)).is_overdispersed
    assert called / 400 < 0.08
