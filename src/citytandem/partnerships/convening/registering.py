"""Registering for an event, waiting for a place, giving it back.

Each of these locks the event first, then its registrations: two who press at once get their places one after the other, and
a place that becomes free is given away once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor, people_by_id
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.permissions import require
from citytandem.partnerships.convening import telling
from citytandem.partnerships.convening.record import attendance_tell
from citytandem.partnerships.convening.waiting import admitted, has_to_wait, needs_place
from citytandem.partnerships.models import EventPlan, EventState, MeetingFormat, Registration, RegistrationState

LIVE = (RegistrationState.COMING, RegistrationState.WAITING)
# So many can wait; beyond that nobody would ever get a place.
MOST_WAITING = 2_000
_SALT = "partnerships.registration"


@transaction.atomic
def register(plan_id: UUID, *, values: Mapping[str, Any], language: str, by: Actor) -> Registration | None:
    """Somebody wants to come; values as `RegistrationForm` cleans them.

    Who gives the address of their own sign-in gets a place, or waits, at once; anybody else has to confirm the address
    first. Returns the registration in the first case, None where a mail is on its way: it does not tell whether somebody
    is registered already. Raises NotFound, Conflict once registration is closed, Invalid.
    """
    plan = plan_locked(plan_id)
    if not takes_registrations(plan):
        raise closed()
    key = values["email"].strip().casefold()
    is_own = by.id is not None and key == people_by_id([by.id])[by.id].email.casefold()
    row = plan.registrations.filter(key=key).first()
    if row is not None and row.state in LIVE:
        waits = row.state == RegistrationState.WAITING
        if is_own:
            told = _("You are on the waiting list.") if waits else _("You are registered already.")
            raise Conflict("event.registered", told, field="email")
        telling.tell(row, telling.WAITING if waits else telling.KNOWN)
        return None
    now = clock.now()
    row = row or Registration(plan=plan, key=key)
    row.name, row.organisation, row.email = values["name"], values["organisation"], values["email"].strip()
    row.needs, row.language, row.person_id = values["needs"], language, by.id if is_own else row.person_id
    row.online = plan.format == MeetingFormat.ONLINE or (
        plan.format == MeetingFormat.HYBRID and values.get("online", False)
    )
    row.state, row.queued_at, row.attended, row.asked_at, row.changed_at = RegistrationState.ASKED, None, None, now, now
    row.save()
    if not is_own:
        telling.tell(row, telling.CONFIRM)
        return None
    _enter(plan, row)
    return row


@transaction.atomic
def confirm(token: str) -> Registration:
    """The address is right: a place, or a seat on the waiting list. Twice changes nothing.

    Raises NotFound, Conflict once registration is closed or the registration was taken back.
    """
    plan, row = _both_locked(token)
    if row.state in LIVE:
        return row
    if not takes_registrations(plan):
        raise closed()
    if row.state == RegistrationState.CANCELLED:
        raise Conflict("event.registration_cancelled", _("This registration was cancelled. Please register anew."))
    _enter(plan, row)
    return row


@transaction.atomic
def cancel(token: str) -> Registration:
    """They do not come; whoever has waited longest gets the place. Twice changes nothing. Raises NotFound, Conflict."""
    plan, row = _both_locked(token)
    _leave(plan, row)
    return row


@transaction.atomic
def cancel_for(plan_id: UUID, *, registration_id: UUID, by: Actor) -> Registration:
    """The coordination cancels a registration, as somebody asked on the telephone. Raises Forbidden, NotFound, Conflict."""
    plan = plan_locked(plan_id)
    require("partnerships.coordinate", by, plan.programme)
    row = plan.registrations.select_for_update().filter(id=registration_id).first()
    if row is None:
        raise unknown()
    _leave(plan, row)
    telling.tell(row, telling.LEFT)
    return row


def promote(plan: EventPlan) -> None:
    """Give free places to those who wait. The plan is locked by the caller."""
    until = max(plan.starts_at, plan.registers_until or plan.starts_at)
    if plan.state != EventState.PUBLISHED or until <= clock.now():
        return
    queue = list(plan.registrations.filter(state=RegistrationState.WAITING).order_by("queued_at", "id"))
    for row in admitted(plan.places, taken(plan), queue):
        row.state, row.queued_at, row.changed_at = RegistrationState.COMING, None, clock.now()
        row.save()
        telling.tell(row, telling.ADMITTED)


@transaction.atomic
def attendance_write(plan_id: UUID, *, attended: Collection[UUID], by: Actor, before: Collection[UUID] = ()) -> int:
    """Note who came; of whom nobody noted anything did not. Returns how many came.

    `before`: who was noted when the page was shown. Only what was changed there counts: others may note at another door.
    Raises Forbidden, NotFound, Conflict before the event begins.
    """
    plan = plan_locked(plan_id)
    require("partnerships.coordinate", by, plan.programme)
    if plan.starts_at > clock.now():
        raise Conflict("event.not_begun", _("The event has not begun yet."))
    coming = plan.registrations.filter(state=RegistrationState.COMING)
    coming.filter(id__in=attended).update(attended=True)
    coming.filter(id__in=set(before) - set(attended)).update(attended=False)
    coming.filter(attended=None).update(attended=False)
    number = coming.filter(attended=True).count()
    attendance_tell(plan, number)
    return number


def takes_registrations(plan: EventPlan) -> bool:
    """Whether somebody can register now."""
    until = plan.registers_until or plan.starts_at
    return plan.takes_registrations and plan.state == EventState.PUBLISHED and clock.now() < until


def taken(plan: EventPlan) -> int:
    """How many of the places are taken. One query."""
    coming = plan.registrations.filter(state=RegistrationState.COMING)
    if plan.format == MeetingFormat.HYBRID:
        coming = coming.filter(online=False)
    return coming.count()


def token_of(registration_id: UUID) -> str:
    """What the address of a registration ends with; whoever has it can confirm and cancel."""
    seal = salted_hmac(_SALT, registration_id.hex, algorithm="sha256").hexdigest()[:32]
    return f"{registration_id.hex}{seal}"


def registration_by(token: str) -> Registration:
    """The registration with its event; raises NotFound."""
    row = Registration.objects.select_related("plan__programme").filter(id=_id_in(token)).first()
    if row is None:
        raise unknown()
    return row


def plan_locked(plan_id: UUID) -> EventPlan:
    """The event, locked; raises NotFound."""
    rows = EventPlan.objects.select_for_update(of=("self",)).select_related("programme")
    row = rows.filter(id=plan_id).first()
    if row is None:
        raise NotFound("event.unknown", _("There is no such event."))
    return row


def closed() -> Conflict:
    """The refusal of a late registration."""
    return Conflict("event.registration_closed", _("Registration is closed."))


def _id_in(token: str) -> UUID:
    try:
        found = UUID(token[:32])
    except ValueError:
        raise unknown() from None
    if not constant_time_compare(token, token_of(found)):
        raise unknown()
    return found


def _both_locked(token: str) -> tuple[EventPlan, Registration]:
    registration_id = _id_in(token)
    plan_id = Registration.objects.filter(id=registration_id).values_list("plan_id", flat=True).first()
    if plan_id is None:
        raise unknown()
    plan = plan_locked(plan_id)
    row = plan.registrations.select_for_update().filter(id=registration_id).first()
    if row is None:  # erased a moment ago
        raise unknown()
    return plan, row


def _enter(plan: EventPlan, row: Registration) -> None:
    """A place, or the end of the queue. The plan is locked."""
    waits = False
    if plan.format != MeetingFormat.HYBRID:
        row.online = plan.format == MeetingFormat.ONLINE
    if needs_place(form=plan.format, online=row.online):
        waiting = plan.registrations.filter(state=RegistrationState.WAITING).count()
        waits = has_to_wait(plan.places, taken(plan), waiting)
        if waits and waiting >= MOST_WAITING:
            raise Invalid("event.full", _("The event is full, and so is its waiting list."))
    now = clock.now()
    row.state = RegistrationState.WAITING if waits else RegistrationState.COMING
    row.queued_at, row.changed_at = now if waits else None, now
    row.save()
    telling.tell(row, telling.WAITING if waits else telling.REGISTERED)


def _leave(plan: EventPlan, row: Registration) -> None:
    if row.state == RegistrationState.CANCELLED:
        return
    if plan.ends_at <= clock.now():
        raise Conflict("event.over", _("The event is over."))
    row.state, row.queued_at, row.attended, row.changed_at = RegistrationState.CANCELLED, None, None, clock.now()
    row.needs = ""
    row.save()
    promote(plan)


def unknown() -> NotFound:
    """No such registration."""
    return NotFound("event.registration_unknown", _("There is no such registration, or it was erased."))
