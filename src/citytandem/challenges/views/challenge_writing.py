"""Writing challenges and their criteria over HTTP. Whatever goes wrong, the form comes back with everything in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citytandem.accounts.contract import Actor, actor_of
from citytandem.challenges.criteria_pages import criteria_page, shown_shares
from citytandem.challenges.drafting_challenges import (
    chosen_problems,
    criteria_rows,
    criterion_draft,
    draft_of,
    near_problems,
    problems_joined,
    start_values,
    values_of,
)
from citytandem.challenges.forms_challenges import ChallengeForm, CriteriaRows, refuse_row
from citytandem.challenges.frame import frame_of
from citytandem.challenges.selectors import challenge_get
from citytandem.challenges.services.challenges import challenge_draft, challenge_edit
from citytandem.challenges.services.criteria import check_changeable, criteria_set
from citytandem.challenges.usual_kinds import usual_kind, usual_kinds
from citytandem.core.errors import Conflict, DomainError
from citytandem.core.permissions import require
from citytandem.core.text import MAX_QUERY, clean_text

METHODS = ["GET", "HEAD", "POST"]
MORE_ROWS = 3


@never_cache
@require_http_methods(METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """First what it is made from and of which kind, then the call itself."""
    actor, reader = actor_of(request), get_language() or "en"
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("challenges.draft", actor)
    if request.method == "POST":
        return _written(request, actor)
    asked = clean_text(request.GET.get("q", ""))[:MAX_QUERY]
    chosen = chosen_problems(actor, request.GET.getlist("problem"), reader=reader)
    if "go" not in request.GET:
        near = near_problems(actor, asked, chosen, reader=reader)
        context = {
            "kinds": usual_kinds(),
            "kind": request.GET.get("kind", ""),
            "chosen": chosen,
            "near": near,
            "q": asked,
        }
        return render(request, "challenges/begin.html", context)
    kind = usual_kind(request.GET["kind"]) if request.GET.get("kind") else None
    start = start_values(actor, chosen, kind=kind, reader=reader)
    start |= {"problems": [str(one.id) for one in chosen], "kind": kind.key if kind else ""}
    form = ChallengeForm(initial=start, actor=actor, problems=chosen)
    return render(request, "challenges/write.html", {"form": form, "problems": chosen, "kind": kind})


@never_cache
@require_http_methods(METHODS)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change a challenge that is not published."""
    actor, reader = actor_of(request), get_language() or "en"
    found = challenge_get(actor, key)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("challenges.edit", actor, found)
    if request.method == "POST":
        return _written(request, actor, found=found)
    joined = problems_joined(actor, found, reader=reader)
    start = values_of(found, reader=reader) | {"problems": [str(one.id) for one in joined]}
    form = ChallengeForm(initial=start, actor=actor, problems=joined)
    return render(request, "challenges/write.html", {"form": form, "problems": joined, "record": found})


def _written(request: HttpRequest, actor: Actor, *, found: Any = None) -> HttpResponse:
    """What was typed: saved, or shown again with more rows, with problems that were looked for, with what is wrong."""
    reader, do = get_language() or "en", request.POST.get("do", "save")
    known = chosen_problems(actor, request.POST.getlist("problems"), reader=reader)
    near = []
    if do == "find":
        asked = clean_text(request.POST.get("find", ""))[:MAX_QUERY] or clean_text(request.POST.get("title", ""))
        near = near_problems(actor, asked, known, reader=reader)
    data = request.POST.copy()
    form = ChallengeForm(data, actor=actor, problems=[*known, *near], more_rows=MORE_ROWS if do == "rows" else 0)
    data["rows"] = str(form.count)
    context: dict[str, Any] = {"form": form, "problems": known, "near": near, "record": found, "looked": do == "find"}
    if do != "save":
        # Nothing is wrong yet: it has not been sent.
        form.is_valid()
        form.errors.clear()
        return render(request, "challenges/write.html", context)
    if not form.is_valid():
        return render(request, "challenges/write.html", context, status=422)
    draft = draft_of(form.cleaned_data, form.targets_typed())
    try:
        if found is None:
            saved = challenge_draft(draft, kind=form.cleaned_data["kind"], by=actor)
        else:
            saved = challenge_edit(found.id, draft, version=form.cleaned_data["version"], by=actor)
    except DomainError as error:
        error.raise_unless_about_input()
        return _refused(request, form, error, context)
    messages.success(request, _("The draft is saved. Look at its criteria, then send it to a second person."))
    return HttpResponseRedirect(f"/challenges/{saved.code}")


def _refused(request: HttpRequest, form: Any, error: DomainError, context: dict[str, Any]) -> HttpResponse:
    if error.field == "targets":
        form.add_error("target_0_indicator", str(error.message))
    else:
        form.refuse(error)
    if isinstance(error, Conflict) and "current_version" in error.details:
        # Who has compared both versions may save again.
        form.data["version"] = str(error.details["current_version"])
        context["is_stale"] = True
        context["record"] = challenge_get(actor_of(request), UUID(str(context["record"].id)))
    return render(request, "challenges/write.html", context, status=error.status)


@never_cache
@require_http_methods(METHODS)
def criteria(request: HttpRequest, key: str) -> HttpResponse:
    """What proposals are measured by, as a table of rows."""
    actor = actor_of(request)
    found = challenge_get(actor, key)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("challenges.edit", actor, found)
    if request.method != "POST":
        return _criteria(request, found, CriteriaRows(initial=criteria_rows(found), prefix="rows"))
    do, data = request.POST.get("do", "save"), request.POST.copy()
    if do == "add":
        total = data.get("rows-TOTAL_FORMS", "")
        data["rows-TOTAL_FORMS"] = (
            str(int(total) + 1) if total.isascii() and total.isdigit() and len(total) < 4 else "1"
        )
    rows = CriteriaRows(data, prefix="rows")
    is_valid = rows.is_valid()
    if not is_valid or do != "save":
        return _criteria(request, found, rows, data=data, status=200 if do != "save" else 422)
    kept = [row for row in rows.forms if not row.is_left_out]
    sent = data.get("version", "")
    version = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0
    typed = [criterion_draft(row.cleaned_data) for row in kept]
    try:
        saved = criteria_set(found.id, typed, version=version, by=actor)
    except DomainError as error:
        error.raise_unless_about_input()
        if "current_version" in error.details:
            data["version"] = str(error.details["current_version"])
        refuse_row(kept, error)
        return _criteria(request, found, rows, data=data, status=error.status, error=error)
    for told in shown_shares(saved, [row.weight for row in typed]):
        messages.info(request, told)
    messages.success(request, _("The criteria are saved."))
    return HttpResponseRedirect(f"/challenges/{saved.slug or saved.code}#criteria")


def _criteria(
    request: HttpRequest,
    found: Any,
    rows: Any,
    *,
    data: Any = None,
    status: int = 200,
    error: DomainError | None = None,
) -> HttpResponse:
    reader, actor = get_language() or "en", actor_of(request)
    refused = error
    try:
        check_changeable(found)
    except DomainError as frozen:
        refused = refused or frozen
    context = {
        "frame": frame_of(actor, found, reader=reader, current="call"),
        "page": criteria_page(found, rows, reader=reader),
        "rows": rows,
        "version": data.get("version", found.version) if data is not None else found.version,
        "error": refused,
    }
    return render(request, "challenges/criteria.html", context, status=status)
