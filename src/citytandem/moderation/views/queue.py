"""The queue of the moderators, and deciding many cases at once."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from citytandem.accounts.contract import actor_of
from citytandem.core.permissions import require
from citytandem.moderation.listing import appeals_list, mergers_list, queue_list
from citytandem.moderation.services.decisions import cases_keep

MOST_AT_ONCE = 100


@never_cache
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for a moderator, the oldest first. Raises Forbidden for everybody else."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    page = queue_list(actor, asked=request.GET.dict(), reader=get_language() or "en")
    return render(request, "moderation/queue.html", {"page": page})


@never_cache
@require_GET
def appeals(request: HttpRequest) -> HttpResponse:
    """Appeals that this moderator may decide: none that they decided, wrote or reported themselves."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    page = appeals_list(actor, after=request.GET.get("after"), reader=get_language() or "en")
    return render(request, "moderation/appeals.html", {"page": page})


@never_cache
@require_GET
def mergers(request: HttpRequest) -> HttpResponse:
    """Mergers that can be split again."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("moderation.decide", actor)
    return render(request, "moderation/mergers.html", {"rows": mergers_list(actor, reader=get_language() or "en")})


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep all that was ticked, each for itself."""
    chosen: dict[UUID, str] = {}
    for text in request.POST.getlist("case")[:MOST_AT_ONCE]:
        number, _colon, seen = text.partition(":")
        found = _uuid(number)
        if found is not None:
            chosen[found] = seen
    kept, refused = cases_keep(case_ids=list(chosen), seen=chosen, by=actor_of(request))
    if kept:
        told = ngettext("One text is open to everybody.", "%(count)s texts are open to everybody.", kept)
        messages.success(request, told % {"count": kept})
    for message in dict.fromkeys(str(error) for error in refused):
        messages.error(request, message)
    if not chosen:
        messages.error(request, _("Choose at least one case."))
    return HttpResponseRedirect("/moderation")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
