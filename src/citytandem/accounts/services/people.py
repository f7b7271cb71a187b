"""Making people and giving them roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import Actor
from citytandem.accounts.models import NODE_ROLES, Membership, Person, Role
from citytandem.accounts.selectors import actor_by_id
from citytandem.accounts.services.administrators import keep_an_administrator
from citytandem.accounts.services.entries import entry_add
from citytandem.accounts.services.shared import refuse_of_the_demo, refuse_shared
from citytandem.core import clock
from citytandem.core.errors import Invalid
from citytandem.core.permissions import require
from citytandem.core.text import clean_line


@transaction.atomic
def person_make(
    *, email: str, password: str, name: str | None = None, role: str | None = None, is_demo: bool = False
) -> Actor:
    """Make a sign-in or change one; what is None stays as it is. Used by the demo and by the command line.

    `role` is one for the whole city (or "resident"); it takes the place of the ones there were. Raises Invalid for any
    other role, and django's ValidationError where the name is too long or the password too weak: those of the demo are
    known to everybody anyhow.
    """
    person = Person.objects.filter(email__iexact=email).first() or Person(email=email.lower())
    person.name = person.name if name is None else clean_line(name)
    person.is_demo = is_demo
    if not person.check_password(password):
        if not is_demo:
            # With the person at hand: their own name or address is no password.
            validate_password(password, user=person)
        person.set_password(password)
    person.clean_fields()
    person.save()
    # Whoever has the command line vouches for the address.
    EmailAddress.objects.filter(user=person).exclude(email=person.email.lower()).delete()
    EmailAddress.objects.update_or_create(
        user=person, email=person.email.lower(), defaults={"verified": True, "primary": True}
    )
    if role is not None:
        _set_node_role(person.id, role)
    return actor_by_id(person.id, name=person.name)


def _set_node_role(person_id: UUID, role: str) -> None:
    if role not in {Role.RESIDENT, *NODE_ROLES}:
        raise Invalid("role.unknown", _("There is no such role for the whole city."), field="role")
    held = Membership.objects.filter(person_id=person_id, role__in=NODE_ROLES)
    held.exclude(role=role).delete()
    if role != Role.RESIDENT:
        Membership.objects.get_or_create(
            person_id=person_id, role=role, department=None, organisation=None, defaults={"since": clock.now()}
        )


@transaction.atomic
def role_grant(
    *,
    person_id: UUID,
    role: str,
    by: Actor,
    department_id: UUID | None = None,
    organisation_id: UUID | None = None,
    is_lead: bool = False,
) -> Membership:
    """Give a person a role; granting it twice changes nothing but who leads. Raises Forbidden, Invalid."""
    require("accounts.grant", by, organisation_id if role == Role.ORGANISATION_MEMBER else None)
    refuse_shared(by, about=person_id)
    # A role gives sight of what real people wrote, and whoever reads this page has the sign-in.
    refuse_of_the_demo(by)
    fits = {
        Role.DEPARTMENT_STAFF.value: department_id is not None and organisation_id is None,
        Role.ORGANISATION_MEMBER.value: organisation_id is not None and department_id is None,
    }.get(role, role in NODE_ROLES and department_id is None and organisation_id is None)
    if not fits:
        raise Invalid("role.place", _("This role does not go with this place."), field="role")
    where: dict[str, Any] = {"department_id": department_id, "organisation_id": organisation_id}
    membership, is_new = Membership.objects.select_for_update(of=("self",)).get_or_create(
        person_id=person_id,
        role=role,
        **where,
        defaults={"is_lead": is_lead, "since": clock.now(), "granted_by_id": by.id},
    )
    place = department_id or organisation_id or ""
    if is_new:
        facts = {"role": role, "is_lead": True} if is_lead else {"role": role}
        entry_add("role.granted", by=by, person=person_id, facts=facts, object_id=place)
    elif membership.is_lead != is_lead:
        membership.is_lead = is_lead
        membership.save(update_fields=["is_lead"])
        what = "role.leads" if is_lead else "role.leads_no_more"
        entry_add(what, by=by, person=person_id, facts={"role": role}, object_id=place)
    return membership


@transaction.atomic
def role_revoke(*, membership_id: UUID, by: Actor) -> None:
    """Take a role away; the last administrator stays. Raises Forbidden, Invalid. What is gone already is no error."""
    membership = Membership.objects.filter(id=membership_id).first()
    if membership is None:
        return
    require("accounts.grant", by, membership.organisation_id)
    refuse_shared(by, about=membership.person_id)
    refuse_of_the_demo(by)
    if membership.role == Role.ADMINISTRATOR:
        keep_an_administrator(without=membership.person_id)
    gone, _rows = Membership.objects.filter(id=membership_id).delete()
    if not gone:
        return
    place = membership.department_id or membership.organisation_id or ""
    entry_add("role.revoked", by=by, person=membership.person_id, facts={"role": membership.role}, object_id=place)
