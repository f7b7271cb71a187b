"""Organisations over HTTP: who they are, entering and changing one, its members; confirming, for administrators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from citytandem.accounts.contract import actor_of, reads_masked
from citytandem.accounts.places.forms import OrganisationForm, kind_choices, organisation_values
from citytandem.accounts.places.presenters import organisation_shown
from citytandem.accounts.places.registry import belongings_of
from citytandem.accounts.places.selectors import (
    members_of,
    organisation_get,
    organisation_page,
    organisations_of,
    organisations_waiting,
)
from citytandem.accounts.places.services import organisations as services
from citytandem.accounts.services.looking import looked_at
from citytandem.core import throttle
from citytandem.core.errors import Conflict, DomainError, Invalid
from citytandem.core.permissions import allowed, require

METHODS = ["GET", "HEAD", "POST"]


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """Who works with the city: associations, firms, universities."""
    kind, actor = request.GET.get("kind", "")[:40], actor_of(request)
    page = organisation_page(kind=kind, after=request.GET.get("after"))
    wishes = {"kind": kind} if kind else {}
    context = {
        "organisations": [organisation_shown(row) for row in page.items],
        "own": [organisation_shown(row) for row in organisations_of(actor)] if actor.organisations else [],
        "kinds": kind_choices(),
        "kind": kind,
        "next_url": f"?{urlencode({**wishes, 'after': page.next_cursor})}" if page.next_cursor else "",
        "first_url": "" if page.is_first else f"/organisations?{urlencode(wishes)}",
    }
    return render(request, "accounts/places/organisations.html", context)


@require_safe
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """One organisation, and what it has written here."""
    actor = actor_of(request)
    row = organisation_get(actor, slug)
    context = {
        "organisation": organisation_shown(row, masks=reads_masked(request) and row.id not in actor.organisations),
        "belongings": belongings_of(actor, row.id, reader=get_language() or "en"),
        "may_edit": allowed("accounts.edit_organisation", actor, row.id),
        "belongs": row.id in actor.organisations,
    }
    return render(request, "accounts/places/organisation.html", context)


@never_cache
@require_http_methods(METHODS)
def new(request: HttpRequest) -> HttpResponse:
    """Enter an organisation."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    form = OrganisationForm(request.POST or None, initial=organisation_values(None))
    if request.method == "POST" and form.is_valid():
        try:
            throttle.count(services.MAKING, str(actor.id))
            made = services.organisation_make(draft=form.draft(), by=actor)
        except DomainError as error:
            return _again(request, form, error)
        messages.success(request, _("Thank you. Everybody can read of it once the city has confirmed it."))
        return redirect("places:organisation", slug=made.slug)
    return render(request, "accounts/places/organisation_edit.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(METHODS)
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what an organisation tells of itself."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    row = organisation_get(actor, slug)
    services.require_editor(row, actor)
    form = OrganisationForm(request.POST or None, initial=organisation_values(row))
    if request.method == "POST" and form.is_valid():
        try:
            edited = services.organisation_edit(
                organisation_id=row.id, draft=form.draft(), by=actor, seen=form.cleaned_data["seen"]
            )
        except DomainError as error:
            seen = services.state_of(row) if isinstance(error, Conflict) else ""
            return _again(request, form, error, row=row, seen=seen)
        waits = row.is_confirmed and not edited.is_confirmed
        thanks = _("Thank you. Everybody can read of it once the city has confirmed it.")
        messages.success(request, thanks if waits else _("Your changes are saved."))
        return redirect("places:organisation", slug=row.slug)
    context = {"form": form, "organisation": organisation_shown(row)}
    return render(request, "accounts/places/organisation_edit.html", context, status=422 if form.errors else 200)


def _again(request: HttpRequest, form: Any, error: DomainError, *, row: Any = None, seen: str = "") -> HttpResponse:
    """The form with everything that was typed; who has compared both versions may save again."""
    form.refuse(error)
    if seen:
        form.data = {**form.data.dict(), "seen": seen}
    context = {"form": form, "organisation": organisation_shown(row) if row else None}
    return render(request, "accounts/places/organisation_edit.html", context, status=error.status)


@never_cache
@require_http_methods(METHODS)
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """Who belongs to an organisation; its leads let others lead, and take people out; everybody may leave."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    row = organisation_get(actor, slug)
    if row.id not in actor.organisations:
        require("accounts.edit_organisation", actor, row.id)
    if request.method == "POST":
        return _member_action(request, row)
    found = members_of(organisation=row.id)
    looked_at("organisation.members", by=actor, people=[one.person for one in found])
    context = {
        "organisation": organisation_shown(row),
        "members": found,
        "may_edit": allowed("accounts.grant", actor, row.id),
        "me": actor.id,
        "belongs": row.id in actor.organisations,
    }
    return render(request, "accounts/places/members.html", context)


def _member_action(request: HttpRequest, row: Any) -> HttpResponse:
    actor, action = actor_of(request), request.POST.get("action", "")
    try:
        if action == "leave":
            services.organisation_leave(organisation_id=row.id, by=actor)
            messages.success(request, _("You have left the organisation."))
            return redirect("places:organisations")
        membership = _of_place(request.POST.get("membership", ""), row)
        if action == "remove":
            services.member_remove(membership_id=membership, by=actor)
        elif action in {"lead", "unlead"}:
            services.member_set_lead(membership_id=membership, is_lead=action == "lead", by=actor)
    except Invalid as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(f"/organisations/{row.slug}/members")


def _of_place(text: str, row: Any) -> UUID:
    """The membership, if it is one of this organisation."""
    found = next((one.id for one in members_of(organisation=row.id) if str(one.id) == text), None)
    if found is None:
        raise Invalid("membership.unknown", _("There is no such membership."), field="membership")
    return found


@never_cache
@require_http_methods(METHODS)
def administration(request: HttpRequest) -> HttpResponse:
    """Organisations that wait to be confirmed."""
    actor = actor_of(request)
    if actor.is_anonymous:
        return redirect_to_login(request.get_full_path())
    require("accounts.administer", actor)
    if request.method == "POST":
        row = organisation_get(actor, request.POST.get("slug", ""))
        if request.POST.get("action") == "confirm":
            services.organisation_confirm(organisation_id=row.id, by=actor)
            messages.success(request, _("%(name)s is confirmed.") % {"name": row.name})
        elif request.POST.get("action") == "refuse":
            services.organisation_refuse(organisation_id=row.id, by=actor)
            messages.success(request, _("%(name)s is deleted.") % {"name": row.name})
        return redirect("places:administration-organisations")
    page = organisations_waiting(after=request.GET.get("after"))
    context = {
        "organisations": [organisation_shown(row, masks=reads_masked(request)) for row in page.items],
        "next_url": f"?{urlencode({'after': page.next_cursor})}" if page.next_cursor else "",
        "first_url": "" if page.is_first else "/administration/organisations",
    }
    return render(request, "accounts/places/administration_organisations.html", context)
