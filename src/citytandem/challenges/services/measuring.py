"""What a pilot measures and what it costs: indicators before the start, values before and after it, costs all along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.finding_words import refusal
from citytandem.challenges.models import Indicator, Measurement, Pilot, PilotCost
from citytandem.challenges.models_pilots import PilotState
from citytandem.challenges.pilots import indicators as pure
from citytandem.challenges.services.findings import findings_due, period_of, pure_indicator
from citytandem.challenges.services.log import log_append
from citytandem.challenges.services.pilots import REVIEWED_OF_INDICATOR, pilot_locked, pilot_review_again
from citytandem.challenges.services.steps import checked_reason
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.permissions import require
from citytandem.core.text import clean_line

MOST_INDICATORS = 12
_MOST_NUMBER = 1e12
_AT_ONCE = 5_000
_OPEN = frozenset({PilotState.PLANNED, PilotState.RUNNING, PilotState.FINISHED})


@dataclass(frozen=True, slots=True)
class IndicatorDraft:
    """A row of the table of indicators; `id` None: a new one."""

    name: str
    unit: str
    direction: str
    kind: str = "level"
    baseline: float | None = None
    target: float | None = None
    source: str = "hand"
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """`known`: were there already, just so; `differing`: are there with another value, which stays."""

    kept: int = 0
    known: int = 0
    differing: int = 0

    def __add__(self, other: Added) -> Added:
        return Added(self.kept + other.kept, self.known + other.known, self.differing + other.differing)


@transaction.atomic
def indicators_set(pilot_id: UUID, drafts: Sequence[IndicatorDraft], *, by: Actor) -> None:
    """Replace the table. Raises Conflict once the pilot has started, or where measured ones would go or change their
    unit; Invalid for what is no indicator.

    A target that is set after the fact proves nothing, so nothing changes after the start.
    """
    pilot = pilot_locked(pilot_id)
    require("challenges.run_pilot", by, pilot)
    if pilot.state != PilotState.PLANNED:
        raise Conflict(
            "indicators.frozen",
            _("Indicators and targets stay as they were at the start: one that is set afterwards proves nothing."),
        )
    if len(drafts) > MOST_INDICATORS:
        raise Invalid("indicators.many", _("At most twelve indicators: choose those that decide."))
    names = [clean_line(draft.name) for draft in drafts]
    if len(set(names)) < len(names):
        raise Invalid("indicator.twice", _("Two indicators have the same name."))
    known = {row.id: row for row in pilot.indicators.all()}
    measured = set(pilot.indicators.filter(measurements__isnull=False).values_list("id", flat=True))
    before = _reviewed(known.values())
    rows = [_row(pilot, draft, known, measured, position=number) for number, draft in enumerate(drafts)]
    gone = known.keys() - {row.id for row in rows}
    if gone & measured:
        raise _measured()
    pilot.indicators.filter(id__in=gone).delete()
    # Names may be swapped: out of the way first.
    for row in known.values():
        if row.id not in gone:
            Indicator.objects.filter(id=row.id).update(name=f"\x1f{row.id}")
    for row in rows:
        row.save()
    pilot.changed_at, is_another = clock.now(), _reviewed(rows) != before
    pilot.planned_by_id = by.id if is_another else pilot.planned_by_id
    pilot.save(update_fields=["changed_at", "planned_by"])
    if is_another:
        pilot_review_again(pilot, by=by)


def measurement_record(
    indicator_id: int,
    *,
    at: datetime,
    value: float,
    by: Actor,
    place: str = "",
    exposure: float = 1.0,
    note: str = "",
    is_baseline: bool = False,
    reason: str = "",
) -> None:
    """One value by hand. `is_baseline`: meant to be from before; Invalid where it is not, or where the pilot has ended
    and nobody says why; Conflict where the moment is taken."""
    with transaction.atomic():
        row = _measurable(indicator_id, by=by)
        period = period_of(row.pilot)
        measurement = pure.Measurement(
            at=at,
            value=value,
            is_after=_is_after(at, period) and not is_baseline,
            place=clean_line(place),
            exposure=exposure,
            note=clean_line(note),
        )
        added = rows_add(row, [_checked(measurement, row, period)])
        if not added.kept:
            raise Conflict("measurement.twice", _("There is a value of this moment and place already."), field="at")
        late_log(row.pilot, "measurements.added", {"count": 1, "indicator": row.name, "value": str(value)}, reason)
        findings_due(row.pilot_id)


def measurements_add(
    indicator_id: int, measurements: Iterable[pure.Measurement], *, by: Actor, reason: str = ""
) -> Added:
    """Values as a sensor gives them; twice the same (moment and place) is one. All or none: raises Invalid for a bad one,
    and where the pilot has ended and nobody says why.

    Whether a value is from before or after the start, its moment says. What they show is computed a little later.
    """
    with transaction.atomic():
        row = _measurable(indicator_id, by=by)
        period = period_of(row.pilot)
        checked = [_checked(replace(one, is_after=_is_after(one.at, period)), row, period) for one in measurements]
        added = rows_add(row, checked)
        if added.kept:
            late_log(row.pilot, "measurements.added", {"count": added.kept, "indicator": row.name}, reason)
            findings_due(row.pilot_id, later=True)
    return added


def measurement_remove(measurement_id: int, *, reason: str, by: Actor) -> Pilot:
    """Take a wrong value out; the log keeps what it was, and why it went."""
    with transaction.atomic():
        found = Measurement.objects.filter(id=measurement_id).values_list("indicator__pilot", flat=True).first()
        if found is None:
            raise _no_measurement()
        pilot = pilot_locked(found)
        require("challenges.run_pilot", by, pilot)
        _check_open(pilot)
        told = checked_reason(reason)
        row = Measurement.objects.select_related("indicator").filter(id=measurement_id).first()
        if row is None:
            raise _no_measurement()
        facts = {"pilot": pilot.code, "indicator": row.indicator.name, "at": row.at.isoformat(), "place": row.place}
        log_append(pilot.challenge, "measurement.removed", {**facts, "value": str(row.value), "reason": told})
        row.delete()
        findings_due(pilot.id)
    return pilot


def cost_add(
    pilot_id: UUID,
    *,
    kind: str,
    on: date,
    by: Actor,
    amount: Decimal = Decimal(0),
    hours: Decimal = Decimal(0),
    note: str = "",
    reason: str = "",
) -> None:
    """What was paid, or how many hours were worked. Raises Invalid where it is neither, or where the pilot has ended and
    nobody says why."""
    with transaction.atomic():
        pilot = pilot_locked(pilot_id)
        require("challenges.run_pilot", by, pilot)
        _check_open(pilot)
        if kind not in PilotCost.Kind.values:
            raise Invalid("cost.kind", _("There is no such kind of cost."), field="kind")
        for name, number, most in (("amount", amount, Decimal(10) ** 10), ("hours", hours, Decimal(10) ** 6)):
            if not number.is_finite() or not 0 <= number < most:
                raise Invalid("cost.range", _("Costs and hours are nothing or more."), field=name)
        if not amount and not hours:
            raise Invalid("cost.nothing", _("Say what was paid, or how many hours it took."), field="amount")
        PilotCost.objects.create(pilot=pilot, kind=kind, on=on, amount=amount, hours=hours, note=clean_line(note)[:300])
        late_log(pilot, "cost.added", {"kind": kind, "amount": str(amount), "hours": str(hours)}, reason)
        findings_due(pilot_id)


def cost_remove(cost_id: int, *, by: Actor, reason: str = "") -> Pilot:
    """Take an entry out that was a mistake. Once the pilot has started the log keeps what it was, and why it went."""
    with transaction.atomic():
        found = PilotCost.objects.filter(id=cost_id).values_list("pilot", flat=True).first()
        if found is None:
            raise NotFound("cost.unknown", _("This entry does not exist."))
        pilot = pilot_locked(found)
        require("challenges.run_pilot", by, pilot)
        _check_open(pilot)
        row = PilotCost.objects.filter(id=cost_id).first()
        if row is None:
            raise NotFound("cost.unknown", _("This entry does not exist."))
        if pilot.started_at is not None:
            facts = {"pilot": pilot.code, "kind": row.kind, "amount": str(row.amount), "hours": str(row.hours)}
            log_append(pilot.challenge, "cost.removed", {**facts, "reason": checked_reason(reason)})
        row.delete()
        findings_due(pilot.id)
    return pilot


def late_log(pilot: Pilot, what: str, facts: Mapping[str, str | int], reason: str) -> None:
    """What is added after the end may turn the result: it needs a reason, and an entry in the log. Raises Invalid."""
    if pilot.ended_at is not None:
        log_append(pilot.challenge, what, {"pilot": pilot.code, **facts, "reason": checked_reason(reason)})


def rows_add(row: Indicator, measurements: Sequence[pure.Measurement]) -> Added:
    """Insert what is checked already. The caller holds the transaction."""
    total, is_planned = Added(), row.pilot.state == PilotState.PLANNED
    for start in range(0, len(measurements), _AT_ONCE):
        some = measurements[start : start + _AT_ONCE]
        found = Measurement.objects.filter(indicator=row, at__in=[one.at for one in some])
        there = {(at, place): told for at, place, *told in found.values_list("at", "place", "value", "exposure")}
        new: dict[tuple[datetime, str], pure.Measurement] = {}
        known = differing = 0
        for one in some:
            key = (one.at, one.place)
            before = there.get(key) or ([new[key].value, new[key].exposure] if key in new else None)
            if before is None:
                new[key] = one
            elif before == [one.value, one.exposure]:
                known += 1
            else:
                differing += 1
        Measurement.objects.bulk_create(
            [
                Measurement(
                    indicator=row, at=one.at, value=one.value, is_after=one.is_after and not is_planned,
                    place=one.place, exposure=one.exposure, note=one.note,
                )
                for one in new.values()
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        total += Added(len(new), known, differing)
    return total


def _row(
    pilot: Pilot, draft: IndicatorDraft, known: dict[int, Indicator], measured: set[int], *, position: int
) -> Indicator:
    row = known.get(draft.id) if draft.id is not None else None
    row = row if row is not None else Indicator(pilot=pilot)
    if row.id in measured and (row.unit, row.kind) != (clean_line(draft.unit), draft.kind):
        raise _measured()
    row.name, row.unit = clean_line(draft.name)[:120], clean_line(draft.unit)[:60]
    row.direction, row.kind, row.source = draft.direction, draft.kind, draft.source
    row.baseline, row.target, row.position = draft.baseline, draft.target, position
    try:
        pure.Indicator(
            row.name, row.unit, draft.direction, draft.baseline, draft.target, draft.source, draft.kind,  # type: ignore[arg-type] # it checks them
        )  # fmt: skip
    except pure.BadPilot as error:
        raise refusal(error) from error
    if any(number is not None and abs(number) >= _MOST_NUMBER for number in (draft.baseline, draft.target)):
        raise refusal(pure.BadPilot("indicator.number", row.name))
    return row


def _reviewed(rows: Iterable[Indicator]) -> list[tuple[object, ...]]:
    """What is measured, and from where: the part of the table that the reviewers looked at."""
    return sorted(tuple(getattr(row, name) for name in REVIEWED_OF_INDICATOR) for row in rows)


def _checked(measurement: pure.Measurement, row: Indicator, period: pure.Period) -> pure.Measurement:
    try:
        pure.check(measurement, indicator=pure_indicator(row), period=period)
    except pure.BadPilot as error:
        raise refusal(error) from error
    return replace(measurement, at=pure.moment(measurement)[0])


def _is_after(at: datetime, period: pure.Period) -> bool:
    # One without a zone is refused by the check that follows.
    return at.tzinfo is not None and at >= period.start


def _measurable(indicator_id: int, *, by: Actor) -> Indicator:
    """The indicator with its pilot, which is locked, so that it does not end while values come in."""
    row = Indicator.objects.filter(id=indicator_id).first()
    if row is None:
        raise NotFound("indicator.unknown", _("This indicator does not exist."))
    row.pilot = pilot_locked(row.pilot_id)
    require("challenges.run_pilot", by, row.pilot)
    _check_open(row.pilot)
    return row


def _check_open(pilot: Pilot) -> None:
    if pilot.state not in _OPEN:
        raise Conflict("pilot.over", _("This pilot is over: nothing is added or taken out any more."))


def _measured() -> Conflict:
    return Conflict(
        "indicator.measured", _("An indicator that has values keeps its unit and its kind, and stays in the table.")
    )


def _no_measurement() -> NotFound:
    return NotFound("measurement.unknown", _("This value does not exist."))
