"""Solve a cohort: pick the method that its size allows, and say what is proven and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from citytandem.partnerships.cohort import matching as quick
from citytandem.partnerships.cohort.applicants import key_of
from citytandem.partnerships.cohort.brute import solve_by_brute_force
from citytandem.partnerships.cohort.candidates import candidates
from citytandem.partnerships.cohort.contradictions import Contradiction, smallest_contradiction
from citytandem.partnerships.cohort.exact import Outcome, State, solve_exactly
from citytandem.partnerships.cohort.rules import Rules
from citytandem.partnerships.cohort.scoring import Scores
from citytandem.partnerships.cohort.task import WORTH, Group, Task

Method = Literal["auto", "milp", "matching", "brute"]
# Up to so many cities all goals are proven; above, the gap to a bound is told.
MOST_PROVEN = 300


@dataclass(frozen=True)
class Solution:
    """Groups as rows of `scores`. `total` and `bound` in scores; no groups that do as well in coverage and fairness have more.

    is_complete: all groups there are were looked at; else `proven` and `bound` speak of the candidates, unless the
    method is `matching`, whose bound holds for all.

    stages: what is known of each goal. state: `not_found` or `contradiction` where there are no groups because of rules;
    then `contradiction` names the smallest set of them that cannot be kept together.
    """

    scores: Scores
    rules: Rules
    groups: tuple[Group, ...]
    total: float
    bound: float
    stages: Mapping[str, State]
    state: State
    method: str
    contradiction: Contradiction | None = None
    unplaced: tuple[int, ...] = field(default=())
    is_complete: bool = True

    @property
    def gap(self) -> float:
        """How far the total may be from the best, as a share of the bound."""
        return max(0.0, (self.bound - self.total) / self.bound) if self.bound > 0 else 0.0

    def group_of(self, city: int) -> Group:
        """The group of a city; empty if it has none."""
        return next((group for group in self.groups if city in group), ())

    def named(self) -> list[list[str]]:
        """Groups by the names of their cities, in the order of names."""
        names = [one.name for one in self.scores.applicants]
        return sorted(sorted((names[city] for city in group), key=key_of) for group in self.groups)


def solve(scores: Scores, rules: Rules | None = None, *, method: Method = "auto") -> Solution:
    """The best groups by coverage, then fairness, then the total. Raises BadCohort if a rule names an unknown city.

    auto: proven by a mixed-integer programme up to `MOST_PROVEN` cities; above, and with `matching`, Edmonds' algorithm
    with left-overs attached, checked against the rules, and the programme where they are not kept.
    """
    rules = rules or Rules()
    task = Task.of(scores, rules)
    if method == "brute":
        found = solve_by_brute_force(task)
        if found is None:
            return _none(task, State.CONTRADICTION, "brute")
        proven = {"coverage": State.PROVEN, "fairness": State.PROVEN, "total": State.PROVEN}
        return _solution(task, Outcome(State.PROVEN, found[0], proven, found[1].total), "brute")
    start = quick.matching(task)
    kept = not task.broken(start)
    if method == "matching" or (method == "auto" and len(task) > MOST_PROVEN and kept):
        if not kept:
            return _none(task, State.NOT_FOUND, "matching")
        return _solution(task, _unproven(task, start), "matching", is_complete=False)
    choice = candidates(task, also=tuple(start))
    outcome = solve_exactly(task, choice, start if kept else ())
    if outcome.state is not State.PROVEN:
        return _none(task, outcome.state if choice.is_complete else State.NOT_FOUND, "milp")
    return _solution(task, _with_bound(task, outcome, choice.is_complete), "milp", is_complete=choice.is_complete)


def _with_bound(task: Task, outcome: Outcome, is_complete: bool) -> Outcome:  # noqa: FBT001 - one fact about the candidates
    if is_complete:
        return outcome
    # What is proven is proven among the candidates; a bound on everything is never below that.
    return Outcome(outcome.state, outcome.groups, outcome.stages, min(outcome.bound, quick.bound(task)))


def _unproven(task: Task, groups: list[Group]) -> Outcome:
    objective = task.objective(groups)
    everyone = objective.placed == len(task)
    worst = next((level for level, count in enumerate(objective.levels) if count), len(objective.levels))
    stages = {"coverage": State.PROVEN if everyone else State.REACHED}
    stages |= {f"fairness {level}": State.PROVEN for level in range(worst if everyone else 0)}
    stages |= {"fairness": State.REACHED, "total": State.REACHED}
    return Outcome(State.PROVEN, groups, stages, max(quick.bound(task), objective.total))


def _solution(task: Task, outcome: Outcome, method: str, *, is_complete: bool = True) -> Solution:
    groups = tuple(sorted(outcome.groups))
    total = task.objective(groups).total
    placed = {city for group in groups for city in group}
    return Solution(
        scores=task.scores,
        rules=task.rules,
        groups=groups,
        total=total / WORTH,
        bound=max(total, round(outcome.bound)) / WORTH,
        stages=outcome.stages,
        state=State.PROVEN,
        method=method,
        unplaced=tuple(city for city in range(len(task)) if city not in placed),
        is_complete=is_complete,
    )


def _none(task: Task, state: State, method: str) -> Solution:
    found = smallest_contradiction(task.scores, task.rules)
    if found is not None and found.is_certain:
        state = State.CONTRADICTION
    elif state is State.CONTRADICTION:
        state = State.NOT_FOUND
    return Solution(
        scores=task.scores,
        rules=task.rules,
        groups=(),
        total=0.0,
        bound=0.0,
        stages={"coverage": state},
        state=state,
        method=method,
        contradiction=found,
        unplaced=tuple(range(len(task))),
    )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Groups of both solutions and of one. changed: (city, what it gains with the first, with the second), most first."""

    both: tuple[tuple[str, ...], ...]
    only_first: tuple[tuple[str, ...], ...]
    only_second: tuple[tuple[str, ...], ...]
    changed: tuple[tuple[str, float, float], ...]


def compared(first: Solution, second: Solution) -> Comparison:
    """What two solutions of one cohort, scored in the same order, share and what parts them."""
    names = [one.name for one in first.scores.applicants]
    gains = [gains_of(solution) for solution in (first, second)]
    changed = [
        (names[city], gains[0][city], gains[1][city]) for city in range(len(names)) if gains[0][city] != gains[1][city]
    ]
    one, other = {tuple(group) for group in first.named()}, {tuple(group) for group in second.named()}
    return Comparison(
        both=tuple(sorted(one & other)),
        only_first=tuple(sorted(one - other)),
        only_second=tuple(sorted(other - one)),
        changed=tuple(sorted(changed, key=lambda row: (-abs(row[2] - row[1]), row[0]))),
    )


def gains_of(solution: Solution) -> list[float]:
    """What each city gains, in scores; 0 for those left out."""
    task = Task.of(solution.scores, solution.rules)
    gains = [0.0] * len(task)
    for group in solution.groups:
        for city, gain in zip(group, task.gains(group), strict=True):
            gains[city] = gain / WORTH
    return gains
