"""Who is who: people, departments and organisations as other modules show and address them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache
from shapely.geometry import Point, shape

from citytandem.accounts.actors import Actor
from citytandem.accounts.models import Department, Membership, Organisation, Person, Role
from citytandem.core.themes import themes as all_themes
from citytandem.core.versions import Translations, read

_KEY = "accounts.departments"
_SECONDS = 30


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person for other modules. `name` is empty where they gave none; `email` is for sending, never for showing."""

    id: UUID
    name: str
    email: str
    language: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class OrganisationCard:
    """An organisation for other modules."""

    id: UUID
    slug: str
    name: str
    is_confirmed: bool

    @property
    def path(self) -> str:
        """Address of its page."""
        return f"/organisations/{self.slug}"


@dataclass(frozen=True, slots=True)
class DepartmentCard:
    """A department for other modules. `areas`: GeoJSON polygons it is responsible for; empty: the whole city."""

    id: UUID
    slug: str
    names: Translations
    email: str
    telephone: str
    themes: Sequence[str]
    areas: Sequence[dict[str, Any]]
    service_days: int
    escalate_to: UUID | None
    is_fallback: bool

    def name_for(self, reader: str) -> str:
        """Its name in the reader's language, else in any."""
        return read(self.names, reader=reader).text

    @property
    def path(self) -> str:
        """Address of its page."""
        return f"/departments/{self.slug}"


def people_by_id(ids: Iterable[UUID | None]) -> dict[UUID, PersonCard]:
    """People by id; those erased are there without name and address. One query."""
    wanted = {one for one in ids if one is not None}
    rows = Person.objects.filter(id__in=wanted) if wanted else []
    return {
        row.id: PersonCard(row.id, row.name, "" if row.erased_at else row.email, row.language, row.is_active)
        for row in rows
    }


def person_by_address(email: str, *, by: Actor) -> PersonCard | None:
    """The active person who signs in with an address. For those who may know it: it tells whether there is a sign-in.

    Whoever is of the demo finds people of the demo only, for everybody can use their sign-in.
    """
    rows = Person.objects.filter(email__iexact=email.strip(), is_active=True, erased_at=None)
    row = (rows.filter(is_demo=True) if by.is_demo else rows).first()
    return None if row is None else PersonCard(row.id, row.name, row.email, row.language, row.is_active)


def people_of_department(department_id: UUID) -> list[UUID]:
    """Ids of a department's active staff, its leads first."""
    rows = Membership.objects.filter(department_id=department_id, person__is_active=True)
    return list(rows.order_by("-is_lead", "since").values_list("person_id", flat=True))


def leads_of_department(department_id: UUID) -> list[UUID]:
    """Ids of the active people who lead a department."""
    rows = Membership.objects.filter(department_id=department_id, is_lead=True, person__is_active=True)
    return list(rows.order_by("since").values_list("person_id", flat=True))


def people_with_role(*roles: Role) -> list[UUID]:
    """Ids of active people with one of these roles, whatever its place."""
    rows = Membership.objects.filter(role__in=roles, person__is_active=True)
    return list(rows.order_by("person_id").values_list("person_id", flat=True).distinct())


def organisations_by_id(ids: Iterable[UUID | None]) -> dict[UUID, OrganisationCard]:
    """Organisations by id; one query."""
    wanted = {one for one in ids if one is not None}
    rows = Organisation.objects.filter(id__in=wanted) if wanted else []
    return {row.id: OrganisationCard(row.id, row.slug, row.name, row.is_confirmed) for row in rows}


def departments() -> list[DepartmentCard]:
    """All active departments by their slug; remembered for half a minute, since every page of the desk asks."""
    known: list[DepartmentCard] | None = cache.get(_KEY)
    if known is None:
        known = [_card(row) for row in Department.objects.filter(is_active=True).order_by("slug")]
        cache.set(_KEY, known, _SECONDS)
    return known


def forget_departments() -> None:
    """After a change."""
    cache.delete(_KEY)


def department_by_id(department_id: UUID | None) -> DepartmentCard | None:
    """One active department, or None."""
    return next((one for one in departments() if one.id == department_id), None)


def department_by_slug(slug: str) -> DepartmentCard | None:
    """One active department by its short name, or None."""
    return next((one for one in departments() if one.slug == slug), None)


def responsible_department(*, themes: Sequence[str], place: tuple[float, float] | None = None) -> DepartmentCard | None:
    """Which department a new problem goes to, or None where nobody is set up.

    `place` is (longitude, latitude). See `routing.choose` for the rule.
    """
    from citytandem.accounts.routing import Responsibility, choose

    known = departments()
    broader = {theme.id: theme.broader for theme in all_themes().values()}
    point = Point(*place) if place else None
    duties = [
        Responsibility(
            themes=frozenset(one.themes),
            covers=None if not one.areas else point is not None and any(shape(a).covers(point) for a in one.areas),
            is_fallback=one.is_fallback,
        )
        for one in known
    ]
    chosen = choose(duties, themes=themes, broader=broader)
    return None if chosen is None else known[chosen]


def _card(row: Department) -> DepartmentCard:
    return DepartmentCard(
        id=row.id,
        slug=row.slug,
        names=row.name,
        email=row.email,
        telephone=row.telephone,
        themes=tuple(row.themes),
        areas=tuple(row.areas),
        service_days=row.service_days,
        escalate_to=row.escalate_to_id,
        is_fallback=row.is_fallback,
    )
