"""What happens to scores when one criterion counts more or less: the lines of a picture, and who is too close to call."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytandem.challenges.ranking.criteria import Floats
from citytandem.challenges.ranking.flipping import shifted
from citytandem.challenges.ranking.methods import Scoring


def lines(scoring: Scoring, weights: Floats, criterion: int, *, steps: int = 20) -> tuple[Floats, Floats]:
    """Shares of a criterion from 0 to 1, and the scores at each, of the shape (steps + 1, proposals)."""
    shares = np.linspace(0.0, 1.0, steps + 1)
    return shares, scoring.scores(shifted(weights, criterion, shares - weights[criterion]))


def too_close(acceptability: Floats, *, places: int, sure: float = 0.8) -> NDArray[np.bool_]:
    """Whose chance to be among the first `places` is neither at least `sure` nor at most the rest: people decide these."""
    chance = acceptability[:, :places].sum(axis=1)
    return (chance > 1.0 - sure) & (chance < sure)
