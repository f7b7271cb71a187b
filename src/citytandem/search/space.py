"""From raw vectors to a space in which languages do not matter: the language's mean is taken away, then a learned map.

Raw multilingual vectors cluster by language first and by meaning second. Subtracting the mean vector of each language
(and kind of text) undoes most of that; a linear map learned from parallel municipal sentences and problem-solution
pairs (`training/match`) turns "says the same" into "helps against". Both are linear, so this costs nothing. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Means = Mapping[tuple[str, str], tuple[Matrix, int]]
"""(kind, language) -> (mean raw vector, number of texts)."""

# A text of these kinds tells what hurts; all other kinds tell what is offered.
PROBLEM_KINDS = frozenset({"problem", "challenge"})
NEIGHBOURS = 5


@dataclass(frozen=True, slots=True)
class Space:
    """The learned parameters.

    embedder: the model they belong to. means: (2, languages, 384), first problems, then solutions.
    projection: (384, d) applied to centred vectors. background: (2, n, d) reference texts of both sides, by which
    "close to everything" is told from "close to this". themes: (t, d) one direction per theme, theme_bias: (t,).
    prior: how many texts of an index weigh as much as the learned mean. same_side: slope and offset that bring the
    similarity of two texts of one side onto the scale of a problem and a solution.
    """

    embedder: str
    languages: tuple[str, ...]
    means: Matrix
    projection: Matrix
    background: Matrix
    theme_ids: tuple[str, ...]
    themes: Matrix
    theme_bias: Matrix
    prior: float
    same_side: tuple[float, float]
    version: str

    @property
    def name(self) -> str:
        """Embedder and version: vectors of different names are never compared."""
        return f"{self.embedder}#{self.version}"

    @property
    def dimensions(self) -> int:
        """Width of corrected vectors."""
        return int(self.projection.shape[1])


@cache
def learned() -> Space:
    """The parameters that are shipped, for the built-in embedder."""
    with resources.files("citytandem.search").joinpath("space.npz").open("rb") as file, np.load(file) as data:
        return Space(
            embedder=str(data["embedder"]),
            languages=tuple(data["languages"].tolist()),
            means=data["means"].astype(np.float32),
            projection=data["projection"].astype(np.float32),
            background=data["background"].astype(np.float32),
            theme_ids=tuple(data["theme_ids"].tolist()),
            themes=data["themes"].astype(np.float32),
            theme_bias=data["theme_bias"].astype(np.float32),
            prior=float(data["prior"]),
            same_side=(float(data["same_side"][0]), float(data["same_side"][1])),
            version=str(data["version"]),
        )


def unlearned(embedder: str, *, dimensions: int = 384, kept: int = 256) -> Space:
    """For an embedder that nothing was learned for: means come from the index alone, the map is a random projection."""
    gaussian = np.random.default_rng(kept).standard_normal((dimensions, kept))
    projection = np.linalg.qr(gaussian)[0].astype(np.float32)
    return Space(
        embedder=embedder,
        languages=(),
        means=np.zeros((2, 0, dimensions), dtype=np.float32),
        projection=projection,
        background=np.zeros((2, 0, kept), dtype=np.float32),
        theme_ids=(),
        themes=np.zeros((0, kept), dtype=np.float32),
        theme_bias=np.zeros(0, dtype=np.float32),
        prior=4.0,
        same_side=(1.0, 0.0),
        version="0",
    )


def space_for(embedder: str) -> Space:
    """The learned space if it belongs to this embedder, else the plain one."""
    space = learned()
    return space if space.embedder == embedder else unlearned(embedder)


def side_of(kind: str) -> int:
    """0 for texts that tell what hurts, 1 for texts that tell what is offered."""
    return 0 if kind in PROBLEM_KINDS else 1


def mean_of(space: Space, *, kind: str, language: str, seen: Means) -> Matrix:
    """Mean to subtract, (384,): the learned one, moved towards the index's own as that grows.

    With n texts of this kind and language in the index the own mean weighs n / (n + prior).
    """
    side = side_of(kind)
    known = language in space.languages
    learned_mean = space.means[side, space.languages.index(language)] if known else _fallback_mean(space, side, seen)
    own = seen.get((kind, language))
    if own is None or own[1] == 0:
        return learned_mean
    weight = own[1] / (own[1] + space.prior)
    return (weight * own[0] + (1 - weight) * learned_mean).astype(np.float32)


def _fallback_mean(space: Space, side: int, seen: Means) -> Matrix:
    if space.languages:
        return space.means[side].mean(axis=0)
    own = [mean for mean, texts in seen.values() if texts]
    return np.mean(own, axis=0).astype(np.float32) if own else np.zeros(space.projection.shape[0], dtype=np.float32)


def correct(space: Space, raw: Matrix, mean: Matrix) -> Matrix:
    """(n, 384) raw vectors of one kind and language -> (n, d) corrected, rows of unit length."""
    moved = (np.atleast_2d(raw) - mean) @ space.projection
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return (moved / np.where(lengths > 1e-9, lengths, 1)).astype(np.float32)


def hubness(space: Space, corrected: Matrix, *, kind: str, seen: Matrix | None = None) -> Matrix:
    """(n,) mean similarity to the nearest texts of the other side (CSLS, Conneau et al. 2018, eq. 3).

    High for texts that are near everything; the matcher takes it off, so that they do not win everywhere. The other
    side is the shipped reference texts and, where given, `seen`: (m, d) texts of the index itself.
    """
    others = space.background[1 - side_of(kind)]
    if seen is not None and len(seen):
        others = np.concatenate([others, seen])
    if len(others) == 0:
        return np.zeros(len(corrected), dtype=np.float32)
    similarity = corrected @ others.T
    count = min(NEIGHBOURS, similarity.shape[1])
    nearest = np.partition(similarity, -count, axis=1)[:, -count:]
    return nearest.mean(axis=1).astype(np.float32)


def theme_shares(space: Space, corrected: Matrix) -> Matrix:
    """(n, t) how likely each theme is, by logistic regression on corrected vectors; each value on its own in [0, 1]."""
    logits = corrected @ space.themes.T + space.theme_bias
    return (1 / (1 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)
