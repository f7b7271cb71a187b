"""Proposals over HTTP: handing in, reading, changing, taking back. Whatever goes wrong, what was typed stays."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citytandem.accounts.contract import Actor, actor_of, organisations_by_id
from citytandem.challenges.forms_proposals import ProposalForm, ReasonForm
from citytandem.challenges.frame import frame_of
from citytandem.challenges.offering import alike_rows, count_offer, offer_of, values_of
from citytandem.challenges.proposal_pages import changes_of, list_page_of, proposal_page_of
from citytandem.challenges.rules import takes_proposals
from citytandem.challenges.selectors import challenge_get, proposal_get
from citytandem.challenges.services.proposals import (
    check_editable,
    proposal_edit,
    proposal_submit,
    proposal_withdraw,
)
from citytandem.core.errors import Conflict, DomainError, Forbidden
from citytandem.core.permissions import allowed, require
from citytandem.core.subjects import HELD
from citytandem.files.contract import attach
from citytandem.moderation.contract import trace_of

METHODS = ["GET", "HEAD", "POST"]


@require_safe
def proposal_list(request: HttpRequest, key: str) -> HttpResponse:
    """The proposals of a challenge that the reader may read."""
    actor, reader = actor_of(request), get_language() or "en"
    challenge = challenge_get(actor, key)
    context = {
        "frame": frame_of(actor, challenge, reader=reader, current="proposals"),
        "page": list_page_of(actor, challenge, wishes=request.GET, reader=reader),
    }
    return render(request, "challenges/proposals.html", context)


@never_cache
@require_http_methods(METHODS)
def new(request: HttpRequest, key: str) -> HttpResponse:
    """Hand in a proposal."""
    actor, reader = actor_of(request), get_language() or "en"
    challenge = challenge_get(actor, key)
    if actor.is_anonymous and request.method != "POST":
        return to_sign_in(request)
    if request.method == "POST":
        count_offer(actor)
    organisations = list(organisations_by_id(actor.organisations).values())
    form = ProposalForm(
        request.POST or None, request.FILES or None, organisations=organisations, currency=challenge.currency
    )
    context = {
        "form": form,
        "frame": frame_of(actor, challenge, reader=reader, current="proposals"),
        "takes": takes_proposals(challenge),
        "closes_at": challenge.closes_at,
        "opens": challenge.openness,
        "must_sign_in": actor.is_anonymous,
    }
    if request.method != "POST":
        return render(request, "challenges/propose.html", context)
    if not form.is_valid():
        return _again(request, form, context, actor=actor, status=422)
    offer = offer_of(form.cleaned_data, hint=reader)
    if context["takes"] and not request.POST.get("seen"):
        similar = alike_rows(offer, actor=actor, challenge=challenge, reader=reader)
        if similar:
            return _again(request, form, {**context, "similar": similar}, actor=actor, status=200)
    try:
        made = proposal_submit(
            challenge.id, offer, by=actor, organisation=form.cleaned_data.get("organisation"), trace=trace_of(request)
        )
    except DomainError as error:
        return _refused(request, form, context, error, actor=actor)
    _attach(request, form, made, actor=actor)
    if made.moderation == HELD:
        messages.success(request, _("Thank you. It is handed in; somebody looks at it before others can read it."))
    else:
        messages.success(request, _("Thank you. Your proposal is handed in. You are told of each step that it takes."))
    return HttpResponseRedirect(f"/proposals/{made.code}")


@never_cache
@require_safe
def proposal(request: HttpRequest, code: str) -> HttpResponse:
    """One proposal and its way through the funnel. What went into another one says where."""
    actor, reader = actor_of(request), get_language() or "en"
    found = proposal_get(actor, code)
    context = {
        "frame": frame_of(actor, found.challenge, reader=reader, current="proposals"),
        "page": proposal_page_of(actor, found, reader=reader),
    }
    return render(request, "challenges/proposal.html", context)


@never_cache
@require_http_methods(METHODS)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a proposal while the call is open."""
    actor, reader = actor_of(request), get_language() or "en"
    found = proposal_get(actor, code)
    if request.method != "POST":
        if actor.is_anonymous:
            return to_sign_in(request)
        require("challenges.change_proposal", actor, found)
        check_editable(found)
    form = ProposalForm(
        request.POST or None,
        request.FILES or None,
        initial=values_of(found, actor=actor),
        currency=found.challenge.currency,
    )
    context = {
        "form": form,
        "frame": frame_of(actor, found.challenge, reader=reader, current="proposals"),
        "proposal": found,
        "takes": takes_proposals(found.challenge),
        "closes_at": found.challenge.closes_at,
        "must_sign_in": actor.is_anonymous,
    }
    if request.method != "POST":
        return render(request, "challenges/propose.html", context)
    if not form.is_valid():
        return _again(request, form, context, actor=actor, status=422)
    try:
        changed = proposal_edit(
            found.id,
            offer_of(form.cleaned_data, hint=found.language),
            version=form.cleaned_data["version"] or 0,
            by=actor,
            trace=trace_of(request),
        )
    except DomainError as error:
        if error.code == "proposal.changed_meanwhile":
            # Who has compared both versions may save again.
            sent = request.POST.copy()
            sent["version"] = str(found.version)
            form.data = sent
            context["is_stale"] = True
        return _refused(request, form, context, error, actor=actor)
    _attach(request, form, changed, actor=actor)
    messages.success(request, _("Your changes are saved. What it said before is kept."))
    return HttpResponseRedirect(f"/proposals/{changed.code}")


