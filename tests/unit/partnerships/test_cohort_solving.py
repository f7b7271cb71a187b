"""The solver against every way there is: same coverage, same fairness, same total, whatever the rules."""

from __future__ import annotations

import random
from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.partnerships.cohort.applicants import Applicant, BadCohort
from citytandem.partnerships.cohort.brute import solve_by_brute_force
from citytandem.partnerships.cohort.candidates import candidates
from citytandem.partnerships.cohort.exact import solve_exactly
from citytandem.partnerships.cohort.matching import bound, matching
from citytandem.partnerships.cohort.rules import Budget, Rules
from citytandem.partnerships.cohort.scoring import score_cohort
from citytandem.partnerships.cohort.solving import compared, solve
from citytandem.partnerships.cohort.task import WORTH, Task
from tests.unit.partnerships.cohorts import applicants

NAMES = [f"City {number:04d}" for number in range(9)]
PAIRS = st.lists(st.lists(st.sampled_from(NAMES[:6]), min_size=2, max_size=2, unique=True).map(tuple), max_size=2)
RULES = st.builds(
    Rules,
    sizes=st.sampled_from([(2, 3), (2,), (3,)]),
    never_same_country=st.booleans(),
    everyone=st.booleans(),
    tridems_min=st.integers(0, 1),
    tridems_max=st.sampled_from([None, 0, 1, 2]),
    groups_max=st.sampled_from([None, None, 2]),
    must=PAIRS.map(lambda pairs: tuple(pairs[:1])),
    must_not=PAIRS.map(tuple),
    border_groups_min=st.integers(0, 1),
    small_towns_min=st.integers(0, 3),
    newcomers_min=st.integers(0, 2),
    budget=st.sampled_from([None, None, Budget(10, 3, 4)]),
    min_hours=st.sampled_from([0, 0, 5]),
    fairness=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(n=st.integers(6, 9), seed=st.integers(0, 10_000), rules=RULES)
def test_it_equals_brute_force_under_any_rules(n: int, seed: int, rules: Rules) -> None:
    scores = score_cohort(applicants(n, seed))
    task = Task.of(scores, rules)
    best = solve_by_brute_force(task)
    found = solve(scores, rules)
    if best is None:
        assert found.state == "contradiction"
        assert not found.groups
        return
    assert task.objective(found.groups) == best[1]
    assert not task.broken(found.groups)
    assert all(task.is_group(group) for group in found.groups)
    assert found.bound == pytest.approx(found.total)
    assert found.gap == 0
    assert set(found.stages.values()) <= {"proven"}


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_without_a_start_it_finds_the_same(seed: int) -> None:
    task = Task.of(score_cohort(applicants(10, seed)), Rules())
    with_start = solve_exactly(task, candidates(task), matching(task))
    without = solve_exactly(task, candidates(task))
    assert task.objective(with_start.groups) == task.objective(without.groups)


@settings(max_examples=15, deadline=None)
@given(n=st.integers(2, 9), seed=st.integers(0, 10_000))
def test_nobody_can_be_less_badly_off_unless_somebody_worse_off_loses(n: int, seed: int) -> None:
    """Leximin by tenths: of all ways with as many placed, none has a better sorted list of gains."""
    task = Task.of(score_cohort(applicants(n, seed)), Rules())
    best = solve_by_brute_force(task)
    assert best is not None
    ours = task.objective(solve(task.scores).groups)
    assert ours.placed == best[1].placed
    assert ours.levels == best[1].levels


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(2, 12))
def test_no_total_exceeds_the_bound(seed: int, n: int) -> None:
    task = Task.of(score_cohort(applicants(n, seed)), Rules(fairness=False))
    assert task.objective(solve(task.scores, task.rules).groups).total <= bound(task)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    rows = applicants(13, seed)
    mixed = rows.copy()
    random.Random(seed).shuffle(mixed)  # noqa: S311 - the same every time
    assert solve(score_cohort(rows)).named() == solve(score_cohort(mixed)).named()


def test_a_seed_decides_between_equals_and_always_in_the_same_way() -> None:
    rows = [Applicant(f"C{number}", "DE" if number % 2 else "FR", themes=("x-1",)) for number in range(8)]
    found = {seed: solve(score_cohort(rows, seed=seed)).named() for seed in range(6)}
    assert len({str(groups) for groups in found.values()}) > 1
    assert found == {seed: solve(score_cohort(rows, seed=seed)).named() for seed in range(6)}
    assert len({solve(score_cohort(rows, seed=seed)).total for seed in range(6)}) == 1


def test_tandems_alone_are_what_a_second_library_finds() -> None:
    scores = score_cohort(applicants(40, 3))
    rules = Rules(sizes=(2,), fairness=False)
    task = Task.of(scores, rules)
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        (one, other, int(task.weight[one, other]))
        for one in range(40)
        for other in range(one)
        if task.allowed[one, other]
    )
    theirs = sum(int(task.weight[pair]) for pair in nx.max_weight_matching(graph, maxcardinality=True))
    assert solve(scores, rules).total == pytest.approx(theirs * 20 / WORTH)
    assert solve(scores, rules, method="matching").total == pytest.approx(theirs * 20 / WORTH)


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_to_match_are_left_without_a_group(n: int) -> None:
    for method in ("auto", "brute", "matching"):
        found = solve(score_cohort(applicants(n, 1)), method=method)  # type: ignore[arg-type]
        assert (found.groups, found.unplaced, found.gap) == ((), tuple(range(n)), 0)


def test_odd_numbers_end_in_one_tridem_and_everybody_is_placed() -> None:
    found = solve(score_cohort(applicants(61, 5)))
    assert not found.unplaced
    assert sum(len(group) == 3 for group in found.groups) == 1
    assert found.gap < 0.01


def test_a_large_cohort_places_everybody_and_tells_its_gap() -> None:
    found = solve(score_cohort(applicants(601, 5)))
    assert found.method == "matching"
    assert not found.unplaced
    assert 0 <= found.gap < 0.05
    assert found.stages["coverage"] == "proven"
    assert found.stages["total"] == "reached"


def test_a_large_cohort_keeps_its_rules_or_says_that_nothing_was_found() -> None:
    scores = score_cohort(applicants(310, 7))
    kept = solve(scores, Rules(must=(("City 0000", "City 0001"),), never_same_country=False, tridems_min=2))
    assert kept.groups
    assert not Task.of(scores, kept.rules).broken(kept.groups)
    none = solve(scores, Rules(must=(("City 0000", "City 0001"),), must_not=(("City 0000", "City 0001"),)))
    assert none.state == "contradiction"
    assert none.contradiction is not None
    assert len(none.contradiction.rules) == 2


def test_brute_force_refuses_what_it_cannot_do() -> None:
    with pytest.raises(BadCohort):
        solve(score_cohort(applicants(13, 1)), method="brute")


def test_two_solutions_are_compared_city_by_city() -> None:
    scores = score_cohort(applicants(8, 2))
    first = solve(scores)
    pair = tuple(first.named()[0][:2])
    second = solve(scores, replace(first.rules, must_not=(pair,)))  # type: ignore[arg-type]
    told = compared(first, second)
    assert tuple(first.named()[0]) in told.only_first
    assert len(told.both) + len(told.only_first) == len(first.groups)
    assert told.changed
    assert compared(first, first).changed == ()
