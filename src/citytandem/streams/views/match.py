"""The match: a text or a record on the left, what fits it on the right; and what readers say of a hit."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import DomainError, NotFound
from citytandem.streams.asking import asked_of, examples, results_of
from citytandem.streams.services.hits import feedback_on_hit

SHORTEST = 3


@require_safe
def match(request: HttpRequest) -> HttpResponse:
    """What fits a text, or a problem or solution that we have."""
    actor, reader = actor_of(request), get_language() or "en"
    asked = asked_of(actor, request.GET, reader=reader)
    results = results_of(asked, actor=actor, reader=reader) if asked.can_search else None
    tries = examples(actor, reader=reader) if results is None else []
    return render(request, "streams/match.html", {"asked": asked, "results": results, "examples": tries})


@require_safe
def hits(request: HttpRequest) -> HttpResponse:
    """What fits while somebody types: a few lines, or with `view=full` the right side of the match page."""
    actor, reader = actor_of(request), get_language() or "en"
    asked = asked_of(actor, request.GET, reader=reader)
    full = request.GET.get("view") == "full"
    if not asked.can_search or len(asked.text) < SHORTEST:
        return HttpResponse("")
    results = results_of(asked, actor=actor, reader=reader, quick=not full)
    template = "streams/parts/results.html" if full else "streams/parts/quick_hits.html"
    return render(request, template, {"asked": asked, "results": results, "live": True})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request: HttpRequest) -> HttpResponse:
    """Keep whether a hit helped. Visitors get the question on a page of its own: other pages stay free of cookies."""
    sent = request.POST if request.method == "POST" else request.GET
    context = {"sent": {name: sent.get(name, "") for name in ("q", "language", "side", "kind", "id")}}
    if request.method != "POST":
        return render(request, "streams/feedback.html", context)
    try:
        _keep(request, context["sent"], useful=sent.get("useful", ""))
    except DomainError as error:
        return render(request, "streams/feedback.html", {**context, "error": error}, status=error.status)
    if request.headers.get("HX-Request"):
        return render(request, "streams/parts/feedback_thanks.html")
    if request.user.is_authenticated:
        messages.success(request, _("Thank you. Your answer helps to weigh later matches."))
        return HttpResponseRedirect(f"/match?{urlencode({'q': context['sent']['q']})}")
    return render(request, "streams/feedback.html", {**context, "done": True})


def _keep(request: HttpRequest, sent: dict[str, str], *, useful: str) -> None:
    actor, reader = actor_of(request), get_language() or "en"
    try:
        identifier = UUID(sent["id"])
    except ValueError as error:
        raise NotFound("record.unknown", _("This entry does not exist, or it is not public.")) from error
    asked = asked_of(actor, {"q": sent["q"], "language": sent["language"], "kind": sent["side"]}, reader=reader)
    if not asked.can_search or useful not in {"0", "1"} or sent["kind"] not in {"problem", "solution", "city"}:
        raise NotFound("feedback.incomplete", _("Something is missing in this answer. Go back and choose again."))
    feedback_on_hit(question=asked.question, kind=sent["kind"], object_id=identifier, is_useful=useful == "1", by=actor)
