"""What an assessment came to: every method, how sure each place is, how little would change it. Only means, no single scores.

It is kept as JSON with numbers of nine digits, so that the text that its hash was made from can be written again.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from citytandem.challenges.ranking.agreement import ordinal_alpha, severities
from citytandem.challenges.ranking.criteria import Criterion, Direction, Floats, Scores, scaled, weights_of
from citytandem.challenges.ranking.flipping import smallest_flip
from citytandem.challenges.ranking.methods import METHODS, Method, scoring
from citytandem.challenges.ranking.robustness import MOST_PROPOSALS, WeightSpace, acceptability

VERSION = 1
# All weightings; those around the weights; those that keep the order of the weights.
SPACES = ("uniform", "intervals", "order")
MOST_DRAWS = 100_000
_LEAST_DRAWS = 2_000
_DRAWS_OF_ALL = MOST_DRAWS * 300
# How far around its weight a criterion's share may lie.
AROUND = 0.5
PLACES = 3
_DIGITS = 9
_EQUAL = 12
# Acceptability of each space, the three methods with the change that flips the first, agreement.
STAGES = len(SPACES) + 2


@dataclass(frozen=True, slots=True)
class Standing:
    """How a proposal stands. `means`: by criterion, None where nobody scored it. `scores`, `ranks`: by method, None
    without a score that counts. `shares`: by space, of weightings in which it comes first, second and third; `expected`:
    by space, its mean place. Both are empty where there were too many proposals to try."""

    code: str
    means: tuple[float | None, ...]
    scores: Mapping[str, float | None]
    ranks: Mapping[str, int | None]
    shares: Mapping[str, tuple[float, ...]]
    expected: Mapping[str, float]

    def is_complete(self, criteria: Sequence[Criterion]) -> bool:
        """Whether each criterion that counts was scored by somebody."""
        return all(mean is not None for mean, one in zip(self.means, criteria, strict=True) if one.weight > 0)


@dataclass(frozen=True, slots=True)
class Turn:
    """`challenger` draws level with the first where the share of `criterion` moves by `change`."""

    criterion: str
    change: float
    challenger: str


@dataclass(frozen=True, slots=True)
class Far:
    """An assessor whose scores lie far from the others' on the same proposals, in shares of the scale; below 0: lower."""

    juror: int
    effect: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """The whole of it; `standings` begin with the best by weighted sum. `alphas`: by criterion, None where not defined.

    Who lacks a score for a criterion that counts comes after all who lack none, in every weighting: means over different
    criteria are no fair comparison. A criterion that weighs nothing plays no part in the weightings and the flip.
    """

    criteria: tuple[Criterion, ...]
    alphas: tuple[float | None, ...]
    standings: tuple[Standing, ...]
    jurors: int
    draws: int
    flip: Turn | None
    far: tuple[Far, ...]

    def as_json(self) -> dict[str, Any]:
        """What is kept. Weights are shares that sum to 1."""
        return {
            "state": "done",
            "version": VERSION,
            "jurors": self.jurors,
            "draws": self.draws,
            "criteria": [
                {
                    "key": one.name,
                    "weight": _rounded(one.weight),
                    "direction": one.direction,
                    "low": _rounded(one.low),
                    "high": _rounded(one.high),
                    "alpha": _rounded(alpha),
                }
                for one, alpha in zip(self.criteria, self.alphas, strict=True)
            ],
            "proposals": [_standing_json(one) for one in self.standings],
            "flip": None
            if self.flip is None
            else {
                "criterion": self.flip.criterion,
                "change": _rounded(self.flip.change),
                "challenger": self.flip.challenger,
            },
            "far": [
                {
                    "juror": one.juror,
                    "effect": _rounded(one.effect),
                    "low": _rounded(one.low),
                    "high": _rounded(one.high),
                }
                for one in self.far
            ],
        }


