"""Partners over HTTP: the list, pairing, the page of one and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import actor_of, may
from citytandem.core.errors import DomainError
from citytandem.federation.forms import AddressForm, WordsForm
from citytandem.federation.pages import doubt_document, partner_at, partner_get, partner_page, partners_page
from citytandem.federation.services.agreeing import agreement_exchange
from citytandem.federation.services.pairing import (
    Looked,
    did_of_address,
    own_words,
    partner_confirm,
    partner_end,
    partner_look,
    partner_pause,
    partner_resume,
)
from citytandem.ui.qr import qr_response


@may("federation.see_partners")
@require_safe
def partners(request: HttpRequest) -> HttpResponse:
    """All partners, or how to get the first."""
    return render(request, "federation/partners.html", {"page": partners_page()})


@may("federation.pair")
@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest) -> HttpResponse:
    """First the address, then the words: ours to read out, theirs to type in as heard."""
    ours = own_words()
    if request.method != "POST":
        return render(request, "federation/pair.html", {"form": AddressForm(), "ours": _words(ours)})
    form = AddressForm(request.POST)
    if not form.is_valid():
        return render(request, "federation/pair.html", {"form": form, "ours": _words(ours)}, status=422)
    try:
        found = partner_look(form.cleaned_data["address"])
    except DomainError as error:
        paired = _known(form.cleaned_data["address"])
        if paired is not None:
            return _paired(request, paired)
        form.refuse(error)
        context = {"form": form, "ours": _words(ours), "protocol_code": error.details.get("protocol_code")}
        return render(request, "federation/pair.html", context, status=error.status)
    return _compare(request, found, {"address": form.cleaned_data["address"], "ours": _words(ours)})


def _compare(request: HttpRequest, found: Looked, context: dict[str, Any]) -> HttpResponse:
    known = partner_at(found.did, document=found.document)
    if known is not None:
        return _paired(request, known.id)
    context["found"] = found
    if request.POST.get("do") == "confirm":
        return _confirm(request, found, context)
    # Its host is a good first guess for a name: "sofia.example" -> "Sofia".
    name = found.address.partition("://")[2].partition(".")[0].partition(":")[0].capitalize()
    return render(request, "federation/compare.html", {**context, "form": WordsForm(initial={"name": name})})


def _known(address: str) -> UUID | None:
    try:
        known = partner_at(did_of_address(address))
    except DomainError:
        return None
    return known.id if known else None


def _paired(request: HttpRequest, peer_id: UUID) -> HttpResponse:
    messages.info(request, _("You are paired with this node already. This is its page."))
    return redirect("federation:partner", peer_id=peer_id)


def _confirm(request: HttpRequest, found: Looked, context: dict[str, Any]) -> HttpResponse:
    form = WordsForm(request.POST)
    if not form.is_valid():
        return render(request, "federation/compare.html", {**context, "form": form}, status=422)
    try:
        peer = partner_confirm(found.did, **form.cleaned_data, by=actor_of(request))
    except DomainError as error:
        form.refuse(error)
        return render(request, "federation/compare.html", {**context, "form": form}, status=error.status)
    messages.success(request, _("The words fit: this is your partner. Now agree on what flows between you."))
    return redirect("federation:agreement", peer_id=peer.id)


def _words(found: Looked) -> dict[str, Any]:
    return {"address": found.address, "words": found.words.split("-"), "qr": found.qr}


@may("federation.pair")
@require_safe
def own_code(_request: HttpRequest) -> HttpResponse:
    """Our address and key as a QR code."""
    return qr_response(own_words().qr)


@may("federation.see_partners")
@require_safe
def partner(request: HttpRequest, peer_id: UUID) -> HttpResponse:
    """How things stand with one partner."""
    return render(request, "federation/partner.html", {"page": partner_page(peer_id)})


@may("federation.see_partners")
@require_safe
def doubt(_request: HttpRequest, peer_id: UUID, doubt_id: int, which: str) -> HttpResponse:
    """One of two signed documents that contradict each other, to be shown to anybody."""
    data = orjson.dumps(doubt_document(peer_id, doubt_id, which), option=orjson.OPT_INDENT_2)
    response = HttpResponse(data, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="doubt-{doubt_id}-{which}.json"'
    return response


@may("federation.pause")
@require_POST
def pause(request: HttpRequest, peer_id: UUID) -> HttpResponse:
    """Stop for a while."""
    return _done(request, peer_id, partner_pause, _("Paused. Nothing comes and nothing goes until you resume."))


@may("federation.pause")
@require_POST
def resume(request: HttpRequest, peer_id: UUID) -> HttpResponse:
    """Go on where it stopped."""
    return _done(request, peer_id, partner_resume, _("It goes on where it stopped."))


def _done(request: HttpRequest, peer_id: UUID, act: Callable[..., Any], thanks: str) -> HttpResponse:
    try:
        act(peer_id, by=actor_of(request))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, thanks)
    return redirect("federation:partner", peer_id=peer_id)


@may("federation.pair")
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, peer_id: UUID) -> HttpResponse:
    """End the work with a partner, after having read what that means."""
    if request.method != "POST":
        return render(request, "federation/end.html", {"peer": partner_get(peer_id)})
    partner_end(peer_id, by=actor_of(request))
    messages.success(request, _("Ended. Your partner is told, and what came from it disappears in a moment."))
    return redirect("federation:partners")


@may("federation.agree")
@require_POST
def exchange(_request: HttpRequest, peer_id: UUID) -> HttpResponse:
    """Send and fetch signatures now, for two administrators on the telephone."""
    agreement_exchange(peer_id)
    return redirect("federation:partner", peer_id=peer_id)
