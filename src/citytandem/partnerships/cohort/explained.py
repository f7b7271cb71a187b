"""A solution as one document: groups, total, bound, reasons that add up to the total, prices, and who fares how."""

from __future__ import annotations

from dataclasses import asdict
from itertools import combinations
from typing import Any

from citytandem.partnerships.cohort.applicants import key_of
from citytandem.partnerships.cohort.leaving import share_of_pair
from citytandem.partnerships.cohort.reasons import Reason, reasons
from citytandem.partnerships.cohort.report import Which, blocking_pairs, fairness, price_of_fairness, prices, runners_up
from citytandem.partnerships.cohort.scoring import Scores
from citytandem.partnerships.cohort.solving import Solution
from citytandem.partnerships.cohort.wording import in_english

_MOST_BLOCKING = 20


def pair_reasons(scores: Scores, first: str, second: str, *, share: float = 1.0) -> list[dict[str, Any]]:
    """The terms of a pair, worded in English; they add up to `share` of its score."""
    return [_told(reason) for reason in reasons(scores, scores.number(first), scores.number(second), share=share)]


def _told(reason: Reason) -> dict[str, Any]:
    return {"term": reason.term, "value": reason.value, "text": in_english(reason)}


def group_reasons(solution: Solution) -> dict[str, list[dict[str, Any]]]:
    """Of each pair of each group, by `a|b`; all values together are the total."""
    return {
        f"{first}|{second}": pair_reasons(solution.scores, first, second, share=share_of_pair(tuple(range(len(group)))))
        for group in solution.named()
        for first, second in combinations(group, 2)
    }


def as_document(solution: Solution, *, which_prices: Which = "auto") -> dict[str, Any]:
    """What `citytandem cohort --json` prints, but for the time it took."""
    found = prices(solution, which_prices)
    blocking = blocking_pairs(solution) if solution.groups else []
    names = [one.name for one in solution.scores.applicants]
    document: dict[str, Any] = {
        "groups": solution.named(),
        "total": solution.total,
        "bound": solution.bound,
        "gap": solution.gap,
        "unplaced": sorted((names[city] for city in solution.unplaced), key=key_of),
        "reasons": group_reasons(solution),
        "prices": {price.name: price.value for price in found},
        "price_details": {price.name: {"placed": price.placed, "levels": price.levels} for price in found},
        "stages": {name: str(state) for name, state in solution.stages.items()},
        "method": solution.method,
        "candidates": "all" if solution.is_complete else "best",
        "runner_up": {one.city: {"partner": one.partner, "score": one.score} for one in runners_up(solution)},
        "blocking_pairs": {"count": len(blocking), "pairs": blocking[:_MOST_BLOCKING]},
        "fairness": {part: asdict(fares) for part, fares in fairness(solution).items()},
        "contradiction": list(solution.contradiction.rules) if solution.contradiction else [],
    }
    if found and solution.rules.fairness:
        document["fairness"]["price"] = price_of_fairness(solution)
    return document
