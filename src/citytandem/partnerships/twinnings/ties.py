"""Known twinnings as a graph, with places that cannot be ranked as go-betweens. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from citytandem.partnerships.twinnings.atlas import Atlas, Index, Matrix, Sparse
from citytandem.partnerships.twinnings.records import Link

# Pseudo-counts that draw pairs of countries with few twinnings towards what chance would give.
SHRINK = 2.0
SPARSE_PAIR = 50.0


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """edges: (e, 2) numbers of places, those of the atlas first; whole: (m, m) 0/1, symmetric; among: its part (n, n).

    degree: (m,); affinity, frequency: (c, c), see `_countries`.
    """

    edges: Index
    whole: Sparse
    among: Sparse
    degree: Matrix
    affinity: Matrix
    frequency: Matrix


def numbered(atlas: Atlas, *lists: Sequence[Link]) -> list[Index]:
    """Each list of links as (e, 2) numbers. Places beyond the atlas get the numbers after its own."""
    number = {place.id: index for index, place in enumerate(atlas.places)}
    for links in lists:
        for link in links:
            for place in link:
                number.setdefault(place, len(number))
    return [np.array([(number[a], number[b]) for a, b in links], dtype=np.int64).reshape(-1, 2) for links in lists]


def ties_of(atlas: Atlas, edges: Index) -> Ties:
    """The graph of `edges` (e, 2)."""
    places = max(len(atlas), int(edges.max(initial=-1)) + 1)
    half = sparse.csr_matrix(
        (np.ones(len(edges), np.float32), (edges[:, 0], edges[:, 1])), shape=(places, places)
    )  # fmt: skip
    whole = (half + half.T).tocsr()
    whole.data[:] = 1
    affinity, frequency = _countries(atlas, edges)
    return Ties(
        edges=edges,
        whole=whole,
        among=whole[: len(atlas), : len(atlas)].tocsr(),
        degree=np.asarray(whole.sum(axis=1)).ravel().astype(np.float32),
        affinity=affinity,
        frequency=frequency,
    )


def across(atlas: Atlas, edges: Index) -> Index:
    """Those of `edges` that join two places of the atlas in different countries."""
    inside = edges[(edges < len(atlas)).all(axis=1)]
    return inside[atlas.country[inside[:, 0]] != atlas.country[inside[:, 1]]]


def _countries(atlas: Atlas, edges: Index) -> tuple[Matrix, Matrix]:
    """affinity: log of twinnings of two countries against chance; frequency: log of twinnings for each pair of places."""
    count = np.zeros((len(atlas.countries), len(atlas.countries)))
    pairs = atlas.country[across(atlas, edges)]
    np.add.at(count, (pairs[:, 0], pairs[:, 1]), 1)
    count += count.T
    active = count.sum(axis=1) + 1
    chance = np.outer(active, active) / (count.sum() + len(count))
    places = np.bincount(atlas.country, minlength=len(count))
    affinity = np.log((count + SHRINK) / (chance + SHRINK))
    frequency = np.log((count + 1 + chance / 2) / (np.outer(places, places) + SPARSE_PAIR))
    return affinity.astype(np.float32), frequency.astype(np.float32)
