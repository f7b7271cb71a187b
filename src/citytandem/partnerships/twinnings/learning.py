"""Weights of the signals by conditional logit (McFadden 1974): which of the places abroad was chosen. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from citytandem.partnerships.twinnings.atlas import Atlas, Index, Matrix
from citytandem.partnerships.twinnings.grounds import NAMES, signals
from citytandem.partnerships.twinnings.ties import Ties, across, ties_of

# Places drawn for each choice in place of all that could have been chosen.
DRAWN = 400
ROUNDS = 3
MOST_CHOICES = 2_500
HIDDEN_SHARE = 0.2
COLD_SHARE = 0.125
RIDGE = 1.0
BLOCK = 250

Weights = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """x: (choices, 1 + DRAWN, signals), the chosen place first. abroad: how many could have been chosen, on average."""

    x: Matrix
    abroad: float


def learn(atlas: Atlas, edges: Index, *, cold: bool, seed: int) -> Weights:
    """Weights (signals,) that make hidden twinnings most likely, given the others.

    `cold`: whole places lose all their twinnings, so what is learned serves places that have none. Raises ValueError
    if there are too few twinnings between countries to learn from.
    """
    rng = np.random.default_rng(seed)
    one_round = _cold_round if cold else _warm_round
    drawn = [one_round(atlas, edges, rng) for _ in range(ROUNDS)]
    total = sum(len(found.x) for found in drawn)
    if total < len(NAMES):
        raise ValueError(f"only {total} twinnings between countries to learn {len(NAMES)} weights from")
    x = np.concatenate([found.x for found in drawn])
    return fit(Choices(x, float(np.mean([found.abroad for found in drawn if len(found.x)]))))


def fit(choices: Choices) -> Weights:
    """The weights of largest likelihood, with a ridge on their standardised form."""
    x = choices.x
    spread = x.reshape(-1, x.shape[2]).std(axis=0, dtype=np.float64) + 1e-6
    scaled = (x / spread).astype(np.float32)
    offset = np.full(x.shape[1], np.log(max(choices.abroad, 1) / (x.shape[1] - 1)), dtype=np.float32)
    offset[0] = 0  # the chosen one stands for itself, each drawn one for many

    def loss(weights: Weights) -> tuple[float, Weights]:
        score = scaled @ weights.astype(np.float32) + offset
        top = score.max(axis=1, keepdims=True)
        share = np.exp(score - top)
        total = share.sum(axis=1, keepdims=True)
        value = float((np.log(total[:, 0]) + top[:, 0] - score[:, 0]).sum()) + 0.5 * RIDGE * float(weights @ weights)
        slope = np.einsum("qk,qkf->f", share / total, scaled) - scaled[:, 0].sum(axis=0)
        return value, slope + RIDGE * weights

    found = minimize(loss, np.zeros(x.shape[2]), jac=True, method="L-BFGS-B", options={"maxiter": 150})
    weights: Weights = found.x / spread
    return weights


def _warm_round(atlas: Atlas, edges: Index, rng: np.random.Generator) -> Choices:
    order = rng.permutation(len(edges))
    cut = int(HIDDEN_SHARE * len(edges))
    hidden = across(atlas, edges[order[:cut]])
    return _choices(atlas, ties_of(atlas, edges[order[cut:]]), np.concatenate([hidden, hidden[:, ::-1]]), edges, rng)


def _cold_round(atlas: Atlas, edges: Index, rng: np.random.Generator) -> Choices:
    cold = rng.permutation(len(atlas))[: max(1, int(COLD_SHARE * len(atlas)))]
    touched = np.isin(edges, cold)
    hidden = across(atlas, edges[touched.any(axis=1)])
    first = np.isin(hidden[:, 0], cold)
    chosen = np.concatenate([hidden[first], hidden[~first][:, ::-1]])
    return _choices(atlas, ties_of(atlas, edges[~touched.any(axis=1)]), chosen, edges, rng)


def _choices(atlas: Atlas, ties: Ties, chosen: Index, known: Index, rng: np.random.Generator) -> Choices:
    """Signals of `chosen` (from, to) and of places drawn from those abroad that are no known partner of the first."""
    chosen = chosen[rng.permutation(len(chosen))[: MOST_CHOICES // ROUNDS]]
    chosen = chosen[np.argsort(chosen[:, 0], kind="stable")]
    partners = ties_of(atlas, known).among
    asking, group = np.unique(chosen[:, 0], return_inverse=True)
    x = np.empty((len(chosen), 1 + DRAWN, len(NAMES)), dtype=np.float32)
    abroad = []
    for start in range(0, len(asking), BLOCK):
        found = signals(atlas, ties, asking[start : start + BLOCK])
        for row in np.flatnonzero((group >= start) & (group < start + BLOCK)):
            one, other = chosen[row]
            free = atlas.country != atlas.country[one]
            free[partners.indices[partners.indptr[one] : partners.indptr[one + 1]]] = False
            pool = np.flatnonzero(free)
            abroad.append(len(pool))
            columns = np.concatenate([[other], rng.choice(pool, DRAWN) if len(pool) else np.full(DRAWN, other)])
            for number, name in enumerate(NAMES):
                x[row, :, number] = found[name][group[row] - start, columns]
    return Choices(x, float(np.mean(abroad)) if abroad else 0.0)
