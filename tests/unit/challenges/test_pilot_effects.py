"""Differences with intervals: against scipy, against published numbers, and how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from citytandem.challenges.pilots.effects import Interval, difference, hedges_g, paired, serial_correlation, side
from tests.unit.challenges.pilots import autoregressive

# Student 1908, hours of sleep gained by ten people with either drug, as in R's `sleep`; R prints these intervals for
# t.test(extra ~ group) and, for the same people, t.test(..., paired = TRUE).
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

numbers = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
samples = st.lists(numbers, min_size=2, max_size=30).filter(lambda values: max(values) - min(values) >= 0.01)


def ends(interval: Interval | None) -> tuple[float, float]:
    assert interval is not None
    return interval.low, interval.high


def test_welch_on_the_published_example() -> None:
    effect = difference(FIRST, SECOND)
    assert effect.difference == pytest.approx(1.58)
    assert ends(effect.interval) == pytest.approx((-0.2054832, 3.3654832), abs=5e-8)
    assert effect.freedom == pytest.approx(17.776, abs=5e-4)


def test_pairs_on_the_published_example() -> None:
    effect = paired(dict(zip("abcdefghij", FIRST, strict=True)), dict(zip("abcdefghij", SECOND, strict=True)))
    assert effect is not None
    assert ends(effect.interval) == pytest.approx((0.7001142, 2.4598858), abs=5e-8)
    assert effect.freedom == 9


@given(before=samples, after=samples)
def test_welch_is_that_of_scipy(before: list[float], after: list[float]) -> None:
    theirs = stats.ttest_ind(after, before, equal_var=False).confidence_interval(0.95)
    width = theirs.high - theirs.low
    assert ends(difference(before, after).interval) == pytest.approx((theirs.low, theirs.high), abs=1e-6 * width)


@given(pairs=st.lists(st.tuples(numbers, numbers), min_size=2, max_size=30))
def test_pairs_are_those_of_scipy(pairs: list[tuple[float, float]]) -> None:
    first, second = (np.array(values) for values in zip(*pairs, strict=True))
    assume(np.ptp(second - first) > 0.01)
    ours = paired({str(n): v for n, v in enumerate(first)}, {str(n): v for n, v in enumerate(second)})
    theirs = stats.ttest_rel(second, first).confidence_interval(0.95)
    assert ours is not None
    assert ends(ours.interval) == pytest.approx((theirs.low, theirs.high), abs=1e-6 * (theirs.high - theirs.low))


@given(values=samples)
def test_the_interval_of_a_mean_is_that_of_scipy(values: list[float]) -> None:
    theirs = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert ends(side(values).interval) == pytest.approx(
        (theirs.low, theirs.high), abs=1e-6 * (theirs.high - theirs.low)
    )


@given(before=samples, after=samples, shift=numbers, scale=st.floats(0.01, 100))
def test_shift_and_scale(before: list[float], after: list[float], shift: float, scale: float) -> None:
    plain = difference(before, after)
    moved = difference(np.array(before) * scale + shift, np.array(after) * scale + shift)
    low, high = ends(plain.interval)
    assert ends(moved.interval) == pytest.approx((low * scale, high * scale), abs=1e-4 * scale * (high - low))
    assert moved.hedges_g == pytest.approx(plain.hedges_g, rel=1e-3, abs=1e-4)


@given(before=samples, after=samples)
def test_swapping_the_sides_flips_the_sign(before: list[float], after: list[float]) -> None:
    there, back = difference(before, after), difference(after, before)
    low, high = ends(there.interval)
    assert (back.difference, ends(back.interval)) == (-there.difference, pytest.approx((-high, -low)))
    assert back.hedges_g == pytest.approx(-there.hedges_g if there.hedges_g is not None else None)


def test_welch_holds_the_planted_effect_in_95_of_100_pilots() -> None:
    generator = np.random.default_rng(1)
    held = 0
    for _pilot in range(400):
        before, after = generator.normal(70, 10, 9), generator.normal(66, 4, 25)
        low, high = ends(difference(before, after).interval)
        held += low <= -4 <= high
    assert 0.92 <= held / 400 <= 0.98


def test_with_values_that_follow_each_other_too() -> None:
    """Without the correction 74 of 100 would hold it."""
    generator = np.random.default_rng(2)
    held = plainly = 0
    for _pilot in range(400):
        errors = autoregressive(generator, 160, 0.5)
        before, after = errors[:80], errors[80:] - 1.0
        low, high = ends(difference(before, after, correlation=serial_correlation(before, after)).interval)
        held += low <= -1 <= high
        low, high = ends(difference(before, after).interval)
        plainly += low <= -1 <= high
    assert plainly / 400 < 0.8
    assert 0.92 <= held / 400 <= 0.98


def test_independent_values_are_seldom_called_related() -> None:
    generator = np.random.default_rng(3)
    called = sum(
        serial_correlation(generator.standard_normal(20), generator.standard_normal(20)) > 0 for _pilot in range(400)
    )
    assert called / 400 < 0.08


def test_one_value_on_a_side_gives_no_interval() -> None:
    for before, after in [([1.0], [2.0, 3.0]), ([1.0, 2.0], [3.0]), ([1.0], [3.0])]:
        effect = difference(before, after)
        assert (effect.interval, effect.hedges_g) == (None, None)
        assert effect.difference == pytest.approx(np.mean(after) - np.mean(before))


def test_values_that_are_all_the_same_give_no_interval() -> None:
    assert difference([0.1 + 0.2, 0.3], [0.7, 0.7, 0.7]).interval is None
    assert difference([0.3, 0.3], [0.7, 0.8]).interval is not None
    assert paired({"a": 1000.1, "b": 7.3}, {"a": 1000.4, "b": 7.6}).interval is None  # type: ignore[union-attr]
    assert side([2.0, 2.0]).interval is None


def test_only_shared_places_make_pairs() -> None:
    effect = paired({"a": 1.0, "b": 2.0, "c": 99.0}, {"b": 4.0, "a": 2.0, "d": -99.0})
    assert effect is not None
    assert (effect.difference, effect.freedom, effect.relative) == (1.5, 1, 1.0)
    assert paired({"a": 1.0, "b": 2.0}, {"b": 2.0, "c": 2.0}) is None


def test_the_relative_change_has_the_sign_of_the_change() -> None:
    assert difference([-10.0, -20.0], [-5.0, -10.0]).relative == pytest.approx(0.5)
    assert difference([-1.0, 1.0], [2.0, 3.0]).relative is None


def test_hedges_g_by_hand() -> None:
    # Means 2 and 4, pooled deviation 1, four degrees of freedom: the factor is Γ(2) / (√2 Γ(3/2)) = √(2/π).
    assert hedges_g(np.array([1.0, 2.0, 3.0]), np.array([3.0, 4.0, 5.0])) == pytest.approx(2 * np.sqrt(2 / np.pi))
