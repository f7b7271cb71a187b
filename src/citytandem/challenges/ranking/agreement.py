"""Whether assessors agree: Krippendorff's alpha, and who is more severe than the others.

Sources: Krippendorff, Content Analysis (ordinal difference function); Hayes & Krippendorff 2007 (missing data).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from citytandem.challenges.ranking.criteria import Floats

# An effect that is there has to matter as well.
_LEAST_EFFECT = 0.1


def ordinal_alpha(values: Floats) -> float | None:
    """Krippendorff's alpha for ordinal data; `values` (assessors, units), NaN where not given.

    1: all agree; 0: as by chance. None where it is not defined: nobody shares a unit with another, or all values that
    can be compared are the same.

    The ordinal difference of two values is that of their places: a value's place is the number of smaller values and
    half of the equal ones. So the alpha is that of an interval scale over places, and needs no table of all pairs.
    """
    given = ~np.isnan(values)
    shared = given.sum(axis=0) >= 2
    there = given[:, shared]
    if not there.any():
        return None
    levels, number, counts = np.unique(values[:, shared][there], return_inverse=True, return_counts=True)
    if levels.size < 2:
        return None
    place = (np.cumsum(counts) - counts / 2.0)[np.ravel(number)]
    places = np.zeros(there.shape)
    # Around their middle, so that the differences of large sums keep their digits.
    places[there] = place - place.mean()
    total = place.size
    in_unit = there.sum(axis=0)
    squares, sums = (places**2).sum(axis=0), places.sum(axis=0)
    observed = ((2 * in_unit * squares - 2 * sums**2) / (in_unit - 1)).sum() / total
    expected = (2 * total * squares.sum() - 2 * sums.sum() ** 2) / (total * (total - 1))
    return float(1.0 - observed / expected)


@dataclass(frozen=True, slots=True)
class Severity:
    """How far an assessor's scores lie from those of the others on the same things, in shares of the scale.

    Below zero: more severe. `low` and `high`: an interval that holds the true value with 95 % (for all assessors at
    once, Student's t with Bonferroni). `is_far`: the interval leaves out zero and the effect is at least a tenth of the scale.
    """

    assessor: int
    effect: float
    low: float
    high: float
    is_far: bool


def severities(values: Floats) -> list[Severity]:
    """The effect of each assessor; `values` (assessors, cells) on [0, 1], NaN where not given.

    An additive model, score = cell + assessor, by least squares: only cells that two or more scored tell something.
    Effects sum to zero within each group of assessors that share cells. Assessors who share none are left out.
    """
    given = ~np.isnan(values)
    told = given & (given.sum(axis=0) >= 2)
    taking_part = np.flatnonzero(told.any(axis=1))
    if taking_part.size < 2:
        return []
    there = told[taking_part].astype(float)
    filled = np.where(told, np.nan_to_num(values), 0.0)[taking_part]
    in_cell = there.sum(axis=0)
    cells = in_cell > 0
    there, filled, in_cell = there[:, cells], filled[:, cells], in_cell[cells]
    # The normal equations with the cells' effects taken out: a Laplacian, one zero for each group without shared cells.
    laplacian = np.diag(there.sum(axis=1)) - (there / in_cell) @ there.T
    right = (filled - there * (filled.sum(axis=0) / in_cell)).sum(axis=1)
    inverse = np.linalg.pinv(laplacian, rcond=1e-10, hermitian=True)
    effects = inverse @ right
    groups = taking_part.size - np.linalg.matrix_rank(laplacian, tol=1e-8 * max(1.0, laplacian.max()), hermitian=True)
    residuals = there * (filled - effects[:, None])
    residuals -= there * (residuals.sum(axis=0) / in_cell)
    freedom = there.sum() - there.shape[1] - (taking_part.size - groups)
    if freedom <= 0:
        return []
    errors = np.sqrt((residuals**2).sum() / freedom * np.diag(inverse))
    from scipy.special import stdtrit  # takes half a second to load

    wide = float(stdtrit(freedom, 1 - 0.025 / taking_part.size))
    return [
        Severity(
            assessor=int(number),
            effect=float(effect),
            low=float(effect - wide * error),
            high=float(effect + wide * error),
            is_far=bool(abs(effect) >= _LEAST_EFFECT and abs(effect) > wide * error),
        )
        for number, effect, error in zip(taking_part, effects, errors, strict=True)
    ]
