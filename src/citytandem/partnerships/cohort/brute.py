"""Every way to form groups, looked at: the same goals as the solver, for up to twelve cities. For comparison and tests."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from citytandem.partnerships.cohort.applicants import BadCohort, Fault
from citytandem.partnerships.cohort.task import Group, Objective, Task

MOST_CITIES = 12


def solve_by_brute_force(task: Task) -> tuple[list[Group], Objective] | None:
    """The best groups and what they are worth; None if no groups keep the rules. Raises BadCohort for too many cities.

    Ways that leave out fewer come first: where one of them keeps the rules, none that leaves out more is better.
    """
    if len(task) > MOST_CITIES:
        raise BadCohort(Fault("brute.many", told=str(len(task))))
    fitting = {
        group: task.objective([group])
        for size in task.rules.sizes
        for group in combinations(range(len(task)), size)
        if task.is_group(group)
    }
    for alone in range(len(task) + 1):
        best: tuple[Objective, list[Group]] | None = None
        for groups in _ways(fitting, task.rules.sizes, tuple(range(len(task))), alone):
            objective = _sum([fitting[group] for group in groups])
            if (best is None or objective > best[0]) and not task.broken(groups):
                best = (objective, groups)
        if best is not None:
            return sorted(best[1]), task.objective(best[1])
    return None


def _sum(objectives: list[Objective]) -> Objective:
    """Of groups that share no city: all goals are sums."""
    levels = tuple(map(sum, zip(*(one.levels for one in objectives), strict=True)))
    return Objective(sum(one.placed for one in objectives), levels, sum(one.total for one in objectives))


def _ways(
    fitting: dict[Group, Objective], sizes: tuple[int, ...], left: tuple[int, ...], alone: int
) -> Iterator[list[Group]]:
    """All sets of groups that leave out exactly `alone` of these cities: the first is in each group that may be, or out."""
    if not left:
        if not alone:
            yield []
        return
    first, rest = left[0], left[1:]
    for size in sizes:
        for others in combinations(rest, size - 1):
            group = (first, *others)
            if group in fitting:
                for groups in _ways(fitting, sizes, tuple(city for city in rest if city not in others), alone):
                    yield [group, *groups]
    if alone:
        yield from _ways(fitting, sizes, rest, alone - 1)
