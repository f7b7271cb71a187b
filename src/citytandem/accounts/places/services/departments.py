"""Setting up departments: what they answer for, how soon, and who works there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import Actor
from citytandem.accounts.directory import forget_departments
from citytandem.accounts.masking import is_of_the_demo
from citytandem.accounts.models import Department, Role
from citytandem.accounts.places.selectors import person_by_address
from citytandem.accounts.services.entries import entry_add
from citytandem.accounts.services.people import role_grant
from citytandem.accounts.services.shared import refuse_shared
from citytandem.core import events
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.ids import short_code, uuid7
from citytandem.core.node import this_node
from citytandem.core.permissions import allowed, require
from citytandem.core.text import clean_line, clean_text
from citytandem.core.themes import themes as all_themes
from citytandem.core.versions import translations

LONGEST_NAME = 120
MOST_AREAS = 50
# What only administrators change: the rest belongs to those who lead the department.
OF_ADMINISTRATORS = ("escalate_to_id", "is_fallback", "is_active", "service_days")


@dataclass(frozen=True, slots=True)
class DepartmentClosed(events.Event):
    """A department answers for nothing any more: what it had has to go to others."""

    department_id: UUID


@dataclass(frozen=True, slots=True)
class Draft:
    """What a department shall be. Names and descriptions by language."""

    names: Mapping[str, str]
    about: Mapping[str, str] = field(default_factory=dict)
    email: str = ""
    telephone: str = ""
    themes: Sequence[str] = ()
    areas: Sequence[Mapping[str, Any]] = ()
    service_days: int = 10
    escalate_to: UUID | None = None
    is_fallback: bool = False
    is_active: bool = True


@transaction.atomic
def department_save(
    *, draft: Draft, by: Actor, department_id: UUID | None = None, seen: str = "", slug: str = ""
) -> Department:
    """Set up a department, or change it. `seen`: the `state_of` what the person saw; `slug`: the short name of a new one.

    Who leads a department changes its words, contact, themes and areas; the rest is for administrators. Raises
    Forbidden, Invalid, NotFound, Conflict.
    """
    department = _locked(department_id, by=by, seen=seen)
    department.slug = department.slug or slug
    _check(draft, department)
    was_active = department.is_active
    before = {name: getattr(department, name) for name in OF_ADMINISTRATORS}
    _assign(department, draft)
    if not allowed("accounts.administer", by):
        for name, value in before.items():
            setattr(department, name, value)
    if department.is_fallback:
        Department.objects.filter(is_fallback=True).exclude(id=department.id).update(is_fallback=False)
    department.save(force_insert=department_id is None)
    entry_add("department.made" if department_id is None else "department.changed", by=by, object_id=department.id)
    transaction.on_commit(forget_departments)
    if was_active and not department.is_active:
        events.emit(DepartmentClosed(department_id=department.id))
    return department


def _locked(department_id: UUID | None, *, by: Actor, seen: str) -> Department:
    if department_id is None:
        require("accounts.administer", by)
        return Department(id=uuid7(), language=this_node().language)
    require("accounts.edit_department", by, department_id)
    found = Department.objects.select_for_update().filter(id=department_id).first()
    if found is None:
        raise NotFound("department.unknown", _("There is no such department."))
    if seen and seen != state_of(found):
        raise Conflict(
            "department.changed_meanwhile",
            _(
                "Somebody else has changed this department in the meantime. What you typed is kept; compare and save again."
            ),
        )
    return found


def _check(draft: Draft, department: Department) -> None:
    names = [clean_line(name) for name in draft.names.values()]
    if not any(names):
        raise Invalid("department.name_missing", _("Give the department a name, in one language at least."))
    if any(len(name) > LONGEST_NAME for name in names):
        raise Invalid("department.name_too_long", _("A name has at most 120 characters."))
    if not 1 <= draft.service_days <= 366:
        raise Invalid("department.service_days", _("Between 1 and 366 working days."), field="service_days")
    if draft.escalate_to == department.id:
        raise Invalid(
            "department.escalates_to_itself", _("A department cannot escalate to itself."), field="escalate_to"
        )
    if draft.escalate_to and not Department.objects.filter(id=draft.escalate_to).exists():
        raise NotFound("department.unknown", _("There is no such department."), field="escalate_to")
    if not set(draft.themes) <= set(all_themes()):
        raise Invalid("theme.unknown", _("There is no such theme."), field="themes")
    if len(draft.areas) > MOST_AREAS:
        raise Invalid("department.areas_too_many", _("At most 50 areas."), field="areas")


def _assign(department: Department, draft: Draft) -> None:
    department.name = translations(**{code: clean_line(name) for code, name in draft.names.items()})
    department.about = translations(**{code: clean_text(text) for code, text in draft.about.items()})
    department.email, department.telephone = draft.email, clean_line(draft.telephone)
    department.themes, department.areas = list(draft.themes), [dict(area) for area in draft.areas]
    department.service_days, department.escalate_to_id = draft.service_days, draft.escalate_to
    department.is_active, department.is_fallback = draft.is_active, draft.is_fallback and draft.is_active
    if not department.slug:
        department.slug = _free_slug(department)


def _free_slug(department: Department) -> str:
    """From the English name, else from any that can be written in Latin letters, else a short code."""
    names = [department.name.get("en"), department.name.get(department.language), *department.name.values()]
    words = next(filter(None, (slugify(name["text"]) for name in names if name)), "")
    plain = words[:70] or f"department-{short_code(department.id)}"
    # “new” is the address of the form.
    is_taken = plain == "new" or Department.objects.filter(slug=plain).exists()
    return f"{plain}-{short_code(department.id)[:6]}" if is_taken else plain


def state_of(department: Department) -> str:
    """A digest of what can be changed, so that two people do not overwrite each other unseen."""
    fields = (
        "name", "about", "email", "telephone", "themes", "areas", "service_days", "escalate_to_id", "is_fallback",
        "is_active",
    )  # fmt: skip
    told = json.dumps([getattr(department, name) for name in fields], default=str, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


@transaction.atomic
def staff_add(*, department_id: UUID, email: str, is_lead: bool, by: Actor) -> None:
    """Let somebody who has a sign-in work for a department. Raises Forbidden, Invalid."""
    require("accounts.administer", by)
    if not is_of_the_demo(clean_line(email)):
        # Before the look-up: not even whether there is such a person is told.
        refuse_shared(by)
    person = person_by_address(clean_line(email))
    if person is None:
        message = _("Nobody signs in with this e-mail address. Invite them first.")
        raise Invalid("person.unknown_address", message, field="email")
    role_grant(person_id=person, role=Role.DEPARTMENT_STAFF, department_id=department_id, is_lead=is_lead, by=by)
