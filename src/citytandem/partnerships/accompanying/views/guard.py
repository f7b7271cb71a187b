"""What all views of the work have in common: who may in, and how a form is shown, saved and shown again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from citytandem.accounts.contract import actor_of
from citytandem.partnerships.accompanying.reading import work_of

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, Any, Parameters], HttpResponse]


def for_those_who_work(view: View[Parameters]) -> Callable[..., HttpResponse]:
    """The view gets the partnership. Visitors sign in first; whoever does not work in it is told so (403)."""

    @wraps(view)
    def guarded(request: HttpRequest, slug: str, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        actor = actor_of(request)
        if actor.is_anonymous:
            return redirect_to_login(request.get_full_path())
        return view(request, work_of(actor, slug), *args, **kwargs)

    return never_cache(guarded)
