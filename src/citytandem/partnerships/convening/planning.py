"""Planning events: what they are about, their sessions and materials, publishing and cancelling."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.permissions import require
from citytandem.files.contract import attachments_remove_all
from citytandem.partnerships.convening import registering, telling
from citytandem.partnerships.convening.clashes import Slot, clashes, is_inside
from citytandem.partnerships.convening.files import KIND
from citytandem.partnerships.convening.record import record_refresh
from citytandem.partnerships.models import (
    EventMaterial,
    EventPlan,
    EventSession,
    EventState,
    MeetingFormat,
    Programme,
    ProgrammeEvent,
    ProgrammeState,
    RegistrationState,
)
from citytandem.partnerships.naming import free_slug

MOST_SESSIONS = 300
MOST_MATERIALS = 200
_PLAIN = ("kind", "format", "starts_at", "ends_at", "zone", "place", "venue", "country", "link", "takes_registrations",
          "places", "registers_until", "months")  # fmt: skip
# Who is coming has to hear of it.
_TOLD = ("starts_at", "ends_at", "zone", "place", "venue", "format", "link")


@transaction.atomic
def event_begin(*, programme_id: UUID, values: Mapping[str, Any], by: Actor) -> EventPlan:
    """Plan an event; values as `EventForm` cleans them. It stays a draft until it is published.

    Raises Forbidden, NotFound, Invalid.
    """
    programme = Programme.objects.select_for_update().filter(id=programme_id).first()
    if programme is None:
        raise NotFound("programme.unknown", _("There is no programme of this name here."))
    require("partnerships.coordinate", by, programme)
    _check(values)
    with connection.cursor() as cursor:  # two programmes at once: one short name
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('event_plan_slug'))")
    taken = {*EventPlan.objects.values_list("slug", flat=True), *ProgrammeEvent.objects.values_list("slug", flat=True)}
    now = clock.now()
    row = EventPlan(
        programme=programme, slug=free_slug(values["title"], taken=taken, fallback="event"), created_by_id=by.id,
        created_at=now,
    )  # fmt: skip
    _fill(row, values)
    row.save()
    return row


@transaction.atomic
def event_change(plan_id: UUID, *, values: Mapping[str, Any], by: Actor) -> EventPlan:
    """Change an event. Sessions move with its start; who is coming is told of new times or another place.

    Raises Forbidden, NotFound, Invalid, Conflict if it is cancelled, or people are registered who come in another way.
    """
    row = locked(plan_id, by=by)
    _alive(row)
    _check(values)
    wanted = row.registrations.exclude(state=RegistrationState.CANCELLED)
    if row.format != values["format"] and wanted.exists():
        told = _("People are registered already: whether they come or join online cannot be changed any more.")
        raise Conflict("event.format_fixed", told, field="format")
    if values["months"] > row.months and row.registrations.exists():
        told = _("People registered because it is erased after so many months: it cannot be more now.")
        raise Conflict("event.months_promised", told, field="months")
    if row.ends_at <= clock.now() and values["ends_at"] != row.ends_at:
        raise Conflict("event.over", _("The event is over."), field="ends_at")
    before = {name: getattr(row, name) for name in _TOLD}
    # Sessions move with the event if it is moved as a whole; if only the doors open earlier, they stay.
    as_before = values["ends_at"] - values["starts_at"] == row.ends_at - row.starts_at
    moved = values["starts_at"] - row.starts_at if as_before else timedelta()
    _fill(row, values)
    if moved:
        row.sessions.update(starts_at=F("starts_at") + moved, ends_at=F("ends_at") + moved)
    if any(not is_inside(slot_of(one), starts=row.starts_at, ends=row.ends_at) for one in row.sessions.all()):
        told = _("A session lies outside of these times. Change the session first.")
        raise Invalid("event.session_outside", told, field="ends_at")
    changed = {name for name in _TOLD if before[name] != getattr(row, name)}
    row.sequence += int(bool(changed))
    row.save()
    if row.state == EventState.PUBLISHED:
        record_refresh(row)
        if changed and row.ends_at > clock.now():
            telling.tell_all(row, telling.CHANGED, online_alone=changed == {"link"})
    registering.promote(row)
    return row


@transaction.atomic
def event_publish(plan_id: UUID, *, by: Actor) -> EventPlan:
    """Show an event to everybody; twice changes nothing. Raises Forbidden, NotFound, Conflict if it is cancelled."""
    row = locked(plan_id, by=by)
    _alive(row)
    if row.programme.state == ProgrammeState.DRAFT:
        raise Conflict("event.programme_draft", _("The programme is a draft: nobody could find the event."))
    if row.state == EventState.DRAFT:
        row.state, row.changed_at = EventState.PUBLISHED, clock.now()
        row.save()
        record_refresh(row)
    return row


@transaction.atomic
def event_cancel(plan_id: UUID, *, reason: str, by: Actor, seen: str = "") -> EventPlan:
    """Call an event off and tell everybody who wanted to come; twice changes nothing. A draft is deleted.

    `seen`: the state that whoever presses saw. Raises Forbidden, NotFound, Conflict once it is over or if it is another now.
    """
    row = locked(plan_id, by=by)
    if row.state == EventState.CANCELLED:
        return row
    if seen and seen != row.state:
        told = _("The event has changed in the meantime. Please look at it again.")
        raise Conflict("event.changed_meanwhile", told)
    if row.state == EventState.DRAFT:
        attachments_remove_all(KIND, list(row.materials.values_list("id", flat=True)))
        row.delete()
        return row
    if row.ends_at <= clock.now():
        raise Conflict("event.over", _("The event is over."))
    row.state, row.changed_at, row.sequence = EventState.CANCELLED, clock.now(), row.sequence + 1
    row.reason = {row.language: {"text": reason, "by": "human"}} if reason else {}
    row.save()
    record_refresh(row)
    telling.tell_all(row, telling.CANCELLED)
    row.registrations.update(needs="")
    return row


@transaction.atomic
def session_write(plan_id: UUID, *, session_id: UUID | None, values: Mapping[str, Any], by: Actor) -> EventSession:
    """Add a session or change one; values as `SessionForm` cleans them.

    Raises Forbidden, NotFound, Conflict if the event is cancelled or the room is taken, Invalid outside of its times.
    """
    plan = locked(plan_id, by=by)
    _alive(plan)
    row = session_of(plan, session_id) if session_id else EventSession(plan=plan)
    if session_id is None and plan.sessions.count() >= MOST_SESSIONS:
        many = _("An event has at most %(most)s sessions.") % {"most": MOST_SESSIONS}
        raise Invalid("event.too_many_sessions", many)
    language = values["language"]
    for name in ("kind", "spoken", "starts_at", "ends_at", "room", "people"):
        setattr(row, name, values[name])
    for name in ("title", "text"):
        _put(row, name, language, values[name])
    if row.ends_at <= row.starts_at:
        raise _ends_early()
    slot = slot_of(row)
    if not is_inside(slot, starts=plan.starts_at, ends=plan.ends_at):
        raise Invalid("event.session_outside", _("This is outside of the times of the event."), field="starts_at")
    others = [slot_of(one) for one in plan.sessions.exclude(id=row.id)]
    taken = [one for one in clashes([slot, *others]) if one.kind == "room" and slot.key in (one.one, one.two)]
    if taken:
        raise Conflict("event.room_taken", _("There is another session in this room at that time."), field="room")
    row.save()
    _touch(plan)
    return row


@transaction.atomic
def session_remove(plan_id: UUID, *, session_id: UUID, by: Actor) -> None:
    """Take a session out; its materials stay with the event. Raises Forbidden, NotFound."""
    plan = locked(plan_id, by=by)
    session_of(plan, session_id).delete()
    _touch(plan)


@transaction.atomic
def material_write(plan_id: UUID, *, material_id: UUID | None, values: Mapping[str, Any], by: Actor) -> EventMaterial:
    """Add material or change it; values as `MaterialForm` cleans them. Raises Forbidden, NotFound, Invalid."""
    plan = locked(plan_id, by=by)
    row = material_of(plan, material_id) if material_id else EventMaterial(plan=plan, created_at=clock.now())
    if material_id is None and plan.materials.count() >= MOST_MATERIALS:
        many = _("An event has at most %(most)s materials.") % {"most": MOST_MATERIALS}
        raise Invalid("event.too_many_materials", many)
    _put(row, "title", values["language"], values["title"])
    row.address = values["address"]
    row.session = session_of(plan, UUID(values["session"])) if values.get("session") else None
    row.save()
    return row


@transaction.atomic
def material_remove(plan_id: UUID, *, material_id: UUID, by: Actor) -> None:
    """Take material out. Raises Forbidden, NotFound."""
    row = material_of(locked(plan_id, by=by), material_id)
    attachments_remove_all(KIND, [row.id])
    row.delete()


def locked(plan_id: UUID, *, by: Actor) -> EventPlan:
    """The event, locked for its coordination; raises NotFound, Forbidden. Always before rows that hang on it."""
    rows = EventPlan.objects.select_for_update(of=("self",)).select_related("programme")
    row = rows.filter(id=plan_id).first()
    if row is None:
        raise unknown()
    require("partnerships.coordinate", by, row.programme)
    return row


def session_of(plan: EventPlan, session_id: UUID) -> EventSession:
    """A session of the event; raises NotFound."""
    row = plan.sessions.filter(id=session_id).first()
    if row is None:
        raise NotFound("event.session_unknown", _("There is no such session."))
    return row


def material_of(plan: EventPlan, material_id: UUID) -> EventMaterial:
    """Material of the event; raises NotFound."""
    row = plan.materials.filter(id=material_id).first()
    if row is None:
        raise NotFound("event.material_unknown", _("There is no such material."))
    return row


def slot_of(row: EventSession) -> Slot:
    """A session for the pure part."""
    return Slot(str(row.id), row.starts_at, row.ends_at, row.room, people_of(row))


def people_of(row: EventSession) -> tuple[str, ...]:
    """Who speaks."""
    return tuple(dict.fromkeys(line.strip() for line in row.people.splitlines() if line.strip()))


def unknown() -> NotFound:
    """There is none, or it is a draft."""
    return NotFound("event.unknown", _("There is no such event."))


def _check(values: Mapping[str, Any]) -> None:
    if values["zone"] not in available_timezones():
        raise Invalid("event.zone", _("There is no such time zone."), field="zone")
    if values["ends_at"] <= values["starts_at"]:
        raise _ends_early()
    if values["ends_at"] - values["starts_at"] > timedelta(days=31):
        raise Invalid("event.too_long", _("An event lasts 31 days at most."), field="ends_at")
    if values["format"] != MeetingFormat.ONLINE and not values["place"]:
        raise Invalid("event.place_missing", _("Say where people meet."), field="place")
    if values["place"] and not values["country"]:
        raise Invalid("event.country_missing", _("Say in which country."), field="country")
    until: datetime | None = values["registers_until"]
    if until is not None and until > values["ends_at"]:
        told = _("Registration cannot end after the event.")
        raise Invalid("event.registers_late", told, field="registers_until")


def _ends_early() -> Invalid:
    return Invalid("event.ends_early", _("It cannot end before it begins."), field="ends_at")


def _fill(row: EventPlan, values: Mapping[str, Any]) -> None:
    for name in _PLAIN:
        setattr(row, name, values[name])
    language = values["language"]
    row.language = row.language or language
    for name in ("title", "text"):
        _put(row, name, language, values[name])
    if row.language not in row.title:
        row.language = language
    row.changed_at = clock.now()


def _put(row: Any, name: str, language: str, text: str) -> None:
    """One language version; an empty one goes."""
    versions = dict(getattr(row, name))
    if text:
        versions[language] = {"text": text, "by": "human"}
    else:
        versions.pop(language, None)
    setattr(row, name, versions)


def _alive(row: EventPlan) -> None:
    if row.state == EventState.CANCELLED:
        raise Conflict("event.cancelled", _("The event is cancelled."))


def _touch(plan: EventPlan) -> None:
    plan.changed_at = clock.now()
    plan.save(update_fields=["changed_at"])
    if plan.state == EventState.PUBLISHED:
        record_refresh(plan)
