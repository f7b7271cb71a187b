"""The groups that a solver chooses from: all of them in a small cohort, the promising ones of each city in a large one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from citytandem.partnerships.cohort.task import IN_TANDEM, IN_TRIDEM, LEVELS, STEP, Flags, Group, Task

Numbers = NDArray[np.int64]
# Up to so many cities every tridem is looked at (9,880), and every tandem.
ALL_TRIDEMS = 40
ALL_TANDEMS = 250
# Beyond, so many of the best of each city; tridems out of the lists of so many partners.
TANDEMS_EACH = 12
TRIDEMS_EACH = 30
TRIDEMS_EACH_OF_MANY = 6
PARTNERS_EACH = 8


@dataclass(frozen=True)
class Candidates:
    """Groups as columns. members: (m, 3), -1 where there is no third. worth: (m,). levels: (m, 3), how little each gains.

    A level is the gain in tenths, at most `LEVELS`; -1 where there is no third. is_complete: no group was left out.
    """

    members: Numbers
    worth: Numbers
    levels: Numbers
    is_complete: bool

    def __len__(self) -> int:
        return len(self.members)

    def kept(self, keep: Flags) -> Candidates:
        """Only the marked ones."""
        return Candidates(self.members[keep], self.worth[keep], self.levels[keep], self.is_complete)

    def group(self, number: int) -> Group:
        """One of them as the rows of its cities."""
        return tuple(int(city) for city in self.members[number] if city >= 0)

    def numbers(self, groups: Sequence[Group]) -> NDArray[np.intp]:
        """Where these groups stand among the candidates; all have to be there."""
        wanted = np.array([(*group, -1)[:3] for group in groups], dtype=np.int64).reshape(-1, 3)
        place = {tuple(row): number for number, row in enumerate(self.members.tolist())} if len(wanted) else {}
        return np.array([place[tuple(row)] for row in wanted.tolist()], dtype=np.intp)

    @property
    def sizes(self) -> Numbers:
        """(m,): 2 or 3."""
        return np.where(self.members[:, 2] >= 0, 3, 2)


def candidates(task: Task, *, also: tuple[Group, ...] = ()) -> Candidates:
    """The groups to choose from, those of `also` in any case."""
    n = len(task)
    rows = [np.array([(*group, -1)[:3] for group in also], dtype=np.int64).reshape(-1, 3)]
    if 2 in task.rules.sizes:
        rows.append(_with_none(_tandems(task)))
    if 3 in task.rules.sizes and task.rules.tridems_max != 0:
        rows.append(_tridems(task))
        rows += [_around(task, pair) for pair in task.must]
    members = np.unique(np.concatenate(rows), axis=0)
    found = _valued(task, members)
    whole = n <= ALL_TANDEMS and (n <= ALL_TRIDEMS or 3 not in task.rules.sizes or task.rules.tridems_max == 0)
    found = Candidates(found.members, found.worth, found.levels, whole)
    return found.kept(_together(task, found.members)) if task.must else found


def _valued(task: Task, members: Numbers) -> Candidates:
    first, second, third = members.T
    three = third >= 0
    pairs = [task.weight[first, second], task.weight[first, third] * three, task.weight[second, third] * three]
    factor = np.where(three, IN_TRIDEM, IN_TANDEM)
    gains = np.stack(
        [(pairs[0] + pairs[1]) * factor, (pairs[0] + pairs[2]) * factor, (pairs[1] + pairs[2]) * factor], axis=1
    )
    levels = np.minimum(gains // STEP, LEVELS)
    levels[~three, 2] = -1
    return Candidates(members, sum(pairs) * factor, levels, is_complete=False)


def _with_none(pairs: Numbers) -> Numbers:
    return np.column_stack([pairs, np.full(len(pairs), -1, dtype=np.int64)])


def _tandems(task: Task) -> Numbers:
    upper = np.triu(task.allowed, 1)
    if len(task) <= ALL_TANDEMS:
        return np.argwhere(upper)
    return np.argwhere(upper & near(task, TANDEMS_EACH))


def near(task: Task, count: int) -> Flags:
    """(n, n): who is among the `count` best of the other, or the other way; of equals the first in a fixed turn.

    The turn begins behind the city itself: else the same few would be the first of all, and the lists would have hubs.
    """
    n = len(task)
    found = np.zeros((n, n), dtype=bool)
    for city in range(n):
        turn = np.roll(np.arange(n), -city - 1)
        weight = np.where(task.allowed[city], task.weight[city], -1)[turn]
        best = turn[np.argsort(-weight, kind="stable")[:count]]
        found[city, best] = task.allowed[city, best]
    return found | found.T


def _tridems(task: Task) -> Numbers:
    n = len(task)
    if n <= ALL_TRIDEMS:
        every = np.array(list(combinations(range(n), 3)), dtype=np.int64).reshape(-1, 3)
        return every[_all_allowed(task, every)]
    neighbours = near(task, PARTNERS_EACH if n > ALL_TANDEMS else TRIDEMS_EACH)
    found = [_best_around(task, city, np.flatnonzero(neighbours[city])) for city in range(n)]
    return np.unique(np.concatenate(found), axis=0)


def _best_around(task: Task, city: int, others: Numbers) -> Numbers:
    """The best tridems of a city with two of `others`."""
    first, second = np.triu_indices(len(others), 1)
    every = np.sort(np.column_stack([np.full(len(first), city), others[first], others[second]]), axis=1)
    every = every[_all_allowed(task, every)]
    most = TRIDEMS_EACH_OF_MANY if len(task) > ALL_TANDEMS else TRIDEMS_EACH
    return every[np.argsort(-_valued(task, every).worth, kind="stable")[:most]]


def _around(task: Task, pair: tuple[int, int]) -> Numbers:
    """All tridems with both of a pair that has to be together."""
    others = np.setdiff1d(np.arange(len(task)), pair)
    every = np.sort(np.column_stack([np.tile(pair, (len(others), 1)), others]), axis=1)
    return every[_all_allowed(task, every)]


def _all_allowed(task: Task, members: Numbers) -> Flags:
    first, second, third = members.T
    return task.allowed[first, second] & task.allowed[first, third] & task.allowed[second, third]


def _together(task: Task, members: Numbers) -> Flags:
    """Which groups tear no pair that has to be together."""
    keep = np.ones(len(members), dtype=bool)
    for first, second in task.must:
        keep &= (members == first).any(axis=1) == (members == second).any(axis=1)
    return keep
