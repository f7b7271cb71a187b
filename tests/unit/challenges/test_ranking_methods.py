"""Weighted sum, TOPSIS and PROMETHEE II against pymcdm, and what holds whatever the numbers are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymcdm
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from citytandem.challenges.ranking.criteria import BadScores, Criterion, Floats, Scores, scaled, weights_of
from citytandem.challenges.ranking.methods import METHODS, Method, scoring
from tests.unit.challenges.tables import tables

Table = tuple[Floats, list[Criterion]]


def scores_of(means: Floats, criteria: list[Criterion], method: Method) -> Floats:
    result: Floats = scoring(means, criteria, method).scores(weights_of(criteria)[None, :])[0]
    return result


def by_pymcdm(means: Floats, criteria: list[Criterion], method: Method) -> Any:
    types = np.array([1 if criterion.direction == "max" else -1 for criterion in criteria])
    if method == "topsis":
        return pymcdm.methods.TOPSIS()(means, weights_of(criteria), types, validation=False)
    if method == "promethee2":
        return pymcdm.methods.PROMETHEE_II("usual")(means, weights_of(criteria), types, validation=False)
    weighted = pymcdm.methods.WSM(lambda column, cost=False: 1 - column / 10 if cost else column / 10)
    return weighted(means, weights_of(criteria), types, validation=False)


@given(table=tables(), method=st.sampled_from(METHODS))
def test_scores_and_ranking_are_those_of_pymcdm(table: Table, method: Method) -> None:
    means, criteria = table
    with np.errstate(invalid="ignore"):
        theirs = by_pymcdm(means, criteria, method)
    assume(np.isfinite(theirs).all())  # TOPSIS of equal proposals is 0/0 there
    ours = scores_of(means, criteria, method)
    assert np.allclose(ours, theirs, atol=1e-9)
    assert (pymcdm.helpers.rrankdata(ours.round(9)) == pymcdm.helpers.rrankdata(np.asarray(theirs).round(9))).all()


@given(table=tables(missing=True), method=st.sampled_from(METHODS))
def test_who_has_no_score_at_all_gets_none_and_all_others_one(table: Table, method: Method) -> None:
    means, criteria = table
    weighs = weights_of(criteria) > 0
    scored = ~np.isnan(means[:, weighs]).all(axis=1)
    assert (~np.isnan(scores_of(means, criteria, method)) == scored).all()


@given(table=tables(missing=True))
def test_a_missing_score_is_never_a_zero(table: Table) -> None:
    means, criteria = table
    ours = scores_of(means, criteria, "wsm")
    values, weights = scaled(means, criteria), weights_of(criteria)
    for row, score in zip(values, ours, strict=True):
        there = ~np.isnan(row)
        if weights[there].sum() > 0:
            assert score == pytest.approx((row[there] @ weights[there]) / weights[there].sum())


@given(
    table=tables(missing=True), method=st.sampled_from(METHODS), number=st.integers(0, 11), criterion=st.integers(0, 5)
)
def test_a_better_score_never_harms(table: Table, method: Method, number: int, criterion: int) -> None:
    means, criteria = table
    number, criterion = number % len(means), criterion % len(criteria)
    assume(not np.isnan(means[number, criterion]))
    assume(method != "topsis")  # its ideal moves along, and ranks may reverse: known, and said on the page
    better = means.copy()
    best = 10.0 if criteria[criterion].direction == "max" else 0.0
    better[number, criterion] = best
    before, after = (scores_of(one, criteria, method)[number] for one in (means, better))
    assert np.isnan(before) or after >= before - 1e-12


@given(table=tables(), method=st.sampled_from(METHODS), order=st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(table: Table, method: Method, order: Any) -> None:
    means, criteria = table
    rows = list(range(len(means)))
    order.shuffle(rows)
    assert np.allclose(scores_of(means[rows], criteria, method), scores_of(means, criteria, method)[rows])


def test_the_mean_counts_only_who_gave_a_score() -> None:
    criterion = Criterion("impact", 1.0, "max", 0.0, 10.0)
    values = np.array([[[4.0], [np.nan]], [[8.0], [np.nan]], [[np.nan], [3.0]]])
    assert Scores(("a", "b"), (criterion,), values).means().tolist() == [[6.0], [3.0]]


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("criterion.name", {"name": " "}), ("criterion.number", {"weight": float("nan")}),
        ("criterion.number", {"high": float("inf")}), ("criterion.weight", {"weight": -0.1}),
        ("criterion.scale", {"low": 5.0, "high": 5.0}), ("criterion.scale", {"low": 5.0, "high": 1.0}),
        ("criterion.direction", {"direction": "up"}),
    ],
)  # fmt: skip
def test_a_criterion_that_cannot_be_is_refused(code: str, changed: dict[str, Any]) -> None:
    with pytest.raises(BadScores) as refused:
        Criterion(**{"name": "cost", "weight": 1.0, "direction": "min", "low": 0.0, "high": 5.0, **changed})
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("scores.infinite", [[[float("inf")]]]), ("scores.outside", [[[5.1]]]), ("scores.outside", [[[-0.1]]]),
        ("scores.shape", [[[1.0, 2.0]]]),
    ],
)  # fmt: skip
def test_scores_outside_of_the_scale_are_refused(code: str, values: list[Any]) -> None:
    with pytest.raises(BadScores) as refused:
        Scores(("a",), (Criterion("cost", 1.0, "min", 0.0, 5.0),), np.array(values))
    assert refused.value.code == code


def test_weights_are_made_to_sum_to_one_and_none_at_all_is_refused() -> None:
    two = [Criterion("a", 3.0, "max", 0.0, 1.0), Criterion("b", 1.0, "max", 0.0, 1.0)]
    assert weights_of(two).tolist() == [0.75, 0.25]
    with pytest.raises(BadScores, match="no_weight"):
        weights_of([Criterion("a", 0.0, "max", 0.0, 1.0)])
    with pytest.raises(BadScores, match="twice"):
        weights_of([two[0], two[0]])


@pytest.mark.parametrize("method", METHODS)
def test_the_same_scores_from_others_are_no_difference(method: Method) -> None:
    values = np.array([[[0.1, 1.0], [0.3, 1.0]], [[0.2, 1.0], [0.2, 1.0]], [[0.3, 1.0], [0.1, 1.0]]])
    two = (Criterion("a", 1.0, "max", 0.0, 1.0), Criterion("b", 1.0, "max", 0.0, 1.0))
    first, second = scores_of(Scores(("one", "two"), two, values).means(), list(two), method)
    assert first == second


@given(seed=st.integers(0, 10_000), has_gaps=st.booleans(), method=st.sampled_from(METHODS))
def test_places_are_in_the_order_of_the_scores(seed: int, *, has_gaps: bool, method: Method) -> None:
    generator = np.random.default_rng(seed)
    means = generator.random((9, 4)) * 5
    if has_gaps:
        means[generator.random(means.shape) < 0.3] = np.nan
    criteria = [Criterion(f"c{number}", 1, "max" if number % 2 else "min", 0, 5) for number in range(4)]
    scored = scoring(means, criteria, method)
    weights = generator.dirichlet(np.ones(4), 5)
    scores, places = scored.scores(weights), scored.places(weights)
    assert (np.isnan(scores) == np.isnan(places)).all()
    there = ~np.isnan(places)
    assert (np.abs(places[there]) <= 1).all()
    for one, other in zip(scores, places, strict=True):
        clear = np.subtract.outer(one, one) > 1e-12
        assert (np.subtract.outer(other, other)[clear] > 0).all()
