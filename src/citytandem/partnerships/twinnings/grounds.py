"""The signals that speak for a twinning, for a block of places against all. Pure.

Each belongs to one of the GROUPS, by which they are told to people. Signals of the profile come from the places alone;
those of the neighbourhood from twinnings of places near by, which a place without any twinning has too; those of the
graph from the twinnings of the place itself, and are zero where it has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from citytandem.partnerships.twinnings.atlas import LIKE_NAME, Atlas, Index, Matrix, Sparse
from citytandem.partnerships.twinnings.ties import Ties

Signals = dict[str, Matrix]

GROUPS: dict[str, tuple[str, ...]] = {
    "size": ("size_gap", "size_gap_squared", "size_other", "size_both", "standing_gap"),
    "distance": ("far", "within_30", "within_150", "within_500"),
    "countries": ("affinity", "frequency"),
    "language": ("tongue", "kin"),
    "name": ("name", "name_same"),
    "activity": (
        "partners_other", "partners_none", "active_both", "active_size", "active_affinity", "active_near_30", "active_near_100",
    ),
    "neighbours": (
        "neighbours_2", "neighbours_10", "neighbours_30", "neighbours_100", "beside_2", "beside_10", "beside_30", "beside_100",
        "partner_near_2", "partner_near_10", "partner_near_30", "partner_near_100", "partners_near",
    ),
    "common_partners": ("common", "common_rare"),
    "chains": ("chain_3", "chain_3_rare", "chain_5"),
    "country_taken": ("taken_here", "taken_there"),
}  # fmt: skip
NAMES = tuple(name for names in GROUPS.values() for name in names)
# Sizes are told from here: log of 22,000 people.
_MIDDLE = 10.0


def signals(atlas: Atlas, ties: Ties, rows: Index) -> Signals:
    """Every signal of NAMES for the places `rows`, (rows, n) each."""
    shape = (len(rows), len(atlas))
    found: dict[str, Matrix] = {}
    for part in (_profile, _active, _neighbours, _graph):
        found |= {name: np.broadcast_to(value, shape) for name, value in part(atlas, ties, rows)}
    return {name: np.asarray(found[name], dtype=np.float32) for name in NAMES}


def _profile(atlas: Atlas, ties: Ties, rows: Index) -> Iterator[tuple[str, Matrix]]:
    size, others = atlas.size[rows][:, None], atlas.size[None, :]
    gap = np.abs(size - others)
    yield "size_gap", gap
    yield "size_gap_squared", gap * gap
    yield "size_other", others
    yield "size_both", (size - _MIDDLE) * (others - _MIDDLE)
    yield "standing_gap", np.abs(atlas.standing[rows][:, None] - atlas.standing[None, :])
    kilometres = atlas.kilometres[rows]
    yield "far", np.log(kilometres + 20)
    for reach in (30, 150, 500):
        yield f"within_{reach}", np.exp(-kilometres / reach)
    pairs = np.ix_(atlas.country[rows], atlas.country)
    yield "affinity", ties.affinity[pairs]
    yield "frequency", ties.frequency[pairs]
    yield "tongue", atlas.tongue[pairs]
    yield "kin", atlas.kin[pairs]
    name = (atlas.names[rows] @ atlas.names.T).toarray()
    name[name < LIKE_NAME] = 0
    yield "name", name
    yield "name_same", (name > 0.9).astype(np.float32)


def _active(atlas: Atlas, ties: Ties, rows: Index) -> Iterator[tuple[str, Matrix]]:
    degree = ties.degree[: len(atlas)]
    other, own = np.log1p(degree)[None, :], np.log1p(degree[rows])[:, None]
    yield "partners_other", other
    yield "partners_none", (degree == 0).astype(np.float32)[None, :]
    yield "active_both", own * other
    yield "active_size", own * (atlas.size - _MIDDLE)[None, :]
    yield "active_affinity", own * ties.affinity[np.ix_(atlas.country[rows], atlas.country)]
    for reach in (30, 100):  # who is active where nobody near by is, has reasons of its own
        near = atlas.near[reach]
        mean = (near @ degree) / (1 + np.asarray(near.sum(axis=1)).ravel())
        yield f"active_near_{reach}", np.log1p(mean)[None, :]


def _neighbours(atlas: Atlas, ties: Ties, rows: Index) -> Iterator[tuple[str, Matrix]]:
    """neighbours: places near us are twinned with places near them. beside: with them. partner_near: we, with near ones.

    Each count is divided by the root of how many neighbours there are, so that dense regions do not win by being dense.
    """
    own = ties.among[rows]
    for reach, near in atlas.near.items():
        weight = 1 + np.asarray(near.sum(axis=1)).ravel()
        beside = near[rows] @ ties.among
        both = (beside @ near).toarray() / np.sqrt(np.outer(weight[rows], weight))
        yield f"neighbours_{reach}", np.log1p(20 * both)
        yield f"beside_{reach}", np.log1p(5 * beside.toarray() / np.sqrt(weight[rows])[:, None])
        yield f"partner_near_{reach}", np.log1p(5 * (own @ near).toarray() / np.sqrt(weight)[None, :])
    near = atlas.near[30]
    spread = _diagonal(1 / np.sqrt(1 + np.asarray(near.sum(axis=1)).ravel()))
    shy = _diagonal(1 / np.sqrt(np.maximum(ties.degree[: len(atlas)], 1)))
    yield "partners_near", np.log1p(5 * (own @ shy @ spread @ near @ spread @ shy @ ties.among).toarray())


def _graph(atlas: Atlas, ties: Ties, rows: Index) -> Iterator[tuple[str, Matrix]]:
    """common: shared partners (Adamic & Adar 2003; Zhou et al. 2009); chain: paths of three and five twinnings."""
    n, degree = len(atlas), np.maximum(ties.degree, 1)
    own, ending = ties.whole[rows], ties.whole[:, :n]
    yield "common", (own @ _diagonal(1 / np.log(np.maximum(degree, 2) + 1)) @ ending).toarray()
    shy, root = _diagonal(1 / degree), _diagonal(1 / np.sqrt(degree))
    yield "common_rare", (own @ shy @ ending).toarray()
    three = (own @ root @ ties.whole @ root @ ending).toarray()
    yield "chain_3", np.log1p(10 * three)
    yield "chain_3_rare", np.log1p(10 * three / np.sqrt(degree[:n])[None, :])
    step = shy @ ties.whole
    yield "chain_5", np.log1p(100 * (own @ step @ step @ step @ shy @ ending).toarray())
    belongs = sparse.csr_matrix(
        (np.ones(n, np.float32), (np.arange(n), atlas.country)), shape=(n, len(atlas.countries))
    )  # fmt: skip
    yield "taken_here", np.log1p((ties.among[rows] @ belongs).toarray())[:, atlas.country]
    yield "taken_there", np.log1p((ties.among @ belongs).toarray())[:, atlas.country[rows]].T


def _diagonal(values: NDArray[np.floating[Any]]) -> Sparse:
    return sparse.diags(values.astype(np.float32)).tocsr()
