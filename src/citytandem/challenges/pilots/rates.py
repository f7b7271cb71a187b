"""Events per exposure before and after: the ratio of two Poisson rates.

The ratio's interval is exact: given their sum, the events after are binomial (Przyborowski & Wilenski 1940, with the
ends of Clopper & Pearson 1934). Where counts vary more than a Poisson's, intervals are widened by their dispersion.

Several places that are on both sides are compared each with itself (`stratified`), else a place that was counted for
longer after the start than before would change the rate of all: Simpson's paradox.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from citytandem.challenges.pilots.effects import CONFIDENCE, Interval, student
from citytandem.challenges.ranking.criteria import Floats

_TAIL = (1 - CONFIDENCE) / 2
_LEAST_FOR_DISPERSION = 5
_CLEAR = 0.05
# Of more events the interval of Greenland and Robins is as good as the exact one, which takes long then.
_MOST_EXACT = 2_000
# Around the middle, on the scale of logarithms: no ratio lies beyond.
_FAR = 80.0


@dataclass(frozen=True, slots=True)
class Counts:
    """Events, and during how much exposure each number of them was counted; both of the shape (measurements,)."""

    events: Floats
    exposure: Floats

    @property
    def total(self) -> float:
        return float(self.events.sum())

    @property
    def rate(self) -> float:
        return self.total / float(self.exposure.sum())


@dataclass(frozen=True, slots=True)
class Rate:
    """Two rates. ratio: after / before, None where nothing was counted before; `ratio_high` None: it has no upper end.

    difference: after - before, per one of the exposure. dispersion: 1 for a Poisson, None where too few counts tell;
    `is_overdispersed`: the intervals were widened by it.
    """

    before: float
    after: float
    before_interval: Interval
    after_interval: Interval
    ratio: float | None
    ratio_low: float
    ratio_high: float | None
    difference: float
    difference_interval: Interval
    dispersion: float | None
    is_overdispersed: bool


def compare(before: Counts, after: Counts) -> Rate:
    """The rates before and after and their ratio. Neither side is empty, and exposures are above zero."""
    spread, freedom, is_over = _dispersion(before, after)
    # Without events on a side a widened interval would have no width there.
    is_over = is_over and min(before.total, after.total) > 0
    widened = (spread or 1.0) if is_over else 1.0
    low, high = _widened_ratio(before, after, widened, freedom) if is_over else _exact_ratio(before, after)
    return Rate(
        before=before.rate,
        after=after.rate,
        before_interval=_rate_interval(before, widened, freedom),
        after_interval=_rate_interval(after, widened, freedom),
        ratio=after.rate / before.rate if before.total else None,
        ratio_low=low,
        ratio_high=high,
        difference=after.rate - before.rate,
        difference_interval=_difference(before, after, widened, freedom),
        dispersion=spread,
        is_overdispersed=is_over,
    )


def stratified(before: Sequence[Counts], after: Sequence[Counts]) -> Rate:
    """As `compare`, with the counts of each place before and after, in the same order.

    Both rates are means of the places' rates with the weights of Mantel & Haenszel, so their ratio and difference are
    those of Mantel and Haenszel (Greenland & Robins 1985). The ratio's interval is exact given the sum of each place's
    events, of many events that of Greenland and Robins; that of a rate is of Fay & Feuer 1997, and that of the
    difference is made from them (Zou & Donner 2008). Where each place has the same share of its exposure after the
    start, all of it is what `compare` says of the sums.
    """
    strata = _Strata.of(before, after)
    spread, freedom, is_over = strata.dispersion(before, after)
    is_over = is_over and min(strata.first.sum(), strata.second.sum()) > 0
    widened = (spread or 1.0) if is_over else 1.0
    rates = strata.rates
    low, high = strata.wide_ratio(widened, freedom) if is_over else strata.ratio_interval()
    sides = strata.rate_interval(0, widened, freedom), strata.rate_interval(1, widened, freedom)
    return Rate(
        before=rates[0],
        after=rates[1],
        before_interval=sides[0],
        after_interval=sides[1],
        ratio=rates[1] / rates[0] if rates[0] else None,
        ratio_low=low,
        ratio_high=high,
        difference=rates[1] - rates[0],
        difference_interval=_between(rates, sides),
        dispersion=spread,
        is_overdispersed=is_over,
    )


@dataclass(frozen=True, slots=True)
class _Strata:
    """Events and exposures of each place before (`first`, `during`) and after (`second`, `during_after`)."""

    first: Floats
    second: Floats
    during: Floats
    during_after: Floats

    @classmethod
    def of(cls, before: Sequence[Counts], after: Sequence[Counts]) -> _Strata:
        sums = [
            np.array([float(getattr(place, name).sum()) for place in counts])
            for name in ("events", "exposure")
            for counts in (before, after)
        ]
        return cls(*sums)

    @property
    def weights(self) -> Floats:
        """Of Mantel and Haenszel, with the sum 1."""
        weights = 1 / (1 / self.during + 1 / self.during_after)
        result: Floats = weights / weights.sum()
        return result

    @property
    def rates(self) -> tuple[float, float]:
        weights = self.weights
        return float(weights @ (self.first / self.during)), float(weights @ (self.second / self.during_after))

    def rate_interval(self, number: int, spread: float, freedom: int) -> Interval:
        """Of the weighted rate before (0) or after (1); of the log of it where it is widened."""
        from scipy.special import gammaincinv

        events, exposure = ((self.first, self.during), (self.second, self.during_after))[number]
        each = self.weights / exposure
        rate, variance = float(each @ events), float(each**2 @ events)
        if spread > 1.0:
            half = student(freedom) * np.sqrt(spread * variance) / rate
            return Interval(float(rate * np.exp(-half)), float(rate * np.exp(half)))
        most = float(each.max())
        low = float(variance / rate * gammaincinv(rate**2 / variance, _TAIL)) if rate else 0.0
        rate, variance = rate + most, variance + most**2
        return Interval(low, float(variance / rate * gammaincinv(rate**2 / variance, 1 - _TAIL)))

    def wide_ratio(self, spread: float, freedom: float) -> tuple[float, float]:
        """The log of the ratio with the variance of Greenland and Robins, times the dispersion."""
        rates, whole = self.rates, self.during + self.during_after
        sums = [float((events * other / whole).sum()) for events, other in self._crossed()]
        each = (self.first + self.second) * (self.during / whole) * (self.during_after / whole)
        half = student(freedom) * np.sqrt(spread * float(each.sum()) / (sums[0] * sums[1]))
        middle = np.log(rates[1] / rates[0])
        return float(np.exp(middle - half)), float(np.exp(middle + half))

    def _crossed(self) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
        return (self.first, self.during_after), (self.second, self.during)

    def ratio_interval(self) -> tuple[float, float | None]:
        """Given each place's sum its events after are binomial; their own sum tells the ratio that all places share."""
        events = float(self.first.sum()), float(self.second.sum())
        if not sum(events):
            return 0.0, None
        if not events[1]:
            return 0.0, self.upper_of_none()
        if not events[0]:
            return 1 / _Strata(self.second, self.first, self.during_after, self.during).upper_of_none(), None
        if sum(events) > _MOST_EXACT:
            return self.wide_ratio(1.0, np.inf)
        return self._root(is_low=True), self._root(is_low=False)

    def upper_of_none(self) -> float:
        """The upper end where nothing happened after: so large a ratio leaves it a chance of _TAIL."""
        from scipy.optimize import brentq

        shares = np.log(self.during_after) - np.log(self.during)
        middle = float((self.first @ shares) / self.first.sum())

        def over(log_ratio: float) -> float:
            return float(self.first @ np.logaddexp(0.0, log_ratio + shares)) + float(np.log(_TAIL))

        return float(np.exp(brentq(over, -middle - _FAR, -middle + _FAR)))

    def _root(self, *, is_low: bool) -> float:
        from scipy.optimize import brentq
        from scipy.special import expit
        from scipy.stats import binom

        sums, wanted = np.rint(self.first + self.second).astype(int), int(np.rint(self.second.sum()))
        shares = np.log(self.during_after) - np.log(self.during)

        def over(log_ratio: float) -> float:
            chances = expit(log_ratio + shares)
            parts = [binom.pmf(np.arange(n + 1), n, chance) for n, chance in zip(sums, chances, strict=True) if n]
            whole = reduce(np.convolve, parts)
            tail = whole[wanted:] if is_low else whole[: wanted + 1]
            return float(tail.sum()) - _TAIL

        middle = float(np.log(self.rates[1] / self.rates[0]))
        return float(np.exp(brentq(over, middle - _FAR, middle + _FAR, xtol=1e-9)))

    def dispersion(self, before: Sequence[Counts], after: Sequence[Counts]) -> tuple[float | None, int, bool]:
        """Around one rate for each place and the ratio that all share; places without events tell nothing."""
        from scipy.special import chdtrc

        ratio = self.rates[1] / self.rates[0] if self.rates[0] else 0.0
        square, count, places = 0.0, 0, 0
        for number, counts in enumerate(zip(before, after, strict=True)):
            events = self.first[number] + self.second[number]
            if not events:
                continue
            places += 1
            rate = events / (self.during[number] + ratio * self.during_after[number])
            for side, factor in zip(counts, (1.0, ratio), strict=True):
                expected = rate * factor * side.exposure
                count += side.events.size
                square += float(((side.events - expected) ** 2 / expected).sum()) if factor else 0.0
        freedom = count - places - 1
        if count < _LEAST_FOR_DISPERSION or freedom < 1:
            return None, freedom, False
        spread = square / freedom
        return spread, freedom, spread > 1.0 and float(chdtrc(freedom, square)) < _CLEAR


