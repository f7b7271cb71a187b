"""Pages of the programmes of this node that everybody may read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core.permissions import allowed
from citytandem.partnerships.programmes import presenters, selectors


@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """All programmes of this node."""
    actor = actor_of(request)
    cards = [
        presenters.programme_card(row, reader=get_language() or "en") for row in selectors.programmes_visible_to(actor)
    ]
    context = {"cards": cards, "coordinates": allowed("partnerships.coordinate", actor)}
    return render(request, "partnerships/programmes/programmes.html", context)


@require_safe
def programme(request: HttpRequest, programme: str) -> HttpResponse:
    """One programme: what it is about, and its partnerships with who sits in them."""
    actor = actor_of(request)
    page = presenters.programme_page(actor, selectors.programme_get(actor, programme), reader=get_language() or "en")
    return render(request, "partnerships/programmes/programme.html", {"page": page})
