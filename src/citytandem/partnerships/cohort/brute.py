"""Every way to form groups, looked at: the same goals as the solver, for up to twelve cities. For comparison and tests."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from citytandem.partnerships.cohort.applicants import BadCohort, Fault
from citytandem.partnerships.cohort.task import Group, Objective, Task

MOST_CITIES = 12


def solve_by_brute_force(task: Task) -> tuple[list[Group], Objective] | None:
    """The best groups and what they are worth; None if no groups keep the rules. Raises BadCohort for too many cities."""
    if len(task) > MOST_CITIES:
        raise BadCohort(Fault("brute.many", told=str(len(task))))
    best: tuple[Objective, list[Group]] | None = None
    for groups in _ways(task, list(range(len(task)))):
        if task.broken(groups):
            continue
        objective = task.objective(groups)
        # Of equals the first in order, as reading does.
        if best is None or objective > best[0]:
            best = (objective, list(groups))
    return None if best is None else (sorted(best[1]), best[0])


def _ways(task: Task, left: list[int]) -> Iterator[list[Group]]:
    """All sets of groups among these cities: the first is in each possible group, or alone."""
    if not left:
        yield []
        return
    first, rest = left[0], left[1:]
    for size in task.rules.sizes:
        for others in combinations(rest, size - 1):
            group = (first, *others)
            if task.is_group(group):
                for groups in _ways(task, [city for city in rest if city not in others]):
                    yield [group, *groups]
    yield from _ways(task, rest)
