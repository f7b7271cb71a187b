"""How much each term of the score counts: the coordinator's choice, with presets for the reasons of the real programme."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from citytandem.partnerships.cohort.applicants import BadCohort, Fault

# In the order in which they are shown: what is learned first, what eases it after.
TERMS = ("exchange", "themes", "tie", "size", "maturity", "language", "border", "hours")

PRESETS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "balanced": {
            "exchange": 35,
            "themes": 25,
            "tie": 10,
            "size": 6,
            "maturity": 6,
            "language": 6,
            "border": 6,
            "hours": 6,
        },
        # A town twinning existed before the programme.
        "twinning": {
            "exchange": 12,
            "themes": 12,
            "tie": 52,
            "size": 4,
            "maturity": 4,
            "language": 6,
            "border": 6,
            "hours": 4,
        },
        # Similar challenges and the same themes.
        "similar": {
            "exchange": 12,
            "themes": 52,
            "tie": 4,
            "size": 10,
            "maturity": 8,
            "language": 4,
            "border": 6,
            "hours": 4,
        },
        # One wants to learn what the other knows; cities may be very unequal.
        "learning": {
            "exchange": 64,
            "themes": 14,
            "tie": 6,
            "size": 0,
            "maturity": 0,
            "language": 6,
            "border": 4,
            "hours": 6,
        },
    }
)
DEFAULT_PRESET = "balanced"


@dataclass(frozen=True, slots=True)
class Weights:
    """A share per term; shares sum to 1, so that a score lies in [0, 1]."""

    shares: Mapping[str, float]

    @classmethod
    def of(cls, given: Mapping[str, float]) -> Weights:
        """From any numbers from 0 on; terms that are not named count nothing. Raises BadCohort."""
        unknown = [Fault("weights.unknown", told=str(name)) for name in given if name not in TERMS]
        odd = [
            Fault("weights.number", str(name), str(value))
            for name, value in given.items()
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0
        ]
        if unknown or odd:
            raise BadCohort(*unknown, *odd)
        total = math.fsum(given.values())
        if not 0 < total < math.inf:
            raise BadCohort(Fault("weights.none"))
        return cls({term: given.get(term, 0) / total for term in TERMS})

    @classmethod
    def preset(cls, name: str = DEFAULT_PRESET) -> Weights:
        """One of `PRESETS`. Raises BadCohort."""
        if name not in PRESETS:
            raise BadCohort(Fault("weights.preset", told=name))
        return cls.of(PRESETS[name])
