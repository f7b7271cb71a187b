"""Departments and organisations as their pages show them, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citytandem.accounts.masking import address_shown, masked
from citytandem.accounts.models import Department, Organisation
from citytandem.accounts.places.registry import DepartmentFigures, department_figures
from citytandem.accounts.places.services.organisations import state_of
from citytandem.core.versions import Reading, read


@dataclass(frozen=True, slots=True)
class DepartmentShown:
    """A department on its page and in lists. `figures` is None where nothing is counted yet."""

    slug: str
    name: Reading
    about: Reading
    email: str
    telephone: str
    themes: Sequence[str]
    areas: int
    service_days: int
    escalates_to: str
    is_fallback: bool
    is_active: bool
    figures: DepartmentFigures | None

    @property
    def path(self) -> str:
        """Address of its page."""
        return f"/departments/{self.slug}"


def departments_shown(rows: Sequence[Department]) -> list[DepartmentShown]:
    """Departments with how quickly they answer, by name; the one that gets what fits no other comes last."""
    figures = department_figures()
    shown = [department_shown(row, figures.get(row.id)) for row in rows]
    return sorted(shown, key=lambda one: (one.is_fallback, one.name.text.casefold()))


def department_shown(row: Department, figures: DepartmentFigures | None) -> DepartmentShown:
    """One department in the reader's language."""
    reader = get_language() or "en"
    above = row.escalate_to
    return DepartmentShown(
        slug=row.slug,
        name=read(row.name, reader=reader, original=row.language),
        about=read(row.about, reader=reader, original=row.language),
        email=row.email,
        telephone=row.telephone,
        themes=row.themes,
        areas=len(row.areas),
        service_days=row.service_days,
        escalates_to=read(above.name, reader=reader).text if above else _("the innovation unit"),
        is_fallback=row.is_fallback,
        is_active=row.is_active,
        figures=figures,
    )


@dataclass(frozen=True, slots=True)
class OrganisationShown:
    """An organisation on its page and in lists."""

    slug: str
    name: str
    kind: str
    about: Reading
    email: str
    telephone: str
    url: str
    is_confirmed: bool
    state: str

    @property
    def path(self) -> str:
        """Address of its page."""
        return f"/organisations/{self.slug}"


def organisation_shown(row: Organisation, *, masks: bool = False) -> OrganisationShown:
    """One organisation in the reader's language; `masks` its contact for a reader of the demo, until it is confirmed."""
    hides = masks and not row.is_confirmed
    return OrganisationShown(
        slug=row.slug,
        name=row.name,
        kind=str(row.get_kind_display()),
        about=read(row.about, reader=get_language() or "en", original=row.language),
        email=address_shown(row.email, masks=hides),
        telephone=masked(row.telephone) if hides and row.telephone else row.telephone,
        url=row.url,
        is_confirmed=row.is_confirmed,
        state=state_of(row),
    )
