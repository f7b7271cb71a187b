"""What all views of the work have in common: who may in, and how a form is shown, saved and shown again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import DomainError
from citytandem.partnerships.accompanying.reading import work_of

METHODS = ["GET", "HEAD", "POST"]
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


def answer(
    request: HttpRequest, form: Any, save: Callable[[], str], *, template: str, context: dict[str, Any], thanks: str
) -> HttpResponse:
    """Show a form; on POST save and go to the address that `save` gives, or show it again with what is wrong."""
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
    messages.success(request, thanks)
    return HttpResponseRedirect(path)
