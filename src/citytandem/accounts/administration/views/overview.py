"""The first page of the administration: how things stand, and what is missing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from citytandem.accounts.administration.overview import overview_page
from citytandem.accounts.administration.services.trial import mail_try
from citytandem.accounts.administration.views.guard import administrators_only
from citytandem.accounts.contract import actor_of
from citytandem.core.errors import Unavailable


@administrators_only
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Each part with its state, and a list of what a new node needs."""
    page: Any = overview_page()
    return render(request, "accounts/administration/overview.html", {"page": page})


@administrators_only
@require_POST
def try_mail(request: HttpRequest) -> HttpResponse:
    """Send a letter to myself."""
    try:
        mail_try(by=actor_of(request))
    except Unavailable as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("A test letter is on its way to you. If it does not arrive, look into the log."))
    return redirect("administration:overview")
