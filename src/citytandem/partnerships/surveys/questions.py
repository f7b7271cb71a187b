"""Questions and answers of a survey as plain values. Pure.

An answer to a scale is a whole number, to a choice the key of an option, to several choices a list of keys, to a number
a number, to an open question a text. A question that somebody skipped is not in their answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

SCALE, CHOICE, MULTI, NUMBER, TEXT = "scale", "choice", "multi", "number", "text"
MOST_STEPS = 7
LONGEST = 4_000
Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """`options`: keys, in order. `least` and `most`: of a scale or a number; None where a number has no limit."""

    key: str
    kind: str
    options: Sequence[str] = ()
    least: float | None = None
    most: float | None = None
    is_required: bool = False

    @property
    def steps(self) -> list[int]:
        """The steps of a scale."""
        if self.kind != SCALE or self.least is None or self.most is None:
            return []
        return list(range(int(self.least), int(self.most) + 1))

    @property
    def cells(self) -> list[str]:
        """What answers are counted by: the options, or the steps of a scale."""
        return [str(step) for step in self.steps] if self.kind == SCALE else list(self.options)


def complaint(question: Question, value: Any) -> str | None:
    """What is wrong with an answer, as a code: `missing`, `unknown`, `range`, `long`, or None."""
    if is_skipped(value):
        return "missing" if question.is_required else None
    if question.kind == TEXT:
        return "long" if len(str(value)) > LONGEST else None
    if question.kind == NUMBER:
        return _number(question, value)
    return None if _is_known(question, value) else "unknown"


def is_skipped(value: Any) -> bool:
    """Whether nothing was answered."""
    return value is None or value == "" or value == []  # noqa: PLR1714 - lists have no hash


def _number(question: Question, value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return "unknown"
    low, high = question.least, question.most
    return "range" if (low is not None and value < low) or (high is not None and value > high) else None


def _is_known(question: Question, value: Any) -> bool:
    if question.kind == MULTI:
        return isinstance(value, list) and set(value) <= set(question.options) and len(set(value)) == len(value)
    if question.kind == CHOICE:
        return value in question.options
    return not isinstance(value, bool) and isinstance(value, int) and value in question.steps
