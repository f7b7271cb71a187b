"""“We take this over”: what our city says about a partner's solution."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import DomainError
from citytandem.core.permissions import require
from citytandem.streams.reuse_form import ReuseForm, initial_of, told_of
from citytandem.streams.reuse_page import reuse_page_of
from citytandem.streams.services.reusing import reuse_save, reuse_withdraw


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def in_use(request: HttpRequest, key: str) -> HttpResponse:
    """Say how far our city is with a partner's solution, say it anew, or take it back."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return HttpResponseRedirect(f"/sign-in?{urlencode({'next': request.get_full_path()})}")
    page = reuse_page_of(actor, key, reader=get_language() or "en")
    require("streams.reuse", actor)
    if request.method == "POST" and "withdraw" in request.POST:
        reuse_withdraw(solution=page.code, by=actor)
        messages.success(request, _("It is taken back. Partners forget it at their next look."))
        return HttpResponseRedirect(page.path)
    form = ReuseForm(request.POST or None, initial=initial_of(page.own), there=page.conditions)
    context = {"form": form, "solution": page, "is_told": page.own is not None}
    if request.method != "POST":
        return render(request, "streams/in_use.html", context)
    if not form.is_valid():
        return render(request, "streams/in_use.html", context, status=422)
    try:
        reuse_save(told_of(form.cleaned_data), solution=page.code, by=actor)
    except DomainError as error:
        error.raise_unless_about_input()
        form.refuse(error)
        if "current_version" in error.details:
            # Who has compared both versions may save again.
            form.data = {**request.POST.dict(), "version": str(error.details["current_version"])}
        return render(request, "streams/in_use.html", context, status=error.status)
    messages.success(request, _("Thank you. Partners see it at their next look."))
    return HttpResponseRedirect(page.path)