def _between(rates: tuple[float, float], sides: tuple[Interval, Interval]) -> Interval:
    """The interval of a difference, from those of its two sides."""
    change = rates[1] - rates[0]
    down = np.hypot(rates[1] - sides[1].low, sides[0].high - rates[0])
    up = np.hypot(sides[1].high - rates[1], rates[0] - sides[0].low)
    return Interval(float(change - down), float(change + up))


def _exact_ratio(before: Counts, after: Counts) -> tuple[float, float | None]:
    from scipy.special import betaincinv

    first, second = before.total, after.total
    exposures = float(before.exposure.sum() / after.exposure.sum())
    low = float(betaincinv(second, first + 1, _TAIL)) if second else 0.0
    if not first:
        return (low / (1 - low) * exposures if second else 0.0), None
    high = float(betaincinv(second + 1, first, 1 - _TAIL))
    return low / (1 - low) * exposures, high / (1 - high) * exposures


def _widened_ratio(before: Counts, after: Counts, spread: float, freedom: int) -> tuple[float, float]:
    """Quasi-Poisson: the log of the ratio with its variance times the dispersion."""
    middle = np.log(after.rate / before.rate)
    half = student(freedom) * np.sqrt(spread * (1 / before.total + 1 / after.total))
    return float(np.exp(middle - half)), float(np.exp(middle + half))


