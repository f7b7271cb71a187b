"""Krippendorff's alpha against the published example and the package; severe assessors planted and found."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.challenges.ranking.agreement import ordinal_alpha, severities

NAN = np.nan
# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: four observers, twelve units.
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
)


def test_the_published_example() -> None:
    assert ordinal_alpha(PUBLISHED) == pytest.approx(0.815, abs=0.0005)


@given(
    assessors=st.integers(2, 8), units=st.integers(1, 25), levels=st.integers(2, 9), missing=st.floats(0, 0.7),
    seed=st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_alpha_is_that_of_the_package(assessors: int, units: int, levels: int, missing: float, seed: int) -> None:
    generator = np.random.default_rng(seed)
    values = generator.integers(0, levels, (assessors, units)) + 0.0
    values[generator.random(values.shape) < missing] = NAN
    ours = ordinal_alpha(values)
    paired = values[:, (~np.isnan(values)).sum(axis=0) >= 2]
    if np.unique(paired[~np.isnan(paired)]).size < 2:
        assert ours is None
    else:
        assert ours == pytest.approx(krippendorff.alpha(paired, level_of_measurement="ordinal"), abs=1e-9)


def test_alpha_is_not_defined_where_nothing_can_be_compared() -> None:
    assert ordinal_alpha(np.full((3, 4), NAN)) is None
    assert ordinal_alpha(np.array([[1.0, NAN], [NAN, 2.0]])) is None
    assert ordinal_alpha(np.ones((3, 4))) is None


def simulated(seed: int, *, bias: float, missing: float = 0.3) -> np.ndarray:
    """Nine assessors, twenty proposals with six criteria each on five levels; the first one's scores are shifted."""
    generator = np.random.default_rng(seed)
    quality = generator.uniform(0.2, 0.8, 120)
    scores = quality + generator.normal(0, 0.12, (9, 120))
    scores[0] += bias
    scores = np.clip(np.round(scores * 4) / 4, 0, 1)
    scores[generator.random(scores.shape) < missing] = NAN
    return scores


def test_a_planted_severe_assessor_is_found_and_hardly_anybody_else() -> None:
    found, wrong = 0, 0
    for seed in range(200):
        far = {one.assessor for one in severities(simulated(seed, bias=-0.2)) if one.is_far}
        found += 0 in far
        wrong += bool(far - {0})
    assert found >= 195
    assert wrong <= 4


def test_without_a_severe_assessor_nobody_is_accused() -> None:
    assert sum(any(one.is_far for one in severities(simulated(seed, bias=0.0))) for seed in range(200)) <= 2


@given(effects=st.lists(st.floats(-0.3, 0.3), min_size=2, max_size=6), seed=st.integers(0, 999))
def test_effects_without_noise_are_found_exactly(effects: list[float], seed: int) -> None:
    generator = np.random.default_rng(seed)
    values = generator.uniform(0.3, 0.7, 30) + np.array(effects)[:, None]
    hidden = generator.random(values.shape) < 0.2
    hidden[:, :3] = False
    values[hidden] = NAN
    found = np.array([one.effect for one in severities(values)])
    assert np.allclose(found, np.array(effects) - np.mean(effects), atol=1e-9)


def test_assessors_without_shared_proposals_are_not_compared() -> None:
    assert severities(np.array([[0.1, NAN], [NAN, 0.9]])) == []
    assert severities(np.full((1, 5), 0.5)) == []
