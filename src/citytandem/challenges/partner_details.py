"""What travels of challenges and proposals as plain JSON, and how to read what a partner sent. Nothing in it is trusted.

What is missing or of another kind than expected is left out; only what nothing can be shown without is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from citytandem.core.text import MAX_TITLE
from citytandem.core.versions import Translations
from citytandem.federation.details import amount, line, listed, mapping, words

MOST_TARGETS = 20
MOST_CRITERIA = 40
MOST_OUTCOMES = 100
MOST_THEMES = 6


@dataclass(frozen=True, slots=True)
class Money:
    """A frame of money; None: open on that side."""

    low: Decimal | None = None
    high: Decimal | None = None
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one proposal, as its city tells it. `proposal`: its address between nodes."""

    proposal: str
    step: str
    reason: Translations = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is kept and sent."""
        return {"proposal": self.proposal, "step": self.step, "reason": self.reason}


def title_of(value: Any) -> Translations:
    """As `words`, for one line."""
    return words(value, limit=MAX_TITLE, is_line=True)


def money(value: Any) -> Money:
    """A frame of money; ends in the wrong order are taken for none."""
    told = mapping(value)
    low, high = amount(told.get("low")), amount(told.get("high"))
    if low is not None and high is not None and low > high:
        low = high = None
    return Money(low, high, currency(told.get("currency")))


def currency(value: Any) -> str:
    """Three capital letters (ISO 4217); EUR where it is not said."""
    return value if isinstance(value, str) and len(value) == 3 and value.isascii() and value.isupper() else "EUR"


def targets(value: Any) -> list[dict[str, str]]:
    """What is to be reached, row by row."""
    rows = [
        {name: line(mapping(row).get(name), limit=200) for name in ("indicator", "unit", "value")}
        for row in listed(value)
    ]
    return [row for row in rows if row["indicator"] and row["value"]][:MOST_TARGETS]


def criteria(value: Any) -> list[dict[str, Any]]:
    """What proposals are measured by: name by language, and the share of all weights from 0 to 1 as a string."""
    found = []
    for row in listed(value)[:MOST_CRITERIA]:
        name, share = title_of(mapping(row).get("name")), amount(mapping(row).get("share"), places=4)
        if name and share is not None and share <= 1:
            found.append({"name": name, "share": str(share)})
    return found


def outcomes_of(value: Any, *, steps: frozenset[str]) -> list[Outcome]:
    """What became of proposals; steps that we do not know are left out."""
    return list(_outcomes(value, steps))[:MOST_OUTCOMES]


def _outcomes(value: Any, steps: frozenset[str]) -> Iterator[Outcome]:
    for row in listed(value):
        told = mapping(row)
        uri, step = told.get("proposal"), told.get("step")
        if isinstance(uri, str) and isinstance(step, str) and step in steps and len(uri) <= 700:
            yield Outcome(uri, step, words(told.get("reason"), limit=4_000))


def figure(value: float | None) -> float | None:
    """A number as objects may hold it: twelve digits, and nothing that is closer to 0 than a database tells from it."""
    if value is None:
        return None
    short = float(f"{value:.12g}")
    return 0.0 if abs(short) < 1e-9 else short
