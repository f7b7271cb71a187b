"""What a pilot shows, computed from its measurements and kept at it: a page reads, it never computes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Min, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from citytandem.challenges.finding_stored import stored
from citytandem.challenges.models import Indicator, Measurement, Pilot
from citytandem.challenges.models_pilots import PilotState
from citytandem.challenges.pilots import indicators as pure
from citytandem.challenges.pilots.costs import Cost, CostSum, cost_per_unit, summed
from citytandem.challenges.pilots.findings import finding
from citytandem.core import clock, jobs

# So many are computed while somebody waits; more are left to a job.
MOST_AT_ONCE = 20_000
# Of more values of one indicator each day's are taken together: a day says hardly more with each further one.
MOST_SINGLE = 50_000
_MOMENT = timedelta(microseconds=1)


def findings_due(pilot_id: UUID, *, later: bool = False) -> None:
    """Compute anew what a pilot shows: at once where that is quick, else in a job. Call it in the transaction that
    changed what it is computed from: with that it is done, or left to do, or neither is."""
    values = Measurement.objects.filter(indicator__pilot=pilot_id)
    if later or values[MOST_AT_ONCE : MOST_AT_ONCE + 1].exists():
        jobs.enqueue(
            "challenges.pilot_findings",
            queue="heavy",
            once=f"challenges.pilot_findings:{pilot_id}",
            gather=True,
            pilot_id=str(pilot_id),
        )
    else:
        findings_refresh(pilot_id)


def findings_refresh(pilot_id: UUID) -> None:
    """Compute and keep. One that began earlier never takes the place of one that began later, and what was decided on
    stays as it was."""
    pilot = Pilot.objects.filter(id=pilot_id).first()
    if pilot is None or pilot.started_at is None or pilot.state == PilotState.DECIDED:
        return
    as_of = clock.now().isoformat()
    costs = summed(
        [Cost(one.kind, one.amount, one.hours, pilot.currency) for one in pilot.costs.all()],
        hourly_rate=pilot.hourly_rate,
    )
    found = {"as_of": as_of, "indicators": [_of_indicator(row, pilot, costs) for row in _counted_rows(pilot)]}
    # `findings=None` would ask for the null of JSON.
    older = Q(findings__isnull=True) | Q(findings__as_of__lte=as_of)
    Pilot.objects.filter(older, id=pilot_id).exclude(state=PilotState.DECIDED).update(findings=found)


def period_of(pilot: Pilot) -> pure.Period:
    """When it ran, up to now. One that is planned: until midnight all is before."""
    zone, now = timezone.get_default_timezone(), clock.now()
    if pilot.started_at is None:
        midnight = (now.astimezone(zone) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return pure.Period(midnight, midnight + _MOMENT, zone)
    end = pilot.ended_at if pilot.state != PilotState.RUNNING and pilot.ended_at is not None else now
    return pure.Period(pilot.started_at, max(end, pilot.started_at + _MOMENT), zone)


def pure_indicator(row: Indicator) -> pure.Indicator:
    """As the computation knows it. Raises BadPilot."""
    return pure.Indicator(
        name=row.name,
        unit=row.unit,
        direction="up" if row.direction == "up" else "down",
        baseline=row.baseline,
        target=row.target,
        source="hand",
        kind="count" if row.kind == "count" else "level",
    )


def _counted_rows(pilot: Pilot) -> Iterator[Indicator]:
    before, after = Q(measurements__is_after=False), Q(measurements__is_after=True)
    counted = pilot.indicators.annotate(
        measured_before=Count("measurements", filter=before), measured_after=Count("measurements", filter=after)
    )
    yield from counted.order_by("position", "id")


def _of_indicator(row: Any, pilot: Pilot, costs: CostSum) -> dict[str, Any]:
    by_day = row.measured_before + row.measured_after > MOST_SINGLE
    told: dict[str, Any] = {
        "indicator": row.id,
        "name": row.name,
        "unit": row.unit,
        "direction": row.direction,
        "kind": row.kind,
        "baseline": row.baseline,
        "target_value": row.target,
        "measured_before": row.measured_before,
        "measured_after": row.measured_after,
        "by_day": by_day,
        "error": "",
        "finding": None,
    }
    try:
        found = finding(pure_indicator(row), _by_day(row) if by_day else _single(row), period=period_of(pilot))
    except pure.BadPilot as error:
        return {**told, "error": error.code}
    # Hours without a rate, and no entry at all, would make each unit look cheaper than it was.
    is_whole = bool(costs.by_kind) and (costs.has_hours or not costs.hours)
    return {**told, "finding": stored(found, per_unit=cost_per_unit(costs, found) if is_whole else None)}


def _single(row: Indicator) -> Iterator[pure.Measurement]:
    values = Measurement.objects.filter(indicator=row).values_list("at", "value", "is_after", "place", "exposure")
    for at, value, is_after, place, exposure in values.iterator(chunk_size=5_000):
        yield pure.Measurement(at=at, value=value, is_after=is_after, place=place, exposure=exposure)


def _by_day(row: Indicator) -> Iterator[pure.Measurement]:
    """The mean of each place and day; of counts the sum, over the sum of what they were counted during."""
    taken = Sum("value") if row.kind == "count" else Avg("value")
    values = (
        Measurement.objects.filter(indicator=row)
        .annotate(day=TruncDate("at", tzinfo=timezone.get_default_timezone()))
        .values("day", "is_after", "place")
        .annotate(first=Min("at"), taken=taken, during=Sum("exposure"))
    )
    for one in values.iterator(chunk_size=5_000):
        yield pure.Measurement(
            at=one["first"],
            value=one["taken"],
            is_after=one["is_after"],
            place=one["place"],
            exposure=one["during"] if row.kind == "count" else 1.0,
        )
