"""Pages that only some people may open."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from citytandem.core.permissions import require

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]


def may(permission: str) -> Callable[[View[Parameters]], Callable[..., HttpResponseBase]]:
    """For views: visitors sign in first; whoever lacks the permission is told so (403)."""

    def around(view: View[Parameters]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
            from citytandem.accounts.contract import actor_of  # it hands this decorator on

            actor = actor_of(request)
            if actor.is_anonymous:
                return redirect_to_login(request.get_full_path())
            require(permission, actor)
            return view(request, *args, **kwargs)

        return never_cache(guarded)

    return around
