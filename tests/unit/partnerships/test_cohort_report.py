"""Prices are true re-solves, contradictions are the smallest there are, and leaving shakes up at most one other group."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.partnerships.cohort.applicants import Applicant, BadCohort
from citytandem.partnerships.cohort.brute import solve_by_brute_force
from citytandem.partnerships.cohort.contradictions import smallest_contradiction
from citytandem.partnerships.cohort.explained import as_document
from citytandem.partnerships.cohort.leaving import MOST_OF_A_KIND, proposals
from citytandem.partnerships.cohort.report import blocking_pairs, fairness, price_of_fairness, prices
from citytandem.partnerships.cohort.rules import Budget, Rules
from citytandem.partnerships.cohort.rules_file import read_rules
from citytandem.partnerships.cohort.scoring import score_cohort
from citytandem.partnerships.cohort.solving import solve
from citytandem.partnerships.cohort.task import WORTH, Task
from tests.unit.partnerships.cohorts import applicants

PAIR = ("City 0000", "City 0001")


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_each_price_is_what_brute_force_loses(seed: int) -> None:
    scores = score_cohort(applicants(7, seed))
    solution = solve(scores, Rules(must_not=(PAIR,), tridems_max=1))
    for price in prices(solution, "all"):
        rules, sign = solution.rules, 1
        kind, _blank, named = price.name.partition(" ")
        if kind in {"forbid", "force"}:
            field = "must_not" if kind == "forbid" else "must"
            rules = replace(rules, **{field: (*getattr(rules, field), tuple(named.split("|")))})
        else:
            rules, sign = rules.without(price.name), -1
        best = solve_by_brute_force(Task.of(scores, rules))
        if best is None or not best[0]:
            assert price.value is None
        else:
            assert price.value == pytest.approx(sign * (solution.total - best[1].total / WORTH), abs=1e-9)


def test_runners_up_blocking_pairs_and_fares_are_what_one_would_count_by_hand() -> None:
    rows = [
        Applicant("A", "DE", 10_000, themes=("x-1", "x-2"), is_newcomer=True),
        Applicant("B", "FR", 90_000, themes=("x-1", "x-2")),
        Applicant("C", "IT", 90_000, themes=("x-1",)),
        Applicant("D", "NL", 90_000, themes=("x-2",)),
    ]
    solution = solve(score_cohort(rows), Rules(must=(("A", "C"),)))
    assert solution.named() == [["A", "C"], ["B", "D"]]
    assert ("A", "B") in blocking_pairs(solution) or ("B", "C") in blocking_pairs(solution)
    fares = fairness(solution)
    assert (fares["all"].cities, fares["small_towns"].cities, fares["newcomers"].placed) == (4, 1, 1)
    assert sum(fares["all"].levels) == 4
    assert price_of_fairness(solution) >= 0


CONTRADICTIONS = [
    (Rules(must=(PAIR,), must_not=(PAIR,)), 2),
    (Rules(never_same_country=False, tridems_min=2, tridems_max=1, small_towns_min=1), 2),
    (Rules(never_same_country=False, tridems_min=4), 1),
    (Rules(newcomers_min=9, must_not=(PAIR,)), 1),
    (Rules(never_same_country=False, budget=Budget(5, 3, 4), groups_min=2, tridems_max=1), 2),
    (Rules(never_same_country=False, sizes=(2,), must=(PAIR, ("City 0001", "City 0002"))), 3),
]


@pytest.mark.parametrize(("rules", "count"), CONTRADICTIONS)
def test_of_contradictory_rules_the_smallest_set_is_named(rules: Rules, count: int) -> None:
    scores = score_cohort([replace(one, is_newcomer=False) for one in applicants(9, 4, countries=7)])
    found = smallest_contradiction(scores, rules)
    assert found is not None
    assert found.is_certain
    assert len(found.rules) == count
    only = rules
    for name in set(rules.names()) - set(found.rules):
        only = only.without(name)
    assert solve_by_brute_force(Task.of(scores, only)) is None
    for name in found.rules:
        assert solve_by_brute_force(Task.of(scores, only.without(name))) is not None
    document = as_document(solve(scores, rules))
    assert document["contradiction"] == list(found.rules)
    assert document["groups"] == []


def test_rules_are_read_and_every_fault_is_told_with_its_line() -> None:
    text = "sizes: [2]\ntridems: {max: 0}\nmust: [[hamm, AREZZO]]\nbudget: {total: 10.5, tandem: 2}\neveryone: yes\n"
    assert read_rules(text, ["Hamm", "Arezzo"]) == Rules(
        sizes=(2,), tridems_max=0, must=(("Arezzo", "Hamm"),), budget=Budget(10.5, 2), everyone=True
    )
    assert read_rules("", []) == Rules()
    odd = "sizes: [4]\nmust: [[Hamm, Paris]]\nmust_not: [[Hamm, hamm]]\nbudget: 3\nbeauty: 1\ngroups: {min: -1}\neveryone: 7\n"
    with pytest.raises(BadCohort) as caught:
        read_rules(odd, ["Hamm"])
    assert [fault.where for fault in caught.value.faults] == [f"line {line}" for line in range(1, 8)]
    for broken in ("a: [", "- 1", "x"):
        with pytest.raises(BadCohort):
            read_rules(broken, [])


def test_whoever_is_left_behind_gets_proposals_that_change_at_most_one_other_group() -> None:
    scores = score_cohort(applicants(15, 6, countries=7))
    groups = solve(scores).named()
    leaver = groups[0][0]
    found = proposals(scores, groups, leaver)
    assert found
    for one in found:
        assert leaver not in {city for group in one.groups for city in group}
        assert not one.before or list(one.before) in groups
        assert {city for group in one.groups for city in group} <= {*groups[0], *one.before}
        listed = sum(reason.value for told in one.reasons.values() for reason in told)
        before = (
            Task.of(scores, Rules()).objective([tuple(sorted(map(scores.number, one.before)))]) if one.before else None
        )
        assert listed - (before.total / WORTH if before else 0) == pytest.approx(one.worth, abs=1e-9)
    assert [(len(one.alone), -one.worth) for one in found] == sorted((len(one.alone), -one.worth) for one in found)


def test_many_swaps_do_not_hide_that_a_city_can_dock_on() -> None:
    scores = score_cohort(applicants(20, 3, countries=20))
    named = [f"City {number:04}" for number in range(20)]
    groups = [
        named[:2],
        *(named[at : at + 3] for at in range(2, 14, 3)),
        *(named[at : at + 2] for at in range(14, 20, 2)),
    ]
    found = proposals(scores, groups, "City 0001", rules=Rules(never_same_country=False))
    kinds = Counter(one.kind for one in found)
    assert kinds == {"dock_on": 3, "swap": MOST_OF_A_KIND}


def test_whoever_docks_on_may_be_of_a_country_that_is_there_already() -> None:
    """Krefeld, when Sofia had left: in every other tandem there was a German city."""
    cities = (("Krefeld", "DE"), ("Sofia", "BG"), ("Hamm", "DE"), ("Arezzo", "IT"))
    scores = score_cohort([Applicant(name, country, themes=("x-1",)) for name, country in cities])
    (found,) = proposals(scores, [["Krefeld", "Sofia"], ["Arezzo", "Hamm"]], "Sofia")
    assert (found.kind, found.groups, found.alone) == ("dock_on", (("Arezzo", "Hamm", "Krefeld"),), ())
    forbidden = Rules(must_not=(("Krefeld", "Hamm"),))
    assert proposals(scores, [["Krefeld", "Sofia"], ["Arezzo", "Hamm"]], "Sofia", rules=forbidden) == []


def test_a_tridem_goes_on_a_waiting_city_steps_in_and_nobody_left_needs_nothing() -> None:
    rows = [Applicant(name, country) for name, country in zip("ABCDE", ("DE", "FR", "IT", "NL", "PL"), strict=True)]
    scores = score_cohort(rows)
    kinds = {one.kind for one in proposals(scores, [["A", "B", "C"]], "C", waiting=["D"])}
    assert kinds == {"go_on", "newcomer"}
    assert proposals(scores, [["A", "B"]], "E") == []
    forbidden = Rules(must_not=(("A", "D"),), must=(("A", "B"),), tridems_min=9)
    assert proposals(scores, [["A", "B"]], "B", rules=forbidden, waiting=["D"]) == []
    with pytest.raises(BadCohort):
        proposals(scores, [["A", "B"]], "Nowhere")
