"""What proposals are measured by, and the scores that they got."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Direction = Literal["max", "min"]
Floats = NDArray[np.float64]
_LARGEST = 1e12


class BadScores(ValueError):
    """Scores or criteria that cannot be ranked. `code` is stable; `where` names the line, criterion or proposal."""

    def __init__(self, code: str, where: str = "", told: str = "") -> None:
        super().__init__(f"{code}: {where} {told}".strip())
        self.code, self.where, self.told = code, where, told


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion. `weight` >= 0; `low` < `high` are the ends of its scale; `direction`: which end is better."""

    name: str
    weight: float
    direction: Direction
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise BadScores("criterion.name")
        # The bound also keeps their sums and differences finite.
        if not all(abs(number) <= _LARGEST for number in (self.weight, self.low, self.high)):
            raise BadScores("criterion.number", self.name)
        if self.weight < 0:
            raise BadScores("criterion.weight", self.name)
        if self.low >= self.high:
            raise BadScores("criterion.scale", self.name)
        if self.direction not in ("max", "min"):
            raise BadScores("criterion.direction", self.name)


@dataclass(frozen=True, slots=True)
class Scores:
    """What assessors gave: `values` has the shape (assessors, proposals, criteria), NaN where nothing was given."""

    proposals: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    values: Floats

    def __post_init__(self) -> None:
        if self.values.ndim != 3 or self.values.shape[1:] != (len(self.proposals), len(self.criteria)):
            raise BadScores("scores.shape")
        if np.isinf(self.values).any():
            raise BadScores("scores.infinite")
        for number, criterion in enumerate(self.criteria):
            given = self.values[:, :, number]
            outside = (given < criterion.low) | (given > criterion.high)
            if outside.any():
                raise BadScores("scores.outside", criterion.name, self.proposals[int(np.argwhere(outside)[0][1])])

    def means(self) -> Floats:
        """The mean of the assessors for each proposal and criterion, NaN where nobody gave any; (proposals, criteria)."""
        given = ~np.isnan(self.values)
        count = given.sum(axis=0)
        total = np.where(given, self.values, 0.0).sum(axis=0)
        means = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
        # The same scores given in another order add up to another last digit: that is no difference.
        for number, criterion in enumerate(self.criteria):
            digits = 12 - math.ceil(math.log10(criterion.high - criterion.low))
            means[:, number] = np.round(means[:, number], digits)
        return means


def weights_of(criteria: Sequence[Criterion]) -> Floats:
    """The weights, made to sum to 1. Raises BadScores where all are zero or a name comes twice."""
    names = [criterion.name for criterion in criteria]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise BadScores("criterion.twice", twice)
    weights = np.array([criterion.weight for criterion in criteria], dtype=float)
    if not weights.size or weights.sum() <= 0:
        raise BadScores("criterion.no_weight")
    normalised: Floats = weights / weights.sum()
    return normalised


def scaled(values: Floats, criteria: Sequence[Criterion]) -> Floats:
    """Values of the shape (…, criteria) on [0, 1] between the ends of each scale, 1 being the better one; NaN stays."""
    low = np.array([criterion.low for criterion in criteria])
    high = np.array([criterion.high for criterion in criteria])
    better_low = np.array([criterion.direction == "min" for criterion in criteria])
    shares = (values - low) / (high - low)
    return np.where(better_low, 1.0 - shares, shares)
