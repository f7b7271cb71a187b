"""Who acts, who is responsible, and what is kept about people: what other modules know of accounts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from citytandem.accounts.actors import ANYBODY, SYSTEM, Actor
from citytandem.accounts.demo_sign_ins import SIGN_INS, SignIn
from citytandem.accounts.directory import (
    DepartmentCard,
    OrganisationCard,
    PersonCard,
    department_by_id,
    department_by_slug,
    departments,
    leads_of_department,
    organisations_by_id,
    people_by_id,
    people_of_department,
    people_with_role,
    person_by_address,
    responsible_department,
)
from citytandem.accounts.guarding import may
from citytandem.accounts.holdings import Exported, Holding
from citytandem.accounts.masking import address_shown, is_of_the_demo, masked
from citytandem.accounts.models import Person, Role
from citytandem.accounts.places.registry import Belonging, DepartmentFigures, register_belongings, register_figures
from citytandem.accounts.places.services.departments import DepartmentClosed
from citytandem.accounts.routing import due_day
from citytandem.accounts.selectors import actor_by_id
from citytandem.accounts.services.entries import entry_add
from citytandem.accounts.services.people import person_make
from citytandem.accounts.signin.sections import Section
from citytandem.accounts.signin.sections import register as register_section
from citytandem.core.events import Event
from citytandem.core.node import this_node

__all__ = [
    "ANYBODY", "SYSTEM", "Actor", "Belonging", "DepartmentCard", "DepartmentClosed", "DepartmentFigures", "Exported",
    "Holding", "OrganisationCard", "PersonCard", "PersonErased", "PersonJoined", "Role", "Section", "actor_by_id",
    "actor_of", "address_shown", "demo_sign_ins", "department_by_id", "department_by_slug", "departments", "due_day",
    "entry_add", "is_of_the_demo", "leads_of_department", "masked", "may", "organisations_by_id", "people_by_id",
    "people_of_department", "people_with_role", "person_by_address", "person_make", "reads_masked", "register_belongings",
    "register_figures", "register_section", "responsible_department",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PersonJoined(Event):
    """Somebody made a sign-in and confirmed their e-mail address."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class PersonErased(Event):
    """Everything about a person has been deleted or made anonymous."""

    person_id: UUID


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind a request; the roles are read once per request."""
    known: Actor | None = getattr(request, "_actor", None)
    person = request.user
    if not isinstance(person, Person):
        return ANYBODY
    if known is None or known.id != person.id:
        known = actor_by_id(person.id, name=person.name)
        request._actor = known  # type: ignore[attr-defined] # noqa: SLF001 - remembered on the request that it belongs to
    return known


def reads_masked(request: HttpRequest) -> bool:
    """Whether people's addresses are shortened for the reader: everybody can sign in as the people of the demo."""
    return bool(getattr(request.user, "is_demo", False))


def demo_sign_ins() -> tuple[SignIn, ...]:
    """What the sign-in page shows on a demo node; nothing on any other."""
    return SIGN_INS if this_node().demo else ()
