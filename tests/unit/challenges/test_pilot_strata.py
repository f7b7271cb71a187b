"""Counts of several places: each against itself, whatever the share of each in what was counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from citytandem.challenges.pilots.findings import finding
from citytandem.challenges.pilots.indicators import Indicator, Measurement
from citytandem.challenges.pilots.rates import Counts, compare, stratified
from tests.unit.challenges.pilots import PERIOD, daily

OVERFLOWS = Indicator("full bins", "per week", "down", kind="count", target=6.0)


def counts(*places: tuple[float, float]) -> list[Counts]:
    return [Counts(np.array([events]), np.array([exposure])) for events, exposure in places]


def weeks(place: str, each: float, *, before: int, after: int) -> list[Measurement]:
    return daily([each] * before, [each] * after, place=place)


def test_more_weeks_at_the_quiet_place_are_no_improvement() -> None:
    """Simpson's paradox: ten a week at A, one at B, before and after; of all weeks, A had nine and then one."""
    told = [*weeks("A", 10.0, before=9, after=1), *weeks("B", 1.0, before=1, after=9)]
    found = finding(OVERFLOWS, told, period=PERIOD)
    assert (found.verdict, found.difference, found.relative) == ("no_clear_change", 0.0, 0.0)
    assert found.before.mean == found.after.mean == pytest.approx(5.5)
    assert found.interval is not None
    assert found.interval.low < 0 < found.interval.high
    assert found.target == "unclear"


def test_a_change_at_both_places_is_found_whatever_their_share() -> None:
    told = [
        *daily([20.0] * 9, [10.0], place="A"),
        *daily([4.0], [2.0] * 9, place="B"),
    ]
    told = [replace(one, at=one.at + timedelta(seconds=number)) for number, one in enumerate(told)]
    found = finding(OVERFLOWS, told, period=PERIOD)
    assert (found.verdict, found.relative) == ("better", pytest.approx(-0.5))


@settings(max_examples=60)
@given(
    places=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.floats(0.2, 30)), min_size=2, max_size=6),
    share=st.floats(0.2, 5),
)
def test_places_with_the_same_share_are_as_one(places: list[tuple[int, int, float]], share: float) -> None:
    before = counts(*((first, during) for first, _second, during in places))
    after = counts(*((second, during * share) for _first, second, during in places))
    apart = stratified(before, after)
    sums = [sum(numbers) for numbers in zip(*places, strict=True)]
    together = compare(counts((sums[0], sums[2]))[0], counts((sums[1], sums[2] * share))[0])
    assert (apart.before, apart.after) == pytest.approx((together.before, together.after))
    if not apart.is_overdispersed and sums[0] + sums[1] <= 2_000:
        assert apart.ratio_low == pytest.approx(together.ratio_low, rel=1e-5)
        assert (apart.ratio_high is None) == (together.ratio_high is None)
        assert (apart.ratio_high or 0.0) == pytest.approx(together.ratio_high or 0.0, rel=1e-5)


@settings(max_examples=60)
@given(
    places=st.lists(
        st.tuples(st.integers(1, 60), st.integers(1, 60), st.floats(0.5, 20), st.floats(0.5, 20)),
        min_size=2,
        max_size=5,
    )
)
def test_a_clear_change_is_that_of_the_exact_test_and_goes_the_way_of_the_difference(
    places: list[tuple[int, int, float, float]],
) -> None:
    rate = stratified(
        counts(*((first, during) for first, _second, during, _after in places)),
        counts(*((second, after) for _first, second, _during, after in places)),
    )
    if rate.is_overdispersed:
        return
    whole = np.ones(1)
    for first, second, during, after in places:
        each = stats.binom.pmf(np.arange(first + second + 1), first + second, after / (during + after))
        whole = np.convolve(whole, each)
    seen = sum(second for _first, second, *_ in places)
    more, less = whole[seen:].sum(), whole[: seen + 1].sum()
    assert min(abs(more - 0.025), abs(less - 0.025)) < 1e-9 or (rate.ratio_low > 1) == (more < 0.025)
    assert rate.ratio_high is not None
    assert min(abs(more - 0.025), abs(less - 0.025)) < 1e-9 or (rate.ratio_high < 1) == (less < 0.025)
    if rate.ratio_low > 1 or rate.ratio_high < 1:
        assert (rate.difference > 0) == (rate.ratio_low > 1)


def test_many_events_have_the_ratio_of_mantel_and_haenszel() -> None:
    """Events that are rare in their exposures: rates and risks are the same then, and statsmodels knows the latter."""
    places = [(3_000, 1_500, 9e9, 1e9), (400, 2_600, 1e9, 9e9)]
    rate = stratified(counts(*((a, c) for a, _b, c, _d in places)), counts(*((b, d) for _a, b, _c, d in places)))
    tables = [np.array([[b, d - b], [a, c - a]]) for a, b, c, d in places]
    assert rate.ratio == pytest.approx(StratifiedTable(tables).riskratio_pooled, rel=1e-5)
    assert rate.ratio_high is not None
    assert rate.ratio_low < (rate.ratio or 0) < rate.ratio_high


@pytest.mark.parametrize("mean", [2.0, 20.0, 600.0])
def test_exposures_that_move_between_places_give_no_clear_change_beyond_chance(mean: float) -> None:
    """The rates of the places stay, the exposures are shuffled among them: at most one in twenty is clear."""
    chance, runs, clear, held = np.random.default_rng(19), 400, 0, 0
    for _run in range(runs):
        size = int(chance.integers(2, 6))
        rates, exposures = mean * chance.exponential(1, size), chance.uniform(0.3, 9, size)
        sides = [
            counts(*((chance.poisson(rate * during), during) for rate, during in zip(rates, during_all, strict=True)))
            for during_all in (exposures, chance.permutation(exposures))
        ]
        rate = stratified(*sides)
        clear += rate.ratio_low > 1 or (rate.ratio_high is not None and rate.ratio_high < 1)
        held += rate.difference_interval.low <= 0 <= rate.difference_interval.high
    limit = 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert clear / runs <= limit
    assert 1 - held / runs <= limit


def test_nothing_on_a_side_leaves_the_interval_open_there() -> None:
    none_after = stratified(counts((5, 9.0), (3, 1.0)), counts((0, 1.0), (0, 9.0)))
    assert (none_after.ratio, none_after.ratio_low) == (0.0, 0.0)
    # The chance of nothing at that ratio is 2.5 %.
    high = none_after.ratio_high or 0.0
    assert 5 * np.log1p(high / 9) + 3 * np.log1p(9 * high) == pytest.approx(-np.log(0.025))
    none_before = stratified(counts((0, 1.0), (0, 9.0)), counts((5, 9.0), (3, 1.0)))
    assert (none_before.ratio, none_before.ratio_high) == (None, None)
    assert none_before.ratio_low == pytest.approx(1 / high)
    nothing = stratified(counts((0, 1.0), (0, 9.0)), counts((0, 9.0), (0, 1.0)))
    assert (nothing.ratio_low, nothing.ratio_high) == (0.0, None)


def test_places_that_changed_differently_widen_the_interval() -> None:
    before = [Counts(np.full(4, 40.0), np.ones(4)), Counts(np.full(4, 40.0), np.ones(4))]
    after = [Counts(np.full(4, 80.0), np.ones(4)), Counts(np.full(4, 20.0), np.ones(4))]
    rate = stratified(before, after)
    assert rate.is_overdispersed
    assert rate.ratio_high is not None
    assert rate.ratio_low < 1 < rate.ratio_high
