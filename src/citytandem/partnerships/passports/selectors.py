"""Reading passports: everybody sees the public ones, who works for the city all of them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core.errors import NotFound
from citytandem.core.permissions import allowed
from citytandem.partnerships.models import City, Passport, PassportTask
from citytandem.partnerships.passports.services import PERMISSION

MOST_SHOWN = 200


def passports_visible_to(actor: Actor) -> QuerySet[Passport]:
    """Newest change first, with the numbers of tasks."""
    rows = Passport.objects.select_related("origin", "target").annotate(
        tasks_all=Count("tasks"), tasks_done=Count("tasks", filter=Q(tasks__done_at__isnull=False))
    )
    if not allowed(PERMISSION, actor):
        rows = rows.filter(is_public=True)
    return rows.order_by("-changed_at", "id")


def passport_get(actor: Actor, identifier: UUID) -> Passport:
    """One that the actor may read; raises NotFound."""
    found = passports_visible_to(actor).filter(id=identifier).first()
    if found is None:
        raise NotFound("passport.unknown", _("There is no such passport."))
    return found


def tasks_of(passport: Passport) -> list[PassportTask]:
    """Open ones first, by their date."""
    return list(passport.tasks.select_related("owner").order_by("done_at", "due_on", "id"))


def target_choices() -> list[City]:
    """Cities that a solution may be compared with, by name."""
    return list(City.objects.filter(is_profiled=True).order_by("sort_key", "id"))
