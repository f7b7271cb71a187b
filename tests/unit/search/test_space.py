"""The space in which languages do not matter: its algebra against plain numpy, its effect on real sentences."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from citytandem.core.languages import LANGUAGES
from citytandem.core.themes import leaf_themes
from citytandem.search.embedder import BuiltIn, Matrix
from citytandem.search.space import (
    NEIGHBOURS,
    correct,
    hubness,
    learned,
    mean_of,
    side_of,
    space_for,
    theme_shares,
    unlearned,
)

SENTENCES = Path(__file__).parents[3] / "training" / "match"
ROWS = hnp.arrays(np.float32, st.tuples(st.integers(1, 6), st.just(384)), elements=st.floats(-1, 1, width=32))
COUNTS = st.integers(0, 100_000)


def random_units(rows: int, *, seed: int, width: int = 256) -> Matrix:
    matrix = np.random.default_rng(seed).standard_normal((rows, width)).astype(np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def test_the_shipped_space_belongs_to_the_built_in_model_and_is_whole() -> None:
    space = learned()
    assert space.embedder == BuiltIn.name
    assert set(space.languages) == set(LANGUAGES)
    assert space.means.shape == (2, 9, 384)
    assert space.projection.shape == (384, space.dimensions)
    assert space.dimensions <= 256
    assert set(space.theme_ids) <= {theme.id for theme in leaf_themes()}
    assert space.themes.shape == (len(space.theme_ids), space.dimensions)
    for matrix in (space.means, space.projection, space.background, space.themes, space.theme_bias):
        assert np.isfinite(matrix).all()
    assert np.allclose(np.linalg.norm(space.background, axis=2), 1, atol=1e-2)


@given(ROWS)
def test_corrected_rows_have_length_one(raw: Matrix) -> None:
    space = learned()
    mean = space.means[0, 0]
    rows = correct(space, raw, mean)
    assert rows.shape == (len(raw), space.dimensions)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)
    plain = (raw - mean) @ space.projection
    assert np.allclose(rows * np.linalg.norm(plain, axis=1, keepdims=True), plain, atol=1e-3)


def test_a_text_at_the_mean_is_nowhere_instead_of_not_a_number() -> None:
    space = learned()
    assert not correct(space, space.means[0, 0], space.means[0, 0]).any()


@given(COUNTS, st.sampled_from(LANGUAGES), st.sampled_from(["problem", "solution", "city"]))
def test_the_mean_moves_from_the_learned_to_the_own(texts: int, language: str, kind: str) -> None:
    space = learned()
    own = np.full(384, 0.5, dtype=np.float32)
    start = space.means[side_of(kind), space.languages.index(language)]
    mean = mean_of(space, kind=kind, language=language, seen={(kind, language): (own, texts)})
    weight = texts / (texts + space.prior)
    assert np.allclose(mean, start + weight * (own - start), atol=1e-5)
    more = mean_of(space, kind=kind, language=language, seen={(kind, language): (own, texts + 1)})
    assert np.linalg.norm(more - own) <= np.linalg.norm(mean - own) + 1e-5


def test_means_of_other_groups_do_not_matter() -> None:
    space = learned()
    other = {("problem", "de"): (np.ones(384, dtype=np.float32), 500)}
    assert np.array_equal(
        mean_of(space, kind="solution", language="de", seen=other), space.means[1, space.languages.index("de")]
    )


def test_without_anything_learned_the_index_speaks_for_itself() -> None:
    space = unlearned("other")
    assert not mean_of(space, kind="problem", language="de", seen={}).any()
    seen = {
        ("problem", "de"): (np.full(384, 0.2, dtype=np.float32), 10),
        ("city", "en"): (np.zeros(384, dtype=np.float32), 0),
    }
    assert np.allclose(mean_of(space, kind="problem", language="pl", seen=seen), 0.2)
    assert np.allclose(space.projection.T @ space.projection, np.eye(space.dimensions), atol=1e-4)


def test_a_space_goes_with_its_embedder_only() -> None:
    assert space_for(BuiltIn.name) is learned()
    assert space_for("other").name == "other#0" != learned().name
    assert np.array_equal(space_for("other").projection, space_for("other").projection)


@given(st.integers(1, 8), st.integers(0, 12), st.integers(0, 4), st.sampled_from(["problem", "solution"]))
def test_hubness_is_the_mean_of_the_nearest_on_the_other_side(rows: int, reference: int, own: int, kind: str) -> None:
    sides = np.stack([random_units(reference, seed=1, width=16), random_units(reference, seed=2, width=16)])
    space = replace(unlearned("x", kept=16), background=sides)
    texts, seen = random_units(rows, seed=3, width=16), random_units(own, seed=4, width=16)
    others = [*sides[1 if kind == "problem" else 0], *seen]
    wanted = [
        np.mean(sorted((float(text @ other) for other in others), reverse=True)[:NEIGHBOURS]) if others else 0.0
        for text in texts
    ]
    assert np.allclose(hubness(space, texts, kind=kind, seen=seen), wanted, atol=1e-5)


@given(ROWS)
def test_theme_shares_are_shares(raw: Matrix) -> None:
    space = learned()
    shares = theme_shares(space, correct(space, raw, space.means[1, 0]))
    assert shares.shape == (len(raw), len(space.theme_ids))
    assert ((shares >= 0) & (shares <= 1)).all()


@cache
def parallel_topics() -> list[dict[tuple[str, str], str]]:
    """The first twelve topics of one file: (kind, language) -> sentence."""
    topics: dict[str, dict[tuple[str, str], str]] = {}
    with (SENTENCES / "b.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            topics.setdefault(row["topic"], {})[row["kind"], row["lang"]] = row["text"]
    return list(topics.values())[:12]


@pytest.mark.parametrize(("asked", "answered"), [("de", "el"), ("bg", "nl")])
def test_a_problem_lies_nearer_to_its_solution_in_another_language_than_to_others(asked: str, answered: str) -> None:
    space, model = learned(), BuiltIn()
    problems = model.embed([topic["problem", asked] for topic in parallel_topics()])
    solutions = model.embed([topic["solution", answered] for topic in parallel_topics()])
    left = correct(space, problems, mean_of(space, kind="problem", language=asked, seen={}))
    right = correct(space, solutions, mean_of(space, kind="solution", language=answered, seen={}))
    raw, moved = ((rows.argmax(axis=1) == np.arange(12)).mean() for rows in (problems @ solutions.T, left @ right.T))
    assert moved >= 0.45
    assert moved >= raw + 0.15
