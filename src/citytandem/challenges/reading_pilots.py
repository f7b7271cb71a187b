"""Reading pilots: the list of a challenge, and what the pages of one show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import (
    Challenge,
    Gate,
    Indicator,
    Measurement,
    MeasurementImport,
    Pilot,
    PilotCost,
    Proposal,
)
from citytandem.challenges.models_pilots import GateKind, PilotState
from citytandem.challenges.selectors import proposal_get
from citytandem.core.errors import NotFound
from citytandem.core.permissions import allowed

MOST_SHOWN = 60
MEASUREMENT_COLUMNS = ("indicator", "at", "value", "place", "exposure", "unit", "note")


def visible_pilots(actor: Actor, challenge: Challenge) -> QuerySet[Pilot]:
    """The pilots of a challenge that the actor may read: see `challenges.read_pilot`, one by one the same."""
    rows = Pilot.objects.filter(challenge=challenge).select_related("proposal", "challenge")
    if actor.curates or challenge.department_id in actor.departments:
        return rows
    own = Q(proposal__created_by_id=actor.id) if actor.id is not None else Q(pk__in=[])
    if actor.organisations:
        own |= Q(proposal__organisation_id__in=list(actor.organisations))
    return rows.filter(Q(started_at__isnull=False) | own)


def title_shown(proposal: Proposal) -> Mapping[str, Mapping[str, str]]:
    """The title of what is piloted; its code where it was taken off the site or is held back: pilots are public."""
    if proposal.moderation in {"", "merged"}:
        return dict(proposal.title)
    return {proposal.language: {"text": proposal.code, "by": "human"}}


def pilots_of(actor: Actor, challenge: Challenge) -> list[Pilot]:
    """Newest first, each with its gates."""
    return list(visible_pilots(actor, challenge).prefetch_related("gates").order_by("-created_at", "-id"))


def waiting_proposals(actor: Actor, challenge: Challenge) -> list[Proposal]:
    """Those a pilot can be planned for: on the shortlist, or in a pilot of which none is at work."""
    if not allowed("challenges.run", actor, challenge):
        return []
    at_work = [PilotState.PLANNED, PilotState.RUNNING, PilotState.FINISHED]
    rows = Proposal.objects.filter(challenge=challenge, step__in=["shortlisted", "pilot"], moderation="")
    busy = Pilot.objects.filter(challenge=challenge, state__in=at_work).values("proposal")
    return list(rows.exclude(id__in=busy).order_by("step", "-step_since", "-id")[:50])


def proposal_to_pilot(actor: Actor, challenge: Challenge, key: str) -> Proposal:
    """The proposal of this challenge that a pilot is planned for. Raises NotFound."""
    proposal = proposal_get(actor, key)
    if proposal.challenge_id != challenge.id:
        raise NotFound("proposal.unknown", _("This proposal does not exist, or it is not public."))
    return proposal


def gates_of(pilot: Pilot) -> list[Gate]:
    """Both, data protection first."""
    order = {kind: place for place, kind in enumerate(GateKind.values)}
    return sorted(Gate.objects.filter(pilot=pilot), key=lambda gate: order[gate.kind])


def counted_indicators(pilot: Pilot) -> list[Indicator]:
    """In order, each with how many values were measured before and after (`measured_before`, `measured_after`)."""
    before, after = Q(measurements__is_after=False), Q(measurements__is_after=True)
    rows = pilot.indicators.annotate(
        measured_before=Count("measurements", filter=before), measured_after=Count("measurements", filter=after)
    )
    return list(rows.order_by("position", "id"))


def costs_shown(pilot: Pilot) -> list[PilotCost]:
    """All entries, newest first."""
    return list(pilot.costs.order_by("-on", "-id"))


def newest_measurements(pilot: Pilot) -> list[Measurement]:
    """The newest by when they were measured, with their indicators."""
    rows = Measurement.objects.filter(indicator__pilot=pilot).select_related("indicator")
    return list(rows.order_by("-at", "-id")[:MOST_SHOWN])


def measurement_get(pilot: Pilot, number: int) -> Measurement:
    """One value of this pilot. Raises NotFound."""
    row = Measurement.objects.select_related("indicator").filter(indicator__pilot=pilot, id=number).first()
    if row is None:
        raise NotFound("measurement.unknown", _("This value does not exist."))
    return row


def newest_imports(pilot: Pilot) -> list[MeasurementImport]:
    """The last tables that were read in the background, without their content."""
    return list(pilot.imports.defer("table").order_by("-created_at")[:5])


def measurement_rows(pilot: Pilot) -> Iterator[tuple[str | float, ...]]:
    """Everything that was measured, as it can be read again: for a download. Streams."""
    rows = Measurement.objects.filter(indicator__pilot=pilot).order_by(
        "indicator__position", "indicator_id", "at", "id"
    )
    named = rows.values_list("indicator__name", "at", "value", "place", "exposure", "indicator__unit", "note")
    for name, at, value, place, exposure, unit, note in named.iterator(chunk_size=5_000):
        yield (name, at.isoformat(), value, place, exposure, unit, note)


def pilot_before(actor: Actor, challenge: Challenge, key: str) -> Pilot | None:
    """The pilot that another one takes its plan from; None where there is none."""
    return visible_pilots(actor, challenge).filter(code=key).first() if key else None


def has_problems(challenge_id: UUID) -> bool:
    """Whether the challenge was made from problems of the stream."""
    return Challenge.objects.filter(id=challenge_id, problems__isnull=False).exists()
