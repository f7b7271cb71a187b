"""Reading events: everybody reads what is public, the coordination drafts and registrations, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, Value, When

from citytandem.accounts.contract import Actor
from citytandem.core.permissions import allowed, require
from citytandem.partnerships.convening.planning import unknown
from citytandem.partnerships.models import (
    EventMaterial,
    EventPlan,
    EventSession,
    EventState,
    Programme,
    ProgrammeState,
    Registration,
    RegistrationState,
)

_STATES = {
    "coming": Q(registrations__state=RegistrationState.COMING),
    "waiting": Q(registrations__state=RegistrationState.WAITING),
    "asked": Q(registrations__state=RegistrationState.ASKED),
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """How many come (of them on site), wait, have not confirmed yet, and were there."""

    coming: int
    on_site: int
    waiting: int
    asked: int
    attended: int


def plans_of(actor: Actor, programme: Programme) -> list[EventPlan]:
    """The events of a programme in the order of time; drafts for its coordination alone. One query."""
    counts = {name: Count("registrations", filter=condition) for name, condition in _STATES.items()}
    rows = EventPlan.objects.filter(programme=programme).annotate(**counts).order_by("starts_at", "id")
    if not allowed("partnerships.coordinate", actor, programme):
        rows = rows.exclude(state=EventState.DRAFT)
    return list(rows)


def plan_get(actor: Actor, slug: str) -> EventPlan:
    """An event as its page shows it; raises NotFound, also for a draft that the reader does not coordinate."""
    row = EventPlan.objects.select_related("programme", "survey").filter(slug=slug).first()
    if row is None:
        raise unknown()
    is_hidden = row.state == EventState.DRAFT or row.programme.state == ProgrammeState.DRAFT
    if is_hidden and not allowed("partnerships.coordinate", actor, row.programme):
        raise unknown()
    return row


def plan_for_coordination(actor: Actor, slug: str) -> EventPlan:
    """An event for those who plan it; raises NotFound, Forbidden."""
    row = plan_get(actor, slug)
    require("partnerships.coordinate", actor, row.programme)
    return row


def public_plans() -> list[EventPlan]:
    """Events that everybody may read, in the order of time. One query."""
    rows = EventPlan.objects.exclude(state=EventState.DRAFT).exclude(programme__state=ProgrammeState.DRAFT)
    return list(rows.select_related("programme").order_by("starts_at", "id"))


def sessions_of(plan: EventPlan) -> list[EventSession]:
    """In the order of time. One query."""
    return list(plan.sessions.order_by("starts_at", "room", "id"))


def materials_of(plan: EventPlan) -> list[EventMaterial]:
    """Oldest first. One query."""
    return list(plan.materials.order_by("created_at", "id"))


def registrations_of(plan: EventPlan) -> list[Registration]:
    """Those who come by name, those who wait in their order, those who have not confirmed, those who cancelled."""
    order = [RegistrationState.COMING, RegistrationState.WAITING, RegistrationState.ASKED, RegistrationState.CANCELLED]
    whens = [When(state=state, then=Value(place)) for place, state in enumerate(order)]
    place = Case(*whens, output_field=IntegerField())
    return list(plan.registrations.annotate(place=place).order_by("place", "queued_at", "name", "id"))


def numbers_of(rows: Sequence[Registration]) -> Numbers:
    """Counted. Pure."""
    coming = [row for row in rows if row.state == RegistrationState.COMING]
    return Numbers(
        coming=len(coming),
        on_site=sum(not row.online for row in coming),
        waiting=sum(row.state == RegistrationState.WAITING for row in rows),
        asked=sum(row.state == RegistrationState.ASKED for row in rows),
        attended=sum(row.attended is True for row in rows),
    )


def own_registration(actor: Actor, plan_id: UUID) -> Registration | None:
    """What somebody with a sign-in registered; None for visitors. One query at most."""
    if actor.id is None:
        return None
    rows = Registration.objects.filter(plan_id=plan_id, person_id=actor.id)
    return rows.filter(state__in=(RegistrationState.COMING, RegistrationState.WAITING)).first()
