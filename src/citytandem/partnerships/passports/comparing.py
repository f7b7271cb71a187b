"""The conditions of a solution's origin beside those of a target city. Pure.

Law, responsibilities and organisation limit a transfer more often than technology does (profile of the tandem
Pirna-Boleslawiec in the programme's final report: another body was responsible for public transport); the weights follow
that. What one side has not said is asked, never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Value = str | float | int | Sequence[str] | None
Outcome = Literal["fits", "differs", "ask"]

# In the order in which they are asked; from 1 (helps) to 5 (decides).
WEIGHTS: Mapping[str, int] = {
    "law": 5,
    "responsible_body": 5,
    "staff": 4,
    "cost": 3,
    "interfaces": 3,
    "licence": 3,
    "language": 2,
    "evidence": 2,
}
CONDITIONS = tuple(WEIGHTS)
# Who may be in charge of a task of the public.
BODIES = ("city", "district", "region", "state", "association", "utility", "private")
# How well it is shown that the solution works, from nothing to use in several cities.
EVIDENCE = ("none", "described", "piloted", "in_use", "in_use_elsewhere")
# What the target's people found out when they compared the law themselves.
LAW_SAME, LAW_DIFFERS = "same", "differs"
# What may be out of date in a publiccode.yml; each is asked about.
WARNINGS = ("contract_ended", "unmaintained", "obsolete", "release_old", "country_left_out")
_ORDER: Mapping[Outcome, int] = {"differs": 0, "ask": 1, "fits": 2}


@dataclass(frozen=True, slots=True)
class Side:
    """What one city says of a condition: the value that is compared, and its words."""

    value: Value = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A condition in both cities. `missing`: what the target lacks by name; `gap`: how much, in the condition's unit.

    Units: hours a month for staff, euros a year for cost.
    """

    condition: str
    origin: Side
    target: Side
    outcome: Outcome
    weight: int
    missing: tuple[str, ...] = ()
    gap: float | None = None


@dataclass(frozen=True, slots=True)
class Todo:
    """What has to be done before the solution can work there: adapt what differs, ask what nobody knows."""

    condition: str
    kind: Literal["adapt", "ask", "check"]
    missing: tuple[str, ...] = ()
    gap: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All conditions, the weightiest differences first, and the share of the weight that fits and that is known, 0 to 1."""

    rows: tuple[Row, ...]
    todos: tuple[Todo, ...]
    fits: float = 0.0
    known: float = 0.0
    counts: Mapping[Outcome, int] = field(default_factory=dict)


def compare(origin: Mapping[str, Side], target: Mapping[str, Side], *, warnings: Sequence[str] = ()) -> Comparison:
    """Compare condition by condition. Raises ValueError for a condition or a warning that is not known."""
    unknown = (origin.keys() | target.keys()) - WEIGHTS.keys() | set(warnings) - set(WARNINGS)
    if unknown:
        raise ValueError(f"not known: {', '.join(sorted(unknown))}")
    rows = sorted(
        (_row(name, origin.get(name, Side()), target.get(name, Side())) for name in CONDITIONS),
        key=lambda row: (_ORDER[row.outcome], -row.weight),
    )
    total = sum(WEIGHTS.values())
    return Comparison(
        rows=tuple(rows),
        todos=(*(_todo(row) for row in rows if row.outcome != "fits"), *(Todo(name, "check") for name in warnings)),
        fits=sum(row.weight for row in rows if row.outcome == "fits") / total,
        known=sum(row.weight for row in rows if row.outcome != "ask") / total,
        counts={outcome: sum(row.outcome == outcome for row in rows) for outcome in _ORDER},
    )


def _todo(row: Row) -> Todo:
    return Todo(row.condition, "adapt" if row.outcome == "differs" else "ask", row.missing, row.gap)


def _row(condition: str, origin: Side, target: Side) -> Row:
    outcome, missing, gap = _COMPARED[condition](origin.value, target.value)
    return Row(condition, origin, target, outcome, WEIGHTS[condition], missing, gap)


_Found = tuple[Outcome, tuple[str, ...], float | None]
_ASK: _Found = ("ask", (), None)


def _found(*, fits: bool, missing: Sequence[str] = (), gap: float | None = None) -> _Found:
    return ("fits", (), None) if fits else ("differs", tuple(missing), gap)


def _law(_origin: Value, target: Value) -> _Found:
    """Nobody but people can say whether two laws allow the same: the target's answer counts."""
    if target not in (LAW_SAME, LAW_DIFFERS):
        return _ASK
    return _found(fits=target == LAW_SAME)


def _same_body(origin: Value, target: Value) -> _Found:
    if origin not in BODIES or target not in BODIES:
        return _ASK
    return _found(fits=origin == target)


def _enough(needed: Value, there: Value) -> _Found:
    """What the origin needed has to be there."""
    need, have = _amount(needed), _amount(there)
    if need is None or have is None:
        return _ASK
    return _found(fits=have >= need, gap=need - have)


def _all_there(needed: Value, there: Value) -> _Found:
    """The target may have more."""
    need, have = _names(needed), _names(there)
    if not need or not have:
        return _ASK
    lacking = [name for folded, name in need.items() if folded not in have]
    return _found(fits=not lacking, missing=lacking)


def _one_accepted(offered: Value, accepted: Value) -> _Found:
    """A licence has to be one of those that the target may take."""
    offers, accepts = _names(offered), _names(accepted)
    if not offers or not accepts:
        return _ASK
    return _found(fits=bool(offers.keys() & accepts.keys()), missing=list(offers.values()))


def _language(offered: Value, needed: Value) -> _Found:
    """Here the target needs and the origin offers."""
    return _all_there(needed, offered)


def _shown(offered: Value, demanded: Value) -> _Found:
    if offered not in EVIDENCE or demanded not in EVIDENCE:
        return _ASK
    return _found(fits=EVIDENCE.index(str(offered)) >= EVIDENCE.index(str(demanded)), missing=[str(demanded)])


def _amount(value: Value) -> float | None:
    """A number of at least 0; anything else is not said."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None


def _names(value: Value) -> dict[str, str]:
    """Names by their folded form."""
    entries = [value] if isinstance(value, str) else value if isinstance(value, Sequence) else []
    named = (" ".join(str(entry).split()) for entry in entries)
    return {name.casefold(): name for name in named if name}


_COMPARED = {
    "law": _law,
    "responsible_body": _same_body,
    "staff": _enough,
    "cost": _enough,
    "interfaces": _all_there,
    "licence": _one_accepted,
    "language": _language,
    "evidence": _shown,
}
