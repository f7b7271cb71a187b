"""How little the weights have to change until somebody else wins.

One criterion's share goes up or down and the others keep their proportions among themselves. For weighted means the
point of change is exact: two means are equal where a polynomial of degree two is zero. For TOPSIS it is found by steps
and then halved until nothing is left to halve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from citytandem.challenges.ranking.criteria import Floats
from citytandem.challenges.ranking.methods import Scoring, WeightedMean

_STEPS = 100
_HALVINGS = 50
_EQUAL = 1e-12
# A change so small that it moves no mean by more than itself: who leads after it did not draw level, but appeared.
_LITTLE = 1e-9


@dataclass(frozen=True, slots=True)
class Flip:
    """`change`: by how much the share of the criterion moves (0.1 is ten points) until `challenger` draws level."""

    criterion: int
    change: float
    challenger: int


def shifted(weights: Floats, criterion: int, changes: Floats) -> Floats:
    """Weights in which one criterion has `changes` more, of the shape (changes, criteria); rows sum to 1."""
    share = weights[criterion]
    rest = np.delete(weights, criterion)
    # Where the others weigh nothing they gain equally.
    proportions = rest / rest.sum() if rest.sum() > 0 else np.full(rest.size, 1.0 / max(rest.size, 1))
    moved = np.insert(np.outer(1.0 - share - changes, proportions), criterion, share + changes, axis=1)
    result: Floats = np.clip(moved, 0.0, 1.0)
    return result


def smallest_flip(scoring: Scoring, weights: Floats) -> Flip | None:
    """The smallest change of one share that makes another proposal the first; None if no single share does.

    `weights`: (criteria,), summing to 1.
    """
    scores = scoring.scores(weights[None, :])[0]
    # Who was scored only where nothing counts may still lead once it does.
    ever = scoring.scores(np.full((1, weights.size), 1.0 / weights.size))[0]
    if np.isnan(scores).all() or np.count_nonzero(~np.isnan(ever)) < 2 or weights.size < 2:
        return None
    winner = int(np.nanargmax(scores))
    found: list[Flip] = []
    for criterion in range(weights.size):
        if isinstance(scoring, WeightedMean):
            flip = _exact(scoring, weights, criterion, winner)
        else:
            nearest = min((abs(flip.change) for flip in found), default=np.inf)
            flip = _by_steps(scoring, weights, criterion, winner, nearest=nearest)
        found += [flip] if flip is not None else []
    least = min((abs(flip.change) for flip in found), default=0.0)
    # Equal but for the last digits is equal: then the criterion that is listed first, however the sums were rounded.
    return next((flip for flip in found if abs(flip.change) <= least + _LITTLE), None)


def _exact(scoring: WeightedMean, weights: Floats, criterion: int, winner: int) -> Flip | None:
    """Where a mean is (a + b·change) / (c + d·change), two are equal at the roots of a quadratic."""
    values, there = np.nan_to_num(scoring.values), (~np.isnan(scoring.values)).astype(float)
    at_zero, at_one = shifted(weights, criterion, np.array([-weights[criterion], 1.0 - weights[criterion]]))
    share = weights[criterion]
    above, below = values @ at_zero, there @ at_zero
    above_more, below_more = values @ at_one - above, there @ at_one - below
    # All four as functions of the share itself, from 0 to 1.
    square = above_more[winner] * below_more - above_more * below_more[winner]
    slope = (
        above_more[winner] * below
        + above[winner] * below_more
        - above_more * below[winner]
        - above * below_more[winner]
    )
    level = above[winner] * below - above * below[winner]
    roots = _roots(square, slope, level)
    roots[winner] = np.nan
    roots[there.sum(axis=1) == 0] = np.nan
    # At the ends a share may leave a proposal without anything that counts: no score, no change of places.
    counts = (below[:, None] + below_more[:, None] * roots > _EQUAL) & (
        below[winner] + below_more[winner] * roots > _EQUAL
    )
    roots = np.where((roots >= -_EQUAL) & (roots <= 1 + _EQUAL) & counts, roots, np.nan)
    # Level all along is no change of places unless the winner's lead was nothing to begin with.
    ties = (np.abs(level + slope * share + square * share**2) <= _EQUAL) & (below + below_more * share > _EQUAL)
    ties[winner] = False
    if ties.any():
        return Flip(criterion, 0.0, int(np.argmax(ties)))
    at_once = _at_once(scoring, weights, criterion, winner)
    if at_once is not None:
        return at_once
    changes = roots - share
    for place in np.argsort(np.abs(changes), axis=None):
        challenger, change = int(place) // 2, float(changes.flat[place])
        if np.isnan(change):
            return None
        # A share of nought or one may take away what a proposal was scored on: then its root says nothing.
        moved = scoring.scores(shifted(weights, criterion, np.array([change])))[0]
        if moved[challenger] >= moved[winner] - _LITTLE:
            return Flip(criterion, change, challenger)
    return None


def _at_once(scoring: WeightedMean, weights: Floats, criterion: int, winner: int) -> Flip | None:
    """Who has no score while a criterion weighs nothing, and is level with the first as soon as it weighs anything."""
    unscored = np.isnan(scoring.scores(weights[None, :])[0])
    for change in (_LITTLE, -_LITTLE):
        if 0 <= weights[criterion] + change <= 1:
            scores = scoring.scores(shifted(weights, criterion, np.array([change])))[0]
            appeared = np.where(unscored, np.nan_to_num(scores, nan=-np.inf), -np.inf)
            best = int(np.argmax(appeared))
            if appeared[best] >= scores[winner] - 10 * _LITTLE:
                return Flip(criterion, change, best)
    return None


def _roots(square: Floats, slope: Floats, level: Floats) -> Floats:
    """Real roots of square·x² + slope·x + level, of the shape (n, 2); NaN where there is none."""
    roots = np.full((square.size, 2), np.nan)
    is_line = np.abs(square) <= _EQUAL
    np.divide(-level, slope, out=roots[:, 0], where=is_line & (np.abs(slope) > _EQUAL))
    inside = slope**2 - 4 * square * level
    curved = ~is_line & (inside >= 0)
    # The form that does not lose digits where the slope is large.
    half = -0.5 * (slope + np.copysign(np.sqrt(np.where(inside >= 0, inside, 0.0)), slope))
    np.divide(half, square, out=roots[:, 0], where=curved)
    np.divide(level, half, out=roots[:, 1], where=curved & (np.abs(half) > 0))
    return roots


def _by_steps(scoring: Scoring, weights: Floats, criterion: int, winner: int, *, nearest: float) -> Flip | None:
    """None as well where the change is larger than the `nearest` that another criterion needs."""
    share = weights[criterion]
    best: Flip | None = None
    for end in (-share, 1.0 - share):
        changes = np.linspace(0.0, end, _STEPS + 1)
        ahead = _ahead(scoring, weights, criterion, winner, changes)
        if ahead[0] <= _EQUAL:
            return Flip(criterion, 0.0, _best_other(scoring, weights, criterion, winner, 0.0))
        overtaken = np.flatnonzero(ahead <= 0)
        if not overtaken.size:
            continue
        before, after = changes[overtaken[0] - 1], changes[overtaken[0]]
        if abs(before) > min(nearest, np.inf if best is None else abs(best.change)):
            continue
        for _halving in range(_HALVINGS):
            middle = (before + after) / 2
            if _ahead(scoring, weights, criterion, winner, np.array([middle]))[0] > 0:
                before = middle
            else:
                after = middle
        if best is None or abs(after) < abs(best.change):
            best = Flip(criterion, float(after), _best_other(scoring, weights, criterion, winner, after))
    return best


def _ahead(scoring: Scoring, weights: Floats, criterion: int, winner: int, changes: Floats) -> Floats:
    """How far the winner is ahead of the best other; infinitely where one of them has no score."""
    scores = scoring.scores(shifted(weights, criterion, changes))
    others = np.nan_to_num(np.delete(scores, winner, axis=1), nan=-np.inf)
    return np.nan_to_num(scores[:, winner], nan=np.inf) - others.max(axis=1)


def _best_other(scoring: Scoring, weights: Floats, criterion: int, winner: int, change: float) -> int:
    scores = scoring.scores(shifted(weights, criterion, np.array([change])))[0]
    scores[winner] = np.nan
    return int(np.nanargmax(scores))
