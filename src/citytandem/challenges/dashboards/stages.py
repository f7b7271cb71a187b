"""How long a stage takes: quartiles, with what still waits counted fairly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from citytandem.core.statistics import Waited, kaplan_meier

# Of fewer cases a quartile would only repeat single ones: the page shows from where to where they go instead.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class StageTime:
    """Days of one stage. `cases`: all that came into it, `over` of which left it.

    low, median, high: by then a quarter, half and three quarters were over; None where too many still wait, and where
    there are fewer than FEWEST cases. shortest, longest: of those that are over.
    """

    cases: int
    over: int
    low: float | None
    median: float | None
    high: float | None
    shortest: int | None
    longest: int | None

    @property
    def waiting(self) -> int:
        """How many are in this stage now."""
        return self.cases - self.over

    @property
    def is_few(self) -> bool:
        """Too few for quartiles."""
        return self.cases < FEWEST


def stage_time(waits: Sequence[Waited]) -> StageTime:
    """Quartiles by the product-limit estimate, so that nothing looks quicker because it was left undone."""
    found = kaplan_meier(waits)
    over = [one.days for one in waits if one.is_over and one.count]
    is_few = found.cases < FEWEST
    low, median, high = (None if is_few else found.quantile(share) for share in (0.25, 0.5, 0.75))
    return StageTime(found.cases, found.over, low, median, high, min(over, default=None), max(over, default=None))


def waited(spans: Iterable[tuple[date | None, date | None]], *, today: date) -> list[Waited]:
    """From (first day, last day) of each case; without a last day it still waits, without a first it never began.

    A last day before the first counts as the same day: dates may be told later, and nothing takes less than no time.
    """
    return [
        Waited(max(0, ((left or today) - entered).days), left is not None)
        for entered, left in spans
        if entered is not None
    ]
