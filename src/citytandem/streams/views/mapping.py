"""The map of problems, solutions and cities, and the page that explains scores."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from citytandem.accounts.contract import actor_of
from citytandem.streams import mapping
from citytandem.streams.scores import scores_page


@require_safe
def map_page(request: HttpRequest) -> HttpResponse:
    """Where problems and solutions are; a drawn map and a list without JavaScript, a map to move with it."""
    page = mapping.map_page(actor_of(request), language=get_language() or "en")
    return render(request, "ui/map.html", {"page": page})


@require_safe
def scores(request: HttpRequest) -> HttpResponse:
    """How a match comes about, in plain words, and how far its scores can be trusted."""
    return render(request, "ui/about/match.html", {"page": scores_page()})
