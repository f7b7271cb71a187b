"""Requests of partners: who asks, whether they may, and answers that belong to that one question."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from citytandem.core import clock
from citytandem.core.errors import Conflict, DomainError, Forbidden, TooMany, problem_details, retry_headers
from citytandem.core.guarded import FetchFailed
from citytandem.federation.known import keyring_of
from citytandem.federation.models import Peer, PeerState, Usage
from citytandem.federation.protocol.did import method
from citytandem.federation.protocol.errors import BadJson, BadSignature, ProtocolError
from citytandem.federation.protocol.reading import OBJECT_BYTES
from citytandem.federation.protocol.signatures import LABEL, REPLAYED, Message, Verified, read_inputs, signed, verify
from citytandem.federation.services.identity import endpoint, own_did, signer
from citytandem.federation.services.log import end_of_log

__all__ = ["MOST_BYTES", "Peer", "answer", "message_of", "partner_of", "refusal", "served"]

ROOT = "/federation"
# An object and four proofs of it: no question is longer.
MOST_BYTES = OBJECT_BYTES + 16 * 1024
_MOST_HEADER = 4096
_HOUR = timedelta(hours=1)
# A nonce that is there already counts nothing, so that a replay cannot use up the quota of the one it copies.
_COUNT = """
    WITH fresh AS (
        INSERT INTO federation_nonce (key, nonce, keep_until) VALUES (%(key)s, %(nonce)s, to_timestamp(%(until)s))
        ON CONFLICT DO NOTHING RETURNING 1
    )
    INSERT INTO federation_usage AS used (peer_id, hour, requests, bytes_out, bytes_in, objects_in)
    SELECT %(peer)s, %(hour)s, 1, 0, 0, 0 FROM fresh
    ON CONFLICT (peer_id, hour) DO UPDATE SET requests = used.requests + 1
    RETURNING requests
"""


def partner_of(request: HttpRequest, *, while_paused: bool = False, while_ended: bool = False) -> Peer:
    """Which partner sent this request, its signature verified, its nonce kept, and the request counted.

    Raises BadJson (`json.too_large`) and BadSignature: nobody knows who asks. Raises Forbidden (`partner.paused` unless
    `while_paused`, `partner.ended` unless `while_ended`) and TooMany (`partner.quota`) once that is known.
    """
    _check_size(request)
    did = _claimed(request.headers.get("Signature-Input", ""))
    peer = Peer.objects.filter(did=did).first()
    if peer is None:
        raise BadSignature("signature.key_unknown")
    requests = _count(peer, _verified(message_of(request), did))
    _check_state(peer, while_paused=while_paused, while_ended=while_ended)
    if requests > settings.FEDERATION_REQUESTS:
        left = _hour_now() + _HOUR - clock.now()
        raise TooMany(
            "partner.quota",
            _("This partner has used up its requests of this hour."),
            retry_after=max(1, round(left.total_seconds())),
        )
    return peer


def _check_size(request: HttpRequest) -> None:
    try:
        size = len(request.body)
    except RequestDataTooBig:
        size = MOST_BYTES + 1
    if size > MOST_BYTES:
        raise BadJson("json.too_large", most=MOST_BYTES)


def message_of(request: HttpRequest) -> Message:
    """The request as it was signed: for the address that this node has, never for one that its headers claim."""
    query = request.META.get("QUERY_STRING", "")
    path = request.path_info.removeprefix(ROOT)
    return Message(
        method=request.method or "",
        url=endpoint(own_did()) + path + (f"?{query}" if query else ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
    )


def _claimed(header: str) -> str:
    """The node that the signature names; whether it is right is seen later. Raises BadSignature."""
    if not header or len(header) > _MOST_HEADER:
        raise BadSignature("signature.form" if header else "signature.missing")
    found = read_inputs(header).get(LABEL)
    if found is None:
        raise BadSignature("signature.missing")
    return found.key.partition("#")[0]


def _verified(message: Message, did: str) -> Verified:
    """By the keys of this node alone. A key that we do not know may be a new one, so its document is read again, once."""
    from citytandem.federation.client import Refused, document_fetch

    now = int(clock.now().timestamp())
    try:
        return verify(message, keyring_of([did]), now=now)
    except BadSignature as error:
        if error.code != "signature.key_unknown":
            raise
        try:
            document_fetch(did, force=True)
        except (FetchFailed, Refused, ProtocolError):
            raise error from None
    return verify(message, keyring_of([did]), now=now)


def _count(peer: Peer, found: Verified) -> int:
    values: dict[str, Any] = {
        "key": found.key, "nonce": found.nonce, "until": found.keep_until, "peer": peer.id, "hour": _hour_now(),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        counted = cursor.fetchone()
    if counted is None:
        raise BadSignature(REPLAYED)
    return int(counted[0])


def _hour_now() -> datetime:
    return clock.now().replace(minute=0, second=0, microsecond=0)


def _check_state(peer: Peer, *, while_paused: bool, while_ended: bool) -> None:
    if peer.state == PeerState.ENDED and not while_ended:
        raise Forbidden("partner.ended", _("The partnership of the two nodes has ended."))
    if peer.state == PeerState.PAUSED and not while_paused:
        raise Forbidden("partner.paused", _("The exchange with this partner is paused."))


def served(peer: Peer, *, after: int, size: int) -> None:
    """Remember that a partner has everything up to `after`, and what it has taken."""
    # What we have not written nobody has read.
    after = min(after, end_of_log().number)
    Peer.objects.filter(id=peer.id).update(sent_number=Greatest(F("sent_number"), after), last_asked_us_at=clock.now())
    Usage.objects.filter(peer=peer, hour=_hour_now()).update(bytes_out=F("bytes_out") + size)


def answer(
    request: HttpRequest,
    status: int,
    body: bytes | Mapping[str, Any],
    *,
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """An answer to a verified request, signed for that request alone. No cache may keep it, no proxy change it."""
    data = body if isinstance(body, bytes) else orjson.dumps(dict(body))
    by = signer()
    made = signed(
        Message(status=status, body=data, request=message_of(request)), by.key, key_id=method(by.did, by.key.public),
        created=int(clock.now().timestamp()), nonce=secrets.token_urlsafe(18),
    )  # fmt: skip
    return _response(status, data, kind, {**made, **(headers or {})})


def refusal(request: HttpRequest, error: ProtocolError | DomainError, *, is_verified: bool) -> HttpResponse:
    """The error as problem details (RFC 9457); signed where the request was, so that nobody else can send partners away."""
    if isinstance(error, DomainError):
        told, headers = problem_details(error, instance=request.path), retry_headers(error)
    else:
        told, headers = _told(error, instance=request.path), {}
    kind = "application/problem+json"
    if is_verified:
        with suppress(Conflict):  # without a key we can still say no
            return answer(request, told["status"], told, kind=kind, headers=headers)
    return _response(told["status"], orjson.dumps(told), kind, headers)


def _told(error: ProtocolError, *, instance: str) -> dict[str, Any]:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(error, BadSignature):
        status = HTTPStatus.UNAUTHORIZED
    elif error.code == "json.too_large":
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return {
        "type": f"urn:citytandem:error:{error.code}",
        "title": str(error),
        "status": int(status),
        "code": error.code,
        "instance": instance,
    }


def _response(status: int, data: bytes, kind: str, headers: Mapping[str, str]) -> HttpResponse:
    response = HttpResponse(data, status=status, content_type=kind)
    response["Cache-Control"] = "no-store, no-transform"
    for name, value in headers.items():
        response[name] = value
    return response
