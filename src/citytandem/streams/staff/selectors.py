"""Reading the table of the staff desk, and the views that people have saved of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core.errors import NotFound
from citytandem.core.paging import Page
from citytandem.streams.counting import capped, remembered
from citytandem.streams.indexes import DUE_FIRST
from citytandem.streams.models import Problem, Visibility
from citytandem.streams.models_staff import SavedView
from citytandem.streams.selectors import NEWEST_FIRST, is_ours, open_to, page_of
from citytandem.streams.staff.filters import Filters, narrowed

ROWS = 40


def desk_problems(actor: Actor) -> QuerySet[Problem]:
    """The problems told to this city that people with the actor's roles may read, drafts left out."""
    return open_to(actor, Problem).filter(is_ours()).exclude(visibility=Visibility.DRAFT)


def desk_page(actor: Actor, *, filters: Filters, after: str | None, today: date) -> Page[Any]:
    """One page of the table."""
    rows = narrowed(desk_problems(actor), filters, today=today)
    if filters.order == "due":
        return page_of([rows.annotate(due_first=DUE_FIRST)], order=("due_first", "id"), after=after, size=ROWS)
    return page_of([rows], order=NEWEST_FIRST, after=after, size=ROWS)


def desk_count(actor: Actor, *, filters: Filters, today: date) -> int:
    """How many problems fit; counted up to `counting.MOST_COUNTED`."""
    rows = narrowed(desk_problems(actor), filters, today=today)
    if not actor.is_staff:
        return capped(rows)
    what = f"desk {sorted(filters.values.items())} {sorted(filters.departments)} {today}"
    return remembered(what, actor, lambda: capped(rows), size=int)


def desk_selected(actor: Actor, ids: Collection[UUID]) -> list[Problem]:
    """Of the problems that were ticked, those that the actor may read, oldest first."""
    return list(desk_problems(actor).filter(id__in=list(ids)).order_by("created_at", "id"))


def views_of(actor: Actor) -> list[SavedView]:
    """The actor's own views and those shared with their departments, by name."""
    if actor.id is None:
        return []
    mine = Q(person_id=actor.id) | Q(shared_with__in=sorted(actor.departments))
    return list(SavedView.objects.filter(mine).order_by("name", "id")[:100])


def view_get(actor: Actor, view_id: UUID) -> SavedView:
    """A view that the actor may delete: their own, or one that a department of theirs shares and nobody owns any more."""
    view = SavedView.objects.filter(id=view_id).first()
    mine = view is not None and view.person_id == actor.id and actor.id is not None
    left = view is not None and view.person_id is None and view.shared_with_id in actor.departments
    if view is None or not (mine or left):
        raise NotFound("view.unknown", _("There is no such view."))
    return view


def views_kept(person: UUID) -> Sequence[SavedView]:
    """Everything a person has saved."""
    return list(SavedView.objects.filter(person_id=person).order_by("created_at"))
