"""Our own side over HTTP: what is held back, and our keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import actor_of, may
from citytandem.core.errors import NotFound
from citytandem.federation.forms import KeyForm
from citytandem.federation.pages_own import held_page, keys_page
from citytandem.federation.services.identity import key_revoke, key_rotate, passing_on_set
from citytandem.federation.services.pairing import own_words


@may("federation.see_partners")
@require_safe
def held(request: HttpRequest) -> HttpResponse:
    """What is not published, why, and where to mend it."""
    return render(request, "federation/held.html", {"rows": held_page(reader=get_language() or "en")})


@may("federation.agree")
@require_POST
def hub(request: HttpRequest) -> HttpResponse:
    """Whether this node passes on what partners allow."""
    passing_on_set(is_on="on" in request.POST.getlist("passes_on"), by=actor_of(request))
    messages.success(request, _("Saved."))
    return redirect("federation:partners")


@may("federation.keys")
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Our words, our code, and our keys in time."""
    ours = own_words()
    context = {"ours": {"address": ours.address, "words": ours.words.split("-"), "did": ours.did}, "rows": keys_page()}
    return render(request, "federation/keys.html", context)


@may("federation.keys")
@require_http_methods(["GET", "HEAD", "POST"])
def rotate(request: HttpRequest) -> HttpResponse:
    """Sign with a new key from now on: only who has just shown again who they are."""
    return _certain(request, _rotate)


def _rotate(request: HttpRequest) -> HttpResponse:
    return _typed(request, "rotate", _("new key"), lambda: key_rotate(by=actor_of(request)))


@may("federation.keys")
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, multikey: str) -> HttpResponse:
    """Say that a key may be in wrong hands; everything is proven anew."""

    def shown(again: HttpRequest) -> HttpResponse:
        found = next((row for row in keys_page() if row.multikey == multikey and not row.revoked), None)
        if found is None:
            raise NotFound("federation.no_key", _("There is no such key."))
        return _typed(again, "revoke", _("revoke"), lambda: key_revoke(multikey, by=actor_of(again)), key=found)

    return _certain(request, shown)


def _certain(request: HttpRequest, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    from allauth.account.decorators import reauthentication_required

    answer: HttpResponse = reauthentication_required(view)(request)
    return answer


def _typed(request: HttpRequest, what: str, word: str, act: Callable[[], Any], **more: Any) -> HttpResponse:
    form = KeyForm(request.POST or None, word=word)
    context = {"form": form, "what": what, **more}
    if request.method != "POST":
        return render(request, "federation/key.html", context)
    if not form.is_valid():
        return render(request, "federation/key.html", context, status=422)
    act()
    messages.success(request, _("Done. Partners read our new document within a day, at the latest."))
    return redirect("federation:keys")
