"""A matching to be solved: scores and rules as arrays, and what a set of groups is worth.

Worth is in whole numbers. A tandem's score counts 20, of a tridem each pair's counts 9: three cities bring a tenth less
than their tandems would, because three have to agree on every date and every language. What a city gains is the score of
its tandem, or nine tenths of the mean of its two pairs in a tridem; the total is half of all gains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytandem.partnerships.cohort.applicants import BadCohort, Fault
from citytandem.partnerships.cohort.rules import Rules
from citytandem.partnerships.cohort.scoring import UNIT, Scores, is_border

Flags = NDArray[np.bool_]
Group = tuple[int, ...]
IN_TANDEM, IN_TRIDEM = 20, 9
# The total in scores is the worth divided by this.
WORTH = IN_TANDEM * UNIT
# Gains are compared in tenths of the best that can be; from eight tenths on nobody is badly off.
LEVELS = 8
STEP = WORTH // 10


class Objective(NamedTuple):
    """What is best, in this order; the larger the better. `levels`: minus how many gain as little, worst first."""

    placed: int
    levels: tuple[int, ...]
    total: int


@dataclass(frozen=True)
class Task:
    """`weight`: (n, n) scores in ten-thousandths. `allowed`: (n, n), who may share a group. `order`: of equals."""

    scores: Scores
    rules: Rules
    weight: NDArray[np.int64]
    allowed: Flags
    must: tuple[tuple[int, int], ...]
    border: Flags
    small: Flags
    newcomer: Flags

    @classmethod
    def of(cls, scores: Scores, rules: Rules) -> Task:
        """Bind rules to a cohort. Raises BadCohort if a rule names a city that does not apply."""
        applicants = scores.applicants
        countries = np.array([one.country or f"?{number}" for number, one in enumerate(applicants)])
        allowed = np.ones((len(applicants), len(applicants)), dtype=bool)
        if rules.never_same_country:
            allowed &= countries[:, None] != countries[None, :]
        np.fill_diagonal(allowed, False)  # noqa: FBT003 - the value of the diagonal
        for first, second in rules.must_not:
            row, column = scores.number(first), scores.number(second)
            allowed[row, column] = allowed[column, row] = False
        if rules.min_hours > 0:
            short = np.array([(one.hours or 0.0) < rules.min_hours for one in applicants], dtype=bool)
            allowed[short, :] = allowed[:, short] = False
        must = [sorted((scores.number(first), scores.number(second))) for first, second in rules.must]
        return cls(
            scores=scores,
            rules=rules,
            weight=scores.total.astype(np.int64),
            allowed=allowed,
            must=tuple(sorted({(first, second) for first, second in must})),
            border=scores_border(scores),
            small=np.array([one.is_small for one in applicants], dtype=bool),
            newcomer=np.array([one.is_newcomer for one in applicants], dtype=bool),
        )

    def __len__(self) -> int:
        return len(self.scores)

    def gains(self, group: Group) -> list[int]:
        """What each member gains, in the unit of `WORTH`."""
        if len(group) == 2:
            return [IN_TANDEM * int(self.weight[group])] * 2
        return [IN_TRIDEM * sum(int(self.weight[one, other]) for other in group if other != one) for one in group]

    def objective(self, groups: Iterable[Group]) -> Objective:
        """What a set of groups is worth."""
        gains = [gain for group in groups for gain in self.gains(group)]
        counts = [0] * LEVELS
        if self.rules.fairness:
            for gain in gains:
                if gain < LEVELS * STEP:
                    counts[gain // STEP] -= 1
        return Objective(len(gains), tuple(counts), sum(gains) // 2)

    def is_group(self, group: Group) -> bool:
        """Whether these may be a group at all: size, pairs that are allowed, nobody torn from whom they must be with."""
        if len(group) not in self.rules.sizes:
            return False
        inside = set(group)
        if any((first in inside) != (second in inside) for first, second in self.must):
            return False
        return all(self.allowed[one, other] for place, one in enumerate(group) for other in group[place + 1 :])

    def broken(self, groups: Sequence[Group]) -> list[str]:
        """Which rules on the whole these groups break; empty if none."""
        rules = self.rules
        placed = np.array([city for group in groups for city in group], dtype=np.intp)
        tridems = sum(len(group) == 3 for group in groups)
        inside = set(placed.tolist())
        found = {
            "everyone": rules.everyone and len(placed) < len(self),
            "tridems_min": tridems < rules.tridems_min,
            "tridems_max": rules.tridems_max is not None and tridems > rules.tridems_max,
            "groups_min": len(groups) < rules.groups_min,
            "groups_max": rules.groups_max is not None and len(groups) > rules.groups_max,
            "border_groups_min": sum(self.has_border(group) for group in groups) < rules.border_groups_min,
            "small_towns_min": int(self.small[placed].sum()) < rules.small_towns_min,
            "newcomers_min": int(self.newcomer[placed].sum()) < rules.newcomers_min,
            "budget": rules.budget is not None and self.cost(groups) > rules.budget.total + 1e-6,
            "must": any(first not in inside for first, _second in self.must),
        }
        return [name for name, is_broken in found.items() if is_broken]

    def has_border(self, group: Group) -> bool:
        """Whether two of a group lie on each other's border."""
        return bool(self.border[np.ix_(group, group)].any())

    def cost(self, groups: Iterable[Group]) -> float:
        """Of all groups, by the budget's prices; 0 without a budget."""
        budget = self.rules.budget
        if budget is None:
            return 0.0
        return sum(budget.tandem if len(group) == 2 else budget.tridem for group in groups)


def scores_border(scores: Scores) -> Flags:
    """(n, n): who lie on each other's border, whatever that counts."""
    found = np.zeros((len(scores), len(scores)), dtype=bool)
    near = [number for number, one in enumerate(scores.applicants) if one.borders]
    for first in near:
        for second in near:
            found[first, second] = is_border(scores.applicants[first], scores.applicants[second])
    return found


def check_sizes(sizes: Iterable[int]) -> tuple[int, ...]:
    """Sizes of groups, sorted. Raises BadCohort unless they are 2, 3 or both."""
    found = tuple(sorted(set(sizes)))
    if not found or not set(found) <= {2, 3}:
        raise BadCohort(Fault("rules.sizes"))
    return found
