"""A finding as JSON: what is kept of it at the pilot, so that pages and texts need not compute it again. Pure."""

from __future__ import annotations

import math
from typing import Any

from citytandem.challenges.pilots.costs import CostPerUnit
from citytandem.challenges.pilots.effects import Interval, Side
from citytandem.challenges.pilots.findings import Finding
from citytandem.challenges.pilots.rates import Rate
from citytandem.challenges.pilots.series import Estimate, Point, Series

# A picture of more days shows no more, and a page would load for long.
MOST_POINTS = 1_500


def stored(finding: Finding, *, per_unit: CostPerUnit | None) -> dict[str, Any]:
    """Only what JSON has: what is infinite is None."""
    return {
        "method": finding.method,
        "difference": _finite(finding.difference),
        **_ends(finding.interval),
        "relative": _finite(finding.relative),
        "hedges_g": _finite(finding.hedges_g),
        "verdict": finding.verdict,
        "target": finding.target,
        "before": _side(finding.before),
        "after": _side(finding.after),
        "rate": _rate(finding.rate) if finding.rate is not None else None,
        "series": _series(finding.series) if finding.series is not None else None,
        "cautions": list(finding.cautions),
        "per_unit": None if per_unit is None else {"value": _finite(per_unit.estimate), **_ends(per_unit.interval)},
    }


def _ends(interval: Interval | None) -> dict[str, float | None]:
    if interval is None:
        return {"low": None, "high": None}
    return {"low": _finite(interval.low), "high": _finite(interval.high)}


def _side(side: Side) -> dict[str, Any]:
    return {"count": side.count, "measured": side.measured, "mean": _finite(side.mean), **_ends(side.interval)}


def _rate(rate: Rate) -> dict[str, float | None]:
    return {"ratio": _finite(rate.ratio), "low": _finite(rate.ratio_low), "high": _finite(rate.ratio_high)}


def _series(series: Series) -> dict[str, Any]:
    # The newest are kept: they hold the start unless a pilot ran for years.
    points = series.points[-MOST_POINTS:]
    return {
        "level": _estimate(series.level),
        "slope": _estimate(series.slope),
        "trend": _estimate(series.trend),
        "expected": _finite(series.expected),
        "has_weekdays": series.has_weekdays,
        "correlation": _finite(series.correlation),
        "points": [_point(point) for point in points],
    }


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    return {"value": _finite(estimate.value), **_ends(estimate.interval)}


def _point(point: Point) -> list[Any]:
    band = point.expected_interval
    numbers = (point.value, point.fitted, point.expected, band.low if band else None, band.high if band else None)
    return [point.on.isoformat(), int(point.is_after), *(_short(number) for number in numbers)]


def _finite(number: float | None) -> float | None:
    return None if number is None or not math.isfinite(number) else float(number)


def _short(number: float | None) -> float | None:
    """Six digits are more than a picture shows."""
    finite = _finite(number)
    return None if finite is None else float(f"{finite:.6g}")
