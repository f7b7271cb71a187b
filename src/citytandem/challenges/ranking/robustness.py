"""How sure a ranking is: SMAA-2 rank acceptability over a space of weights.

The acceptability of a rank is the share of all weightings in which a proposal gets it (Lahdelma & Salminen 2001). Equal
proposals share the ranks that they take up together.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from citytandem.challenges.ranking.criteria import BadScores, Floats
from citytandem.challenges.ranking.methods import Scoring

# So many draws at a time: a block's scores of 2,000 proposals stay below 40 MB. The blocks, not the workers, have the
# seeds: the answer is the same on any machine.
BLOCK = 2_000
# Of a block so many are worked on at once: they stay in the processor's second memory.
_AT_ONCE = 400
_MOST_TRIES = 200
_STEPS_PER_CRITERION = 30
# The table of shares has a column for each rank: beyond this it does not fit into a small machine's memory. Numbers of
# proposals are counted in 16 bits.
MOST_PROPOSALS = 5_000


@dataclass(frozen=True, slots=True)
class WeightSpace:
    """Which weightings are thought possible; all of the simplex if nothing is said.

    intervals: lowest and highest share for each criterion. order: numbers of criteria, the most important first; those
    that are not named may have any weight. Raises BadScores where no weights fit.
    """

    criteria: int
    intervals: tuple[tuple[float, float], ...] = ()
    order: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.criteria < 1:
            raise BadScores("weights.none")
        if self.intervals and self.order:
            raise BadScores("weights.both")
        if len(set(self.order)) != len(self.order) or not set(self.order) <= set(range(self.criteria)):
            raise BadScores("weights.order")
        if self.intervals:
            if len(self.intervals) != self.criteria:
                raise BadScores("weights.intervals")
            if any(not 0 <= low <= high <= 1 for low, high in self.intervals):
                raise BadScores("weights.intervals")
            lows, highs = zip(*self.intervals, strict=True)
            if sum(lows) > 1 + 1e-12 or sum(highs) < 1 - 1e-12:
                raise BadScores("weights.empty")

    def draw(self, count: int, generator: np.random.Generator) -> Floats:
        """Weights drawn evenly from this space, of the shape (count, criteria); rows sum to 1."""
        if self.intervals:
            return _within(self.intervals, count, generator)
        weights = _simplex(count, self.criteria, generator)
        if self.order:
            chosen = list(self.order)
            weights[:, chosen] = -np.sort(-weights[:, chosen], axis=1)
        return weights


def acceptability(
    scoring: Scoring, space: WeightSpace, *, proposals: int, draws: int, seed: int, workers: int | None = None
) -> Floats:
    """Shares of weightings in which a proposal (row) gets a rank (column, the first is the best); rows sum to 1.

    `workers`: threads, by default one per core; numpy leaves the interpreter's lock while it sorts.
    """
    if draws < 1:
        raise BadScores("draws.few")
    if proposals > MOST_PROPOSALS:
        raise BadScores("draws.proposals", told=f"{proposals} > {MOST_PROPOSALS}")
    sizes = [min(BLOCK, draws - begun) for begun in range(0, draws, BLOCK)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    groups = _equals(scoring, space)
    count = partial(_count, scoring, space, proposals, groups)
    counts = np.zeros((proposals, proposals), dtype=np.int64)
    for part in _in_threads(count, list(zip(sizes, seeds, strict=True)), workers or len(os.sched_getaffinity(0))):
        counts += part
    return _shared(counts.T / draws, groups)


def _in_threads(
    work: Callable[[tuple[int, np.random.SeedSequence]], NDArray[np.int64]],
    tasks: Sequence[tuple[int, np.random.SeedSequence]],
    workers: int,
) -> Iterator[NDArray[np.int64]]:
    if workers <= 1 or len(tasks) == 1:
        yield from map(work, tasks)
        return
    with ThreadPoolExecutor(workers) as pool:
        # A few at a time: each result is as large as the table of shares.
        for start in range(0, len(tasks), 2 * workers):
            yield from pool.map(work, tasks[start : start + 2 * workers])


def _count(
    scoring: Scoring,
    space: WeightSpace,
    proposals: int,
    groups: NDArray[np.int64],
    task: tuple[int, np.random.SeedSequence],
) -> NDArray[np.int64]:
    """How often each rank (row) went to each proposal (column) in one block of draws."""
    size, seed = task
    weights = space.draw(size, np.random.default_rng(seed))
    has_equals = bool((groups != np.arange(proposals)).any())
    bits = max(1, (proposals - 1).bit_length())
    mask, numbers = np.uint64((1 << bits) - 1), np.arange(proposals, dtype=np.uint64)
    by_rank = np.empty((proposals, size), dtype=np.uint16)
    for begun in range(0, size, _AT_ONCE):
        some = slice(begun, begun + _AT_ONCE)
        scores = scoring.places(weights[some])
        # From the worst to the best: the number of a proposal takes the place of the last bits of its score, so that one
        # sort of whole numbers gives the order. Of 52 bits at least 39 stay, and scores that differ by less are equal.
        keys = _as_ordered(scores[:, groups] if has_equals else scores)
        keys &= ~mask
        keys |= numbers
        keys.sort(axis=1)
        keys &= mask
        by_rank[:, some] = keys.astype(np.uint16).T
    # Rank by rank: the counts of one rank stay in the processor's nearest memory.
    counts = np.empty((proposals, proposals), dtype=np.int64)
    for place in range(proposals):
        counts[proposals - 1 - place] = np.bincount(by_rank[place], minlength=proposals)
    return counts


def _as_ordered(scores: Floats) -> NDArray[np.uint64]:
    """Whole numbers in the order of the scores, what has no score below all; changes its argument.

    Scores lie between -1 and 1. Moved above zero, the bits of floats are ordered like numbers.
    """
    scores = np.ascontiguousarray(scores)
    scores += 2.0
    if np.isnan(scores.min()):
        np.nan_to_num(scores, copy=False, nan=0.5)
    return scores.view(np.uint64)


def _equals(scoring: Scoring, space: WeightSpace) -> NDArray[np.int64]:
    """For each proposal the first one that equals it in every weighting, as a few of them show."""
    probe = space.draw(space.criteria + 2, np.random.default_rng(20_240_601))
    scores = np.nan_to_num(scoring.scores(probe), nan=-np.inf)
    _rows, first, number = np.unique(scores.round(12), axis=1, return_index=True, return_inverse=True)
    equals: NDArray[np.int64] = first[np.ravel(number)]
    return equals


def _shared(shares: Floats, groups: NDArray[np.int64]) -> Floats:
    """Equal proposals get the same shares."""
    firsts, number, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if len(firsts) == len(groups):
        return shares
    sums = np.zeros((len(firsts), shares.shape[1]))
    np.add.at(sums, number, shares)
    result: Floats = (sums / sizes[:, None])[number]
    return result


def _simplex(count: int, criteria: int, generator: np.random.Generator) -> Floats:
    weights = generator.standard_exponential((count, criteria))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights


def _within(intervals: Sequence[tuple[float, float]], count: int, generator: np.random.Generator) -> Floats:
    """Even draws from the simplex cut by intervals: by throwing away what lies outside, or else by walking inside."""
    low, high = np.array(intervals, dtype=float).T
    room = 1.0 - low.sum()
    if room <= 1e-12:
        return np.tile(low / low.sum(), (count, 1))
    kept: list[Floats] = []
    found = 0
    for _attempt in range(_MOST_TRIES):
        # Even on the part of the simplex above all lowest shares; what exceeds a highest one is drawn again.
        weights = low + room * _simplex(max(count, 1_000), len(low), generator)
        inside = weights[(weights <= high + 1e-12).all(axis=1)]
        kept.append(inside)
        found += len(inside)
        if found >= count:
            return np.concatenate(kept)[:count]
        if _attempt == 3 and found < count / 50:
            break
    return _walk(low, high, count, generator)


def _walk(low: Floats, high: Floats, count: int, generator: np.random.Generator) -> Floats:
    """Gibbs steps along pairs of criteria, one walker per draw: each step is even on its line, so the walk's end is too."""
    span = high.sum() - low.sum()
    share = (1.0 - low.sum()) / span if span > 0 else 0.0
    weights = np.tile(low + share * (high - low), (count, 1))
    rows, free = np.arange(count), np.flatnonzero(high - low > 1e-12)
    for _step in range(_STEPS_PER_CRITERION * free.size if free.size > 1 else 0):
        first = generator.integers(0, free.size, count)
        one = free[first]
        other = free[(first + generator.integers(1, free.size, count)) % free.size]
        both = weights[rows, one] + weights[rows, other]
        least = np.maximum(low[one], both - high[other])
        most = np.minimum(high[one], both - low[other])
        weights[rows, one] = least + generator.random(count) * np.maximum(most - least, 0.0)
        weights[rows, other] = both - weights[rows, one]
    return weights
