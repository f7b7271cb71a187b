"""People and their roles, who is away, and invitations."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.administration import absences, forms, selectors
from citytandem.accounts.administration.selectors import Asked
from citytandem.accounts.administration.services.people import (
    absence_add,
    absence_remove,
    person_deactivate,
    person_reactivate,
)
from citytandem.accounts.administration.views.guard import METHODS, administrators_only, form_page
from citytandem.accounts.contract import Role, actor_of, reads_masked
from citytandem.accounts.services.looking import looked_at
from citytandem.accounts.services.people import role_grant, role_revoke
from citytandem.core.errors import DomainError, NotFound

FOLDER = "accounts/administration"


@administrators_only
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with a sign-in, newest first; who reads the list is noted for each who is in it."""
    form = forms.PeopleForm(request.GET or None)
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    asked = Asked(**{name: values.get(name) or "" for name in ("begins", "role", "state", "consent")})
    masks = reads_masked(request)
    rows, page = selectors.people_page(asked, after=request.GET.get("after"), reader=_reader(), masks=masks)
    looked_at("people.listed", by=actor_of(request), people=[row.id for row in rows])
    kept = {name: str(value) for name, value in request.GET.items() if name != "after" and value}
    following = {**kept, "after": page.next_cursor or ""}
    context = {
        "form": form,
        "rows": rows,
        "asked": asked,
        "next_url": f"?{urlencode(following)}" if page.next_cursor else "",
        "first_url": "" if page.is_first else f"?{urlencode(kept)}",
        "is_narrowed": bool(kept),
    }
    return render(
        request, f"{FOLDER}/people.html", context, status=200 if not form.is_bound or form.is_valid() else 422
    )


@administrators_only
@require_safe
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person: roles, absences, blocking. Who reads it is noted for them."""
    looked_at("person.looked_at", by=actor_of(request), people=[_row(request, person_id).id])
    return render(request, f"{FOLDER}/person.html", _person_context(request, person_id))


@administrators_only
@require_POST
def role_give(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Give a role."""
    form = forms.RoleForm(request.POST, organisations=selectors.organisation_choices())
    actor = actor_of(request)

    def save(values: dict[str, Any]) -> None:
        role_grant(person_id=_row(request, person_id).id, role=values["role"], by=actor, **form.place_values())

    context = _person_context(request, person_id) | {"role_form": form}
    return form_page(request, form, save, template=f"{FOLDER}/person.html", context=context, target=_path(person_id),
                     thanks=_("The role is given. It counts from the next page that they open."))  # fmt: skip


@administrators_only
@require_POST
def role_take(request: HttpRequest, person_id: UUID, membership_id: UUID) -> HttpResponse:
    """Take a role back."""
    return _done(
        request, person_id, lambda: role_revoke(membership_id=membership_id, by=actor_of(request)),
        _("The role is taken back."),
    )  # fmt: skip


@administrators_only
@require_POST
def block(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Block a sign-in, or open it again."""
    actor = actor_of(request)
    if request.POST.get("open"):
        return _done(
            request, person_id, lambda: person_reactivate(person_id=person_id, by=actor), _("They can sign in again.")
        )
    reason = request.POST.get("reason", "")
    return _done(
        request, person_id, lambda: person_deactivate(person_id=person_id, reason=reason, by=actor),
        _("They are signed out everywhere and cannot sign in any more."),
    )  # fmt: skip


@administrators_only
@require_POST
def person_away(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Enter an absence for somebody."""
    form = _absence_form(person_id, request.POST)
    actor = actor_of(request)
    context = _person_context(request, person_id) | {"absence_form": form}
    return form_page(
        request, form, lambda values: absence_add(person_id=person_id, by=actor, **_days(values)),
        template=f"{FOLDER}/person.html", context=context, target=_path(person_id), thanks=_("The absence is entered."),
    )  # fmt: skip


@never_cache
@login_required
@require_http_methods(METHODS)
def my_absence(request: HttpRequest) -> HttpResponse:
    """I am away, and who stands in for me. For everybody with a role."""
    actor = actor_of(request)
    assert actor.id is not None  # noqa: S101 - signed in
    person_id = actor.id
    form = _absence_form(person_id, request.POST or None)
    context = {
        "absences": absences.absences_of(person_id),
        "has_role": bool(actor.roles - {Role.RESIDENT.value}),
        "has_deputies": form.has_deputies,
    }
    return form_page(
        request, form, lambda values: absence_add(person_id=person_id, by=actor, **_days(values)),
        template=f"{FOLDER}/absence.html", context=context, thanks=_("The absence is entered."),
    )  # fmt: skip


@never_cache
@login_required
@require_POST
def absence_end(request: HttpRequest, absence_id: UUID) -> HttpResponse:
    """Somebody is back: oneself, or whom an administrator looks after."""
    absence_remove(absence_id=absence_id, by=actor_of(request))
    messages.success(request, _("The absence is removed."))
    try:
        return redirect(_path(UUID(request.POST.get("person", ""))))
    except ValueError:
        return redirect("administration:my-absence")


def _done(request: HttpRequest, person_id: UUID, do: Any, thanks: str) -> HttpResponse:
    try:
        do()
    except DomainError as error:
        if error.status in {403, 404}:
            raise
        messages.error(request, str(error))
    else:
        messages.success(request, thanks)
    return redirect(_path(person_id))


def _person_context(request: HttpRequest, person_id: UUID) -> dict[str, Any]:
    return {
        "row": _row(request, person_id),
        "role_form": forms.RoleForm(organisations=selectors.organisation_choices()),
        "absence_form": _absence_form(person_id, None),
        "absences": absences.absences_of(person_id),
        "is_me": actor_of(request).id == person_id,
    }


def _absence_form(person_id: UUID, data: Any) -> forms.AbsenceForm:
    named = data.get("find", "")[: forms.LONGEST_NAME] if data else ""
    return forms.AbsenceForm(data, deputies=absences.deputies_for(person_id, named=named))


def _days(values: dict[str, Any]) -> dict[str, Any]:
    return {**{name: values[name] for name in ("first_day", "last_day")}, "deputy_id": UUID(values["deputy"])}


def _row(request: HttpRequest, person_id: UUID) -> selectors.PersonRow:
    row = selectors.person_row(person_id, reader=_reader(), masks=reads_masked(request))
    if row is None:
        raise NotFound("person.unknown", _("There is no such person."))
    return row


def _path(person_id: UUID) -> str:
    return f"/administration/people/{person_id}"


def _reader() -> str:
    return get_language() or "en"
