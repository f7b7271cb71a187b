"""The coordination's bench over HTTP: programmes, applicants, groupings."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import DomainError, NotFound
from citytandem.core.permissions import require
from citytandem.partnerships.guarding import METHODS, signed_in
from citytandem.partnerships.programmes import applying, bench_pages, presenters, programmes, selectors, solving
from citytandem.partnerships.programmes.forms import DecisionForm, ProgrammeForm, SolveForm, solve_values

Parameters = ParamSpec("Parameters")


def for_the_coordination(
    view: Callable[Concatenate[HttpRequest, Any, Parameters], HttpResponse],
) -> Callable[..., HttpResponse]:
    """The view gets the programme; others than its coordination are told so (403)."""

    @wraps(view)
    def guarded(
        request: HttpRequest, programme: str, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> HttpResponse:
        actor = actor_of(request)
        found = selectors.programme_get(actor, programme)
        require("partnerships.coordinate", actor, found)
        return view(request, found, *args, **kwargs)

    return never_cache(signed_in(guarded))


@never_cache
@require_http_methods(METHODS)
@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """Open a programme."""
    require("partnerships.coordinate", actor_of(request))
    return _write(request, None)


@require_http_methods(METHODS)
@for_the_coordination
def edit(request: HttpRequest, programme: Any) -> HttpResponse:
    """Change a programme."""
    return _write(request, programme)


def _write(request: HttpRequest, row: Any) -> HttpResponse:
    form = ProgrammeForm(request.POST or None, initial=_values(row) if row else {"language": get_language() or "en"})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                identifier = row.id if row else None
                saved = programmes.programme_write(
                    programme_id=identifier, values=form.cleaned_data, by=actor_of(request)
                )
            except DomainError as error:
                error.raise_unless_about_input()
                form.refuse(error)
            else:
                messages.success(request, _("The programme is saved."))
                return HttpResponseRedirect(reverse("partnerships:bench", args=[saved.slug]))
    return render(request, "partnerships/programmes/programme_edit.html", {"form": form, "row": row}, status=status)


def _values(row: Any) -> dict[str, Any]:
    words = {name: getattr(row, name).get(row.language, {}).get("text", "") for name in ("title", "text")}
    until = timezone.localdate(row.applies_until) if row.applies_until else None
    plain = {name: getattr(row, name) for name in ("language", "state", "starts_on", "ends_on", "quiet_weeks")}
    return {**words, **plain, "applies_until": until}


@require_http_methods(METHODS)
@for_the_coordination
def bench(request: HttpRequest, programme: Any) -> HttpResponse:
    """Who applies, what counts, which rules hold, and what was computed."""
    form = SolveForm(request.POST or None, initial=solve_values(programme.weights, programme.rules))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                row = solving.solution_ask(
                    programme_id=programme.id, weights=form.weights(), rules=form.rules(programme.rules),
                    note=form.cleaned_data["note"], by=actor_of(request),
                )  # fmt: skip
            except DomainError as error:
                error.raise_unless_about_input()
                status = error.status
                form.refuse(error)
            else:
                return _to(row)
    reader = get_language() or "en"
    context = {
        "card": presenters.programme_card(programme, reader=reader),
        "applicants": bench_pages.applicant_rows(programme, reader=reader),
        "solutions": list(programme.solutions.order_by("-number")[:20]),
        "form": form,
        "quiet": [
            (presenters.partnership_shown(row, reader=reader), weeks)
            for row, weeks in selectors.quiet_partnerships(programme, today=timezone.localdate())
        ],
        "has_pairs": bool(programme.rules.get("must") or programme.rules.get("must_not")),
    }
    return render(request, "partnerships/programmes/bench.html", context, status=status)


def _to(row: Any) -> HttpResponse:
    return HttpResponseRedirect(reverse("partnerships:solution", args=[row.programme.slug, row.number]))


@require_POST
@for_the_coordination
def decide(request: HttpRequest, programme: Any, application_id: UUID) -> HttpResponse:
    """Admit or decline a city."""
    if not programme.applications.filter(id=application_id).exists():
        raise NotFound("application.unknown", _("There is no such application."))
    form = DecisionForm(request.POST)
    form.is_valid()
    try:
        applying.application_decide(
            application_id=application_id, admit=request.POST.get("decision") == "admit",
            reason=form.cleaned_data.get("reason", ""), by=actor_of(request),
        )  # fmt: skip
    except DomainError as error:
        error.raise_unless_about_input()
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is decided."))
    return HttpResponseRedirect(reverse("partnerships:bench", args=[programme.slug]) + "#applicants")


@require_safe
@for_the_coordination
def solution(request: HttpRequest, programme: Any, number: int) -> HttpResponse:
    """One grouping with its reasons."""
    reader = get_language() or "en"
    row = solving.solution_get(programme, number)
    others = programme.solutions.filter(state="done").exclude(number=number).order_by("-number")
    context = {
        "card": presenters.programme_card(programme, reader=reader),
        "page": bench_pages.solution_page(row, reader=reader),
        "others": list(others.values_list("number", flat=True)[:20]),
    }
    return render(request, "partnerships/programmes/solution.html", context)


@require_POST
@for_the_coordination
def pin(request: HttpRequest, programme: Any, number: int) -> HttpResponse:
    """Keep a pair together or apart, or free it, and compute anew."""
    row = solving.solution_get(programme, number)
    given = {name: request.POST.get(name, "")[:80] for name in ("first", "second")}
    wish = request.POST.get("pin", "")
    chosen: solving.Pin = "must" if wish == "must" else "must_not" if wish == "must_not" else "free"
    try:
        return _to(solving.solution_pin(solution=row, pin=chosen, by=actor_of(request), **given))
    except DomainError as error:
        error.raise_unless_about_input()
        messages.error(request, str(error))
        return _to(row)


@require_POST
@for_the_coordination
def publish(request: HttpRequest, programme: Any, number: int) -> HttpResponse:
    """Make partnerships of the groups."""
    row = solving.solution_get(programme, number)
    try:
        solving.solution_publish(solution_id=row.id, by=actor_of(request))
    except DomainError as error:
        error.raise_unless_about_input()
        messages.error(request, str(error))
        return _to(row)
    messages.success(request, _("It is published. Each city sees its partners and why."))
    return HttpResponseRedirect(reverse("partnerships:programme-of", args=[programme.slug]))


@require_safe
@for_the_coordination
def compare(request: HttpRequest, programme: Any) -> HttpResponse:
    """Two groupings side by side."""
    numbers = [request.GET.get(name, "") for name in ("first", "second")]
    if not all(number.isdecimal() and len(number) < 9 for number in numbers):
        raise NotFound("grouping.unknown", _("There is no such grouping."))
    rows = [solving.solution_get(programme, int(number)) for number in numbers]
    if any(row.state != "done" for row in rows):
        raise NotFound("grouping.unknown", _("There is no such grouping."))
    reader = get_language() or "en"
    context = {
        "card": presenters.programme_card(programme, reader=reader),
        "page": bench_pages.compare_page(rows[0], rows[1], reader=reader),
    }
    return render(request, "partnerships/programmes/compare.html", context)
