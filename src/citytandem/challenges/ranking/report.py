"""The whole ranking of a table: order, how sure it is, how little would change it, whether assessors agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from citytandem.challenges.ranking.agreement import Severity, ordinal_alpha, severities
from citytandem.challenges.ranking.criteria import Floats, Scores, scaled, weights_of
from citytandem.challenges.ranking.flipping import Flip, smallest_flip
from citytandem.challenges.ranking.methods import Method, scoring
from citytandem.challenges.ranking.robustness import WeightSpace, acceptability


@dataclass(frozen=True, slots=True)
class Ranking:
    """What `rank` found; arrays are in the order of the proposals of the table.

    scores: NaN where nothing that counts was scored. order: numbers of proposals, the best first; equal ones as they
    stand in the table, those without a score last. acceptability: (proposals, ranks) or None if no draws were asked
    for. alphas: one per criterion, None where not defined.
    """

    weights: Floats
    scores: Floats
    order: tuple[int, ...]
    acceptability: Floats | None
    flip: Flip | None
    alphas: tuple[float | None, ...]
    severities: tuple[Severity, ...]


def rank(
    scores: Scores,
    *,
    method: Method = "wsm",
    draws: int = 0,
    seed: int = 1,
    space: WeightSpace | None = None,
    workers: int | None = None,
    with_severities: bool = True,
) -> Ranking:
    """Rank a table by the means of its assessors. `draws`: weightings drawn from `space`, by default all of them.

    `with_severities`: they take loading a library, and not everybody asks for them.
    """
    weights = weights_of(scores.criteria)
    scored = scoring(scores.means(), scores.criteria, method)
    found = scored.scores(weights[None, :])[0]
    shares = None
    if draws:
        shares = acceptability(
            scored, space or WeightSpace(weights.size), proposals=found.size, draws=draws, seed=seed, workers=workers
        )
    return Ranking(
        weights=weights,
        scores=found,
        order=tuple(_order(found)),
        acceptability=shares,
        flip=smallest_flip(scored, weights),
        alphas=tuple(ordinal_alpha(scores.values[:, :, number]) for number in range(weights.size)),
        severities=tuple(_severities(scores)) if with_severities else (),
    )


def missing_in(scores: Scores, *, most: int = 20) -> list[int]:
    """Numbers of the first proposals that nobody scored for some criterion: they are compared by the others."""
    numbers: list[int] = np.flatnonzero(np.isnan(scores.means()).any(axis=1))[:most].tolist()
    return numbers


def _order(scores: Floats) -> Sequence[int]:
    # Twelve digits: what differs by less differs by the way it was added up.
    order: list[int] = np.argsort(-np.nan_to_num(scores, nan=-np.inf).round(12), kind="stable").tolist()
    return order


def _severities(scores: Scores) -> list[Severity]:
    values = scaled(scores.values, scores.criteria)
    return severities(values.reshape(values.shape[0], -1))
