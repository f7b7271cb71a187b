"""Appeals: written by the author or a reporter, decided by a second person."""

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

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import DomainError
from citytandem.core.throttle import Limit, address_of, count
from citytandem.moderation.forms import AppealDecisionForm, AppealForm
from citytandem.moderation.keys import receipt_path
from citytandem.moderation.presenters import case_page, rows
from citytandem.moderation.selectors import case_for
from citytandem.moderation.services.appeals import appeal_decide, appeal_make, appeal_open
from citytandem.moderation.services.decisions import Reasoning
from citytandem.moderation.statement import statement_of
from citytandem.moderation.views.again import again

METHODS = ["GET", "HEAD", "POST"]
TRIES = Limit("moderation.appeal", 20, 3_600)


@never_cache
@require_http_methods(METHODS)
def appeal(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Appeal against a decision. Who is not signed in needs the address that they were sent."""
    actor, reader = actor_of(request), get_language() or "en"
    proof = {"report_code": request.GET.get("report", "")[:10], "key": request.GET.get("key", "")[:200]}
    if actor.is_anonymous and not proof["key"]:
        return redirect_to_login(request.get_full_path())
    found, decision, _role = appeal_open(case_id=case_id, by=actor, **proof)
    is_author = actor.id is not None and found.author_id == actor.id
    form = AppealForm(request.POST or None)
    context: dict[str, Any] = {
        "form": form,
        "statement": statement_of(found, decision, is_author=is_author),
        "row": rows([found], actor=actor, reader=reader)[0],
        "is_author": is_author,
    }
    if request.method != "POST":
        return render(request, "moderation/appeal.html", context)
    if not form.is_valid():
        return render(request, "moderation/appeal.html", context, status=422)
    try:
        count(TRIES, str(actor.id or address_of(request)))
        made = appeal_make(case_id=case_id, text=form.cleaned_data["text"], language=reader, by=actor, **proof)
    except DomainError as error:
        return again(request, "moderation/appeal.html", context, form=form, error=error)
    if made.report is not None:
        return HttpResponseRedirect(receipt_path(made.report.code))
    messages.success(request, _("We have your appeal. A second person looks at it and decides."))
    return HttpResponseRedirect(f"/moderation/{case_id}/statement")


@never_cache
@require_http_methods(METHODS)
def decide(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Decide the appeals of a case, as the second person. Raises Forbidden, NotFound."""
    actor, reader = actor_of(request), get_language() or "en"
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    found, others = case_for(actor, case_id)
    page = case_page(found, others=others, actor=actor, reader=reader)
    form = AppealDecisionForm(request.POST or None, takes_down=page.takes_down)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "moderation/appeal_decide.html", {"page": page, "form": form}, status=status)
    values = form.cleaned_data
    try:
        appeal_decide(
            case_id=case_id,
            outcome=values["outcome"],
            explanation=values["explanation"],
            reasoning=Reasoning(values.get("ground", ""), values.get("facts", ""), values["explanation"]),
            by=actor,
        )
    except DomainError as error:
        return again(request, "moderation/appeal_decide.html", {"page": page, "form": form}, form=form, error=error)
    messages.success(request, _("The appeal is decided. Both sides are told."))
    return HttpResponseRedirect("/moderation/appeals")
