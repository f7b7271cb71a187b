"""My data, and what the node tells everybody about personal data."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.accounts.privacy import selectors
from citytandem.accounts.privacy.forms import EraseForm
from citytandem.accounts.privacy.notice import privacy_notice
from citytandem.accounts.privacy.services.consents import consent_give, consent_withdraw
from citytandem.accounts.privacy.services.erasing import person_erase
from citytandem.accounts.privacy.services.exports import export_ask, export_path
from citytandem.core.errors import DomainError, NotFound


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What is kept about people, why, for how long, and where it goes."""
    return render(request, "accounts/privacy/about.html", {"notice": privacy_notice()})


@never_cache
@login_required
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """What is kept about me, what I agreed to, who looked at it; taking it along and erasing it."""
    actor = actor_of(request)
    assert actor.id is not None  # noqa: S101 - signed in
    context = {
        "kept": selectors.kept_about(actor.id),
        "agreements": selectors.agreements_of(actor.id),
        "copy": selectors.latest_copy(actor.id),
        "looks": selectors.looks_at(actor.id),
    }
    return render(request, "accounts/privacy/my_data.html", context)


@never_cache
@login_required
@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """Agree to one purpose, or take it back."""
    actor = actor_of(request)
    name = request.POST.get("purpose", "")
    if request.POST.get("agree") == "yes":
        consent_give(purpose_name=name, language=get_language() or "en", by=actor)
        messages.success(request, _("Thank you. You can take this back at any time."))
    else:
        consent_withdraw(purpose_name=name, by=actor)
        messages.success(request, _("You have taken it back. From now on it counts no more."))
    return redirect("privacy:my-data")


@never_cache
@login_required
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Ask for a copy of everything about me."""
    export_ask(by=actor_of(request))
    messages.success(request, _("Your copy is being made. Reload this page in a minute."))
    return redirect("privacy:my-data")


@never_cache
@login_required
@require_safe
def download(request: HttpRequest, export_id: UUID) -> FileResponse:
    """Fetch my copy; nobody else's, and nobody else mine."""
    actor = actor_of(request)
    copy = selectors.latest_copy(actor.id) if actor.id else None
    if copy is None or copy.id != export_id or copy.state != "ready":
        raise _gone()
    try:
        content = export_path(export_id).open("rb")
    except FileNotFoundError as error:
        raise _gone() from error
    name = f"citytandem-{copy.asked_at:%Y-%m-%d}.zip"
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Erase myself: only who has just shown again who they are, and has typed the word."""
    from allauth.account.decorators import reauthentication_required

    answer: HttpResponse = reauthentication_required(_erase)(request)
    return answer


def _erase(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = EraseForm(request.POST or None)
    if request.method != "POST":
        return render(request, "accounts/privacy/erase.html", {"form": form})
    if not form.is_valid():
        return render(request, "accounts/privacy/erase.html", {"form": form}, status=422)
    assert actor.id is not None  # noqa: S101 - signed in
    try:
        person_erase(person_id=actor.id, by=actor)
    except DomainError as error:
        form.refuse(error)
        return render(request, "accounts/privacy/erase.html", {"form": form}, status=error.status)
    logout(request)
    return redirect("privacy:erased")


@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """It is done."""
    return render(request, "accounts/privacy/erased.html")


def _gone() -> NotFound:
    return NotFound("export.unknown", _("This copy is not there, or not any more. Ask for a new one."))
