"""Which department answers for a new problem, and until when. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np


@dataclass(frozen=True, slots=True)
class Responsibility:
    """What a department answers for. `covers`: whether the place lies in its areas; None: it has none, so everywhere."""

    themes: frozenset[str]
    covers: bool | None
    is_fallback: bool = False


def choose(duties: Sequence[Responsibility], *, themes: Sequence[str], broader: Mapping[str, str]) -> int | None:
    """Index of the department that fits best, or None.

    The problem's themes count in their order, the first most: the very theme before its top theme. Among equals, one
    whose areas hold the place goes before one for the whole city; one whose areas do not hold it is out. Where no theme
    fits, the fallback answers.
    """
    best, found = (0.0, False), None
    for index, duty in enumerate(duties):
        if duty.covers is False:
            continue
        fit = (_theme_fit(duty.themes, themes, broader), duty.covers is True)
        if fit[0] > 0 and fit > best:
            best, found = fit, index
    if found is not None:
        return found
    return next((index for index, duty in enumerate(duties) if duty.is_fallback), None)


def _theme_fit(mine: frozenset[str], themes: Sequence[str], broader: Mapping[str, str]) -> float:
    """Exact themes weigh more than top themes, earlier ones more than later ones; in [0, 2)."""
    fit = 0.0
    for rank, theme in enumerate(themes):
        worth = 1.0 if theme in mine else 0.5 if broader.get(theme, "") in mine else 0.0
        fit = max(fit, worth / (1 + rank / 10))
    return fit


def due_day(start: date, *, service_days: int) -> date:
    """The last day of the service time: so many working days (Monday to Friday) after `start`."""
    # Backward: whoever writes at the weekend has the same last day as on Friday.
    last: date = np.busday_offset(start, service_days, roll="backward").astype(date)
    return last
