"""Three ways to rank: weighted sum, TOPSIS and PROMETHEE II.

All three are of one of two shapes, which robustness and sensitivity make use of: a weighted mean of fixed values per
criterion (weighted sum, PROMETHEE II), or a ratio of two weighted distances (TOPSIS). Where a score is missing, a
proposal is compared by the criteria that it has, never by a zero.

Sources: Keeney & Raiffa 1976 (weighted sum); Hwang & Yoon 1981 (TOPSIS); Brans & Vincke 1985 (PROMETHEE II).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from citytandem.challenges.ranking.criteria import Criterion, Floats, scaled

Method = Literal["wsm", "topsis", "promethee2"]
METHODS: tuple[Method, ...] = ("wsm", "topsis", "promethee2")


class Scoring(Protocol):
    """Scores for any weights."""

    def scores(self, weights: Floats) -> Floats:
        """Scores of the shape (draws, proposals) for weights of the shape (draws, criteria), whose rows sum to 1."""

    def places(self, weights: Floats) -> Floats:
        """Numbers from -1 to 1 that are in the same order as the scores, and may be quicker to find."""


@dataclass(frozen=True, slots=True)
class WeightedMean:
    """Weighted means of `values`, of the shape (proposals, criteria), over those that are there."""

    values: Floats

    def scores(self, weights: Floats) -> Floats:
        """See Scoring; a proposal whose only values weigh nothing gets NaN."""
        missing = np.isnan(self.values)
        if not missing.any():
            return weights @ self.values.T
        above, below = weights @ np.where(missing, 0.0, self.values).T, weights @ (~missing).astype(float).T
        return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)

    def places(self, weights: Floats) -> Floats:
        """See Scoring."""
        return self.scores(weights)


@dataclass(frozen=True, slots=True)
class DistanceRatio:
    """TOPSIS: the share of the distance to the worst in the distances to best and worst. Squares, (proposals, criteria)."""

    to_best: Floats
    to_worst: Floats

    def scores(self, weights: Floats) -> Floats:
        """See Scoring. Where best and worst are the same, everybody is in the middle: 0.5."""
        worst, best = self._squares(weights)
        return self._ratio(np.sqrt(worst), np.sqrt(best), weights)

    def places(self, weights: Floats) -> Floats:
        """See Scoring: the share of the squares grows with the share of the distances, and needs no roots."""
        return self._ratio(*self._squares(weights), weights)

    def _squares(self, weights: Floats) -> tuple[Floats, Floats]:
        squares = weights**2
        return squares @ np.nan_to_num(self.to_worst).T, squares @ np.nan_to_num(self.to_best).T

    def _ratio(self, worst: Floats, best: Floats, weights: Floats) -> Floats:
        """Changes its arguments."""
        best += worst
        with np.errstate(invalid="ignore"):
            worst /= best
        # Only where both are nought is there no number: a sum says so at once.
        if np.isnan(worst.sum()):
            worst[np.isnan(worst)] = 0.5
        missing = np.isnan(self.to_best)
        if missing.any():
            worst[(weights @ (~missing).astype(float).T) <= 0] = np.nan
        return worst


def scoring(means: Floats, criteria: Sequence[Criterion], method: Method) -> Scoring:
    """What is left of the table once the method is chosen. `means`: (proposals, criteria), NaN where not scored."""
    if method == "wsm":
        return WeightedMean(scaled(means, criteria))
    if method == "promethee2":
        return WeightedMean(_net_flows(_more_is_better(means, criteria)))
    return _distances(_more_is_better(means, criteria))


def _more_is_better(means: Floats, criteria: Sequence[Criterion]) -> Floats:
    signs = np.array([-1.0 if criterion.direction == "min" else 1.0 for criterion in criteria])
    return means * signs


def _net_flows(values: Floats) -> Floats:
    """Per criterion, by how many of the others a proposal is better less by how many worse, as a share of them."""
    flows = np.full(values.shape, np.nan)
    for number in range(values.shape[1]):
        there = ~np.isnan(values[:, number])
        column = values[there, number]
        ordered = np.sort(column)
        worse = np.searchsorted(ordered, column, side="left")
        better = column.size - np.searchsorted(ordered, column, side="right")
        flows[there, number] = (worse - better) / max(column.size - 1, 1)
    return flows


def _distances(values: Floats) -> DistanceRatio:
    """Min-max normalised; a column without differences counts as 1 throughout."""
    normalised = np.full(values.shape, np.nan)
    for number in range(values.shape[1]):
        there = ~np.isnan(values[:, number])
        if there.any():
            column = values[there, number]
            span = column.max() - column.min()
            normalised[there, number] = (column - column.min()) / span if span > 0 else 1.0
    with np.errstate(invalid="ignore"):
        best = np.fmax.reduce(normalised, axis=0) if len(normalised) else normalised
        worst = np.fmin.reduce(normalised, axis=0) if len(normalised) else normalised
    return DistanceRatio((normalised - best) ** 2, (normalised - worst) ** 2)
