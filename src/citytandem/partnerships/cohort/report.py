"""What a coordinator asks of a solution: what rules cost, whom each city did not get, who would rather swap, who fares how."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np

from citytandem.partnerships.cohort.exact import State
from citytandem.partnerships.cohort.rules import Pair
from citytandem.partnerships.cohort.scoring import UNIT
from citytandem.partnerships.cohort.solving import Solution, gains_of, solve
from citytandem.partnerships.cohort.task import IN_TANDEM, STEP, WORTH, Objective, Task

Which = Literal["auto", "none", "rules", "all"]
# Up to so many cities each pair of the result is priced as well; up to so many each rule.
PAIRS_PRICED = 30
RULES_PRICED = 120


@dataclass(frozen=True, slots=True)
class Price:
    """What keeping a rule, forbidding a pair or forcing one costs: solved anew, under the same goals.

    name: that of the rule, `forbid a|b` or `force a|b`. value: the total that is lost by it, in scores; below zero where
    it lowers coverage or fairness so that a higher total can be had, which `placed` and `levels` show. None: with it
    nothing can be found. placed, levels: how many more, or fewer, have a place or gain so little without it, from the worst.
    """

    name: str
    value: float | None
    placed: int = 0
    levels: tuple[int, ...] = ()


def prices(solution: Solution, which: Which = "auto") -> list[Price]:
    """Of each rule, of each pair that must or must not be, of each pair of the result, and of each city's runner-up.

    auto: as much as the size of the cohort allows; the solver stays the one that found the solution.
    """
    n = len(solution.scores)
    if which == "none" or not solution.groups or (which == "auto" and n > RULES_PRICED):
        return []
    found = [_of_rule(solution, name) for name in solution.rules.names()]
    if which == "all" or (which == "auto" and n <= PAIRS_PRICED):
        found += [price_of_forbidding(solution, pair) for pair in _pairs(solution)]
        found += [price_of_forcing(solution, pair) for pair in _runner_up_pairs(solution)]
    return found


def _pairs(solution: Solution) -> Iterable[Pair]:
    names = [one.name for one in solution.scores.applicants]
    must = set(solution.rules.must)
    for group in solution.groups:
        for first, second in combinations(group, 2):
            pair = names[first], names[second]
            if tuple(sorted(pair)) not in must:
                yield pair


def _runner_up_pairs(solution: Solution) -> list[Pair]:
    found = {tuple(sorted((one.city, one.partner))) for one in runners_up(solution) if one.partner}
    return sorted((first, second) for first, second in found)


def _of_rule(solution: Solution, name: str) -> Price:
    without = solve(solution.scores, solution.rules.without(name), method=_same(solution))
    return _price(name, solution, without, sign=-1)


def price_of_forbidding(solution: Solution, pair: Pair) -> Price:
    """What is lost if these two may not be together."""
    rules = replace(solution.rules, must_not=(*solution.rules.must_not, pair))
    return _price(f"forbid {'|'.join(pair)}", solution, solve(solution.scores, rules, method=_same(solution)), sign=1)


def price_of_forcing(solution: Solution, pair: Pair) -> Price:
    """What is lost if these two have to be together."""
    rules = replace(solution.rules, must=(*solution.rules.must, pair))
    return _price(f"force {'|'.join(pair)}", solution, solve(solution.scores, rules, method=_same(solution)), sign=1)


def _same(solution: Solution) -> Literal["auto", "milp", "brute"]:
    return "brute" if solution.method == "brute" else "milp" if solution.method == "milp" else "auto"


def _price(name: str, solution: Solution, other: Solution, *, sign: int) -> Price:
    """sign: 1 if the other has one rule more, -1 if it has one fewer."""
    if other.state is not State.PROVEN or (not other.groups and solution.groups):
        return Price(name, None)
    ours, theirs = _objective(solution), _objective(other)
    return Price(
        name,
        sign * (ours.total - theirs.total) / WORTH,
        theirs.placed - ours.placed,
        tuple(one - another for one, another in zip(ours.levels, theirs.levels, strict=True)),
    )


def _objective(solution: Solution) -> Objective:
    return Task.of(solution.scores, replace(solution.rules, fairness=True)).objective(solution.groups)


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """The best partner that a city did not get, and the score they would have; empty if there is no other."""

    city: str
    partner: str
    score: float


def runners_up(solution: Solution) -> list[RunnerUp]:
    """One for each city, in the order of the cohort."""
    task = Task.of(solution.scores, solution.rules)
    applicants = solution.scores.applicants
    found = []
    for city, one in enumerate(applicants):
        weight = np.where(task.allowed[city], task.weight[city], -1)
        weight[[other for other in solution.group_of(city) if other != city]] = -1
        best = int(weight.argmax())
        nobody = weight[best] < 0
        found.append(
            RunnerUp(one.name, "" if nobody else applicants[best].name, 0.0 if nobody else int(weight[best]) / UNIT)
        )
    return found


def blocking_pairs(solution: Solution) -> list[Pair]:
    """Pairs that may be together and would both gain more than they do, most gain first (Gale & Shapley 1962).

    A matching that is best for all is seldom stable; the number says how far it is from that.
    """
    task = Task.of(solution.scores, solution.rules)
    gains = np.array([round(gain * WORTH) for gain in gains_of(solution)], dtype=np.int64)
    more = IN_TANDEM * task.weight
    blocks = task.allowed & (more > gains[:, None]) & (more > gains[None, :])
    pairs = sorted((tuple(map(int, pair)) for pair in np.argwhere(np.triu(blocks))), key=lambda p: (-more[p], p))
    names = [one.name for one in solution.scores.applicants]
    return [(names[first], names[second]) for first, second in pairs]


@dataclass(frozen=True, slots=True)
class Fares:
    """How a part of the cohort fares. Gains in scores, of those placed; None where nobody is. levels: how many per tenth."""

    cities: int
    placed: int
    least: float | None
    median: float | None
    mean: float | None
    levels: tuple[int, ...]


def fairness(solution: Solution) -> dict[str, Fares]:
    """All, the small towns, the rest, the newcomers, and those who gain least."""
    applicants = solution.scores.applicants
    parts = {
        "all": [True] * len(applicants),
        "small_towns": [one.is_small for one in applicants],
        "others": [not one.is_small for one in applicants],
        "newcomers": [one.is_newcomer for one in applicants],
    }
    gains, unplaced = gains_of(solution), set(solution.unplaced)
    return {part: _fares(inside, gains, unplaced) for part, inside in parts.items()}


def _fares(inside: Sequence[bool], gains: Sequence[float], unplaced: set[int]) -> Fares:
    cities = [city for city, is_inside in enumerate(inside) if is_inside]
    own = np.array([gains[city] for city in cities if city not in unplaced])
    levels = np.bincount(np.minimum(np.round(own * WORTH).astype(np.int64) // STEP, 9), minlength=10)
    if not len(own):
        return Fares(len(cities), 0, None, None, None, (0,) * 10)
    return Fares(
        len(cities), len(own), float(own.min()), float(np.median(own)), float(own.mean()), tuple(map(int, levels))
    )


def price_of_fairness(solution: Solution) -> float:
    """By how much the total would be higher if only the total counted: solved anew."""
    other = solve(solution.scores, replace(solution.rules, fairness=False), method=_same(solution))
    return other.total - solution.total
