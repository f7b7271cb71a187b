"""What an administrator does with people: block them, let them in again, enter who is away."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import Actor
from citytandem.accounts.administration.absences import may_stand_in
from citytandem.accounts.models import Absence, Person
from citytandem.accounts.services.administrators import keep_an_administrator
from citytandem.accounts.services.ending import sessions_end
from citytandem.accounts.services.entries import entry_add
from citytandem.accounts.services.shared import refuse_shared
from citytandem.core.errors import Forbidden, Invalid, NotFound
from citytandem.core.permissions import allowed, require
from citytandem.core.text import clean_line

LONGEST_ABSENCE = 366


@transaction.atomic
def person_deactivate(*, person_id: UUID, reason: str, by: Actor) -> None:
    """Block a sign-in: at once, everywhere. Raises Forbidden, NotFound, and Invalid for oneself or the last administrator."""
    require("accounts.administer", by)
    refuse_shared(by, about=person_id)
    if person_id == by.id:
        raise Invalid("person.oneself", _("You cannot block yourself. Ask another administrator."))
    keep_an_administrator(without=person_id)
    person = _locked(person_id)
    if person.is_demo:
        raise Forbidden("sign_in.shared", _("This sign-in belongs to the demo, and many people use it."))
    if not person.is_active:
        return
    person.is_active = False
    person.save(update_fields=["is_active"])
    sessions_end(person_id=person.id)
    entry_add("person.deactivated", by=by, person=person.id, reason=clean_line(reason)[:500])


@transaction.atomic
def person_reactivate(*, person_id: UUID, by: Actor) -> None:
    """Let somebody in again. Raises Forbidden, NotFound."""
    require("accounts.administer", by)
    refuse_shared(by, about=person_id)
    person = _locked(person_id)
    if not person.is_active:
        person.is_active = True
        person.save(update_fields=["is_active"])
        entry_add("person.reactivated", by=by, person=person.id)


@transaction.atomic
def absence_add(*, person_id: UUID, deputy_id: UUID, first_day: date, last_day: date, by: Actor) -> Absence:
    """Note from when to when somebody is away, and who stands in. Raises Forbidden, NotFound, Invalid."""
    _require_for(person_id, by)
    _locked(person_id)
    if first_day > last_day:
        raise Invalid("absence.order", _("The last day comes before the first one."), field="last_day")
    if last_day < timezone.localdate():
        raise Invalid("absence.past", _("This is over already."), field="last_day")
    if (last_day - first_day).days > LONGEST_ABSENCE:
        raise Invalid(
            "absence.long", _("This is longer than a year. Let an administrator change the role."), field="last_day"
        )
    if not may_stand_in(deputy_id, person_id=person_id):
        raise Invalid("absence.deputy", _("This person cannot stand in here."), field="deputy")
    overlapping = Absence.objects.filter(person_id=person_id, first_day__lte=last_day, last_day__gte=first_day)
    if overlapping.exists():
        raise Invalid("absence.twice", _("There is an absence in these days already."), field="first_day")
    absence = Absence.objects.create(person_id=person_id, deputy_id=deputy_id, first_day=first_day, last_day=last_day)
    days = {"first_day": first_day, "last_day": last_day, "deputy": str(deputy_id)}
    entry_add("absence.added", by=by, person=person_id, facts=days)
    return absence


@transaction.atomic
def absence_remove(*, absence_id: UUID, by: Actor) -> None:
    """Somebody is back, or stays. What is gone already is no error. Raises Forbidden."""
    absence = Absence.objects.select_for_update().filter(id=absence_id).first()
    if absence is None:
        return
    _require_for(absence.person_id, by)
    person_id = absence.person_id
    absence.delete()
    entry_add("absence.removed", by=by, person=person_id)


def _require_for(person_id: UUID, by: Actor) -> None:
    if by.id != person_id and not allowed("accounts.administer", by):
        raise Forbidden("permission.missing", _("You are not allowed to do this."))
    refuse_shared(by, about=person_id)


def _locked(person_id: UUID) -> Person:
    person = Person.objects.select_for_update().filter(id=person_id, erased_at=None).first()
    if person is None:
        raise NotFound("person.unknown", _("There is no such person."))
    return person
