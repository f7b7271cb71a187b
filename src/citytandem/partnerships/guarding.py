"""Pages for people with a sign-in: visitors are asked to sign in first."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from citytandem.accounts.contract import actor_of

METHODS = ["GET", "HEAD", "POST"]


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask visitors to sign in, and bring them back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if actor_of(request).is_anonymous:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded
