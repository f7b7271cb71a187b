"""The stored shape of both sides, and what is known of them before anybody types. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from citytandem.partnerships.passports.comparing import (
    BODIES,
    CONDITIONS,
    EVIDENCE,
    LAW_DIFFERS,
    LAW_SAME,
    WARNINGS,
    Comparison,
    Side,
    Value,
    compare,
)

LONGEST_NOTE = 500
LONGEST_NAME = 60
MOST_NAMES = 40
LARGEST = 1_000_000_000
_AMOUNTS = frozenset({"staff", "cost"})
_CHOICES: Mapping[str, frozenset[str]] = {
    "responsible_body": frozenset(BODIES),
    "evidence": frozenset(EVIDENCE),
    "law": frozenset({LAW_SAME, LAW_DIFFERS}),
}
_STAGES = {"concept": "described", "planned": "described", "tried": "piloted", "in_use": "in_use"}


def stored(sides: Mapping[str, Side]) -> dict[str, dict[str, Any]]:
    """As JSON; what nobody has said is left out. Raises ValueError with the name of a condition that is not well formed."""
    return {
        name: {"value": _value(name, side.value), "note": side.note[:LONGEST_NOTE]}
        for name, side in sides.items()
        if _is_known(name) and (side.note or side.value not in (None, "", [], ()))
    }


def sides_of(kept: Mapping[str, Any]) -> dict[str, Side]:
    """From the stored shape; what cannot be read counts as not said."""
    found = {}
    for name in CONDITIONS:
        one = kept.get(name)
        if isinstance(one, Mapping):
            found[name] = Side(_readable(name, one.get("value")), str(one.get("note") or ""))
    return found


def compared(origin: Mapping[str, Any], target: Mapping[str, Any], publiccode: Mapping[str, Any]) -> Comparison:
    """The comparison of two stored sides with what may be out of date in the software's file."""
    told = publiccode.get("warnings")
    warnings = [name for name in WARNINGS if isinstance(told, list) and name in told]
    return compare(sides_of(origin), sides_of(target), warnings=warnings)


def evidence_of(stage: str, used_by: Sequence[str]) -> str:
    """How well a solution is shown to work, by its stage and who uses it."""
    level = _STAGES.get(stage, "")
    return "in_use_elsewhere" if level == "in_use" and len(used_by) > 1 else level


def _is_known(name: str) -> bool:
    if name not in CONDITIONS:
        raise ValueError(name)
    return True


def _value(name: str, value: Value) -> Value:
    if value in (None, "", [], ()):
        return None
    found = _readable(name, value)
    if found is None:
        raise ValueError(name)
    return found


def _readable(name: str, value: Any) -> Value:
    if name in _AMOUNTS:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return value if is_number and 0 <= value <= LARGEST else None
    if name in _CHOICES:
        return value if isinstance(value, str) and value in _CHOICES[name] else None
    entries = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else []
    names = [" ".join(str(entry).split()) for entry in entries[:MOST_NAMES]]
    return [entry for entry in dict.fromkeys(names) if entry and len(entry) <= LONGEST_NAME] or None