def draws_for(proposals: int) -> int:
    """How many weightings are tried: fewer where there are many proposals, none where the table would not fit."""
    if not 1 <= proposals <= MOST_PROPOSALS:
        return 0
    return min(MOST_DRAWS, max(_LEAST_DRAWS, _DRAWS_OF_ALL // proposals))


def outcome_of(
    scores: Scores,
    *,
    jurors: Sequence[int],
    seed: int = 1,
    draws: int | None = None,
    advance: Callable[[int], None] = lambda _stage: None,
) -> Outcome:
    """Everything about a table of scores; `jurors`: the numbers of its assessors. `advance` is told each stage done.

    Proposals without any score have to be left out by the caller.
    """
    weights, means = weights_of(scores.criteria), scores.means()
    count = len(scores.proposals)
    tried = draws_for(count) if draws is None or not count else draws
    groups = _groups(means, weights)
    shares = _all_shares(scores.criteria, means, weights, groups, draws=tried, seed=seed, advance=advance)
    found = {method: _scores(means, scores.criteria, weights, method) for method in METHODS}
    flip = _flip(scores.proposals, scores.criteria, means, weights)
    advance(len(SPACES) + 1)
    ranks = {method: _ranks(one, groups) for method, one in found.items()}
    standings = tuple(
        Standing(
            code=scores.proposals[number],
            means=tuple(_or_none(value) for value in means[number]),
            scores={method: _or_none(found[method][number]) for method in METHODS},
            ranks={method: ranks[method][number] for method in METHODS},
            shares={name: tuple(float(share) for share in one[number]) for name, (one, _mean) in shares.items()},
            expected={name: float(mean[number]) for name, (_one, mean) in shares.items()},
        )
        for number in _order(found["wsm"], groups)
    )
    outcome = Outcome(
        criteria=weighing(scores.criteria, weights),
        alphas=tuple(ordinal_alpha(scores.values[:, :, number]) if count else None for number in range(weights.size)),
        standings=standings,
        jurors=len(jurors),
        draws=tried,
        flip=flip,
        far=_far(scores, jurors) if count else (),
    )
    advance(STAGES)
    return outcome


def outcome_from(told: Mapping[str, Any]) -> Outcome:
    """What `as_json` wrote."""
    criteria = tuple(
        Criterion(one["key"], float(one["weight"]), _direction(one["direction"]), float(one["low"]), float(one["high"]))
        for one in told["criteria"]
    )
    flip = told["flip"]
    return Outcome(
        criteria=criteria,
        alphas=tuple(one["alpha"] for one in told["criteria"]),
        standings=tuple(
            Standing(
                code=one["code"],
                means=tuple(one["means"]),
                scores=one["scores"],
                ranks=one["ranks"],
                shares={name: tuple(shares) for name, shares in one["shares"].items()},
                expected=one["expected"],
            )
            for one in told["proposals"]
        ),
        jurors=int(told["jurors"]),
        draws=int(told["draws"]),
        flip=None if flip is None else Turn(flip["criterion"], float(flip["change"]), flip["challenger"]),
        far=tuple(Far(one["juror"], one["effect"], one["low"], one["high"]) for one in told["far"]),
    )


def means_of(outcome: Outcome) -> Floats:
    """The table of means, (proposals, criteria), NaN where nobody scored."""
    rows = [[math.nan if value is None else value for value in one.means] for one in outcome.standings]
    return np.array(rows, dtype=float).reshape(len(rows), len(outcome.criteria))


def reweighed(outcome: Outcome, weights: Floats) -> Outcome:
    """What would be with other weights (which sum to 1). Of the certainties those over all weightings stay as they are."""
    means = means_of(outcome)
    groups = _groups(means, weights)
    found = {method: _scores(means, outcome.criteria, weights, method) for method in METHODS}
    ranks = {method: _ranks(one, groups) for method, one in found.items()}
    criteria = weighing(outcome.criteria, weights)
    standings = [
        replace(
            one,
            scores={method: _or_none(found[method][number]) for method in METHODS},
            ranks={method: ranks[method][number] for method in METHODS},
            shares={name: shares for name, shares in one.shares.items() if name == "uniform"},
            expected={name: value for name, value in one.expected.items() if name == "uniform"},
        )
        for number, one in enumerate(outcome.standings)
    ]
    return replace(
        outcome,
        criteria=criteria,
        standings=tuple(standings[number] for number in _order(found["wsm"], groups)),
        flip=_flip([one.code for one in standings], criteria, means, weights),
    )


def ranks_of(scores: Floats) -> list[int | None]:
    """Places from 1; equal ones share theirs, up to the way they were added up. None without a score."""
    rounded = np.round(scores, _EQUAL)
    given = np.sort(-rounded[~np.isnan(rounded)])
    return [None if math.isnan(one) else int(np.searchsorted(given, -one)) + 1 for one in rounded]


def weighing(criteria: Sequence[Criterion], weights: Floats) -> tuple[Criterion, ...]:
    """The criteria with other weights."""
    return tuple(
        Criterion(one.name, float(weight), one.direction, one.low, one.high)
        for one, weight in zip(criteria, weights, strict=True)
    )


def canonical(told: Mapping[str, Any]) -> bytes:
    """The text of a kept outcome that its hash is made from."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(told: Mapping[str, Any]) -> str:
    """SHA-256 of a kept outcome, in hexadecimal."""
    return hashlib.sha256(canonical(told)).hexdigest()


@dataclass(frozen=True, slots=True)
class SameOrder(WeightSpace):
    """Weightings in which no criterion counts more than one that has a greater weight; equal ones may stand either way."""

    classes: tuple[tuple[int, ...], ...] = ()

    def draw(self, count: int, generator: np.random.Generator) -> Floats:
        """See WeightSpace."""
        drawn = -np.sort(-WeightSpace(self.criteria).draw(count, generator), axis=1)
        weights = np.empty_like(drawn)
        begun = 0
        for members in self.classes:
            weights[:, list(members)] = generator.permuted(drawn[:, begun : begun + len(members)], axis=1)
            begun += len(members)
        return weights


def space_of(name: str, weights: Floats) -> WeightSpace:
    """One of SPACES for these weights."""
    if name == "intervals":
        return WeightSpace(
            weights.size, intervals=tuple((float(w * (1 - AROUND)), float(min(1.0, w * (1 + AROUND)))) for w in weights)
        )
    if name == "order":
        levels = np.unique(-weights.round(_EQUAL))
        members = tuple(tuple(np.flatnonzero(-weights.round(_EQUAL) == level).tolist()) for level in levels)
        return SameOrder(weights.size, classes=members)
    return WeightSpace(weights.size)


def _groups(means: Floats, weights: Floats) -> tuple[list[int], ...]:
    """Numbers of the proposals with all scores that count, and of the others, who come after them."""
    lacks = np.isnan(means[:, weights > 0]).any(axis=1)
    return tuple(group for group in (np.flatnonzero(~lacks).tolist(), np.flatnonzero(lacks).tolist()) if group)


def _all_shares(
    criteria: Sequence[Criterion],
    means: Floats,
    weights: Floats,
    groups: Sequence[list[int]],
    *,
    draws: int,
    seed: int,
    advance: Callable[[int], None],
) -> dict[str, tuple[Floats, Floats]]:
    """By space: shares of the first places, (proposals, places), and mean places."""
    counts: list[int] = np.flatnonzero(weights > 0).tolist()
    counting = [criteria[number] for number in counts]
    shares = {}
    for stage, name in enumerate(SPACES, 1):
        if draws:
            space = space_of(name, weights[counts])
            firsts, expected = np.zeros((len(means), min(PLACES, len(means)))), np.zeros(len(means))
            begun = 0
            for group in groups:
                scored = scoring(means[group][:, counts], counting, "wsm")
                found = acceptability(scored, space, proposals=len(group), draws=draws, seed=seed)
                there = firsts[group, begun : begun + len(group)].shape[1]
                firsts[group, begun : begun + there] = found[:, :there]
                expected[group] = [begun + _expected(one) for one in found]
                begun += len(group)
            shares[name] = (firsts, expected)
        advance(stage)
    return shares


def _flip(codes: Sequence[str], criteria: Sequence[Criterion], means: Floats, weights: Floats) -> Turn | None:
    """Among those who can come first, by criteria that count."""
    if not codes:
        return None
    group = _groups(means, weights)[0]
    counts: list[int] = np.flatnonzero(weights > 0).tolist()
    counting = [criteria[number] for number in counts]
    flip = smallest_flip(scoring(means[group][:, counts], counting, "wsm"), weights[counts])
    return None if flip is None else Turn(counting[flip.criterion].name, flip.change, codes[group[flip.challenger]])


def _ranks(scores: Floats, groups: Sequence[list[int]]) -> list[int | None]:
    """As `ranks_of`, one group after the other."""
    ranks: list[int | None] = [None] * len(scores)
    begun = 0
    for group in groups:
        for number, rank in zip(group, ranks_of(scores[group]), strict=True):
            ranks[number] = None if rank is None else begun + rank
        begun += len(group)
    return ranks


def _scores(means: Floats, criteria: Sequence[Criterion], weights: Floats, method: Method) -> Floats:
    if not len(means):
        return np.empty(0)
    return scoring(means, criteria, method).scores(weights[None, :])[0]


def _order(scores: Floats, groups: Sequence[list[int]]) -> list[int]:
    order: list[int] = np.argsort(-np.nan_to_num(scores, nan=-np.inf).round(_EQUAL), kind="stable").tolist()
    group_of = {number: place for place, group in enumerate(groups) for number in group}
    return sorted(order, key=group_of.__getitem__)


def _expected(shares: Floats) -> float:
    return float(shares @ np.arange(1, shares.size + 1))


def _far(scores: Scores, jurors: Sequence[int]) -> tuple[Far, ...]:
    values = scaled(scores.values, scores.criteria)
    found = severities(values.reshape(values.shape[0], -1))
    return tuple(Far(jurors[one.assessor], one.effect, one.low, one.high) for one in found if one.is_far)


def _standing_json(one: Standing) -> dict[str, Any]:
    return {
        "code": one.code,
        "means": [_rounded(value) for value in one.means],
        "scores": {name: _rounded(value) for name, value in one.scores.items()},
        "ranks": dict(one.ranks),
        "shares": {name: [_rounded(share) for share in shares] for name, shares in one.shares.items()},
        "expected": {name: _rounded(value) for name, value in one.expected.items()},
    }


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _rounded(value: float | None) -> float | None:
    # A nought has no sign once it was in the database.
    return None if value is None else round(float(value), _DIGITS) + 0.0


def _direction(told: str) -> Direction:
    return "min" if told == "min" else "max"
