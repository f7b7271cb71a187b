"""Reuse instead of buying: what is the same in the city that gives and the city that takes, and what is not.

A solution's frame conditions - law, responsibilities, organisation - matter more than its technology (profile of the
tandem Pirna-Boleslawiec in the programme's final report); the weights follow that.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

Value = str | bool | int | float | Collection[str] | None
Outcome = Literal["same", "differs", "unknown"]

# From 1 (helps) to 5 (decides).
WEIGHTS: Mapping[str, int] = {
    "law": 5,
    "responsibility": 5,
    "organisation": 4,
    "data": 4,
    "staff": 4,
    "systems": 3,
    "standards": 3,
    "costs": 3,
    "licence": 3,
    "language": 2,
    "population": 2,
}
_OTHER_WEIGHT = 1
# Cities within a factor of two are of one size for most solutions.
_SIMILAR = 2.0
_ORDER = {"differs": 0, "unknown": 1, "same": 2}


@dataclass(frozen=True, slots=True)
class Row:
    """One condition in both cities. `weight` from 1 to 5: how much it decides."""

    condition: str
    giver: Value
    taker: Value
    outcome: Outcome
    weight: int


def compare(giver: Mapping[str, Value], taker: Mapping[str, Value]) -> tuple[Row, ...]:
    """A checklist: what differs first, then what nobody knows, then what is the same; the weightiest on top.

    Conditions known to be asked for are listed even if neither city says anything about them.
    """
    conditions = [*WEIGHTS, *sorted((giver.keys() | taker.keys()) - WEIGHTS.keys())]
    rows = [
        Row(
            condition,
            giver.get(condition),
            taker.get(condition),
            _outcome(giver.get(condition), taker.get(condition)),
            WEIGHTS.get(condition, _OTHER_WEIGHT),
        )
        for condition in conditions
    ]
    return tuple(sorted(rows, key=lambda row: (_ORDER[row.outcome], -row.weight)))


def _outcome(giver: Value, taker: Value) -> Outcome:
    if _is_unsaid(giver) or _is_unsaid(taker):
        return "unknown"
    return "same" if _is_same(giver, taker) else "differs"


def _is_unsaid(value: Value) -> bool:
    if isinstance(value, float) and not math.isfinite(value):
        return True
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, Collection) and not value)


def _is_same(giver: Value, taker: Value) -> bool:
    if isinstance(giver, bool) or isinstance(taker, bool):
        return giver is taker
    if isinstance(giver, int | float) and isinstance(taker, int | float):
        low, high = sorted((giver, taker))
        return low == high or (low > 0 and high <= low * _SIMILAR)
    # What the giver needs has to be there; the taker may have more.
    return _words(giver) <= _words(taker)


def _words(value: Value) -> frozenset[str]:
    entries = [value] if isinstance(value, str) or not isinstance(value, Collection) else value
    return frozenset(" ".join(str(entry).split()).casefold() for entry in entries)
