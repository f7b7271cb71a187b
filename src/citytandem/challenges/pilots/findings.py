"""What a pilot showed for one indicator: numbers and codes for pages, documents and texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from citytandem.challenges.pilots.effects import (
    Effect,
    Interval,
    Side,
    difference,
    paired,
    relative,
    serial_correlation,
    side,
)
from citytandem.challenges.pilots.indicators import Indicator, Measurement, Period, checked
from citytandem.challenges.pilots.rates import Counts, Rate, compare, stratified
from citytandem.challenges.pilots.series import LEAST, Day, Series, interrupted

Method = Literal["means", "paired", "rate", "series"]
Verdict = Literal["better", "worse", "no_clear_change", "too_few"]
Reached = Literal["yes", "no", "unclear"]
# What has to be said along with the result:
Caution = Literal[
    "baseline_only",  # nothing measured before, only the indicator's baseline
    "one_value",  # one value on a side: no interval
    "few_points",  # fewer than eight on a side
    "no_spread",  # values that do not vary: no interval, or (`series`) one without width
    "nothing_counted",  # no event on either side
    "places_left_out",  # measured on one side only
    "days_left_out",  # days without all places are not in the series
    "weekdays_ignored",  # daily values, but below four weeks
    "correlated",  # values that follow each other say less: the interval is wider
    "overdispersed",  # counts vary more than chance: the interval is wider
    "trend_before",  # it was changing already before, which this method does not take off
]

# A smaller correlation widens an interval of a series by less than a fifth, and half of all series have one by chance.
_NOTABLE = 0.2


@dataclass(frozen=True, slots=True)
class Finding:
    """The change of one indicator.

    method: that of `difference`, `interval` and `verdict`: `series` where there are eight days or more on each side,
    `paired` where two places or more are on both, else `means`; counts always `rate`, with each such place against
    itself. difference: after - before in the indicator's unit (`series`: the mean of what was measured after minus what
    would have been). target: None without one.
    means, paired, rate, series: all that can be said, each by its own method; None where it cannot.
    """

    indicator: Indicator
    before: Side
    after: Side
    method: Method
    difference: float
    interval: Interval | None
    relative: float | None
    hedges_g: float | None
    verdict: Verdict
    target: Reached | None
    means: Effect
    paired: Effect | None
    rate: Rate | None
    series: Series | None
    cautions: tuple[Caution, ...]


def finding(indicator: Indicator, measurements: Iterable[Measurement], *, period: Period) -> Finding:
    """Raises BadPilot where a measurement is wrong or a side is empty (`indicators.checked`)."""
    usable, cautions = _comparable(checked(measurements, indicator=indicator, period=period))
    before = [measurement for measurement in usable if not measurement.is_after]
    after = [measurement for measurement in usable if measurement.is_after]
    if indicator.baseline is not None and not before:
        return _against_baseline(indicator, indicator.baseline, after, cautions)
    days, has_gaps = _days(usable, indicator, period)
    series = interrupted(days, start=period.start.astimezone(period.zone).date())
    if series is not None and has_gaps:
        cautions.append("days_left_out")
    if indicator.kind == "count":
        return _counted(indicator, before, after, series, cautions)
    return _measured(indicator, before, after, series, cautions)


def _comparable(measurements: Sequence[Measurement]) -> tuple[Sequence[Measurement], list[Caution]]:
    """Only the places that were measured on both sides, if there are any: others change the mean, not the thing."""
    before = {measurement.place for measurement in measurements if not measurement.is_after}
    after = {measurement.place for measurement in measurements if measurement.is_after}
    both = before & after
    if before == after or not both:
        return measurements, []
    return [measurement for measurement in measurements if measurement.place in both], ["places_left_out"]


def _days(measurements: Sequence[Measurement], indicator: Indicator, period: Period) -> tuple[list[Day], bool]:
    """The mean of each day (for counts: its rate) on which all places were measured, and whether others were left out."""
    places = {measurement.place for measurement in measurements}
    found: dict[tuple[date, bool], dict[str, list[Measurement]]] = {}
    for measurement in measurements:
        key = (measurement.at.astimezone(period.zone).date(), measurement.is_after)
        found.setdefault(key, {}).setdefault(measurement.place, []).append(measurement)
    whole = {key: by_place for key, by_place in found.items() if by_place.keys() == places}
    days = []
    for (on, is_after), by_place in sorted(whole.items()):
        # Each place counts the same, however often it was measured that day.
        values = [_level(of_place, indicator) for of_place in by_place.values()]
        days.append(Day(on, float(np.mean(values)), is_after))
    return days, len(whole) < len(found)


def _level(measurements: Sequence[Measurement], indicator: Indicator) -> float:
    total = sum(measurement.value for measurement in measurements)
    if indicator.kind == "count":
        return total / sum(measurement.exposure for measurement in measurements)
    return total / len(measurements)


def _by_place(measurements: Sequence[Measurement], indicator: Indicator) -> Mapping[str, float]:
    return {place: _level(found, indicator) for place, found in _grouped(measurements).items()}


def _grouped(measurements: Sequence[Measurement]) -> Mapping[str, list[Measurement]]:
    places: dict[str, list[Measurement]] = {}
    for measurement in measurements:
        places.setdefault(measurement.place, []).append(measurement)
    return places


def _measured(
    indicator: Indicator,
    before: Sequence[Measurement],
    after: Sequence[Measurement],
    series: Series | None,
    cautions: list[Caution],
) -> Finding:
    """Of several places, the place is the unit: values of one place are no independent ones."""
    places = _by_place(before, indicator), _by_place(after, indicator)
    correlation = 0.0
    if len(places[0].keys() | places[1].keys()) > 1:
        first, second = (np.array(list(values.values())) for values in places)
    else:
        first, second = (np.array([one.value for one in values]) for values in (before, after))
        correlation = serial_correlation(first, second)
    means, pairs = difference(first, second, correlation=correlation), paired(*places)
    sides = (
        side(first, measured=len(before), correlation=correlation),
        side(second, measured=len(after), correlation=correlation),
    )
    method: Method = "series" if series is not None else "paired" if pairs is not None else "means"
    chosen = pairs if method == "paired" and pairs is not None else means
    change, interval, share = chosen.difference, chosen.interval, chosen.relative
    if series is not None:
        change, interval = series.average.value, series.average.interval
        share = relative(change, series.expected)
    cautions += _of_values(sides, interval, method, means, series)
    return Finding(
        indicator=indicator,
        before=sides[0],
        after=sides[1],
        method=method,
        difference=change,
        interval=interval,
        relative=share,
        hedges_g=means.hedges_g,
        verdict=_verdict(indicator, interval),
        target=_reached(indicator, sides[1].interval),
        means=means,
        paired=pairs,
        rate=None,
        series=series,
        cautions=tuple(cautions),
    )


def _of_values(
    sides: tuple[Side, Side], interval: Interval | None, method: Method, means: Effect, series: Series | None
) -> list[Caution]:
    found: list[Caution] = []
    fewest = min(one.count for one in sides)
    if series is not None:
        if series.correlation >= _NOTABLE:
            found.append("correlated")
        if series.is_daily and not series.has_weekdays:
            found.append("weekdays_ignored")
        if not series.average.error:
            found.append("no_spread")
        return found
    if fewest == 1:
        found.append("one_value")
    elif interval is None:
        found.append("no_spread")
    if fewest < LEAST:
        found.append("few_points")
    if method == "means" and means.correlation > 0:
        found.append("correlated")
    return found


def _counted(
    indicator: Indicator,
    before: Sequence[Measurement],
    after: Sequence[Measurement],
    series: Series | None,
    cautions: list[Caution],
) -> Finding:
    rate = _compared(before, after)
    is_nothing = not any(measurement.value for measurement in (*before, *after))
    interval = None if is_nothing else rate.difference_interval
    sides = (
        Side(len(before), len(before), rate.before, None, rate.before_interval),
        Side(len(after), len(after), rate.after, None, rate.after_interval),
    )
    if is_nothing:
        cautions.append("nothing_counted")
    if rate.is_overdispersed:
        cautions.append("overdispersed")
    if series is not None and _sign(series.trend.interval) != 0:
        cautions.append("trend_before")
    means = Effect(rate.difference, interval, None, relative(rate.difference, rate.before), None)
    high = np.inf if rate.ratio_high is None else rate.ratio_high
    return Finding(
        indicator=indicator,
        before=sides[0],
        after=sides[1],
        method="rate",
        difference=rate.difference,
        interval=interval,
        relative=means.relative,
        hedges_g=None,
        # The exact interval of the ratio decides, not that of the difference, which is none.
        verdict=_verdict(indicator, None if is_nothing else Interval(rate.ratio_low - 1.0, high - 1.0)),
        target=_reached(indicator, rate.after_interval),
        means=means,
        paired=paired(_by_place(before, indicator), _by_place(after, indicator)),
        rate=rate,
        series=series,
        cautions=tuple(cautions),
    )


def _compared(before: Sequence[Measurement], after: Sequence[Measurement]) -> Rate:
    """Several places each with itself: how long each was counted may differ between the sides."""
    first, second = _grouped(before), _grouped(after)
    if len(first) < 2 or first.keys() != second.keys():
        return compare(_counts(before), _counts(after))
    return stratified(*([_counts(side[place]) for place in first] for side in (first, second)))


def _against_baseline(
    indicator: Indicator, baseline: float, after: Sequence[Measurement], cautions: list[Caution]
) -> Finding:
    """A baseline without measurements is one value: nobody knows how far from it the next would have been."""
    if indicator.kind == "count":
        counts = _counts(after)
        # A rate against itself, for the interval of the one rate.
        second = Side(len(after), len(after), counts.rate, None, compare(counts, counts).after_interval)
    else:
        by_place = _by_place(after, indicator)
        values = list(by_place.values()) if len(by_place) > 1 else [measurement.value for measurement in after]
        second = side(values, measured=len(after))
    change = second.mean - baseline
    means = Effect(change, None, None, relative(change, baseline), None)
    return Finding(
        indicator=indicator,
        before=Side(1, 0, baseline, None, None),
        after=second,
        method="means",
        difference=change,
        interval=None,
        relative=means.relative,
        hedges_g=None,
        verdict="too_few",
        target=_reached(indicator, second.interval),
        means=means,
        paired=None,
        rate=None,
        series=None,
        cautions=(*cautions, "baseline_only", "one_value"),
    )


def _counts(measurements: Sequence[Measurement]) -> Counts:
    return Counts(
        np.array([measurement.value for measurement in measurements], dtype=float),
        np.array([measurement.exposure for measurement in measurements], dtype=float),
    )


def _verdict(indicator: Indicator, interval: Interval | None) -> Verdict:
    if interval is None:
        return "too_few"
    sign = _sign(interval)
    if sign == 0:
        return "no_clear_change"
    return "better" if (sign > 0) == (indicator.direction == "up") else "worse"


def _sign(interval: Interval) -> int:
    return 1 if interval.low > 0 else -1 if interval.high < 0 else 0


def _reached(indicator: Indicator, interval: Interval | None) -> Reached | None:
    """Whether the level after, as far as it is known, is on the right side of the target."""
    if indicator.target is None:
        return None
    if interval is None:
        return "unclear"
    is_up = indicator.direction == "up"
    if (interval.low >= indicator.target) if is_up else (interval.high <= indicator.target):
        return "yes"
    if (interval.high < indicator.target) if is_up else (interval.low > indicator.target):
        return "no"
    return "unclear"
