"""Pages for people with a sign-in: visitors are asked to sign in first; forms are shown, saved, and shown again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import DomainError

METHODS = ["GET", "HEAD", "POST"]


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask visitors to sign in, and bring them back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if actor_of(request).is_anonymous:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded


def answer(
    request: HttpRequest, form: Any, save: Callable[[], str], *, template: str, context: dict[str, Any], thanks: str
) -> HttpResponse:
    """Show a form; on POST save and go to the address that `save` gives, or show it again with what is wrong.

    `thanks`: what is said when it is saved; empty where `save` has said it.
    """
    shown = {**context, "form": form}
    if request.method != "POST":
        return render(request, template, shown)
    if not form.is_valid():
        return render(request, template, shown, status=422)
    try:
        path = save()
    except DomainError as error:
        error.raise_unless_about_input()
        form.refuse(error)
        return render(request, template, shown, status=error.status)
    if thanks:
        messages.success(request, thanks)
    return HttpResponseRedirect(path)
