"""What nodes ask each other. Everything but the document is signed, both ways; people meet only the address of an object."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from citytandem.core.errors import Conflict, DomainError, Invalid, NotFound
from citytandem.federation.protocol.errors import ProtocolError
from citytandem.federation.protocol.reading import parsed
from citytandem.federation.services.requests import MOST_BYTES, Peer, answer, partner_of, refusal, served

_USUAL_ENTRIES = 500
_MOST_DIGITS = 15

SpokenView = Callable[[HttpRequest, Peer], HttpResponse]


def spoken(
    *, while_paused: bool = False, reads_while_ended: bool = False
) -> Callable[[SpokenView], Callable[[HttpRequest], HttpResponse]]:
    """A view for partners alone: verified before, signed afterwards, refusals as problem details."""

    def around(view: SpokenView) -> Callable[[HttpRequest], HttpResponse]:
        @csrf_exempt  # the signature says whose wish it is
        @wraps(view)
        def asked(request: HttpRequest) -> HttpResponse:
            try:
                reads = reads_while_ended and request.method == "GET"
                peer = partner_of(request, while_paused=while_paused, while_ended=reads)
            except ProtocolError as error:
                return refusal(request, error, is_verified=False)
            except DomainError as error:
                return refusal(request, error, is_verified=True)
            try:
                return view(request, peer)
            except (ProtocolError, DomainError) as error:
                return refusal(request, error, is_verified=True)

        return asked

    return around


@require_GET
def document(_request: HttpRequest) -> HttpResponse:
    """`did.json`: the name, the keys and the endpoint of this node."""
    from citytandem.federation.services.identity import own_document

    try:
        data = orjson.dumps(own_document())
    except Conflict as error:
        raise NotFound("federation.no_document", _("This node has no name in the federation.")) from error
    response = HttpResponse(data, content_type="application/json")
    # A key that was revoked must not live on in somebody's cache.
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
@spoken()
def log(request: HttpRequest, peer: Peer) -> HttpResponse:
    """`GET /log?after=N&limit=M`: a page of our log."""
    from citytandem.federation.serving import page_for

    after, limit = _number(request, "after", 0), _number(request, "limit", _USUAL_ENTRIES)
    page = page_for(peer, after=after, limit=limit)
    served(peer, after=after, size=len(page))
    return answer(request, HTTPStatus.OK, page)


def _number(request: HttpRequest, name: str, usual: int) -> int:
    text = request.GET.get(name, str(usual))
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise Invalid("federation.number", _("This has to be a whole number."), field=name)
    return int(text)


@require_GET
@spoken(while_paused=True)
def heads(request: HttpRequest, peer: Peer) -> HttpResponse:
    """`GET /heads`: our word on our log; under an agreement also what partners said of theirs."""
    from citytandem.federation.serving import heads_now

    return answer(request, HTTPStatus.OK, heads_now(peer))


@require_POST
@spoken()
def nudge(request: HttpRequest, peer: Peer) -> HttpResponse:
    """`POST /nudge`: there is something new at the partner's."""
    from citytandem.federation.services.nudging import nudge_taken

    nudge_taken(parsed(request.body), peer=peer)
    return answer(request, HTTPStatus.ACCEPTED, {})


@require_http_methods(["GET", "POST"])
@spoken(while_paused=True, reads_while_ended=True)
def agreement(request: HttpRequest, peer: Peer) -> HttpResponse:
    """`POST /agreement`: a version with the partner's proof; `GET`: the versions that we have signed, the end as well."""
    from citytandem.federation.services.agreeing import agreement_received, agreements_for

    if request.method == "GET":
        return answer(request, HTTPStatus.OK, {"agreements": agreements_for(peer)})
    received = agreement_received(parsed(request.body, most_bytes=MOST_BYTES), peer=peer)
    return answer(request, HTTPStatus.OK if received.is_complete else HTTPStatus.ACCEPTED, received.body)


@require_GET
def shared_object(_request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The address of an object is its name; people who follow it get to the page of the thing, if they may see that."""
    from citytandem.federation.serving import page_of

    return HttpResponse(status=HTTPStatus.SEE_OTHER, headers={"Location": page_of(uuid)})
