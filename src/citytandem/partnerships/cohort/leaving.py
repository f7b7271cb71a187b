"""When a city leaves or pauses: what those whom it leaves behind can do, without shaking up the programme.

Each proposal changes the group that was left and at most one other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from citytandem.partnerships.cohort.reasons import Reason, reasons
from citytandem.partnerships.cohort.rules import Rules
from citytandem.partnerships.cohort.scoring import Scores
from citytandem.partnerships.cohort.task import IN_TANDEM, IN_TRIDEM, WORTH, Group, Task

# Of each kind: there are many swaps, and they would push out what changes less.
MOST_OF_A_KIND = 4


@dataclass(frozen=True, slots=True)
class Proposal:
    """One way on. kind: `go_on` (a tridem goes on as a tandem), `dock_on` (to another group), `newcomer` (a city that has
    no group), or `swap` (those left behind and another group form two groups anew).

    groups: those that would be new. before: the other group that would change, empty if none. worth: the total after
    less that before, in scores; alone: who would stay without a group. reasons: of each new pair, by `a|b`.
    """

    kind: str
    groups: tuple[tuple[str, ...], ...]
    before: tuple[str, ...]
    worth: float
    alone: tuple[str, ...]
    reasons: dict[str, list[Reason]]


def proposals(
    scores: Scores,
    groups: Iterable[Sequence[str]],
    leaver: str,
    *,
    rules: Rules | None = None,
    waiting: Iterable[str] = (),
) -> list[Proposal]:
    """What can be done when `leaver` goes: best first, by how many stay alone, then by what it is worth; the best of each kind.

    groups: by names, as they are. waiting: cities without a group that could step in. Rules that forbid a pair hold, those
    that force one or count groups do not: a programme that runs keeps what it has. Who docks on may be of a country that
    is there already: the group it comes to joins two countries anyway. Raises BadCohort for unknown names.
    """
    given = rules or Rules()
    kept_rules = Rules(never_same_country=given.never_same_country, must_not=given.must_not, min_hours=given.min_hours)
    task = Task.of(scores, kept_rules)
    docking = Task.of(scores, replace(kept_rules, never_same_country=False))
    numbered = [tuple(sorted(scores.number(name) for name in group)) for group in groups]
    gone = scores.number(leaver)
    left = next((group for group in numbered if gone in group), ())
    stay = tuple(city for city in left if city != gone)
    if not stay:
        return []
    others = [group for group in numbered if group != left]
    busy = {city for group in numbered for city in group}
    free = [scores.number(name) for name in waiting]
    free = sorted({city for city in free if city not in busy and city != gone})
    options = _options(task, docking, stay, others, free)
    found = [_proposal(docking, kind, new, before, stay) for kind, new, before in options]
    found.sort(key=lambda one: (len(one.alone), -one.worth, one.kind, one.groups))
    seen: Counter[str] = Counter()
    kept = []
    for one in found:
        seen[one.kind] += 1
        if seen[one.kind] <= MOST_OF_A_KIND:
            kept.append(one)
    return kept


Option = tuple[str, tuple[Group, ...], Group]


def _options(task: Task, docking: Task, stay: Group, others: Sequence[Group], free: Sequence[int]) -> Iterator[Option]:
    """All that may be and changes at most one other group."""
    if len(stay) == 2 and task.is_group(stay):
        yield "go_on", (stay,), ()
    for city in free:
        new = tuple(sorted((*stay, city)))
        if task.is_group(new):
            yield "newcomer", (new,), ()
    for group in others:
        for city in stay if len(group) == 2 else ():
            new = tuple(sorted((*group, city)))
            if docking.is_group(new):
                yield "dock_on", (new,), group
        yield from _swaps(task, stay, group)


def _swaps(task: Task, stay: Group, group: Group) -> Iterator[Option]:
    """Form two groups out of those left behind and one other group, each city in one."""
    everyone = sorted((*stay, *group))
    if len(everyone) not in (4, 5):
        return
    first = everyone[0]
    for second in everyone[1:]:
        for third in (None, *(city for city in everyone[1:] if city > second)):
            one = tuple(sorted(city for city in (first, second, third) if city is not None))
            other = tuple(city for city in everyone if city not in one)
            if set(one) != set(group) and set(other) != set(group) and task.is_group(one) and task.is_group(other):
                yield "swap", (one, other), group


def _proposal(task: Task, kind: str, new: tuple[Group, ...], before: Group, stay: Group) -> Proposal:
    applicants = task.scores.applicants
    after = task.objective(new).total
    was = task.objective([before]).total if before else 0
    placed = {city for group in new for city in group}
    alone = [city for city in (*stay, *before) if city not in placed]
    told: dict[str, list[Reason]] = {}
    for group in new:
        for place, one in enumerate(group):
            for other in group[place + 1 :]:
                pair = f"{applicants[one].name}|{applicants[other].name}"
                told[pair] = reasons(task.scores, one, other, share=share_of_pair(group))
    return Proposal(
        kind=kind,
        groups=tuple(tuple(applicants[city].name for city in group) for group in new),
        before=tuple(applicants[city].name for city in before),
        worth=(after - was) / WORTH,
        alone=tuple(applicants[city].name for city in alone),
        reasons=told,
    )


def share_of_pair(group: Sequence[int]) -> float:
    """How much of a pair's score counts in the total: all in a tandem, 0.45 in a tridem."""
    return 1.0 if len(group) == 2 else IN_TRIDEM / IN_TANDEM
