"""Following over HTTP: the button at a thing, and the list of all that one follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.conversation import pages
from citytandem.conversation.followed import followed_page
from citytandem.conversation.services import following as services
from citytandem.core.errors import Invalid, NotFound
from citytandem.core.permissions import require

_DO: dict[str, Callable[..., Any]] = {"follow": services.follow, "stop": services.unfollow, "mute": services.mute}


@never_cache
@require_POST
def follow(request: HttpRequest, kind: str, object_id: UUID) -> HttpResponse:
    """Follow a thing, stop it, or follow in silence: one click."""
    actor, action = actor_of(request), request.POST.get("action", "follow")
    if action not in _DO:
        raise Invalid("follow.action", gettext_lazy("This is not one of the choices."), field="action")
    require("conversation.follow", actor)
    _DO[action](kind=kind, object_id=object_id, by=actor)
    if request.headers.get("HX-Request") == "true":
        box = pages.follow_box_of(actor, kind=kind, object_id=object_id, reader=get_language() or "en")
        return render(request, "conversation/parts/follow.html", {"follow": box, "is_fresh": True})
    told = {
        "follow": _("You follow this now. You hear when something happens."),
        "stop": _("You do not follow this any more."),
        "mute": _("This stays in your list, and you hear nothing of it."),
    }
    messages.success(request, told[action])
    return HttpResponseRedirect(_target(request, kind, object_id))


def _target(request: HttpRequest, kind: str, object_id: UUID) -> str:
    """Back to where the button was; only to pages of this node."""
    wish = request.POST.get("next", "")
    if wish.startswith("/") and wish.isprintable() and url_has_allowed_host_and_scheme(wish, allowed_hosts=None):
        return wish
    try:
        return f"{pages.thing_path(actor_of(request), kind=kind, object_id=object_id)}#conversation"
    except NotFound:
        return "/following"


@never_cache
@require_safe
def following(request: HttpRequest) -> HttpResponse:
    """What I follow, since when and why."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    page = followed_page(actor, wishes=request.GET, after=request.GET.get("after"), reader=get_language() or "en")
    return render(request, "conversation/following.html", {"page": page})
