"""The best matching, proven: one mixed-integer programme per goal, each under what those before have reached (HiGHS)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack

from citytandem.partnerships.cohort.candidates import Candidates
from citytandem.partnerships.cohort.task import LEVELS, Group, Task

Vector = NDArray[np.float64]
# The limit that counts is that of nodes: it is the same on a machine that is busy. The clock is there for what no node
# limit stops.
MOST_NODES = 5_000
MOST_SECONDS = 120.0


class State(StrEnum):
    """What is known of a goal: it cannot be better; it was reached, perhaps not the best; nothing was found."""

    PROVEN = "proven"
    REACHED = "reached"
    NOT_FOUND = "not_found"
    CONTRADICTION = "contradiction"


@dataclass
class Programme:
    """Rows over candidates, to which each goal that is reached adds one. `lower` and `upper` bound `matrix @ chosen`."""

    candidates: Candidates
    matrix: csr_array
    lower: Vector
    upper: Vector
    stages: dict[str, State] = field(default_factory=dict)

    def add(self, row: Vector, lower: float, upper: float) -> None:
        """One more row."""
        self.matrix = csr_array(vstack([self.matrix, csr_array(row[None, :])]))
        self.lower = np.append(self.lower, lower)
        self.upper = np.append(self.upper, upper)

    def keep(self, keep: NDArray[np.bool_]) -> None:
        """Go on with the marked candidates only."""
        self.candidates = self.candidates.kept(keep)
        self.matrix = csr_array(self.matrix[:, np.flatnonzero(keep)])

    def best(self, cost: Vector) -> tuple[State, NDArray[np.intp], float]:
        """Candidates of least cost: the state, the chosen, and the least cost that is still possible."""
        nothing = np.zeros(0, dtype=np.intp)
        if not len(self.candidates):
            is_fine = bool((self.lower <= 0).all())
            return (State.PROVEN if is_fine else State.CONTRADICTION), nothing, 0.0
        # HiGHS takes its limit from the clock; a little more than zero, because whole numbers part the goals.
        found = milp(
            cost,
            integrality=np.ones(len(cost)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(self.matrix, self.lower, self.upper),
            options={"mip_rel_gap": 0.0, "node_limit": MOST_NODES, "time_limit": MOST_SECONDS},
        )
        if found.x is None:
            return (State.CONTRADICTION if found.status == 2 else State.NOT_FOUND), nothing, -np.inf
        state = State.PROVEN if found.status == 0 else State.REACHED
        least = found.fun if state is State.PROVEN else found.mip_dual_bound
        return state, np.flatnonzero(found.x > 0.5), float(least)


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
        for level in range(LEVELS):
            incumbent = _fairer(task, work, level, incumbent)
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
    return sorted(work.candidates.group(int(number)) for number in chosen)


def _stage(work: Programme, name: str, cost: Vector, incumbent: list[Group]) -> list[Group]:
    """Reach one goal; what was there before stays if nothing better is found."""
    state, chosen, _least = work.best(cost)
    work.stages[name] = state if state is State.PROVEN else State.REACHED
    return _groups(work, chosen) if len(chosen) else incumbent


def _fairer(task: Task, work: Programme, level: int, incumbent: list[Group]) -> list[Group]:
    """As few as can be who gain as little as this."""
    name = f"fairness {level}"
    counts = (work.candidates.levels == level).sum(axis=1).astype(np.float64)
    reached = -task.objective(incumbent).levels[level]
    if reached == 0:
        work.stages[name] = State.PROVEN
    else:
        state, chosen, _least = work.best(counts)
        work.stages[name] = state if state is State.PROVEN else State.REACHED
        if len(chosen) and counts[chosen].sum() <= reached:
            incumbent = _groups(work, chosen)
            reached = round(counts[chosen].sum())
    if reached == 0:
        work.keep(counts == 0)
    else:
        work.add(counts, 0, reached)
    return incumbent
