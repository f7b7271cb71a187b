"""Texts grouped by meaning, whatever their languages. Pure.

Average linkage on cosine distance (Sokal and Michener 1958): small sets, no number of groups to choose, and the same
result for the same texts in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

# Up to here texts say much the same: chosen on sentences of the nine languages, see docs/develop/surveys.md.
NEAR = 0.62
MOST = 3_000
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Group:
    """Texts by their place in the list, the one that stands for them (nearest to all others) first."""

    members: Sequence[int]


def grouped(vectors: Vectors, *, near: float = NEAR) -> list[Group]:
    """Groups of (n, d) vectors of unit length, largest first; single ones are groups of one. n at most MOST."""
    if len(vectors) > MOST:
        raise ValueError(f"at most {MOST} texts can be grouped at once")
    if len(vectors) < 2:
        return [Group([place]) for place in range(len(vectors))]
    # The order of the texts must not matter where distances are equal: they are sorted by what they are.
    order = np.lexsort(vectors.T[::-1])
    sorted_vectors = vectors[order].astype(np.float64)
    distance = np.clip(1 - sorted_vectors @ sorted_vectors.T, 0, 2)
    np.fill_diagonal(distance, 0)
    distance = (distance + distance.T) / 2
    labels = fcluster(linkage(squareform(distance, checks=False), method="average"), near, criterion="distance")
    groups = []
    for label in np.unique(labels):
        inside = np.flatnonzero(labels == label)
        middle = distance[np.ix_(inside, inside)].sum(axis=1)
        ranked = inside[np.lexsort((inside, np.round(middle, 9)))]
        groups.append(Group([int(order[place]) for place in ranked]))
    return sorted(groups, key=lambda group: (-len(group.members), int(np.flatnonzero(order == group.members[0])[0])))
