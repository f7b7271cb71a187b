"""The start page, and the themes with what there is under each."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core.themes import children_of, top_themes
from citytandem.streams.counting import theme_counts
from citytandem.streams.home import home_page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The two streams side by side and a field that matches as you type."""
    return render(request, "streams/home.html", {"page": home_page(actor_of(request), reader=get_language() or "en")})


@require_safe
def themes(request: HttpRequest) -> HttpResponse:
    """All themes, with the numbers of problems and solutions."""
    counted = theme_counts(actor_of(request))
    groups = [
        {"id": top.id, "themes": [{"id": leaf.id, **counted.get(leaf.id, {})} for leaf in children_of(top.id)]}
        for top in top_themes()
    ]
    return render(request, "streams/themes.html", {"groups": groups})
