"""How answers changed from one wave to the next. Pure.

Where people answered under a name that stays the same, the same people are compared (paired); else two groups of whom
nobody knows how far they are the same. The second is worked out from what is told of each wave and from nothing else, so
it gives nothing away that these do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import stats

from citytandem.core.statistics import Share
from citytandem.partnerships.surveys.analysing import Finding, Mean
from citytandem.partnerships.surveys.questions import CHOICE


@dataclass(frozen=True, slots=True)
class Change:
    """Later less earlier, with its 95 % interval. `cases`: pairs, or answers of the smaller wave."""

    value: float
    low: float
    high: float
    cases: int
    is_paired: bool

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out that nothing changed."""
        return self.low > 0 or self.high < 0


def paired(earlier: Mapping[str, float], later: Mapping[str, float]) -> Change | None:
    """Mean of the differences of those who answered twice (Student's t); None below two. Keys say who is who."""
    both = sorted(earlier.keys() & later.keys())
    if len(both) < 2:
        return None
    gaps = np.array([later[who] - earlier[who] for who in both])
    room = float(stats.t.ppf(0.975, len(gaps) - 1)) * float(gaps.std(ddof=1)) / sqrt(len(gaps))
    middle = float(gaps.mean())
    return Change(middle, middle - room, middle + room, len(both), is_paired=True)


def of_means(earlier: Finding, later: Finding) -> Change | None:
    """Difference of two told means; its variance is the sum of theirs. None where one is not told."""
    first, second = earlier.mean, later.mean
    if first is None or second is None:
        return None
    room = sqrt(_half(first) ** 2 + _half(second) ** 2)
    gap = second.value - first.value
    return Change(gap, gap - room, gap + room, min(first.cases, second.cases), is_paired=False)


def of_shares(earlier: Share, later: Share) -> Change:
    """Difference of two shares by Newcombe's hybrid score method (1998, Statistics in Medicine 17, 873-890, method 10)."""
    gap = later.value - earlier.value
    low = gap - sqrt((later.value - later.low) ** 2 + (earlier.high - earlier.value) ** 2)
    high = gap + sqrt((later.high - later.value) ** 2 + (earlier.value - earlier.low) ** 2)
    return Change(gap, max(-1.0, low), min(1.0, high), min(earlier.total, later.total), is_paired=False)


def of_first_shares(earlier: Finding, later: Finding) -> Change | None:
    """Change of the share of the first option, as it stands in both tables; None where it is not told."""
    shares = [finding.cells[0].share if finding.cells else None for finding in (earlier, later)]
    if earlier.question.kind != CHOICE or shares[0] is None or shares[1] is None:
        return None
    return of_shares(shares[0], shares[1])


def _half(mean: Mean) -> float:
    return (mean.high - mean.low) / 2
