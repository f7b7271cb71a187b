"""How well hidden twinnings are found: learned from the known ones, measured on the hidden ones. Pure."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from citytandem.partnerships.twinnings.atlas import Atlas, Index, Matrix, atlas_of
from citytandem.partnerships.twinnings.grounds import GROUPS, NAMES, signals
from citytandem.partnerships.twinnings.learning import BLOCK, Weights, learn
from citytandem.partnerships.twinnings.measures import Ranks, per_link, ranks, summary
from citytandem.partnerships.twinnings.records import Link, Place
from citytandem.partnerships.twinnings.ties import Ties, across, numbered, ties_of

SEED = 7
# Places asked without their twinnings are taken out in this many groups, so that the others keep nearly all of theirs.
FOLDS = 8
# How much it speaks against a place that it has many others to choose from; found on splits of the known half.
RIVALRY = 0.2


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a score: `value` is the sum of the weighted signals of the group."""

    group: str
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """hidden: (h, 2) twinnings to be found, by number; known: (e, 2); unknown, elsewhere, repeated: not asked for."""

    atlas: Atlas
    known: Index
    hidden: Index
    unasked: dict[str, int]


def trial_of(places: Sequence[Place], known: Sequence[Link], hidden: Sequence[Link]) -> Trial:
    """Set up; raises ValueError if no hidden twinning joins two places of different countries, or too many places."""
    atlas = atlas_of(places)
    told = set(known)
    fresh = [link for link in hidden if link not in told]
    ids = {place.id for place in places}
    inside = [link for link in fresh if link[0] in ids and link[1] in ids]
    known_edges, hidden_edges = numbered(atlas, known, inside)
    asked = across(atlas, hidden_edges)
    if not len(asked):
        raise ValueError("no twinning of the test file joins two of the places in different countries")
    unasked = {
        "known_already": len(hidden) - len(fresh),
        "not_among_the_places": len(fresh) - len(inside),
        "same_country": len(inside) - len(asked),
    }
    return Trial(atlas, known_edges, asked, unasked)


def evaluate(trial: Trial) -> dict[str, Any]:
    """`mrr` and `hit@k` over places with hidden twinnings; `per_link` and `cold_start` beside; see docs/develop."""
    began = time.process_time()
    atlas, known = trial.atlas, trial.known
    asking = np.unique(trial.hidden)
    ties, weights = ties_of(atlas, known), learn(atlas, known, cold=False, seed=SEED)
    warm = list(_ranks(trial, ties, asking, weights, rivals(atlas, ties, weights)))
    weights, cold = learn(atlas, known, cold=True, seed=SEED), []
    for fold in range(FOLDS):
        group = asking[fold::FOLDS]
        if len(group):
            others = known[~np.isin(known, group).any(axis=1)]
            cold += list(_ranks(trial, ties_of(atlas, others), group, weights))
    return {
        **summary(warm),
        "per_link": per_link(warm),
        "cold_start": {**summary(cold), "per_link": per_link(cold)},
        "queries": len(asking),
        "links": len(trial.hidden),
        "places": len(atlas),
        "known": len(known),
        "unasked": trial.unasked,
        "cpu_seconds": round(time.process_time() - began, 1),
    }


def rivals(atlas: Atlas, ties: Ties, weights: Weights) -> Matrix:
    """What speaks against each place: how many others abroad it could as well choose, (n,).

    RIVALRY times the log-sum-exp of its own scores, the denominator of its own choice in the conditional logit.
    """
    found = np.empty(len(atlas), dtype=np.float32)
    for start in range(0, len(atlas), BLOCK):
        rows = np.arange(start, min(len(atlas), start + BLOCK))
        abroad = np.where(atlas.foreign(rows), scores(atlas, ties, rows, weights), -np.inf)
        found[rows] = _log_sum(abroad)
    return np.float32(RIVALRY) * (found - found.mean(where=np.isfinite(found)))


def _log_sum(rows: Matrix) -> Matrix:
    top = rows.max(axis=1, keepdims=True)
    if not np.isfinite(top).all():  # a world of one country
        return np.zeros(len(rows), dtype=np.float32)
    total: Matrix = top[:, 0] + np.log(np.exp(rows - top).sum(axis=1))
    return total


def scores(atlas: Atlas, ties: Ties, rows: Index, weights: Weights) -> Matrix:
    """Log-odds, but for a constant, that each place is a partner of each of `rows`, rivals left aside: (rows, n)."""
    found = signals(atlas, ties, rows)
    total = np.zeros((len(rows), len(atlas)), dtype=np.float32)
    for weight, name in zip(weights, NAMES, strict=True):
        total += np.float32(weight) * found[name]
    return total


def explain(
    atlas: Atlas, ties: Ties, one: int, other: int, weights: Weights, against: Matrix | None = None
) -> list[Term]:
    """The terms of one pair, largest first; they add up to its score. `against`: what `rivals` gave, where it counts."""
    found = signals(atlas, ties, np.array([one]))
    weight = dict(zip(NAMES, weights, strict=True))
    terms = [
        Term(group, float(sum(weight[name] * float(found[name][0, other]) for name in names)))
        for group, names in GROUPS.items()
    ]
    if against is not None:
        terms.append(Term("rivals", -float(against[other])))
    return sorted(terms, key=lambda term: -term.value)


def _ranks(trial: Trial, ties: Ties, asking: Index, weights: Weights, against: Matrix | None = None) -> Iterator[Ranks]:
    """Ranks of the hidden partners of each of `asking`; places of the same country and known partners are not ranked."""
    atlas = trial.atlas
    partners, hidden = ties_of(atlas, trial.known).among, ties_of(atlas, trial.hidden).among
    for start in range(0, len(asking), BLOCK):
        rows = asking[start : start + BLOCK]
        block = scores(atlas, ties, rows, weights)
        if against is not None:
            block -= against[None, :]
        allowed = atlas.foreign(rows)
        for position, row in enumerate(rows):
            allowed[position, partners.indices[partners.indptr[row] : partners.indptr[row + 1]]] = False
            wanted = hidden.indices[hidden.indptr[row] : hidden.indptr[row + 1]]
            yield ranks(block[position], allowed[position], wanted)