@never_cache
@require_safe
def versions(request: HttpRequest, code: str) -> HttpResponse:
    """What a proposal said before, and what was changed."""
    actor, reader = actor_of(request), get_language() or "en"
    found = proposal_get(actor, code)
    may = allowed("challenges.change_proposal", actor, found) or allowed("challenges.run", actor, found.challenge)
    if not (may or actor.moderates):
        raise Forbidden("permission.missing", _("You are not allowed to do this."))
    context = {
        "frame": frame_of(actor, found.challenge, reader=reader, current="proposals"),
        "proposal": found,
        "changes": changes_of(found),
    }
    return render(request, "challenges/proposal_versions.html", context)


@never_cache
@require_http_methods(METHODS)
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take a proposal back."""
    actor, reader = actor_of(request), get_language() or "en"
    found = proposal_get(actor, code)
    if actor.is_anonymous and request.method != "POST":
        return to_sign_in(request)
    require("challenges.change_proposal", actor, found)
    form = ReasonForm(request.POST or None)
    context = {
        "form": form,
        "frame": frame_of(actor, found.challenge, reader=reader, current="proposals"),
        "proposal": found,
        "in_pilot": found.step == "pilot",
    }
    if request.method != "POST":
        return render(request, "challenges/proposal_withdraw.html", context)
    status = 422
    if form.is_valid():
        try:
            proposal_withdraw(found.id, reason=form.cleaned_data["reason"], by=actor)
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, _("Your proposal is taken back."))
            return HttpResponseRedirect(f"/proposals/{found.code}")
    return render(request, "challenges/proposal_withdraw.html", context, status=status)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Who is not signed in may sign in and come back."""
    return HttpResponseRedirect(f"/sign-in?{urlencode({'next': request.get_full_path()})}")


def _again(request: HttpRequest, form: Any, context: dict[str, Any], *, actor: Actor, status: int) -> HttpResponse:
    """The form with everything in it; the browser forgets which files were chosen, the basket does not."""
    if not actor.is_anonymous:
        form.keep(by=actor)
    return render(request, "challenges/propose.html", context, status=status)


def _refused(
    request: HttpRequest, form: Any, context: dict[str, Any], error: DomainError, *, actor: Actor
) -> HttpResponse:
    form.refuse(error)
    if isinstance(error, Conflict) and error.code == "challenge.closed":
        context["takes"] = False
    return _again(request, form, context, actor=actor, status=error.status)


def _attach(request: HttpRequest, form: Any, made: Any, *, actor: Actor) -> None:
    """The proposal is in: what is wrong with a file is told, and the file can be added on the page of files."""
    try:
        attach(
            kind="proposal", object_id=made.id, by=actor, files=form.cleaned_data["files"], basket=form.basket,
            vouched=True,
        )  # fmt: skip
    except DomainError as error:
        messages.error(request, _("The files are not here: %(why)s") % {"why": error})
