"""A good matching of any cohort in a moment: Edmonds' algorithm for tandems, then left-overs to tandems that gain most.

The weight of a pair holds the whole order of goals in one whole number: how many gain how little, then the total.
`rustworkx` reckons with 128 bits (Galil 1986 surveys the algorithm); nothing is rounded.
"""

from __future__ import annotations

import numpy as np
import rustworkx
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from citytandem.partnerships.cohort.candidates import near
from citytandem.partnerships.cohort.task import IN_TANDEM, IN_TRIDEM, LEVELS, STEP, Group, Task

# Up to so many cities all pairs are edges; beyond, the best of each and a matching's worth of others.
COMPLETE = 600
EDGES_EACH = 12
_BITS = 2**125


def matching(task: Task) -> list[Group]:
    """Groups of which each may be; rules on the whole (quotas, budget) are not looked at.

    The most cities are placed that tandems with a left-over each can hold; pairs that have to be together are.
    """
    groups: list[Group] = list(task.must) if 2 in task.rules.sizes else []
    if len({city for pair in groups for city in pair}) < 2 * len(groups):
        return []
    taken = {city for group in groups for city in group}
    free = [city for city in range(len(task)) if city not in taken]
    groups += best_pairs(task, free, edges(task, free))
    if 3 in task.rules.sizes and task.rules.tridems_max != 0:
        groups = attached(task, groups)
    if 2 not in task.rules.sizes:
        groups = [group for group in groups if len(group) == 3]
    return sorted(group for group in groups if task.is_group(group))


def edges(task: Task, free: list[int]) -> list[tuple[int, int]]:
    """Pairs worth looking at: all in a small cohort; else the best of each city, and an assignment, which reaches all."""
    inside = np.zeros(len(task), dtype=bool)
    inside[free] = True
    wanted = task.allowed & inside[:, None] & inside[None, :]
    if len(task) > COMPLETE:
        wanted &= near(task, EDGES_EACH) | _assigned(task, wanted)
    return [(int(first), int(second)) for first, second in np.argwhere(np.triu(wanted, 1))]


def _assigned(task: Task, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    rows, columns = linear_sum_assignment(_costs(task, wanted), maximize=True)
    found = np.zeros_like(wanted)
    found[rows, columns] = wanted[rows, columns]
    return found | found.T


def _costs(task: Task, wanted: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights, and for what may not be less than any sum of weights could make up for."""
    return np.where(wanted, task.weight, -10.0 * len(task) * (1 + task.weight.max(initial=0)))


def best_pairs(task: Task, cities: list[int], pairs: list[tuple[int, int]]) -> list[Group]:
    """The matching of most pairs that is best by the order of goals."""
    place = {city: number for number, city in enumerate(cities)}
    penalties = level_penalties(task)
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(cities)
    graph.add_edges_from([(place[one], place[other], _worth(task, one, other, penalties)) for one, other in pairs])
    found = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    return sorted((min(one, other), max(one, other)) for one, other in ((cities[a], cities[b]) for a, b in found))


def level_penalties(task: Task) -> list[int]:
    """What a city costs at each level, so that one at a lower level costs more than all at higher ones. Fits in 128 bits."""
    if not task.rules.fairness:
        return [0] * (LEVELS + 1)
    n = len(task)
    base, unit = n + 1, IN_TANDEM * int(task.weight.max(initial=0)) * (n + 1) + 1
    penalties, worth = [0] * (LEVELS + 1), unit
    for level in reversed(range(LEVELS)):
        if worth * base * n > _BITS:
            break
        penalties[level] = worth
        worth *= base
    return [max(penalties[level:]) for level in range(LEVELS + 1)]


def _worth(task: Task, one: int, other: int, penalties: list[int]) -> int:
    gain = IN_TANDEM * int(task.weight[one, other])
    return gain - 2 * penalties[min(gain // STEP, LEVELS)]


def attached(task: Task, groups: list[Group]) -> list[Group]:
    """Give each left-over city to a tandem, so that as many as can be find one and the gain is largest."""
    placed = {city for group in groups for city in group}
    alone = [city for city in range(len(task)) if city not in placed and task.allowed[city].any()]
    pairs = [group for group in groups if len(group) == 2]
    if not alone or not pairs:
        return groups
    one, other = np.array(pairs).T
    rows = np.array(alone)[:, None]
    may = task.allowed[rows, one] & task.allowed[rows, other]
    three = task.weight[rows, one] + task.weight[rows, other] + task.weight[one, other]
    gain = (IN_TRIDEM * three - IN_TANDEM * task.weight[one, other]).astype(np.float64)
    if task.rules.fairness:
        lowest = np.minimum(
            np.minimum(
                task.weight[rows, one] + task.weight[one, other], task.weight[rows, other] + task.weight[one, other]
            ),
            task.weight[rows, one] + task.weight[rows, other],
        )
        missing = LEVELS - np.minimum(IN_TRIDEM * lowest // STEP, LEVELS)
        gain -= missing * 2.0 * STEP
    forbidden = -1e3 * (np.abs(gain).max() + 1)
    left, right = linear_sum_assignment(np.where(may, gain, forbidden), maximize=True)
    third = {int(column): alone[int(row)] for row, column in zip(left, right, strict=True) if may[row, column]}
    joined = [tuple(sorted((*pair, third[number]))) if number in third else pair for number, pair in enumerate(pairs)]
    return joined + [group for group in groups if len(group) == 3]


def bound(task: Task) -> int:
    """No total can be larger, whatever the groups: half of the best assignment of a partner to each city.

    In a tandem both count the pair once; a tridem weighs each of its pairs 0.45, which is less than the half that a
    fractional matching may give it.
    """
    if len(task) < 2:
        return 0
    weight = np.where(task.allowed, task.weight, 0).astype(np.float64)
    rows, columns = linear_sum_assignment(weight, maximize=True)
    return int(IN_TANDEM * task.weight[rows, columns][task.allowed[rows, columns]].sum() // 2)
