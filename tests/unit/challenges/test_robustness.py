"""Rank acceptability against closed forms and brute force; weight spaces; flips; lines."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.challenges.ranking.criteria import BadScores, Criterion, Floats, weights_of
from citytandem.challenges.ranking.flipping import shifted, smallest_flip
from citytandem.challenges.ranking.methods import METHODS, Method, WeightedMean, scoring
from citytandem.challenges.ranking.robustness import WeightSpace, acceptability
from citytandem.challenges.ranking.sensitivity import lines, too_close
from tests.unit.challenges.tables import tables

Table = tuple[Floats, list[Criterion]]
few = settings(max_examples=40)


def shares(values: Floats, *, space: WeightSpace | None = None, draws: int = 20_000, workers: int = 1) -> Floats:
    space = space or WeightSpace(values.shape[1])
    return acceptability(
        WeightedMean(values), space, proposals=len(values), draws=draws, seed=1, workers=workers
    )  # fmt: skip


@given(first=st.floats(0.01, 1), second=st.floats(0.01, 1))
@few
def test_two_proposals_and_two_criteria_have_a_closed_form(first: float, second: float) -> None:
    # A is better by `first` in one criterion, B by `second` in the other: A leads where w1·first > (1 - w1)·second.
    values = np.array([[first, 0.0], [0.0, second]])
    assert shares(values)[0, 0] == pytest.approx(first / (first + second), abs=0.015)


@given(gains=st.lists(st.floats(-1, 1).filter(lambda gain: abs(gain) > 0.02), min_size=3, max_size=3, unique=True))
@few
def test_two_proposals_and_three_criteria_have_a_closed_form(gains: list[float]) -> None:
    # The share of the triangle of weights on which a linear function is above zero, by its values at the corners.
    above = [gain for gain in gains if gain > 0]
    below = [-gain for gain in gains if gain < 0]
    if len(below) == 1:
        expected = 1 - np.prod([below[0] / (below[0] + gain) for gain in above])
    elif len(above) == 1:
        expected = np.prod([above[0] / (above[0] + gain) for gain in below])
    else:
        expected = 1.0 if above else 0.0
    values = np.array([np.array(gains) / 2 + 0.5, np.full(3, 0.5) - np.array(gains) / 2])
    assert shares(values)[0, 0] == pytest.approx(float(expected), abs=0.015)


@given(table=tables(missing=True), method=st.sampled_from(METHODS), seed=st.integers(0, 99))
@few
def test_the_counts_are_those_of_ranking_each_draw_by_itself(table: Table, method: Method, seed: int) -> None:
    means, criteria = table
    scored, space = scoring(means, criteria, method), WeightSpace(len(criteria))
    ours = acceptability(scored, space, proposals=len(means), draws=300, seed=seed, workers=1)
    (block,) = np.random.SeedSequence(seed).spawn(1)
    drawn = np.nan_to_num(scored.scores(space.draw(300, np.random.default_rng(block))), nan=-9.0).round(10)
    expected = np.zeros_like(ours)
    for row in drawn:
        for number, score in enumerate(row):
            better, equal = int((row > score).sum()), int((row == score).sum())
            expected[number, better : better + equal] += 1 / equal / 300
    assert np.allclose(ours, expected, atol=0.011)


@given(table=tables(), method=st.sampled_from(METHODS))
@few
def test_shares_sum_to_one_and_equal_proposals_share_alike(table: Table, method: Method) -> None:
    means, criteria = table
    doubled = np.vstack([means, means[:1]])
    found = acceptability(
        scoring(doubled, criteria, method), WeightSpace(len(criteria)), proposals=len(doubled), draws=500, seed=3
    )  # fmt: skip
    assert np.allclose(found.sum(axis=0), 1)
    assert np.allclose(found.sum(axis=1), 1)
    assert np.allclose(found[0], found[-1])


def test_the_answer_does_not_depend_on_the_workers() -> None:
    values = np.random.default_rng(5).random((40, 5))
    assert (shares(values, draws=9_000, workers=1) == shares(values, draws=9_000, workers=3)).all()


def test_who_is_better_throughout_always_leads_and_nobody_is_lost() -> None:
    values = np.array([[0.9, 0.8], [0.5, 0.6], [0.1, 0.2]])
    assert shares(values).tolist() == np.eye(3).tolist()


def test_weights_below_zero_keep_their_order() -> None:
    # Net flows of PROMETHEE are below zero as well.
    values = np.array([[-0.9, -0.8], [0.5, -0.6], [-0.1, 0.2]])
    assert shares(values)[0].tolist() == [0.0, 0.0, 1.0]


@given(count=st.integers(1, 8), seed=st.integers(0, 99))
def test_even_weights_have_the_moments_of_the_simplex(count: int, seed: int) -> None:
    drawn = WeightSpace(count).draw(4_000, np.random.default_rng(seed))
    assert np.allclose(drawn.sum(axis=1), 1)
    assert np.allclose(drawn.mean(axis=0), 1 / count, atol=0.03)
    assert np.allclose(drawn.var(axis=0), (count - 1) / (count**2 * (count + 1)), atol=0.02)


@given(order=st.permutations(range(4)), seed=st.integers(0, 99))
def test_ordinal_preferences_hold_in_every_draw(order: list[int], seed: int) -> None:
    drawn = WeightSpace(4, order=tuple(order)).draw(200, np.random.default_rng(seed))
    for more, less in pairwise(order):
        assert (drawn[:, more] >= drawn[:, less]).all()
    # The mean of the largest of four even shares is (1 + 1/2 + 1/3 + 1/4) / 4.
    assert drawn[:, order[0]].mean() == pytest.approx(25 / 48, abs=0.06)


@pytest.mark.parametrize(
    "intervals",
    [
        ((0.1, 0.5), (0.2, 0.6), (0.0, 1.0)), ((0.3, 0.34), (0.3, 0.34), (0.3, 0.4)),
        ((0.0, 0.1),) * 11, ((0.25, 0.25),) * 4, ((0.0, 0.09),) * 12, ((0.0, 1.0 - 1e-13),), ((1.0, 1.0),),
    ],
)  # fmt: skip
def test_weights_within_intervals_stay_there(intervals: tuple[tuple[float, float], ...]) -> None:
    drawn = WeightSpace(len(intervals), intervals=intervals).draw(2_000, np.random.default_rng(1))
    low, high = np.array(intervals).T
    assert drawn.shape == (2_000, len(intervals))
    assert np.allclose(drawn.sum(axis=1), 1)
    assert (drawn >= low - 1e-9).all()
    assert (drawn <= high + 1e-9).all()
    # Nobody is preferred: where all intervals are the same, so are the means.
    if len(set(intervals)) == 1:
        assert np.allclose(drawn.mean(axis=0), 1 / len(intervals), atol=0.01)


def test_walking_inside_is_as_even_as_throwing_away(monkeypatch: pytest.MonkeyPatch) -> None:
    from citytandem.challenges.ranking import robustness

    space = WeightSpace(3, intervals=((0.0, 0.4), (0.1, 0.9), (0.0, 0.5)))
    thrown = space.draw(20_000, np.random.default_rng(1))
    monkeypatch.setattr(robustness, "_MOST_TRIES", 0)
    walked = space.draw(20_000, np.random.default_rng(2))
    assert np.allclose(thrown.mean(axis=0), walked.mean(axis=0), atol=0.006)
    assert np.allclose(np.cov(thrown.T), np.cov(walked.T), atol=0.002)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("weights.intervals", {"intervals": ((0.6, 0.5), (0.0, 1.0))}),
        ("weights.intervals", {"intervals": ((0.0, 1.0),)}),
        ("weights.empty", {"intervals": ((0.6, 0.7), (0.6, 0.7))}),
        ("weights.empty", {"intervals": ((0.1, 0.2), (0.1, 0.2))}),
        ("weights.order", {"order": (0, 0)}), ("weights.order", {"order": (2,)}),
        ("weights.both", {"order": (0,), "intervals": ((0.0, 1.0), (0.0, 1.0))}),
    ],
)  # fmt: skip
def test_spaces_without_weights_are_refused(code: str, told: dict[str, tuple[float, ...]]) -> None:
    with pytest.raises(BadScores) as refused:
        WeightSpace(2, **told)  # type: ignore[arg-type]
    assert refused.value.code == code


@given(table=tables(missing=True), method=st.sampled_from(METHODS))
@few
def test_a_flip_puts_the_challenger_level_and_a_little_less_does_not(table: Table, method: Method) -> None:
    means, criteria = table
    scored, weights = scoring(means, criteria, method), weights_of(criteria)
    scores = scored.scores(weights[None, :])[0]
    flip = smallest_flip(scored, weights)
    ever = (~np.isnan(means)).any(axis=1)
    if np.isnan(scores).all() or np.count_nonzero(ever) < 2 or len(criteria) < 2:
        assert flip is None
        return
    winner = int(np.nanargmax(scores))
    if flip is None:
        for criterion in range(len(criteria)):
            moved = scored.scores(shifted(weights, criterion, np.linspace(0, 1, 101) - weights[criterion]))
            others = np.nan_to_num(np.delete(moved, winner, axis=1), nan=-9).max(axis=1)
            assert (np.nan_to_num(moved[:, winner], nan=9) > others - 1e-9).all()
        return
    moved = scored.scores(shifted(weights, flip.criterion, np.array([flip.change])))[0]
    # Where scores are missing they may leap: level means level or beyond.
    if np.isnan(means).any():
        assert moved[flip.challenger] >= moved[winner] - 1e-7
    else:
        assert moved[flip.challenger] == pytest.approx(moved[winner], abs=1e-7)
    # Whoever had no score leads at any change however small: there is nothing less to look at.
    for part in (0.25, 0.5, 0.9) if abs(flip.change) > 1e-8 else ():
        before = scored.scores(shifted(weights, flip.criterion, np.array([flip.change * part])))[0]
        assert np.isnan(before[winner]) or before[winner] >= np.nanmax(before) - 1e-9


def test_the_smallest_flip_of_a_table_computed_by_hand() -> None:
    # A: 1 and 0, B: 0 and 1, weights .6 and .4: level at .5 each.
    flip = smallest_flip(WeightedMean(np.eye(2)), np.array([0.6, 0.4]))
    assert flip is not None
    assert (flip.criterion, flip.challenger) == (0, 1)
    assert flip.change == pytest.approx(-0.1)
    assert smallest_flip(WeightedMean(np.array([[1.0, 1.0], [0.0, 0.0]])), np.array([0.6, 0.4])) is None


def test_lines_cross_where_the_flip_says() -> None:
    shares_, scores = lines(WeightedMean(np.eye(2)), np.array([0.6, 0.4]), 0, steps=10)
    assert np.allclose(scores[:, 0], shares_)
    assert np.allclose(scores[:, 1], 1 - shares_)


def test_too_close_to_call_is_neither_sure_to_be_in_nor_to_be_out() -> None:
    found = np.array([[0.9, 0.1, 0.0], [0.1, 0.5, 0.4], [0.0, 0.4, 0.6]])
    assert too_close(found, places=1).tolist() == [False, False, False]
    assert too_close(found, places=2).tolist() == [False, True, True]


def test_two_free_criteria_among_many_fixed_ones_are_drawn_evenly() -> None:
    fixed = ((0.01, 0.01),) * 48
    drawn = WeightSpace(50, intervals=(*fixed, (0.0, 0.3), (0.0, 0.3))).draw(4_000, np.random.default_rng(1))
    # The two share 0.52, so each lies evenly between 0.22 and 0.3.
    assert np.quantile(drawn[:, 48], [0.25, 0.5, 0.75]) == pytest.approx([0.24, 0.26, 0.28], abs=0.003)


@pytest.mark.parametrize("high", [0.3, 0.95])
def test_who_was_scored_only_where_nothing_counts_leads_as_soon_as_it_counts(high: float) -> None:
    flip = smallest_flip(WeightedMean(np.array([[0.6, high], [np.nan, 0.99]])), np.array([1.0, 0.0]))
    assert flip is not None
    assert abs(flip.change) <= 1e-9
    assert flip.challenger == 1


def test_too_many_proposals_for_a_table_of_ranks_are_refused() -> None:
    with pytest.raises(BadScores, match=r"draws\.proposals"):
        shares(np.zeros((5_001, 1)), draws=1)
