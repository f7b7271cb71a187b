"""How far up the hidden partners stand. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from citytandem.partnerships.twinnings.atlas import Index, Matrix

CUTS = (10, 50, 200)
Ranks = NDArray[np.float64]


def ranks(scores: Matrix, allowed: NDArray[np.bool_], hidden: Index) -> Ranks:
    """Rank of each of `hidden` among the allowed places of one row, 1 is best; equal scores share their mean rank."""
    pool = np.sort(scores[allowed])
    wanted = scores[hidden]
    above = len(pool) - np.searchsorted(pool, wanted, side="right")
    equal = np.searchsorted(pool, wanted, side="right") - np.searchsorted(pool, wanted, side="left")
    return np.asarray(above + (equal + 1) / 2, dtype=np.float64)


def summary(rows: Sequence[Ranks]) -> dict[str, float]:
    """For each place by its best-placed hidden partner: mean of 1/rank, and shares of places with one among the first k."""
    best = np.array([row.min() for row in rows])
    return _figures(best)


def per_link(rows: Sequence[Ranks]) -> dict[str, float]:
    """The same for each hidden twinning, the other hidden partners of the place set aside."""
    alone = [np.sort(row) - np.arange(len(row)) for row in rows]
    return _figures(np.concatenate(alone))


def _figures(found: Ranks) -> dict[str, float]:
    shares = {f"hit@{cut}": round(float((found <= cut).mean()), 4) for cut in CUTS}
    return {"mrr": round(float((1 / found).mean()), 4), **shares}
