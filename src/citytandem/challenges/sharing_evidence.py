"""What a concluded pilot showed, as evidence that travels behind the solution that it left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from citytandem.challenges import finding_text
from citytandem.challenges.models import Pilot
from citytandem.challenges.models_pilots import PilotState
from citytandem.challenges.partner_details import figure
from citytandem.challenges.pilots.indicators import BadPilot
from citytandem.core import events
from citytandem.federation.contract import (
    Outgoing,
    Source,
    addresses_of,
    changed,
    published,
    register_source,
    renewed_until,
)

EVIDENCE = "evidence"


def register_all() -> None:
    """Called by `sharing.register_all`."""
    register_source(Source(EVIDENCE, "Evidence", read=evidence_out, all_ids=_ids))
    events.listen_within(events.RecordChanged, _of_solution, at_once=_of_solutions)


def evidence_out(ids: Sequence[UUID]) -> dict[UUID, Outgoing]:
    """Decided pilots whose solution partners may read: figures, costs and the decision, and nobody's name."""
    rows = list(_concluded().filter(id__in=list(ids)).select_related("proposal").prefetch_related("costs"))
    solutions = published("solution", [row.solution for row in rows if row.solution is not None])
    addresses = addresses_of(solutions)
    return {
        row.id: _evidence(row, solutions[row.solution], address=addresses.get(row.solution, ""))
        for row in rows
        if row.solution in solutions
    }


def _concluded() -> Any:
    return Pilot.objects.filter(state=PilotState.DECIDED, solution__isnull=False)


def _ids() -> Iterable[UUID]:
    return list(_concluded().values_list("id", flat=True))


def _of_solution(event: events.RecordChanged) -> None:
    """A solution is published or withdrawn after its pilot has ended, and the evidence goes with it."""
    _of_solutions([event])


def _of_solutions(happened: Sequence[events.RecordChanged]) -> None:
    solutions = [event.object_id for event in happened if event.kind == "solution"]
    pilots = _concluded().filter(solution__in=solutions).values_list("id", flat=True) if solutions else ()
    for pilot in pilots:
        changed(EVIDENCE, pilot)


def _evidence(row: Pilot, solution: Outgoing, *, address: str) -> Outgoing:
    assert row.decided_at is not None  # noqa: S101 - only such rows are read
    found = list((row.findings or {}).get("indicators", ()))
    details = {
        "language": row.language,
        "solution": address,
        "verdict": row.decision,
        "started": row.started_at.isoformat() if row.started_at is not None else "",
        "ended": row.ended_at.isoformat() if row.ended_at is not None else "",
        "frame": {name: dict(told) for name, told in row.conditions.items() if told},
        "indicators": [_indicator(one) for one in found],
        "costs": _costs(row),
    }
    return Outgoing(
        kind="Evidence",
        texts={"name": row.proposal.title, "summary": row.hypothesis, "content": row.because},
        published=row.decided_at,
        updated=max(row.changed_at, row.decided_at),
        details={name: value for name, value in details.items() if value},
        visibility=solution.visibility,
        audience=solution.audience,
        expires=renewed_until(row.id),
        watched=list(_watched(row, found)),
        path=f"/pilots/{row.code}",
    )


def _indicator(one: Mapping[str, Any]) -> dict[str, Any]:
    """`interval`: of the difference, with 95 % certainty; null where nobody can say. `n`: numbers of values."""
    found = one.get("finding") or {}
    before, after = found.get("before") or {}, found.get("after") or {}
    low, high = figure(found.get("low")), figure(found.get("high"))
    baseline = before.get("mean") if found else one.get("baseline")
    return {
        "name": one["name"],
        "unit": one["unit"],
        "direction": one["direction"],
        "kind": one["kind"],
        "baseline": figure(baseline),
        "after": figure(after.get("mean")),
        "difference": figure(found.get("difference")),
        "interval": None if low is None or high is None else [low, high],
        "relative": figure(found.get("relative")),
        "n": {"before": one["measured_before"], "after": one["measured_after"]},
        "verdict": found.get("verdict", "too_few"),
        "method": found.get("method", ""),
        "target": figure(one.get("target_value")),
        "reached": found.get("target") or "",
    }


def _costs(row: Pilot) -> dict[str, Any]:
    """Sums as strings; `total` counts hours too, where an hourly rate was given."""
    try:
        costs = finding_text.costs_of(row)
    except BadPilot:
        return {}
    if not costs.by_kind:
        return {}
    told = {"amount": costs.amount, "hours": costs.hours, "total": costs.total}
    return {"currency": row.currency, **{name: f"{value:.2f}" for name, value in told.items()}}


def _watched(row: Pilot, found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in found:
        yield f"{one['name']} {one['unit']}"
    for told in row.conditions.values():
        yield from (version["text"] for version in told.values())
