"""The ranking and the decision over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import numpy as np
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citytandem.accounts.contract import Actor, actor_of
from citytandem.challenges.decision_page import decision_page, log_lines
from citytandem.challenges.forms_assessment import DecideForm, WeightsForm
from citytandem.challenges.frame import frame_of, path_of
from citytandem.challenges.ranking.outcome import canonical, digest
from citytandem.challenges.ranking_page import Wishes, computing, has_failed, ranking_page
from citytandem.challenges.reading_assessment import criteria_of, may_see_ranking, unsettled
from citytandem.challenges.rules import HIDDEN, log_is_open
from citytandem.challenges.selectors import challenge_get
from citytandem.challenges.services.deciding import challenge_decide
from citytandem.core.errors import DomainError, NotFound
from citytandem.core.permissions import allowed, require

METHODS = ["GET", "HEAD", "POST"]


@never_cache
@require_safe
def ranking(request: HttpRequest, key: str) -> HttpResponse:
    """How the proposals rank and how sure that is; for the unit also with other weights."""
    actor, reader = actor_of(request), _reader()
    challenge = _ranked(actor, key)
    context: dict[str, Any] = {
        "frame": frame_of(actor, challenge, reader=reader, current="ranking"),
        "runs": allowed("challenges.run", actor, challenge),
        "stage": computing(challenge),
        "failed": has_failed(challenge),
        "path": path_of(challenge),
    }
    if context["stage"] is not None:
        return render(request, "challenges/ranking.html", context)
    form, wishes = _wishes(request, challenge, runs=context["runs"], reader=reader)
    page = ranking_page(actor, challenge, wishes=wishes, reader=reader)
    context |= {"page": page, "form": form, "sha256": digest(challenge.result or {}), "kept": wishes.query}
    return render(request, "challenges/ranking.html", context, status=422 if form and form.errors else 200)


@never_cache
@require_safe
def ranking_file(request: HttpRequest, key: str) -> HttpResponse:
    """The result as it is kept: the SHA-256 of this file stands in the log."""
    challenge = _ranked(actor_of(request), key)
    if computing(challenge) is not None:
        raise NotFound("ranking.none", _("There is no ranking that you can read."))
    answer = HttpResponse(canonical(challenge.result or {}), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="ranking-{challenge.code}.json"'
    return answer


def _ranked(actor: Actor, key: str) -> Any:
    challenge = challenge_get(actor, key)
    if challenge.result is None or not may_see_ranking(actor, challenge):
        raise NotFound("ranking.none", _("There is no ranking that you can read."))
    return challenge


def _wishes(request: HttpRequest, challenge: Any, *, runs: bool, reader: str) -> tuple[WeightsForm | None, Wishes]:
    """What was chosen by links; for the unit what it typed as other weights."""
    begin = request.GET.get("from", "")
    keys = {one["key"] for one in challenge.result["criteria"]}
    criterion = request.GET.get("criterion", "")
    wishes = Wishes(
        space=request.GET.get("space", "uniform"),
        criterion=criterion if criterion in keys else "",
        begin=int(begin) if begin.isascii() and begin.isdigit() and len(begin) < 8 else 0,
    )
    if not runs:
        return None, wishes
    criteria = criteria_of(challenge, reader=reader)
    typed = {name: value for name, value in request.GET.items() if name.startswith("w_")}
    form = WeightsForm(request.GET if typed else None, criteria=criteria)
    if not typed or not form.is_valid():
        return form, wishes
    weights = np.array(form.weights())
    return form, Wishes(criterion=wishes.criterion, begin=wishes.begin, weights=weights, query=urlencode(typed))


@never_cache
@require_safe
def decision(request: HttpRequest, key: str) -> HttpResponse:
    """What was decided, why, and the whole log in words."""
    actor, reader = actor_of(request), _reader()
    challenge = _public(actor, key)
    before = request.GET.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    runs = allowed("challenges.run", actor, challenge)
    context = {
        "frame": frame_of(actor, challenge, reader=reader, current="decision"),
        "page": decision_page(actor, challenge, reader=reader, before=number),
        "may_decide": runs and challenge.phase == "decision",
        "path": path_of(challenge),
    }
    return render(request, "challenges/decision.html", context)


@never_cache
@require_safe
def log(request: HttpRequest, key: str) -> HttpResponseBase:
    """The log for whoever wants to check it themselves."""
    actor = actor_of(request)
    challenge = _public(actor, key)
    if not (log_is_open(challenge) or allowed("challenges.read_all_proposals", actor, challenge)):
        raise NotFound("log.sealed", _("The log can be read once nobody can hand in any more."))
    answer = StreamingHttpResponse(log_lines(challenge), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="decisions-{challenge.code}.json"'
    return answer


def _public(actor: Actor, key: str) -> Any:
    challenge = challenge_get(actor, key)
    if challenge.phase in HIDDEN:
        raise NotFound("challenge.unknown", _("This challenge does not exist, or it is not public."))
    return challenge


@never_cache
@require_http_methods(METHODS)
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """The unit decides: what the jury said, and why."""
    actor, reader = actor_of(request), _reader()
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    challenge = challenge_get(actor, key)
    require("challenges.run", actor, challenge)
    form = DecideForm(request.POST or None, initial={"language": challenge.language})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            challenge_decide(challenge.id, by=actor, **form.cleaned_data)
        except DomainError as error:
            error.raise_unless_about_input()
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, _("The challenge is decided. Everybody can read the decision now."))
            return redirect(f"{path_of(challenge)}/decision")
    elif form.errors:
        status = 422
    context = {
        "frame": frame_of(actor, challenge, reader=reader, current="decision"),
        "form": form,
        "waiting": unsettled(challenge, reader=reader),
        "is_open": challenge.phase == "decision",
        "stage": computing(challenge) if challenge.phase == "decision" else None,
        "path": path_of(challenge),
    }
    return render(request, "challenges/decide.html", context, status=status)


def _reader() -> str:
    return get_language() or "en"
