"""What is kept of an assessment says the same as the ranking that it was made from, and can be read again."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.challenges.ranking.criteria import Criterion, Scores, weights_of
from citytandem.challenges.ranking.methods import METHODS
from citytandem.challenges.ranking.outcome import (
    SPACES,
    STAGES,
    Outcome,
    canonical,
    digest,
    draws_for,
    outcome_from,
    outcome_of,
    ranks_of,
    reweighed,
    space_of,
)
from citytandem.challenges.ranking.report import rank


@st.composite
def tables(draw: st.DrawFn, *, least: int = 0, whole: bool = False) -> Scores:
    """Assessors, proposals and criteria with scores of which some are missing; no proposal without any. `whole`: nothing is
    missing, and every criterion counts."""
    assessors, proposals, criteria = draw(st.integers(1, 4)), draw(st.integers(least, 6)), draw(st.integers(1, 5))
    measures = tuple(
        Criterion(
            f"c{n}",
            draw(st.sampled_from([0.5 if whole else 0, 0.5, 1, 2, 7])) + (n == 0),
            draw(st.sampled_from(["max", "min"])),
            0,
            5,
        )
        for n in range(criteria)
    )
    numbers = st.integers(0, 5).map(float)
    cells = numbers if whole else st.one_of(st.just(math.nan), numbers)
    shape = (assessors, proposals, criteria)
    flat = draw(st.lists(cells, min_size=math.prod(shape), max_size=math.prod(shape)))
    values = np.array(flat, dtype=float).reshape(shape)
    values[0, :, draw(st.integers(0, criteria - 1))] = 3.0
    return Scores(tuple(f"p{n}" for n in range(proposals)), measures, values)


def made(scores: Scores, **more: Any) -> Outcome:
    return outcome_of(scores, jurors=list(range(1, scores.values.shape[0] + 1)), draws=2_000, **more)


@given(tables(least=1, whole=True))
@settings(max_examples=60)
def test_each_method_scores_and_orders_as_the_ranking_does(scores: Scores) -> None:
    outcome = made(scores)
    standing = {one.code: one for one in outcome.standings}
    for method in METHODS:
        found = rank(scores, method=method)
        for number, code in enumerate(scores.proposals):
            told = standing[code].scores[method]
            assert (told is None) == bool(np.isnan(found.scores[number]))
            assert told is None or told == pytest.approx(found.scores[number], abs=1e-12)
        if method == "wsm":
            assert [one.code for one in outcome.standings] == [scores.proposals[number] for number in found.order]
            assert outcome.alphas == found.alphas
            assert (outcome.flip is None) == (found.flip is None)
            if outcome.flip is not None and found.flip is not None:
                assert outcome.flip.change == pytest.approx(found.flip.change, abs=1e-9)
                assert outcome.flip.criterion == scores.criteria[found.flip.criterion].name
    assert sum(one.weight for one in outcome.criteria) == pytest.approx(1)


@given(tables(least=1, whole=True))
@settings(max_examples=40)
def test_the_shares_of_all_weightings_are_those_of_the_ranking(scores: Scores) -> None:
    outcome = made(scores)
    found = rank(scores, draws=2_000, seed=1).acceptability
    assert found is not None
    for one in outcome.standings:
        row = found[scores.proposals.index(one.code)]
        assert one.shares["uniform"] == pytest.approx(tuple(row[:3]))
        assert one.expected["uniform"] == pytest.approx(float(row @ np.arange(1, row.size + 1)))
    for space in SPACES:
        assert sum(one.shares[space][0] for one in outcome.standings) == pytest.approx(1)


@given(tables())
@settings(max_examples=60)
def test_what_is_kept_is_read_again_and_its_hash_survives_json(scores: Scores) -> None:
    kept = made(scores).as_json()
    again = json.loads(json.dumps(kept))
    assert outcome_from(again).as_json() == kept
    assert digest(again) == digest(kept)
    assert b"-0.0," not in canonical(kept)
    assert b"NaN" not in canonical(kept)


@given(tables(least=1))
@settings(max_examples=40)
def test_the_same_weights_make_no_difference_and_others_rank_as_if_they_counted(scores: Scores) -> None:
    outcome = made(scores)
    same = reweighed(outcome, weights_of(scores.criteria))
    assert [one.ranks for one in same.standings] == [one.ranks for one in outcome.standings]
    other = np.linspace(1, 2, len(scores.criteria))
    other /= other.sum()
    measures = tuple(
        Criterion(one.name, float(weight), one.direction, one.low, one.high)
        for one, weight in zip(scores.criteria, other, strict=True)
    )
    fresh = made(Scores(scores.proposals, measures, scores.values))
    told = {one.code: (one.scores, one.ranks) for one in reweighed(outcome, other).standings}
    assert {code: ranks for code, (_scores, ranks) in told.items()} == {one.code: one.ranks for one in fresh.standings}
    one, another = reweighed(outcome, other).flip, fresh.flip
    # Of several that draw level at once either may be named.
    assert (one is None) == (another is None)
    if one is not None and another is not None:
        assert one.change == pytest.approx(another.change, abs=1e-6) or abs(one.change) == pytest.approx(
            abs(another.change)
        )


@given(tables(least=1))
@settings(max_examples=40)
def test_who_lacks_a_score_that_counts_comes_after_all_who_lack_none_in_every_weighting(scores: Scores) -> None:
    outcome = made(scores)
    complete = [one.is_complete(outcome.criteria) for one in outcome.standings]
    assert complete == sorted(complete, reverse=True)
    count = sum(complete)
    for place, one in enumerate(outcome.standings):
        for space in SPACES:
            expected = one.expected[space]
            assert (expected <= count + 1e-9) if complete[place] else (expected >= count + 1 - 1e-9)
            assert count == 0 or complete[place] or one.shares[space][0] == 0
        for rank_there in one.ranks.values():
            assert rank_there is None or (rank_there <= count) == complete[place]


def test_one_good_score_alone_does_not_win() -> None:
    criteria = (Criterion("a", 1, "max", 0, 5), Criterion("b", 1, "max", 0, 5))
    values = np.array([[[5.0, math.nan], [4.0, 3.0], [3.0, 2.0]]])
    outcome = made(Scores(("lucky", "good", "fair"), criteria, values))
    assert [one.code for one in outcome.standings] == ["good", "fair", "lucky"]
    assert [one.shares["uniform"][0] for one in outcome.standings] == [1, 0, 0]
    assert [one.ranks["wsm"] for one in outcome.standings] == [1, 2, 3]


def test_a_criterion_that_weighs_nothing_decides_no_weighting_and_no_flip() -> None:
    criteria = tuple(Criterion(name, weight, "max", 0, 5) for name, weight in (("a", 1), ("b", 1), ("none", 0)))
    values = np.array([[[4.0, 4.0, 0.0], [3.0, 3.0, 5.0], [2.0, 1.0, math.nan]]])
    outcome = made(Scores(("good", "fair", "poor"), criteria, values))
    assert outcome.flip is None
    assert all(outcome.standings[0].shares[space][0] == 1 for space in SPACES)
    assert all(one.is_complete(outcome.criteria) for one in outcome.standings)


def test_equal_ones_share_their_place_and_who_has_no_score_has_none() -> None:
    assert ranks_of(np.array([0.5, 0.7, 0.5, math.nan, 0.1])) == [2, 1, 2, None, 4]
    assert ranks_of(np.array([0.1 + 0.2, 0.3])) == [1, 1]


def test_fewer_weightings_are_tried_where_there_are_many_proposals() -> None:
    assert [draws_for(count) for count in (0, 1, 300, 600, 5_000, 5_001)] == [0, 100_000, 100_000, 50_000, 6_000, 0]


def test_weightings_that_keep_the_order_let_equal_criteria_stand_either_way() -> None:
    weights = np.array([0.2, 0.4, 0.2, 0.0, 0.2])
    drawn = space_of("order", weights).draw(4_000, np.random.default_rng(1))
    assert drawn.sum(axis=1) == pytest.approx(1)
    assert (drawn[:, [1]] >= drawn).all()
    assert (drawn[:, [3]] <= drawn).all()
    assert 0.45 < (drawn[:, 0] > drawn[:, 2]).mean() < 0.55
    assert drawn[:, 0].mean() == pytest.approx(drawn[:, 4].mean(), abs=0.01)


def test_weightings_near_the_chosen_one_stay_within_half_of_each_weight() -> None:
    weights = np.array([0.6, 0.3, 0.1])
    drawn = space_of("intervals", weights).draw(2_000, np.random.default_rng(1))
    assert (drawn >= weights * 0.5 - 1e-9).all()
    assert (drawn <= weights * 1.5 + 1e-9).all()


@pytest.mark.parametrize("proposals", [0, 1, 2])
def test_a_few_proposals_one_and_none_all_have_an_outcome(proposals: int) -> None:
    criteria = (Criterion("a", 1, "max", 0, 5), Criterion("b", 1, "max", 0, 5))
    values = np.full((1, proposals, 2), 4.0)
    stages: list[int] = []
    scores = Scores(tuple(f"p{n}" for n in range(proposals)), criteria, values)
    outcome = outcome_of(scores, jurors=[1], advance=stages.append)
    assert len(outcome.standings) == proposals
    assert outcome.alphas == (None, None)
    assert stages == list(range(1, STAGES + 1))
    assert outcome.draws == (100_000 if proposals else 0)


def test_a_severe_assessor_is_named_by_number() -> None:
    generator = np.random.default_rng(3)
    true = generator.integers(2, 6, (12, 3)).astype(float)
    values = np.stack([np.clip(true + generator.integers(-1, 2, true.shape), 0, 5) for _ in range(4)])
    values[2] = np.clip(values[2] - 2, 0, 5)
    criteria = tuple(Criterion(name, 1, "max", 0, 5) for name in "abc")
    outcome = outcome_of(Scores(tuple(f"p{n}" for n in range(12)), criteria, values), jurors=[3, 5, 8, 9], draws=10)
    assert [(one.juror, one.effect < -0.2) for one in outcome.far if one.effect < 0] == [(8, True)]
