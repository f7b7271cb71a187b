"""Reading who is away, and who can stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet, Subquery
from django.utils import timezone

from citytandem.accounts.logbook import role_words
from citytandem.accounts.models import NODE_ROLES, Absence, Membership, Person, Role
from citytandem.core.text import clean_line

# More people than that are found by their names.
MOST_LISTED = 200
_STAFF = (*NODE_ROLES, Role.DEPARTMENT_STAFF)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who can stand in."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Deputies:
    """Who can stand in. `is_many`: too many for a list, so `people` are only those of whom a part of the name was typed."""

    people: Sequence[Colleague]
    is_many: bool


@dataclass(frozen=True, slots=True)
class Away:
    """An absence that is not over yet."""

    id: UUID
    first_day: date
    last_day: date
    deputy: str
    is_now: bool


def deputies_for(person_id: UUID, *, named: str = "") -> Deputies:
    """Who can stand in: for staff everybody who works for the city, for members of organisations the others there.

    Where they are too many for a list: those whose name has `named` in it, all of them; without it nobody.
    """
    rows = _possible_deputies(person_id)
    first = rows[: MOST_LISTED + 1]
    is_many = len(first) > MOST_LISTED
    wanted = clean_line(named)
    if is_many:
        without_name = Q(name="") if wanted.casefold() in _nameless().casefold() else Q()
        first = rows.filter(Q(name__icontains=wanted) | without_name) if wanted else rows.none()
    return Deputies([Colleague(row.id, row.name or _nameless()) for row in first], is_many=is_many)


def may_stand_in(deputy_id: UUID, *, person_id: UUID) -> bool:
    """Whether somebody can stand in for a person."""
    return _possible_deputies(person_id).filter(id=deputy_id).exists()


def _possible_deputies(person_id: UUID) -> QuerySet[Person]:
    mine = list(Membership.objects.filter(person_id=person_id).values_list("role", "organisation_id"))
    places = [organisation for _role, organisation in mine if organisation]
    wanted = Q(organisation_id__in=places)
    if any(role in _STAFF for role, _organisation in mine):
        wanted |= Q(role__in=_STAFF)
    colleagues = Membership.objects.filter(wanted).values("person_id")
    # Everybody can sign in as the demo's people: they stand in for each other only.
    alike = Person.objects.filter(id=person_id).values("is_demo")
    rows = Person.objects.filter(id__in=colleagues, is_active=True, is_demo=Subquery(alike))
    return rows.exclude(id=person_id).order_by("name", "id")


def _nameless() -> str:
    return role_words(Role.RESIDENT)


def absences_of(person_id: UUID) -> list[Away]:
    """Absences of a person that are not over yet, the next one first."""
    today = timezone.localdate()
    rows = (
        Absence.objects.filter(person_id=person_id, last_day__gte=today).select_related("deputy").order_by("first_day")
    )
    return [
        Away(row.id, row.first_day, row.last_day, row.deputy.name or role_words(Role.RESIDENT), row.first_day <= today)
        for row in rows
    ]
