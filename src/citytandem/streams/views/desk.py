"""The innovation unit's desk over HTTP: what waits, deciding about matches, and the weights of the match."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import Invalid
from citytandem.core.permissions import require
from citytandem.streams import desk as desks
from citytandem.streams.listing import links_waiting_total
from citytandem.streams.services.feedback import weighting_propose, weighting_use
from citytandem.streams.services.links import link_decide
from citytandem.streams.services.suggestions import suggestions_make

DECISIONS = {"confirm": True, "reject": False}


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """One screen: what waits for the innovation unit. Raises Forbidden for everybody else."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("streams.link", actor)
    page = desks.desk(actor, language=get_language() or "en")
    return render(request, "streams/desk/desk.html", {"page": page})


@require_POST
def link(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Confirm or reject a suggested match; with htmx the row comes back as it is now, else the desk."""
    decision = request.POST.get("decision", "")
    if decision not in DECISIONS:
        raise Invalid("decision.unknown", gettext_lazy("This is not one of the choices."), field="decision")
    decided = link_decide(link_id=link_id, accept=DECISIONS[decision], by=actor_of(request))
    if request.headers.get("HX-Request") == "true":
        item = desks.waiting(decided, language=get_language() or "en")
        return render(request, "streams/desk/decided.html", {"item": item, "total": links_waiting_total()})
    done = _("The match is confirmed.") if DECISIONS[decision] else _("The match is rejected.")
    messages.success(request, done)
    return redirect("desk:desk")


@require_POST
def suggest(request: HttpRequest) -> HttpResponse:
    """Let the matcher look for solutions to our own open problems."""
    made = suggestions_make(by=actor_of(request))
    told = ngettext("One new match waits for you.", "%(count)s new matches wait for you.", made) % {"count": made}
    messages.success(request, told if made else _("No new matches. All that fit are known already."))
    return redirect("desk:desk")


@require_GET
def weights(request: HttpRequest) -> HttpResponse:
    """All weightings of the match, and which one is in use."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("streams.reweight", actor)
    return render(request, "streams/desk/weights.html", {"page": desks.weights_page()})


@require_POST
def weights_propose(request: HttpRequest) -> HttpResponse:
    """Learn new weights from the feedback; they wait until somebody puts them in use."""
    try:
        proposed = weighting_propose(by=actor_of(request))
    except Invalid as error:
        messages.error(request, str(error))
    else:
        told = _("Weighting %(number)s is proposed. It changes nothing until you use it.") % {"number": proposed.id}
        messages.success(request, told)
    return redirect("desk:weights")


@require_POST
def weights_use(request: HttpRequest) -> HttpResponse:
    """Put a weighting in use; without a number the one that came with the software."""
    number = request.POST.get("weighting", "")
    try:
        weighting_use(weighting_id=_number(number), by=actor_of(request))
    except Invalid as error:
        messages.error(request, str(error))
        return redirect("desk:weights")
    messages.success(request, _("Matches are now ranked by this weighting. You can go back at any time."))
    return redirect("desk:weights")


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Invalid("weighting.unknown", gettext_lazy("There is no such weighting."), field="weighting")
    return int(text)
