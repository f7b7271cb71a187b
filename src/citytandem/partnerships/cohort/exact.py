"""The best matching, proven: one mixed-integer programme per goal, each under what those before have reached (HiGHS)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array, vstack

from citytandem.partnerships.cohort.candidates import Candidates
from citytandem.partnerships.cohort.task import LEVELS, Group, Task

Vector = NDArray[np.float64]
# The limit that counts is that of nodes: it is the same on a machine that is busy. The clock is there for what no node
# limit stops.
MOST_NODES = 5_000
MOST_SECONDS = 120.0
# So many candidates are looked at for a good solution, and so many for the best.
FEW, SMALL = 700, 2_500
_NEARLY = 1e-6
_NOBODY = np.zeros(0, dtype=np.intp)


class State(StrEnum):
    """What is known of a goal: it cannot be better; it was reached, perhaps not the best; nothing was found."""

    PROVEN = "proven"
    REACHED = "reached"
    NOT_FOUND = "not_found"
    CONTRADICTION = "contradiction"


@dataclass
class Programme:
    """Rows over candidates, to which each goal that is reached adds one. `lower` and `upper` bound `matrix @ chosen`.

    known: the candidates of a solution that keeps all rows, if there is one yet.
    """

    candidates: Candidates
    matrix: csr_array
    lower: Vector
    upper: Vector
    stages: dict[str, State] = field(default_factory=dict)
    known: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    def add(self, row: Vector, lower: float, upper: float) -> None:
        """One more row."""
        self.matrix = csr_array(vstack([self.matrix, csr_array(row[None, :])]))
        self.lower = np.append(self.lower, lower)
        self.upper = np.append(self.upper, upper)

    def keep(self, keep: NDArray[np.bool_]) -> None:
        """Go on with the marked candidates only."""
        self.known = (np.cumsum(keep) - 1)[self.known]
        self.candidates = self.candidates.kept(keep)
        self.matrix = csr_array(self.matrix[:, np.flatnonzero(keep)])

    def best(self, cost: Vector) -> tuple[State, NDArray[np.intp], float]:  # noqa: PLR0911 - one for each way to know
        """Candidates of least cost, a whole number: the state, the chosen, and the least cost that is still possible.

        The relaxation first: what it prices out by more than the distance to a solution cannot be in a better one
        (reduced-cost fixing), so the integer programme holds few candidates, and yet proves for all.
        """
        if not len(self.candidates):
            is_fine = bool((self.lower <= 0).all())
            return (State.PROVEN if is_fine else State.CONTRADICTION), _NOBODY, 0.0
        relaxed = _relaxed(cost, self.matrix, self.lower, self.upper)
        if relaxed is None:
            return self._integer(cost, np.arange(len(cost)))
        least, prices, values = relaxed
        if values is None:
            return State.CONTRADICTION, _NOBODY, np.inf
        if np.abs(values - np.round(values)).max() < _NEARLY:
            return State.PROVEN, np.flatnonzero(values > 0.5), least
        whole = float(np.ceil(least - _NEARLY))
        self._improve(cost, prices, values, whole)
        known = float(cost[self.known].sum()) if len(self.known) else np.inf
        if known <= whole + _NEARLY:
            return State.PROVEN, self.known, whole
        place = min(SMALL, len(prices) - 1)
        width = min(float(np.partition(prices, place)[place]), known - least)
        while True:
            fits = prices <= width + _NEARLY
            fits[self.known] = True
            inside = np.flatnonzero(fits)
            state, chosen, bound = self._integer(cost, inside)
            if len(inside) == len(cost) or state in {State.NOT_FOUND, State.REACHED}:
                return state, chosen, max(bound, least) if state is not State.NOT_FOUND else least
            reached = float(cost[chosen].sum()) if state is State.PROVEN else np.inf
            if reached <= max(least + width, whole) + _NEARLY:
                return state, chosen, reached
            width = reached - least

    def _improve(self, cost: Vector, prices: Vector, values: Vector, whole: float) -> None:
        """Look for a better solution among the few candidates that the relaxation thinks most of; mostly it is the best."""
        if len(self.known) and cost[self.known].sum() <= whole + _NEARLY:
            return
        few = values > _NEARLY
        few[np.lexsort((cost, prices))[:FEW]] = True
        few[self.known] = True
        _state, chosen, _bound = self._integer(cost, np.flatnonzero(few))
        if len(chosen) and (not len(self.known) or cost[chosen].sum() < cost[self.known].sum()):
            self.known = chosen

    def _integer(self, cost: Vector, inside: NDArray[np.intp]) -> tuple[State, NDArray[np.intp], float]:
        matrix, lower, upper = self.matrix[:, inside], self.lower, self.upper
        if len(self.known) and (cost >= 0).all():
            # Nothing worse than what is known. It spares thousands of nodes where a goal counts cities; where it sums
            # gains it only makes the programme heavier.
            matrix = vstack([matrix, csr_array(cost[inside][None, :])])
            lower, upper = np.append(lower, -np.inf), np.append(upper, cost[self.known].sum() + 0.5)
        found = milp(
            cost[inside],
            integrality=np.ones(len(inside)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(matrix, lower, upper),
            options={"mip_rel_gap": 0.0, "node_limit": MOST_NODES, "time_limit": MOST_SECONDS},
        )
        if found.x is None:
            return (State.CONTRADICTION if found.status == 2 else State.NOT_FOUND), _NOBODY, -np.inf
        state = State.PROVEN if found.status == 0 else State.REACHED
        bound = found.fun if state is State.PROVEN else found.mip_dual_bound
        return state, inside[found.x > 0.5], float(bound)


def _relaxed(
    cost: Vector, matrix: csr_array, lower: Vector, upper: Vector
) -> tuple[float, Vector, Vector | None] | None:
    """Without wholeness: least cost, reduced cost of each candidate, values (None: there are none). None: not solved."""
    equal = lower == upper
    above, below = (
        np.flatnonzero(~equal & np.isfinite(upper)),
        np.flatnonzero(~equal & np.isfinite(lower) & (lower > 0)),
    )
    rows, limits = vstack([matrix[above], -matrix[below]]), np.concatenate([upper[above], -lower[below]])
    fixed = np.flatnonzero(equal)
    found = linprog(
        cost,
        A_ub=rows if len(limits) else None,
        b_ub=limits if len(limits) else None,
        A_eq=matrix[fixed] if len(fixed) else None,
        b_eq=upper[fixed] if len(fixed) else None,
        bounds=(0, None),
        method="highs-ds",
        options={"time_limit": MOST_SECONDS},
    )
    if found.status == 2:
        return np.inf, cost, None
    if found.status != 0:
        return None
    prices = cost - rows.T @ found.ineqlin.marginals if len(limits) else cost.copy()
    if len(fixed):
        prices = prices - matrix[fixed].T @ found.eqlin.marginals
    return float(found.fun), np.asarray(prices), np.asarray(found.x)


@dataclass(frozen=True)
class Outcome:
    """Groups, or why there are none. `bound`: no set of the candidates under the same goals has a larger total."""

    state: State
    groups: list[Group]
    stages: dict[str, State]
    bound: float = 0.0


def programme(task: Task, candidates: Candidates) -> Programme:
    """The rules on the whole as rows over the candidates, and each city in at most one group."""
    members, m = candidates.members, len(candidates)
    place, slot = np.nonzero(members >= 0)
    cities = members[place, slot]
    cover = csr_array(coo_array((np.ones(len(place)), (cities, place)), shape=(len(task), m)))
    needed = np.full(len(task), 1.0 if task.rules.everyone else 0.0)
    needed[[city for pair in task.must for city in pair]] = 1.0
    found = Programme(candidates, cover, needed, np.ones(len(task)))
    rules, three = task.rules, (members[:, 2] >= 0).astype(np.float64)
    if rules.tridems_min or rules.tridems_max is not None:
        found.add(three, rules.tridems_min, _most(rules.tridems_max))
    if rules.groups_min or rules.groups_max is not None:
        found.add(np.ones(m), rules.groups_min, _most(rules.groups_max))
    if rules.border_groups_min:
        has = np.array([task.has_border(candidates.group(number)) for number in range(m)], dtype=np.float64)
        found.add(has, rules.border_groups_min, np.inf)
    for flags, least in ((task.small, rules.small_towns_min), (task.newcomer, rules.newcomers_min)):
        if least:
            found.add(((flags[members]) & (members >= 0)).sum(axis=1).astype(np.float64), least, np.inf)
    if rules.budget is not None:
        costs = np.where(three > 0, rules.budget.tridem, rules.budget.tandem)
        found.add(costs, -np.inf, rules.budget.total + 1e-7)
    return found


def _most(limit: int | None) -> float:
    return np.inf if limit is None else float(limit)


def solve_exactly(task: Task, candidates: Candidates, start: Sequence[Group] = ()) -> Outcome:
    """Coverage, then each level from the worst, then the total. `start`: groups that keep all rules, if they are known.

    Where a start reaches what cannot be passed, a goal is proven without being solved.
    """
    work = programme(task, candidates)
    incumbent = sorted(start)
    work.known = work.candidates.numbers(incumbent)
    if not incumbent:
        state, chosen, _least = work.best(-work.candidates.sizes.astype(np.float64))
        if not len(chosen) and state is not State.PROVEN:
            return Outcome(state, [], {"coverage": state})
        incumbent = _groups(work, chosen)
        work.stages["coverage"] = state
    elif task.objective(incumbent).placed == _reachable(task):
        work.stages["coverage"] = State.PROVEN
    else:
        incumbent = _stage(work, "coverage", -work.candidates.sizes.astype(np.float64), incumbent)
    placed = task.objective(incumbent).placed
    work.add(work.candidates.sizes.astype(np.float64), placed, placed)
    if task.rules.fairness:
        incumbent = _fairly(task, work, incumbent)
    cost = -work.candidates.worth.astype(np.float64)
    state, chosen, least = work.best(cost)
    if len(chosen) and (not incumbent or cost[chosen].sum() <= -task.objective(incumbent).total):
        incumbent = _groups(work, chosen)
    work.stages["total"] = state if state is State.PROVEN else State.REACHED
    return Outcome(State.PROVEN, incumbent, dict(work.stages), -least)


def _reachable(task: Task) -> int:
    """How many cities may be in any group."""
    return int(task.allowed.any(axis=1).sum())


def _groups(work: Programme, chosen: NDArray[np.intp]) -> list[Group]:
    work.known = chosen
    return sorted(work.candidates.group(int(number)) for number in chosen)


def _stage(work: Programme, name: str, cost: Vector, incumbent: list[Group]) -> list[Group]:
    """Reach one goal; what was there before stays if nothing better is found."""
    state, chosen, _least = work.best(cost)
    work.stages[name] = state if state is State.PROVEN else State.REACHED
    return _groups(work, chosen) if len(chosen) else incumbent


def _fairer(task: Task, work: Programme, levels: Sequence[int], incumbent: list[Group]) -> list[Group]:
    """As few as can be who gain as little as these levels tell, the lower first; both in one programme."""
    counts = [(work.candidates.levels == level).sum(axis=1).astype(np.float64) for level in levels]
    reached = [-task.objective(incumbent).levels[level] for level in levels]
    factor = len(task) + 1.0
    cost = sum(count * factor ** (len(levels) - 1 - place) for place, count in enumerate(counts))
    state, chosen, _least = work.best(np.asarray(cost))
    for level in levels:
        work.stages[f"fairness {level}"] = state if state is State.PROVEN else State.REACHED
    better = [round(count[chosen].sum()) for count in counts]
    if len(chosen) and better <= reached:
        incumbent, reached = _groups(work, chosen), better
    keep = np.ones(len(work.candidates), dtype=bool)
    for count, many in zip(counts, reached, strict=True):
        if many == 0:
            keep &= count == 0
        else:
            work.add(count, 0, many)
    work.keep(keep)
    return incumbent


def _settled(task: Task, work: Programme, level: int, incumbent: list[Group]) -> bool:
    """Whether no fewer can gain as little: it is only those who gain no more in any candidate. Then go on without others.

    Holds only where all lower levels are settled in this way, and everybody is placed.
    """
    counts = -task.objective(incumbent).levels[level]
    members, levels = work.candidates.members, work.candidates.levels
    highest = np.full(len(task), -1)
    there = members >= 0
    np.maximum.at(highest, members[there], levels[there])
    bound_to = highest == level
    if counts != int(bound_to.sum()):
        return False
    work.keep(~((levels == level) & there & ~bound_to[members]).any(axis=1))
    work.stages[f"fairness {level}"] = State.PROVEN
    return True


def _fairly(task: Task, work: Programme, incumbent: list[Group]) -> list[Group]:
    """All levels from the worst, as far as can be without solving, then two at a time."""
    is_settled = task.objective(incumbent).placed == len(task)
    level = 0
    while level < LEVELS:
        is_settled = is_settled and _settled(task, work, level, incumbent)
        if is_settled:
            level += 1
            continue
        if not task.objective(incumbent).levels[level]:
            work.keep((work.candidates.levels != level).all(axis=1))
            work.stages[f"fairness {level}"] = State.PROVEN
            level += 1
            continue
        levels = range(level, min(level + 2, LEVELS))
        incumbent = _fairer(task, work, levels, incumbent)
        level += len(levels)
    return incumbent
