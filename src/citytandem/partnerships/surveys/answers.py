"""The answers of a wave as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from citytandem.partnerships.models import SurveyWave


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody answered. `who`: the pseudonym, empty where nobody can tell."""

    id: str
    who: str
    values: dict[str, Any]
    may_be_quoted: bool


def given_in(wave: SurveyWave) -> list[Given]:
    """All answers of a wave, in the order of their random numbers. One query."""
    rows = wave.answers.order_by("id").values_list("id", "pseudonym", "values", "may_be_quoted")
    return [Given(str(key), str(pseudonym or ""), values, quoted) for key, pseudonym, values, quoted in rows]