def _rate_interval(counts: Counts, spread: float, freedom: int) -> Interval:
    """Exact (Garwood 1936), or of the log of the rate where it is widened."""
    from scipy.special import gammaincinv

    exposure = float(counts.exposure.sum())
    if spread > 1.0:
        half = student(freedom) * np.sqrt(spread / counts.total)
        return Interval(float(counts.rate * np.exp(-half)), float(counts.rate * np.exp(half)))
    low = float(gammaincinv(counts.total, _TAIL)) if counts.total else 0.0
    return Interval(low / exposure, float(gammaincinv(counts.total + 1, 1 - _TAIL)) / exposure)


def _difference(before: Counts, after: Counts, spread: float, freedom: int) -> Interval:
    if spread > 1.0:
        parts = [counts.total / float(counts.exposure.sum()) ** 2 for counts in (before, after)]
        half = student(freedom) * float(np.sqrt(spread * sum(parts)))
        change = after.rate - before.rate
        return Interval(change - half, change + half)
    from statsmodels.stats.rates import confint_poisson_2indep

    with np.errstate(all="ignore"):
        low, high = confint_poisson_2indep(
            after.total, float(after.exposure.sum()), before.total, float(before.exposure.sum()),
            method="score", compare="diff",
        )  # fmt: skip
    return Interval(float(low), float(high))


def _dispersion(before: Counts, after: Counts) -> tuple[float | None, int, bool]:
    """Pearson's chi-square over its degrees of freedom, and whether it is clearly above 1."""
    from scipy.special import chdtrc

    freedom = before.events.size + after.events.size - 2
    if freedom + 2 < _LEAST_FOR_DISPERSION:
        return None, freedom, False
    square = 0.0
    for counts in (before, after):
        expected = counts.rate * counts.exposure
        square += float(((counts.events - expected) ** 2 / expected).sum()) if counts.total else 0.0
    spread = square / freedom
    return spread, freedom, spread > 1.0 and float(chdtrc(freedom, square)) < _CLEAR
