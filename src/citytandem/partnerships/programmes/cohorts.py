"""A cohort as plain JSON, and what comes of it: from stored facts and rules to groups with their reasons. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from itertools import combinations
from typing import Any

from citytandem.partnerships.cohort.applicants import Applicant
from citytandem.partnerships.cohort.likeness import Embed
from citytandem.partnerships.cohort.reasons import Reason, reasons
from citytandem.partnerships.cohort.report import blocking_pairs, fairness, prices, runners_up
from citytandem.partnerships.cohort.rules import Budget, Rules
from citytandem.partnerships.cohort.scoring import Scores, score_cohort
from citytandem.partnerships.cohort.solving import Solution, gains_of, solve
from citytandem.partnerships.cohort.weights import Weights

Facts = Mapping[str, Any]
Progress = Callable[[int], None]
_WORDS = ("languages", "themes", "teaches", "learns", "partners", "networks", "borders")


def applicant_of(facts: Facts) -> Applicant:
    """A stored applicant; `name` is the short name of the city, which is unique."""
    given: dict[str, Any] = {name: tuple(told) if name in _WORDS else told for name, told in facts.items()}
    return Applicant(**given)


def rules_of(stored: Mapping[str, Any]) -> Rules:
    """Stored rules; what is not named is as usual."""
    given = dict(stored)
    if given.get("budget"):
        given["budget"] = Budget(**given["budget"])
    for name in ("must", "must_not"):
        given[name] = tuple((pair[0], pair[1]) for pair in given.get(name, ()))
    if "sizes" in given:
        given["sizes"] = tuple(given["sizes"])
    return Rules(**given)


def rules_stored(rules: Rules) -> dict[str, Any]:
    """The reverse, as plain JSON."""
    stored = asdict(rules)
    stored["sizes"] = list(rules.sizes)
    stored["must"] = [list(pair) for pair in rules.must]
    stored["must_not"] = [list(pair) for pair in rules.must_not]
    return stored


def scores_of(applicants: Sequence[Facts], weights: Mapping[str, float], embed: Embed | None) -> Scores:
    """Score a stored cohort. Raises BadCohort."""
    return score_cohort([applicant_of(one) for one in applicants], weights=Weights.of(weights), embed=embed)


def computed(
    applicants: Sequence[Facts],
    weights: Mapping[str, float],
    rules: Mapping[str, Any],
    *,
    embed: Embed | None = None,
    progress: Progress = lambda _share: None,
) -> dict[str, Any]:
    """The best groups with everything that a coordination asks about them, as plain JSON. Raises BadCohort.

    progress: called with 0 to 100.
    """
    scores = scores_of(applicants, weights, embed)
    progress(20)
    solution = solve(scores, rules_of(rules))
    progress(60)
    priced = prices(solution)
    progress(90)
    names = [one.name for one in scores.applicants]
    found = solution.contradiction
    return {
        "state": str(solution.state),
        "method": solution.method,
        "total": solution.total,
        "bound": solution.bound,
        "gap": solution.gap,
        "stages": {stage: str(state) for stage, state in solution.stages.items()},
        "groups": groups_told(scores, solution.named()),
        "unplaced": [names[city] for city in solution.unplaced],
        "gains": dict(zip(names, gains_of(solution), strict=True)),
        "prices": [{"name": one.name, "value": one.value, "placed": one.placed} for one in priced],
        "runners_up": [asdict(one) for one in runners_up(solution)],
        "fairness": {part: asdict(fares) for part, fares in fairness(solution).items()},
        "blocking": [list(pair) for pair in blocking_pairs(solution)] if solution.groups else [],
        "contradiction": list(found.rules) if found else [],
    }


def groups_told(scores: Scores, groups: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Groups with the terms of each pair; `score` of a group is the mean of its pairs."""
    told = []
    for group in groups:
        pairs = [pair_told(scores, first, second) for first, second in combinations(group, 2)]
        told.append({"cities": list(group), "pairs": pairs, "score": sum(pair["score"] for pair in pairs) / len(pairs)})
    return told


def pair_told(scores: Scores, first: str, second: str) -> dict[str, Any]:
    """A pair with its terms, which add up to its score."""
    one, other = scores.number(first), scores.number(second)
    found = reasons(scores, one, other)
    return {
        "first": first,
        "second": second,
        "score": scores.score(one, other),
        "terms": [asdict(term) for term in found],
    }


def reason_of(stored: Mapping[str, Any]) -> Reason:
    """A stored term."""
    return Reason(stored["term"], stored["value"], stored["key"], stored["parameters"])


def differences(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Two results of one programme: groups of both and of one alone, and whose gain changes, most change first."""
    ours, theirs = ({tuple(sorted(group["cities"])) for group in one["groups"]} for one in (first, second))
    gains = (first["gains"], second["gains"])
    changed = [
        (city, gains[0].get(city, 0.0), gains[1].get(city, 0.0))
        for city in sorted({*gains[0], *gains[1]})
        if abs(gains[0].get(city, 0.0) - gains[1].get(city, 0.0)) > 1e-9
    ]
    changed.sort(key=lambda row: (-abs(row[2] - row[1]), row[0]))
    return {
        "both": sorted(ours & theirs),
        "only_first": sorted(ours - theirs),
        "only_second": sorted(theirs - ours),
        "changed": changed,
    }


__all__ = [
    "Solution", "applicant_of", "computed", "differences", "groups_told", "pair_told", "reason_of", "rules_of",
    "rules_stored", "scores_of",
]  # fmt: skip
