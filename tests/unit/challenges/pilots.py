"""Pilots with planted effects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from citytandem.challenges.pilots.indicators import Indicator, Measurement, Period
from citytandem.challenges.ranking.criteria import Floats

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2024, 3, 4, 8, tzinfo=BERLIN)
PERIOD = Period(START, datetime(2025, 3, 4, 8, tzinfo=BERLIN), BERLIN)
FILL = Indicator("fill level", "%", "down")


def daily(before: Sequence[float] | Floats, after: Sequence[float] | Floats, *, place: str = "") -> list[Measurement]:
    """One value each noon, around the start."""
    noon = START.replace(hour=12).astimezone(UTC)
    return [
        Measurement(noon + timedelta(days=number - len(before)), float(value), number >= len(before), place)
        for number, value in enumerate([*before, *after])
    ]


def autoregressive(generator: np.random.Generator, count: int, correlation: float) -> Floats:
    """Errors with deviation 1, each related to the one before."""
    errors = generator.standard_normal(count)
    for number in range(1, count):
        errors[number] = correlation * errors[number - 1] + np.sqrt(1 - correlation**2) * errors[number]
    return errors
