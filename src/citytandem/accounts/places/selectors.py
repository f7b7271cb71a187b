"""Reading departments, organisations and who belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import Actor
from citytandem.accounts.masking import address_shown
from citytandem.accounts.models import Department, Membership, Organisation, OrganisationKind, Person, Role
from citytandem.core.errors import NotFound
from citytandem.core.paging import Page, keyset_page

MOST_MEMBERS = 200


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs to a department or an organisation. The name is empty where they gave none."""

    id: UUID
    person: UUID
    name: str
    email: str
    is_lead: bool


def department_list(*, with_closed: bool = False) -> list[Department]:
    """Departments by their short names, with those to which they escalate."""
    rows = Department.objects.select_related("escalate_to").order_by("slug")
    return list(rows if with_closed else rows.filter(is_active=True))


def department_get(slug: str, *, with_closed: bool = False) -> Department:
    """One department; raises NotFound."""
    rows = Department.objects.select_related("escalate_to").filter(slug=slug)
    found = (rows if with_closed else rows.filter(is_active=True)).first() if _is_slug(slug) else None
    if found is None:
        raise NotFound("department.unknown", _("There is no such department."))
    return found


def _is_slug(text: str) -> bool:
    return len(text) <= 80 and "\x00" not in text


def organisation_page(*, kind: str, after: str | None) -> Page[Organisation]:
    """Confirmed organisations by name; an unknown kind finds none."""
    rows = Organisation.objects.filter(is_confirmed=True)
    if kind:
        rows = rows.filter(kind=kind) if kind in OrganisationKind.values else rows.none()
    return keyset_page(rows, order=("name", "id"), after=after)


def organisations_of(actor: Actor) -> list[Organisation]:
    """Those the actor belongs to, also unconfirmed ones."""
    return list(Organisation.objects.filter(id__in=list(actor.organisations)).order_by("name", "id"))


def organisations_waiting(*, after: str | None) -> Page[Organisation]:
    """What an administrator has to confirm, the newest first."""
    return keyset_page(Organisation.objects.filter(is_confirmed=False), order=("-created_at", "-id"), after=after)


def organisation_get(actor: Actor, slug: str) -> Organisation:
    """One organisation; an unconfirmed one is there for its members and administrators only. Raises NotFound."""
    found = Organisation.objects.filter(slug=slug).first() if _is_slug(slug) else None
    if found is None or not (found.is_confirmed or found.id in actor.organisations or actor.administers):
        raise NotFound("organisation.unknown", _("There is no such organisation."))
    return found


def members_of(
    *, department: UUID | None = None, organisation: UUID | None = None, masks: bool = False
) -> Sequence[Member]:
    """Who belongs to a place, its leads first; `masks` their addresses for a reader of the demo."""
    place = Q(department_id=department) if department else Q(organisation_id=organisation, organisation__isnull=False)
    rows = Membership.objects.filter(place, person__is_active=True).select_related("person")
    return [
        Member(row.id, row.person_id, row.person.name, address_shown(row.person.email, masks=masks), row.is_lead)
        for row in rows.order_by("-is_lead", "person__name", "id")[:MOST_MEMBERS]
    ]


def person_by_address(email: str) -> UUID | None:
    """Who signs in with this e-mail address."""
    return Person.objects.filter(email__iexact=email, is_active=True).values_list("id", flat=True).first()


def membership_of(person: UUID, *, organisation: UUID) -> Membership | None:
    """The membership of a person in an organisation."""
    rows = Membership.objects.filter(person_id=person, organisation_id=organisation, role=Role.ORGANISATION_MEMBER)
    return rows.first()
