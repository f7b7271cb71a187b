"""The pages on which a city keeps its profile and names its people."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import Conflict, DomainError
from citytandem.core.permissions import require
from citytandem.partnerships import selectors
from citytandem.partnerships.guarding import METHODS, signed_in
from citytandem.partnerships.programmes import profiles
from citytandem.partnerships.programmes.forms_profile import (
    ContactsForm,
    ProfileForm,
    contact_values,
    profile_values,
)
from citytandem.partnerships.programmes.profiles import Named


@never_cache
@require_http_methods(METHODS)
@signed_in
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """What the city says of itself."""
    actor, city = actor_of(request), selectors.city_get(slug)
    require("partnerships.edit_city", actor, city)
    form = ProfileForm(request.POST or None, initial=profile_values(city))
    status, is_stale = 200, False
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                version = form.cleaned_data["version"]
                profiles.profile_write(slug=slug, values=form.cleaned_data, version=version, by=actor)
            except DomainError as error:
                error.raise_unless_about_input()
                status, is_stale = error.status, isinstance(error, Conflict)
                form.refuse(error)
                # Who has compared may save again.
                form.data = request.POST.copy()
                form.data["version"] = str(error.details.get("current_version", ""))
            else:
                messages.success(request, _("The profile is saved."))
                return HttpResponseRedirect(reverse("partnerships:city", args=[slug]))
    context = {"form": form, "city": city, "is_stale": is_stale}
    return render(request, "partnerships/programmes/profile_edit.html", context, status=status)


@never_cache
@require_http_methods(METHODS)
@signed_in
def contacts(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is to be asked in the city, and who stands in."""
    actor, city = actor_of(request), selectors.city_get(slug)
    require("partnerships.edit_city", actor, city)
    form = ContactsForm(request.POST or None, initial=contact_values(*profiles.contacts_of(city.id)))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = form.cleaned_data
            contact, deputy = (
                Named(*(values[f"{role}_{name}"] for name in ("name", "function", "email", "consents")))
                for role in ("contact", "deputy")
            )
            try:
                profiles.contacts_set(slug=slug, contact=contact, deputy=deputy, by=actor)
            except DomainError as error:
                error.raise_unless_about_input()
                status = error.status
                form.refuse(error)
            else:
                messages.success(request, _("The contacts are saved."))
                return HttpResponseRedirect(reverse("partnerships:city", args=[slug]))
    return render(request, "partnerships/programmes/contacts.html", {"form": form, "city": city}, status=status)
