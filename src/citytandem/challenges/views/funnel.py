"""The funnel over HTTP: where proposals stand, the next step of one or many, merging what says the same."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import Actor, actor_of
from citytandem.challenges.forms_proposals import MergeForm, StepForm
from citytandem.challenges.frame import frame_of, path_of
from citytandem.challenges.funnel_pages import funnel_page_of, one_step_of
from citytandem.challenges.offering import alike_to
from citytandem.challenges.selectors import challenge_get, proposal_get
from citytandem.challenges.services.merging import proposal_merge, proposal_split
from citytandem.challenges.services.steps import proposals_step, proposals_step_all
from citytandem.challenges.stepping import Selection, letters_of, seen_by, selection_of
from citytandem.challenges.views.proposals import METHODS, to_sign_in
from citytandem.core.errors import DomainError
from citytandem.core.permissions import require


@never_cache
@require_safe
def funnel(request: HttpRequest, key: str) -> HttpResponse:
    """All steps, or one of them page by page."""
    actor, reader = actor_of(request), get_language() or "en"
    challenge = challenge_get(actor, key)
    if actor.is_anonymous:
        return to_sign_in(request)
    require("challenges.run", actor, challenge)
    step, is_late = request.GET.get("step", "")[:20], request.GET.get("late") == "1"
    if step or is_late:
        after = request.GET.get("after")
        page = one_step_of(actor, challenge, step=step, is_late=is_late, after=after, reader=reader)
    else:
        page = funnel_page_of(actor, challenge, reader=reader)
    frame = frame_of(actor, challenge, reader=reader, current="funnel")
    return render(request, "challenges/funnel.html", {"frame": frame, "page": page})


@never_cache
@require_POST
def step_many(request: HttpRequest, key: str) -> HttpResponse:
    """The next step of what was ticked: chosen, looked at, done."""
    actor = actor_of(request)
    challenge = challenge_get(actor, key)
    require("challenges.run", actor, challenge)
    selection = selection_of(actor, challenge, request.POST, reader=get_language() or "en")
    if not selection.seen.count:
        messages.info(request, _("Tick at least one proposal first."))
        return HttpResponseRedirect(f"{path_of(challenge)}/funnel")
    return _step(request, actor, challenge, selection, back=f"{path_of(challenge)}/funnel")


@never_cache
@require_http_methods(METHODS)
def step_one(request: HttpRequest, code: str) -> HttpResponse:
    """The next step of one proposal."""
    actor = actor_of(request)
    found = proposal_get(actor, code)
    if actor.is_anonymous and request.method != "POST":
        return to_sign_in(request)
    require("challenges.run", actor, found.challenge)
    sent = request.POST.copy()
    sent.setlist("id", [str(found.id)])
    sent.pop("all", None)
    selection = selection_of(actor, found.challenge, sent, reader=get_language() or "en")
    return _step(request, actor, found.challenge, selection, back=f"/proposals/{found.code}")


def _step(request: HttpRequest, actor: Actor, challenge: Any, selection: Selection, *, back: str) -> HttpResponse:
    is_sent = request.POST.get("do") in {"look", "now"}
    form = StepForm(request.POST if is_sent else None, steps=selection.steps)
    context: dict[str, Any] = {
        "form": form,
        "selection": selection,
        "back": back,
        "frame": frame_of(actor, challenge, reader=get_language() or "en", current="funnel"),
    }
    if not is_sent:
        return render(request, "challenges/funnel_step.html", context)
    if not form.is_valid():
        return render(request, "challenges/funnel_step.html", context, status=422)
    step, reason = form.cleaned_data["step"], form.cleaned_data["reason"]
    if request.POST["do"] == "look":
        context["letters"] = letters_of(selection, step=step, reason=reason)
        context["is_looked_at"] = True
        return render(request, "challenges/funnel_step.html", context)
    try:
        done = _take(selection, request.POST, challenge, step=step, reason=reason, by=actor)
    except DomainError as error:
        form.refuse(error)
        return render(request, "challenges/funnel_step.html", context, status=error.status)
    told = ngettext(
        "%(number)s proposal has taken this step. Its sender is told.",
        "%(number)s proposals have taken this step. Their senders are told.",
        done,
    )
    messages.success(request, told % {"number": done})
    return HttpResponseRedirect(back)


def _take(selection: Selection, sent: Any, challenge: Any, *, step: str, reason: str, by: Actor) -> int:
    seen = seen_by(sent)
    if selection.all_at:
        return proposals_step_all(
            challenge.id, now=selection.all_at, seen=seen or selection.seen, step=step, reason=reason, by=by
        )
    return proposals_step(selection.ids, step=step, reason=reason, by=by)


@never_cache
@require_http_methods(METHODS)
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """Let a proposal go into another one that says the same."""
    actor, reader = actor_of(request), get_language() or "en"
    found = proposal_get(actor, code)
    if actor.is_anonymous and request.method != "POST":
        return to_sign_in(request)
    require("challenges.run", actor, found.challenge)
    form = MergeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                key = form.cleaned_data["into"].strip().rstrip("/").rpartition("/")[2]
                target = proposal_merge(found.id, into=proposal_get(actor, key).id, by=actor)
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _("They go on as one. Both senders are told."))
                return HttpResponseRedirect(f"/proposals/{target.code}")
    context = {
        "form": form,
        "proposal": found,
        "alike": alike_to(found, actor=actor, reader=reader),
        "frame": frame_of(actor, found.challenge, reader=reader, current="funnel"),
    }
    return render(request, "challenges/proposal_merge.html", context, status=status)


@never_cache
@require_POST
def split(request: HttpRequest, code: str) -> HttpResponse:
    """Take a merger back."""
    actor = actor_of(request)
    found = proposal_get(actor, code)
    proposal_split(found.id, by=actor)
    messages.success(request, _("Each of them stands on its own again. Both senders are told."))
    return HttpResponseRedirect(f"/proposals/{found.code}")
