"""The criteria that a challenge begins with, in the language of whoever begins it."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from django.utils.translation import gettext_noop

# (name, question, what 0 means, what 5 means): English msgids, worded in the language that the challenge is written in.
WORDS: dict[str, tuple[str, str, str, str]] = {
    "impact": (
        gettext_noop("Impact"), gettext_noop("How much smaller does the problem get?"),
        gettext_noop("Nothing changes for those who have the problem."), gettext_noop("The problem is gone."),
    ),
    "feasibility": (
        gettext_noop("Feasibility"), gettext_noop("Can it be done with our staff, our technology and our law?"),
        gettext_noop("Nobody has shown that it works."), gettext_noop("It is in use elsewhere under like conditions."),
    ),
    "cost-efficiency": (
        gettext_noop("Cost efficiency"), gettext_noop("What does it bring for its cost over five years?"),
        gettext_noop("It costs far more than it brings."), gettext_noop("It pays for itself."),
    ),
    "scalability": (
        gettext_noop("Scalability"), gettext_noop("Can the whole city, and can other cities, use it?"),
        gettext_noop("It works in one place only."), gettext_noop("Any city can take it over with little work."),
    ),
    "sustainability": (
        gettext_noop("Sustainability"), gettext_noop("What does it mean for climate, resources and its own upkeep?"),
        gettext_noop("It does harm, or nobody will look after it."), gettext_noop("It saves resources and lasts."),
    ),
    "strategy": (
        gettext_noop("Fit with the strategy"), gettext_noop("Does it serve a goal that the council has set?"),
        gettext_noop("It goes against one."), gettext_noop("It is part of one."),
    ),
    "inclusion": (
        gettext_noop("Inclusion"), gettext_noop("Can everybody use it, and does it reach those who are left out today?"),
        gettext_noop("It shuts people out."), gettext_noop("It reaches people who are left out today."),
    ),
    "data-protection": (
        gettext_noop("Data protection"), gettext_noop("How does it treat people's data?"),
        gettext_noop("It needs personal data without a ground in law."), gettext_noop("It needs no personal data."),
    ),
}  # fmt: skip


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, Any], ...]:
    return tuple(yaml.safe_load(files(__package__).joinpath("usual_criteria.yaml").read_text(encoding="utf-8")))


def usual_criteria(language: str) -> list[dict[str, Any]]:
    """Key, name, hint, anchors, weight and direction of each, worded in one language; scales go from 0 to 5."""
    from django.utils.translation import gettext, override

    found = []
    with override(language):
        for row in _table():
            name, hint, low, high = (gettext(text) for text in WORDS[row["key"]])
            found.append(
                {
                    "key": row["key"],
                    "name": _one(name, language),
                    "hint": _one(hint, language),
                    "anchors": {"low": _one(low, language), "high": _one(high, language)},
                    "weight": str(row["weight"]),
                    "direction": row["direction"],
                    "low": 0,
                    "high": 5,
                }
            )
    return found


def _one(text: str, language: str) -> dict[str, dict[str, str]]:
    return {language: {"text": text, "by": "human"}}
