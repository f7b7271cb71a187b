"""A city applies to a programme, over HTTP."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import DomainError, NotFound
from citytandem.core.permissions import require
from citytandem.partnerships.guarding import METHODS, signed_in
from citytandem.partnerships.programmes import applying, presenters, selectors
from citytandem.partnerships.programmes.forms import ApplyForm


def _our_city(request: HttpRequest) -> Any:
    city = selectors.our_city()
    require("partnerships.edit_city", actor_of(request), city)
    return city


@never_cache
@require_http_methods(METHODS)
@signed_in
def apply(request: HttpRequest, programme: str) -> HttpResponse:
    """The application of the city that runs this node."""
    actor, reader = actor_of(request), get_language() or "en"
    found = selectors.programme_get(actor, programme)
    city = _our_city(request)
    row = selectors.application_of(found, city)
    words = row.text.get(row.language, {}).get("text", "") if row else ""
    form = ApplyForm(request.POST or None, initial={"text": words, "consents": bool(row and row.consented_at)})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given, hands_in = form.cleaned_data, "hand_in" in request.POST
            try:
                applying.application_write(
                    programme_id=found.id, city_id=city.id, text=given["text"], consents=given["consents"],
                    language=reader, hand_in=hands_in, by=actor,
                )  # fmt: skip
            except DomainError as error:
                error.raise_unless_about_input()
                status = error.status
                form.refuse(error)
            else:
                thanks = _("The application is handed in.") if hands_in else _("The draft is saved.")
                messages.success(request, thanks)
                return HttpResponseRedirect(reverse("partnerships:apply", args=[found.slug]))
    context = {
        "card": presenters.programme_card(found, reader=reader),
        "city": city,
        "row": row,
        "form": form,
        "programme": found,
    }
    return render(request, "partnerships/programmes/apply.html", context, status=status)


@never_cache
@require_POST
@signed_in
def withdraw(request: HttpRequest, programme: str) -> HttpResponse:
    """Take the application and the consent back."""
    found = selectors.programme_get(actor_of(request), programme)
    row = selectors.application_of(found, _our_city(request))
    if row is None:
        raise NotFound("application.unknown", _("There is no such application."))
    applying.application_withdraw(application_id=row.id, by=actor_of(request))
    messages.success(request, _("The application and the consent are taken back."))
    return HttpResponseRedirect(reverse("partnerships:apply", args=[found.slug]))
