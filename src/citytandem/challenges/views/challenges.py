"""Challenges over HTTP: the list, the page of one, its review, and what leads it on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.challenges.forms_challenges import DatesForm, NoteForm, ReasonForm
from citytandem.challenges.frame import frame_of
from citytandem.challenges.lists_challenges import list_page
from citytandem.challenges.pages_challenges import call_page
from citytandem.challenges.selectors import challenge_get
from citytandem.challenges.services.challenges import (
    Dates,
    assessment_start,
    challenge_extend,
    challenge_publish,
    challenge_return,
    challenge_send,
    challenge_withdraw,
)
from citytandem.core.errors import DomainError
from citytandem.core.permissions import require

METHODS = ["GET", "HEAD", "POST"]
_DATES = ("questions_until", "closes_at", "assess_until", "decide_until", "pilot_until")


@require_safe
def challenge_list(request: HttpRequest) -> HttpResponse:
    """All challenges by how far they are, narrowed by what the address says."""
    page = list_page(actor_of(request), wishes=request.GET, reader=get_language() or "en")
    return render(request, "challenges/list.html", {"page": page})


@require_safe
def challenge(request: HttpRequest, key: str) -> HttpResponse:
    """The call."""
    found = challenge_get(actor_of(request), key)
    return render(request, "challenges/challenge.html", _context(request, found))


@never_cache
@require_POST
def send(request: HttpRequest, key: str) -> HttpResponse:
    """Ask a second person to publish; what is missing is said on the page."""
    found = challenge_get(actor_of(request), key)
    try:
        challenge_send(found.id, by=actor_of(request))
    except DomainError as error:
        error.raise_unless_about_input()
        context = {**_context(request, challenge_get(actor_of(request), key)), "missing": error}
        return render(request, "challenges/challenge.html", context, status=error.status)
    messages.success(request, _("It waits for a second person now. The innovation unit is told."))
    return _to(found)


@never_cache
@require_http_methods(METHODS)
def review(request: HttpRequest, key: str) -> HttpResponse:
    """A second person reads everything, then publishes or gives it back with a note."""
    actor = actor_of(request)
    found = challenge_get(actor, key)
    if found.phase == "open":
        return _to(found)
    require("challenges.edit", actor, found)
    form = NoteForm(request.POST if request.POST.get("do") == "return" else None)
    context = {**_context(request, found), "form": form, "is_own": found.sent_by_id == actor.id}
    if request.method != "POST":
        return render(request, "challenges/review.html", context)
    if request.POST.get("do") == "return":
        if not form.is_valid():
            return render(request, "challenges/review.html", context, status=422)
        note = form.cleaned_data["note"]
        return _done(
            request, found, lambda: challenge_return(found.id, note=note, by=actor), form, context,
            template="challenges/review.html", thanks=_("It is given back. Who sent it is told."),
        )  # fmt: skip
    sent = request.POST.get("version", "")
    version = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0
    try:
        published = challenge_publish(found.id, version=version, by=actor)
    except DomainError as error:
        error.raise_unless_about_input()
        return render(request, "challenges/review.html", {**context, "missing": error}, status=error.status)
    messages.success(request, _("It is published. Everybody can hand in a proposal now."))
    return _to(published)


@never_cache
@require_http_methods(METHODS)
def dates(request: HttpRequest, key: str) -> HttpResponse:
    """Give more time; the dates that bidders rely on only move to later."""
    actor = actor_of(request)
    found = challenge_get(actor, key)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("challenges.run", actor, found)
    form = DatesForm(request.POST or None, initial={name: getattr(found, name) for name in _DATES})
    context = {**_context(request, found), "form": form}
    if request.method != "POST":
        return render(request, "challenges/dates.html", context)
    if not form.is_valid():
        return render(request, "challenges/dates.html", context, status=422)
    wished = Dates(**{name: form.cleaned_data[name] for name in _DATES})
    return _done(
        request, found, lambda: challenge_extend(found.id, wished, by=actor), form, context,
        template="challenges/dates.html", thanks=_("The new dates are public. All who handed in a proposal are told."),
    )  # fmt: skip


@never_cache
@require_http_methods(METHODS)
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """End a challenge without a decision; everybody reads why."""
    actor = actor_of(request)
    found = challenge_get(actor, key)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("challenges.run", actor, found)
    form = ReasonForm(request.POST or None)
    context = {**_context(request, found), "form": form}
    if request.method != "POST":
        return render(request, "challenges/withdraw.html", context)
    if not form.is_valid():
        return render(request, "challenges/withdraw.html", context, status=422)
    reason = form.cleaned_data["reason"]
    return _done(
        request, found, lambda: challenge_withdraw(found.id, reason=reason, by=actor), form, context,
        template="challenges/withdraw.html", thanks=_("The challenge is withdrawn. All who took part are told."),
    )  # fmt: skip


@never_cache
@require_POST
def start(request: HttpRequest, key: str) -> HttpResponse:
    """Begin the assessment of what was handed in; from here on the criteria stay as they are."""
    actor = actor_of(request)
    found = challenge_get(actor, key)
    try:
        assessment_start(found.id, by=actor)
    except DomainError as error:
        if error.status != 409:
            raise
        messages.error(request, str(error.message))
        return _to(found)
    messages.success(request, _("The assessment has started. The criteria stay as they are from now on."))
    return HttpResponseRedirect(f"/challenges/{found.slug or found.code}/assessment")


def _context(request: HttpRequest, found: Any) -> dict[str, Any]:
    actor, reader = actor_of(request), get_language() or "en"
    return {
        "frame": frame_of(actor, found, reader=reader, current="call"),
        "page": call_page(actor, found, reader=reader),
    }


def _done(
    request: HttpRequest,
    found: Any,
    save: Callable[[], Any],
    form: Any,
    context: Mapping[str, Any],
    *,
    template: str,
    thanks: str,
) -> HttpResponse:
    """Do it and go to the challenge, or show the form again with what was typed and why it was refused."""
    try:
        save()
    except DomainError as error:
        error.raise_unless_about_input()
        form.refuse(error)
        return render(request, template, dict(context), status=error.status)
    messages.success(request, thanks)
    return _to(found)


def _to(found: Any) -> HttpResponse:
    return HttpResponseRedirect(f"/challenges/{found.slug or found.code}")
