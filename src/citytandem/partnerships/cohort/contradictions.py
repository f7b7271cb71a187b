"""When rules contradict each other: the smallest set of them that already does.

A deletion filter (Chinneck 2008, Feasibility and Infeasibility in Optimization, ch. 6): take rules away one by one, and
leave away each without which the rest still contradicts itself. What stays is such that each of it is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from citytandem.partnerships.cohort.candidates import candidates
from citytandem.partnerships.cohort.exact import State, programme
from citytandem.partnerships.cohort.rules import Rules
from citytandem.partnerships.cohort.scoring import Scores
from citytandem.partnerships.cohort.task import Task

# These speak of pairs and sizes alone; the candidates for them are complete in a cohort of any size.
_ABOUT_PAIRS = ("must", "must_not", "never_same_country", "sizes", "min_hours", "tridems_max")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`rules`: names as in `Rules.names`. `is_certain`: proven, not only not found among the candidates of a large cohort."""

    rules: tuple[str, ...]
    is_certain: bool


def smallest_contradiction(scores: Scores, rules: Rules) -> Contradiction | None:
    """The smallest set that contradicts itself, each of whose rules is needed for that; None if groups can be found."""
    state, is_complete = feasible(scores, rules)
    if state is State.PROVEN:
        return None
    if state is State.NOT_FOUND:
        return Contradiction(tuple(rules.names()), is_certain=False)
    # Single pairs last: a set that can do without them tells more.
    for name in reversed(rules.names()):
        fewer = rules.without(name)
        if feasible(scores, fewer)[0] is State.CONTRADICTION:
            rules = fewer
    names = tuple(rules.names())
    about_pairs = all(name.split(":")[0] in _ABOUT_PAIRS for name in names)
    return Contradiction(names, is_certain=is_complete or about_pairs or _cannot_be(scores, rules))


def feasible(scores: Scores, rules: Rules) -> tuple[State, bool]:
    """Whether groups that keep the rules exist among the candidates, and whether those are all groups there are."""
    task = Task.of(scores, rules)
    choice = candidates(task)
    work = programme(task, choice)
    state, _chosen, _least = work.best(np.zeros(len(choice)))
    return state, choice.is_complete


def _cannot_be(scores: Scores, rules: Rules) -> bool:
    """Whether counting alone shows it, in a cohort of any size."""
    task = Task.of(scores, rules)
    n, least = len(task), min(rules.sizes)
    groups = max(rules.groups_min, rules.tridems_min)
    cheapest = 0.0
    if rules.budget is not None:
        cheapest = rules.tridems_min * rules.budget.tridem
        cheapest += max(0, rules.groups_min - rules.tridems_min) * min(rules.budget.tandem, rules.budget.tridem)
    return (
        3 * rules.tridems_min + least * max(0, groups - rules.tridems_min) > n
        or (rules.tridems_max is not None and rules.tridems_min > rules.tridems_max)
        or (rules.groups_max is not None and groups > rules.groups_max)
        or rules.small_towns_min > int(task.small.sum())
        or rules.newcomers_min > int(task.newcomer.sum())
        or rules.border_groups_min > int(task.border.any(axis=1).sum()) // 2
        or (rules.everyone and not bool(task.allowed.any(axis=1).all()))
        or (rules.budget is not None and cheapest > rules.budget.total)
    )
