"""Dashboards over HTTP: what waits for the innovation unit, from problem to effect for the council, and for everybody."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citytandem.accounts.contract import actor_of
from citytandem.challenges import council as pages
from citytandem.challenges import desk as desks
from citytandem.core.permissions import require


@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits, and where it is done. Raises Forbidden for everybody but the innovation unit."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("challenges.desk", actor)
    return render(request, "challenges/desk.html", {"page": desks.desk(actor, reader=get_language() or "en")})


@never_cache
@require_safe
def council(request: HttpRequest) -> HttpResponse:
    """From problem to effect, with times and money; of the challenges published in `year`, or of all."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("challenges.see_figures", actor)
    page = pages.council_page(request.GET.dict(), reader=get_language() or "en")
    return render(request, "challenges/council.html", {"page": page})


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """How challenges work here, and what has come of them: for everybody."""
    page = pages.public_page(reader=get_language() or "en")
    return render(request, "challenges/about.html", {"page": page})
