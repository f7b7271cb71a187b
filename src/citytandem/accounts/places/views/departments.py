"""Departments over HTTP: who answers for what, for everybody; setting them up, for administrators and leads."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import Actor, actor_of, reads_masked
from citytandem.accounts.places.forms import DepartmentForm, StaffForm, department_values
from citytandem.accounts.places.presenters import department_shown, departments_shown
from citytandem.accounts.places.registry import department_figures
from citytandem.accounts.places.selectors import department_get, department_list, members_of
from citytandem.accounts.places.services.departments import department_save, staff_add, state_of
from citytandem.accounts.services.looking import looked_at
from citytandem.accounts.services.people import role_revoke
from citytandem.core.errors import Conflict, DomainError
from citytandem.core.permissions import allowed, require

METHODS = ["GET", "HEAD", "POST"]


@require_safe
def departments(request: HttpRequest) -> HttpResponse:
    """Who answers for what, how soon they promise it, and how soon they do."""
    shown = departments_shown(department_list())
    return render(request, "accounts/places/departments.html", {"departments": shown})


@require_safe
def department(request: HttpRequest, slug: str) -> HttpResponse:
    """One department."""
    row = department_get(slug)
    shown = department_shown(row, department_figures().get(row.id))
    may_edit = allowed("accounts.edit_department", actor_of(request), row.id)
    return render(request, "accounts/places/department.html", {"department": shown, "may_edit": may_edit})


@never_cache
@require_safe
def administration(request: HttpRequest) -> HttpResponse:
    """All departments, also those that are closed."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("accounts.administer", actor)
    shown = departments_shown(department_list(with_closed=True))
    has_fallback = any(one.is_fallback for one in shown)
    context = {"departments": shown, "has_fallback": has_fallback}
    return render(request, "accounts/places/administration_departments.html", context)


@never_cache
@require_http_methods(METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """Set up a department."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("accounts.administer", actor)
    form = DepartmentForm(request.POST or None, initial=department_values(None), others=department_list())
    return _answer(request, form, actor, row=None)


@never_cache
@require_http_methods(METHODS)
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a department, and who works there."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    row = department_get(slug, with_closed=True)
    require("accounts.edit_department", actor, row.id)
    others = [one for one in department_list() if one.id != row.id]
    form = DepartmentForm(
        request.POST or None, initial=department_values(row), others=others, for_administrator=actor.administers
    )
    return _answer(request, form, actor, row=row)


def _answer(request: HttpRequest, form: Any, actor: Actor, *, row: Any) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                department_save(
                    draft=form.draft(row),
                    by=actor,
                    department_id=row.id if row else None,
                    seen=form.cleaned_data["seen"],
                )
            except DomainError as error:
                form.refuse(error)
                status = error.status
                if isinstance(error, Conflict) and row is not None:
                    # Who has compared both may save again.
                    form.data = form.data.copy()
                    form.data["seen"] = state_of(row)
            else:
                messages.success(request, _("The department is saved."))
                return redirect("places:administration-departments" if actor.administers else "places:departments")
    return _page(request, form, actor, row=row, status=status)


def _page(
    request: HttpRequest,
    form: DepartmentForm,
    actor: Actor,
    *,
    row: Any,
    staff_form: StaffForm | None = None,
    status: int = 200,
) -> HttpResponse:
    staff = members_of(department=row.id, masks=reads_masked(request)) if row else []
    if staff:
        looked_at("department.staff", by=actor, people=[one.person for one in staff])
    context = {
        "form": form,
        "row": row,
        "name": department_shown(row, None).name if row else None,
        "staff": staff,
        "staff_form": staff_form or StaffForm(prefix="staff"),
        "administers": actor.administers,
    }
    return render(request, "accounts/places/department_edit.html", context, status=status)


@never_cache
@require_POST
def staff(request: HttpRequest, slug: str) -> HttpResponse:
    """Let somebody work for a department."""
    actor = actor_of(request)
    row = department_get(slug, with_closed=True)
    require("accounts.administer", actor)
    form = StaffForm(request.POST, prefix="staff")
    if form.is_valid():
        try:
            staff_add(department_id=row.id, by=actor, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("They work for this department now."))
            return HttpResponseRedirect(f"/administration/departments/{row.slug}#staff")
    others = [one for one in department_list() if one.id != row.id]
    whole = DepartmentForm(initial=department_values(row), others=others)
    return _page(request, whole, actor, row=row, staff_form=form, status=422)


@never_cache
@require_POST
def staff_remove(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """Somebody works for this department no more."""
    actor = actor_of(request)
    row = department_get(slug, with_closed=True)
    require("accounts.administer", actor)
    if membership_id in {one.id for one in members_of(department=row.id)}:
        role_revoke(membership_id=membership_id, by=actor)
    messages.success(request, _("They work for this department no more."))
    return HttpResponseRedirect(f"/administration/departments/{row.slug}#staff")
