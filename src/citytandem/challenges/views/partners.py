"""Challenges of partner cities over HTTP: reading them, and proposing something to them. What was typed stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from citytandem.accounts.contract import actor_of, may
from citytandem.challenges.forms_partners import AnswerForm, values_of
from citytandem.challenges.offering import offer_of
from citytandem.challenges.partner_pages import partner_list as list_of
from citytandem.challenges.partner_pages import partner_page_of, path_of
from citytandem.challenges.reading_partners import answer_get, partner_get
from citytandem.challenges.services.partner_answers import answer_edit, answer_send, answer_withdraw
from citytandem.core.errors import DomainError

METHODS = ["GET", "HEAD", "POST"]


@require_safe
def partner_list(request: HttpRequest) -> HttpResponse:
    """All that the reader may read."""
    page = list_of(actor_of(request), wishes=request.GET, reader=get_language() or "en")
    return render(request, "challenges/partner_list.html", {"page": page})


@require_safe
def partner(request: HttpRequest, code: str) -> HttpResponse:
    """One of them; where it is gone, 410 and what that means."""
    actor, reader = actor_of(request), get_language() or "en"
    found = partner_get(actor, code)
    context = {"page": partner_page_of(actor, found, reader=reader), "gone_at": found.gone_at}
    if found.gone_at is not None:
        return render(request, "challenges/partner_gone.html", context, status=410)
    return render(request, "challenges/partner_challenge.html", context)


@may("challenges.answer_partners")
@require_http_methods(METHODS)
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Propose something to the city that asks."""
    actor, found = actor_of(request), partner_get(actor_of(request), code)
    form = AnswerForm(request.POST or None, currency=found.currency)
    return _written(
        request, found, form,
        lambda values: answer_send(found.id, offer_of(values, hint=get_language() or "en"), by=actor),
        thanks=_("It is handed over as soon as their node asks ours."),
    )  # fmt: skip


@may("challenges.answer_partners")
@require_http_methods(METHODS)
def edit(request: HttpRequest, code: str, answer: str) -> HttpResponse:
    """Change it while their call is open."""
    actor, found = actor_of(request), partner_get(actor_of(request), code)
    row = answer_get(found, answer)
    form = AnswerForm(request.POST or None, initial=values_of(row), currency=found.currency)
    return _written(
        request, found, form,
        lambda values: answer_edit(
            row.id, offer_of(values, hint=row.language), version=values["version"] or 0, by=actor
        ),
        thanks=_("Your changes are saved. Their node takes them over."),
        answer=row,
    )  # fmt: skip


@may("challenges.answer_partners")
@require_http_methods(METHODS)
def withdraw(request: HttpRequest, code: str, answer: str) -> HttpResponse:
    """Take it back; asked first."""
    actor, found = actor_of(request), partner_get(actor_of(request), code)
    row = answer_get(found, answer)
    if request.method != "POST":
        page = partner_page_of(actor, found, reader=get_language() or "en")
        return render(request, "challenges/partner_withdraw.html", {"page": page, "answer": row})
    try:
        answer_withdraw(row.id, by=actor)
    except DomainError as error:
        error.raise_unless_about_input()
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("Our proposal is taken back."))
    return HttpResponseRedirect(path_of(found))


def _written(
    request: HttpRequest,
    found: Any,
    form: Any,
    save: Callable[[dict[str, Any]], Any],
    *,
    thanks: str,
    answer: Any = None,
) -> HttpResponse:
    """Do it and go to the challenge, or show the form again with what was typed and why it was refused."""
    page = partner_page_of(actor_of(request), found, reader=get_language() or "en")
    context = {"form": form, "page": page, "answer": answer}
    if request.method != "POST":
        return render(request, "challenges/partner_answer.html", context)
    if not form.is_valid():
        return render(request, "challenges/partner_answer.html", context, status=422)
    try:
        save(form.cleaned_data)
    except DomainError as error:
        error.raise_unless_about_input()
        if error.code == "proposal.changed_meanwhile":
            # Who has compared both versions may save again.
            form.data = {**request.POST.dict(), "version": str(answer.version)}
            context["is_stale"] = True
        form.refuse(error)
        return render(request, "challenges/partner_answer.html", context, status=error.status)
    messages.success(request, thanks)
    return HttpResponseRedirect(path_of(found))
