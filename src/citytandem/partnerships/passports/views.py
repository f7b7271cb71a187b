"""Pages of replication passports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import DomainError
from citytandem.core.node import this_node
from citytandem.core.permissions import allowed, require
from citytandem.partnerships.guarding import METHODS, signed_in
from citytandem.partnerships.passports import presenters
from citytandem.partnerships.passports.forms import (
    SIDES,
    BeginForm,
    ConditionsForm,
    SettleForm,
    TaskForm,
    TaskStateForm,
    start_of,
)
from citytandem.partnerships.passports.keeping import sides_of
from citytandem.partnerships.passports.selectors import passport_get, target_choices
from citytandem.partnerships.passports.services import (
    PERMISSION,
    passport_begin,
    passport_change,
    passport_settle,
    task_add,
    task_change,
)
from citytandem.partnerships.selectors import city_get
from citytandem.streams.contract import solution_by_key


@require_safe
def passports(request: HttpRequest) -> HttpResponse:
    """Who reuses what from whom, and with which result."""
    actor = actor_of(request)
    context = {"lines": presenters.passports_page(actor), "may_write": allowed(PERMISSION, actor)}
    return render(request, "partnerships/passports/list.html", context)


@never_cache
@require_http_methods(METHODS)
@signed_in
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Choose the city that may take a solution over."""
    actor, reader = actor_of(request), get_language() or "en"
    require(PERMISSION, actor)
    solution = solution_by_key(key, actor=actor, language=reader)
    cities = [city for city in target_choices() if city.id != solution.card.city]
    home = next((city.slug for city in cities if city.id == this_node().home_city), "")
    choices = [(city.slug, city.name) for city in cities]
    form = BeginForm(request.POST or None, initial={"city": home}, cities=choices)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            passport = passport_begin(
                solution_key=key, target=city_get(form.cleaned_data["city"]), language=reader, by=actor
            )
            return HttpResponseRedirect(presenters.path_of(passport))
    return render(request, "partnerships/passports/begin.html", {"form": form, "solution": solution}, status=status)


@require_safe
def passport(request: HttpRequest, passport_id: UUID) -> HttpResponse:
    """Both cities condition by condition, what has to be done, and what came of it."""
    actor = actor_of(request)
    return _shown(request, presenters.passport_page(actor, passport_get(actor, passport_id)))


def _shown(
    request: HttpRequest, page: presenters.PassportShown, *, task_form: TaskForm | None = None,
    settle_form: SettleForm | None = None,
) -> HttpResponse:  # fmt: skip
    is_refused = task_form is not None or settle_form is not None
    start = {
        "state": page.state, "in_use_since": page.in_use_since, "outcome": page.outcome, "is_public": page.is_public,
    }  # fmt: skip
    context: dict[str, Any] = {"page": page}
    if page.may_write:
        context["task_form"] = task_form or TaskForm(prefix="task")
        context["settle_form"] = settle_form or SettleForm(initial=start, prefix="settle")
    return render(request, "partnerships/passports/passport.html", context, status=422 if is_refused else 200)


@never_cache
@require_http_methods(METHODS)
@signed_in
def edit(request: HttpRequest, passport_id: UUID) -> HttpResponse:
    """Say how it is in both cities."""
    actor = actor_of(request)
    require(PERMISSION, actor)
    found = passport_get(actor, passport_id)
    kept = {"origin": sides_of(found.origin_conditions), "target": sides_of(found.target_conditions)}
    status = 200
    if request.method == "POST":
        form = ConditionsForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                passport_change(
                    found.id, origin=form.sides("origin"), target=form.sides("target"),
                    seen=form.cleaned_data["seen"], by=actor,
                )  # fmt: skip
            except DomainError as error:
                error.raise_unless_about_input()
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _("Saved. The tasks follow what differs and what has to be asked."))
                return HttpResponseRedirect(presenters.path_of(found))
    else:
        form = ConditionsForm(initial={**start_of(kept), "seen": found.changed_at.isoformat()})
    context = {"form": form, "page": presenters.passport_page(actor, found), "sides": SIDES}
    return render(request, "partnerships/passports/edit.html", context, status=status)


@require_POST
@signed_in
def add_task(request: HttpRequest, passport_id: UUID) -> HttpResponse:
    """Something else that has to be done."""
    actor = actor_of(request)
    require(PERMISSION, actor)
    found = passport_get(actor, passport_id)
    form = TaskForm(request.POST, prefix="task")
    if not form.is_valid():
        return _shown(request, presenters.passport_page(actor, found), task_form=form)
    task_add(found.id, text=form.cleaned_data["text"], due_on=form.cleaned_data["due_on"], by=actor)
    return HttpResponseRedirect(f"{presenters.path_of(found)}#tasks")


@require_POST
@signed_in
def task(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Take a task on, or tell that it is done."""
    actor = actor_of(request)
    require(PERMISSION, actor)
    form = TaskStateForm(request.POST)
    # A date that is none changes nothing else: the box is what was pressed.
    due_on = form.cleaned_data.get("due_on") if form.is_valid() else None
    changed = task_change(task_id, due_on=due_on, is_done="is_done" in request.POST, by=actor)
    return HttpResponseRedirect(f"/passports/{changed.passport_id}#tasks")


@require_POST
@signed_in
def settle(request: HttpRequest, passport_id: UUID) -> HttpResponse:
    """Tell how far it has come, and with which result."""
    actor = actor_of(request)
    require(PERMISSION, actor)
    found = passport_get(actor, passport_id)
    form = SettleForm(request.POST, prefix="settle")
    if form.is_valid():
        try:
            passport_settle(found.id, by=actor, **form.cleaned_data)
        except DomainError as error:
            error.raise_unless_about_input()
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(presenters.path_of(found))
    return _shown(request, presenters.passport_page(actor, found), settle_form=form)


@require_safe
def as_json(request: HttpRequest, passport_id: UUID) -> HttpResponse:
    """The passport as data."""
    return JsonResponse(presenters.passport_json(actor_of(request), passport_id))
