"""Learning weights from feedback: against scipy and scikit-learn, and what it must never do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from citytandem.streams.matching import Terms, Weights, probability, refit

START = Weights(bias=-1.5, similarity=11.0, theme=1.8, words=0.5)
TERMS = st.builds(Terms, similarity=st.floats(-0.5, 1), theme=st.floats(0, 1), words=st.floats(0, 1))
SAMPLES = st.lists(st.tuples(TERMS, st.booleans()), min_size=1, max_size=60)
SIGNED = st.floats(-12, 12).filter(lambda value: abs(value) > 0.01)
ANY_START = st.builds(Weights, bias=SIGNED, similarity=SIGNED, theme=SIGNED, words=SIGNED)


def as_array(weights: Weights) -> NDArray[np.float64]:
    return np.array([weights.bias, weights.similarity, weights.theme, weights.words])


def negative_log_posterior(
    at: NDArray[np.float64], samples: list[tuple[Terms, bool]], *, start: Weights, trust: float
) -> float:
    """Written down once more from the definition."""
    rows = np.array([[1.0, terms.similarity, terms.theme, terms.words] for terms, _ in samples])
    signs = np.array([1.0 if useful else -1.0 for _, useful in samples])
    spread = np.maximum(np.abs(as_array(start)), 0.5)
    prior = (trust / (8 * spread**2) * (at - as_array(start)) ** 2).sum()
    return float(np.logaddexp(0, -signs * (rows @ at)).sum() + prior)


def generated(count: int, *, seed: int, truth: Weights) -> list[tuple[Terms, bool]]:
    """Answers as people would give them if `truth` were the true weights."""
    random = np.random.default_rng(seed)
    terms = [
        Terms(float(s), float(t), float(w))
        for s, t, w in zip(
            random.normal(0.1, 0.2, count), random.random(count), random.random(count) * 0.5, strict=True
        )
    ]
    return [(one, bool(random.random() < probability(one, truth))) for one in terms]


def test_without_answers_nothing_moves() -> None:
    assert refit(START, []) == START


@given(SAMPLES)
def test_the_new_weights_are_the_most_probable_ones(samples: list[tuple[Terms, bool]]) -> None:
    found = as_array(refit(START, samples))
    best = minimize(
        lambda at: negative_log_posterior(at, samples, start=START, trust=40),
        as_array(START),
        method="L-BFGS-B",
        bounds=[(None, None), (0, None), (0, None), (0, None)],
        options={"ftol": 1e-13, "gtol": 1e-9},
    )
    assert negative_log_posterior(found, samples, start=START, trust=40) <= best.fun + 1e-4
    assert np.allclose(found, best.x, atol=5e-2)


@pytest.mark.parametrize("count", [5, 50, 500, 5_000])
@pytest.mark.parametrize("useful", [True, False])
def test_answers_that_all_contradict_the_weights_are_heard(count: int, useful: bool) -> None:
    """A full Newton step overshoots here and comes back to where it began."""
    terms = Terms(similarity=-0.3, theme=0.1, words=0.0) if useful else Terms(similarity=0.4, theme=0.9, words=0.0)
    before = probability(terms, START)
    after = probability(terms, refit(START, [(terms, useful)] * count))
    assert (after > before) if useful else (after < before)
    if count >= 500:
        assert (after > 0.5) if useful else (after < 0.5)


@given(TERMS, st.booleans(), st.integers(1, 200))
def test_weights_are_pushed_towards_the_answers(terms: Terms, useful: bool, count: int) -> None:
    before = probability(terms, START)
    after = probability(terms, refit(START, [(terms, useful)] * count))
    assert after >= before - 1e-9 if useful else after <= before + 1e-9


@given(ANY_START, SAMPLES)
def test_no_sign_ever_flips(start: Weights, samples: list[tuple[Terms, bool]]) -> None:
    found = as_array(refit(start, samples))
    assert np.isfinite(found).all()
    assert (np.sign(found[1:]) * np.sign(as_array(start)[1:]) >= 0).all()


def test_few_answers_move_little_and_many_move_all_the_way() -> None:
    truth = Weights(bias=-0.5, similarity=4.0, theme=3.0, words=2.0)
    distances = []
    for count in (3, 300, 20_000):
        found = as_array(refit(START, generated(count, seed=1, truth=truth)))
        distances.append(float(np.abs(found - as_array(truth)).max()))
    assert abs(distances[0] - np.abs(as_array(START) - as_array(truth)).max()) < 1.5
    assert distances[0] > distances[1] > distances[2]
    assert distances[2] < 0.8


def test_with_little_trust_in_the_old_weights_it_is_plain_logistic_regression() -> None:
    samples = generated(2_000, seed=2, truth=Weights(bias=-1.0, similarity=6.0, theme=2.0, words=1.0))
    rows = np.array([[terms.similarity, terms.theme, terms.words] for terms, _ in samples])
    oracle = LogisticRegression(C=1e9, tol=1e-10, max_iter=1_000).fit(rows, [useful for _, useful in samples])
    found = as_array(refit(START, samples, trust=1e-6))
    assert np.allclose(found, [oracle.intercept_[0], *oracle.coef_[0]], atol=1e-2)


def test_more_trust_in_the_old_weights_moves_less() -> None:
    samples = generated(100, seed=3, truth=Weights(bias=2.0, similarity=1.0, theme=0.2, words=3.0))
    moved = [np.abs(as_array(refit(START, samples, trust=trust)) - as_array(START)).sum() for trust in (1, 40, 1e6)]
    assert moved[0] > moved[1] > moved[2]
    assert moved[2] < 0.05
