"""Inviting people, and accepting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from citytandem.accounts.administration import forms, selectors
from citytandem.accounts.administration.services import invitations as services
from citytandem.accounts.administration.views.guard import METHODS, administrators_only, form_page
from citytandem.accounts.contract import actor_of, reads_masked
from citytandem.accounts.logbook import role_words
from citytandem.accounts.services.entries import entry_add
from citytandem.core.errors import DomainError, NotFound
from citytandem.core.node import this_node

FOLDER = "accounts/administration"


@administrators_only
@require_http_methods(METHODS)
def invitations(request: HttpRequest) -> HttpResponse:
    """All invitations, and a new one."""
    actor = actor_of(request)
    initial = {"language": this_node().language, "email": request.GET.get("email", "")}
    organisations = selectors.organisation_choices()
    form = forms.InviteForm(request.POST or None, initial=initial, organisations=organisations)
    rows, page = selectors.invitations_page(
        after=request.GET.get("after"), reader=get_language() or "en", masks=reads_masked(request)
    )
    if any(row.email for row in rows):
        entry_add("invitations.listed", by=actor, looked=True, facts={"invitations": len(rows)})
    context = {
        "rows": rows,
        "next_url": f"?{urlencode({'after': page.next_cursor})}" if page.next_cursor else "",
        "first_url": "" if page.is_first else request.path,
        "days": services.DAYS_VALID,
    }

    def save(values: dict[str, Any]) -> None:
        chosen = {name: values[name] for name in ("email", "role", "language")}
        services.invitation_make(by=actor, **chosen, **form.place_values())

    return form_page(
        request, form, save, template=f"{FOLDER}/invitations.html", context=context, thanks=_("The invitation is sent.")
    )


@administrators_only
@require_POST
def again(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Write once more."""
    services.invitation_send_again(invitation_id=invitation_id, by=actor_of(request))
    messages.success(request, _("The invitation is sent again. The link before counts no more."))
    return redirect("administration:invitations")


@administrators_only
@require_POST
def withdraw(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Take it back."""
    services.invitation_withdraw(invitation_id=invitation_id, by=actor_of(request))
    messages.success(request, _("The invitation is taken back, and the address is forgotten."))
    return redirect("administration:invitations")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(METHODS)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept: with a new sign-in, or with the one there is."""
    actor = actor_of(request)
    try:
        found = services.invitation_of(token)
    except NotFound as error:
        return render(request, f"{FOLDER}/invitation_gone.html", {"error": error}, status=404)
    context = {
        "role": role_words(found.role),
        "place": found.organisation.name if found.organisation else found.department,
        "email": found.email,
        "is_new": not services.has_sign_in(found),
        "next": request.path,
    }
    template = f"{FOLDER}/invitation.html"
    if actor.is_anonymous:
        return _join(request, token, template, context)
    if request.method != "POST":
        return render(request, template, context)
    try:
        services.invitation_accept(token=token, by=actor)
    except DomainError as error:
        return render(request, template, {**context, "error": error}, status=error.status)
    messages.success(request, _("Welcome. Your role counts from now on."))
    return redirect("/")


def _join(request: HttpRequest, token: str, template: str, context: dict[str, Any]) -> HttpResponse:
    """Somebody who is not signed in: a new sign-in is made by their own button only, a known one is asked to sign in."""
    form = forms.JoinForm(request.POST or None)
    if request.method != "POST" or not context["is_new"]:
        return render(request, template, {**context, "form": form})
    if not form.is_valid():
        return render(request, template, {**context, "form": form}, status=422)
    try:
        values = form.cleaned_data
        services.invitation_join(token=token, language=get_language() or "en", **values)
    except DomainError as error:
        form.refuse(error)
        return render(request, template, {**context, "form": form}, status=error.status)
    return render(request, f"{FOLDER}/invitation_done.html", context)
