"""The agreement with a partner over HTTP: choose, see what changes, sign."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citytandem.accounts.contract import actor_of, may
from citytandem.core import clock
from citytandem.core.errors import DomainError
from citytandem.federation.agreed import agreements_of
from citytandem.federation.forms import AgreementForm, agreement_initial, agreement_kinds
from citytandem.federation.pages import partner_get
from citytandem.federation.pages_agreement import changes, contact_changes, offer_shown
from citytandem.federation.protocol.agreement import Terms, in_force
from citytandem.federation.protocol.instants import instant
from citytandem.federation.services.agreeing import agreement_offer, agreement_sign, contact_of
from citytandem.federation.services.identity import own_did


@may("federation.agree")
@require_http_methods(["GET", "HEAD", "POST"])
def agreement(request: HttpRequest, peer_id: UUID) -> HttpResponse:
    """Sign what the partner offers, or offer something ourselves: what changes is told before."""
    if request.POST.get("do") == "sign":
        return _sign(request, peer_id)
    peer, us = partner_get(peer_id), own_did()
    versions = agreements_of(peer)
    terms = in_force(versions, instant(clock.now()))
    kinds = agreement_kinds(terms)
    context: dict[str, Any] = {
        "peer": peer,
        "offer": offer_shown(peer, terms, versions, us=us),
        "is_first": terms is None,
    }
    contact = contact_of(peer, us)
    initial = agreement_initial(terms, us=us, them=peer.did, contact=contact, kinds=kinds)
    if request.method != "POST":
        return _page(request, {**context, "form": AgreementForm(kinds=kinds, initial=initial)})
    form = AgreementForm(request.POST, kinds=kinds, initial=initial)
    context["form"] = form
    if not form.is_valid():
        return _page(request, context, status=422)
    now = clock.now()
    chosen = form.terms(us=us, them=peer.did, now=now, before=terms)
    seen = _digest(form.cleaned_data)
    if request.POST.get("do") != "offer" or request.POST.get("seen") != seen:
        after = Terms(chosen["sends"], until=instant(chosen["until"]), passes=frozenset(chosen["passes"]))
        listed = [*changes(terms, after, us=us, them=peer.did), *contact_changes(contact, chosen["contact"])]
        begins = chosen["starts"].date() if chosen["starts"] > now else None
        return _page(request, {**context, "changes": listed, "seen": seen, "is_asked": True, "begins": begins})
    try:
        agreement_offer(peer_id, **chosen, by=actor_of(request))
    except DomainError as error:
        form.refuse(error)
        return _page(request, context, status=error.status)
    messages.success(
        request, _("Signed and on its way. What it takes away counts now; the rest when they have signed.")
    )
    return redirect("federation:partner", peer_id=peer_id)


def _digest(data: dict[str, Any]) -> str:
    """What was chosen when the changes were shown, so that nobody signs anything else."""
    return hashlib.sha256(orjson.dumps(data, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, "federation/agreement.html", context, status=status)


def _sign(request: HttpRequest, peer_id: UUID) -> HttpResponse:
    try:
        agreement_sign(peer_id, digest=request.POST.get("digest", ""), by=actor_of(request))
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("federation:agreement", peer_id=peer_id)
    messages.success(request, _("Signed by both. What was agreed begins to flow."))
    return redirect("federation:partner", peer_id=peer_id)
