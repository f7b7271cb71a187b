"""Asking other nodes: signed questions, answers whose signature belongs to the question, documents."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q

from citytandem.core import clock
from citytandem.core.guarded import Answer, FetchFailed, fetch
from citytandem.federation.known import document_keep, documents_of
from citytandem.federation.models import KnownNode
from citytandem.federation.protocol.did import DOCUMENT_BYTES, Document, document_address, method
from citytandem.federation.protocol.errors import BadSignature, ProtocolError
from citytandem.federation.protocol.proofs import keyring
from citytandem.federation.protocol.reading import PAGE_BYTES, parsed
from citytandem.federation.protocol.signatures import Message, signed, verify
from citytandem.federation.services.identity import Signer, signer

SECONDS = 20.0
DOCUMENT_SECONDS = 10.0
# A document that is older is read again, so that rotated keys are known in time and stolen ones forgotten.
FRESH_FOR = timedelta(days=1)
# Nobody can make us ask a node for its document more often.
PAUSE = timedelta(seconds=60)
_MOST_CODE = 60


class Refused(Exception):
    """The other node said no. `code` is its own, or `http.<status>` where it gave none; signed by it only if `is_signed`."""

    def __init__(self, code: str, status: int, *, retry_after: int = 0, is_signed: bool = False) -> None:
        super().__init__(f"{status} {code}")
        self.code = code
        self.status = status
        self.retry_after = retry_after
        self.is_signed = is_signed


def ask(
    did: str, verb: str, path: str, *, query: str = "", body: bytes | None = None, seconds: float = SECONDS
) -> Answer:
    """Ask a node for something below its endpoint, e.g. `ask(did, "GET", "/log", query="after=0")`.

    The answer is 2xx, and signed by that node for this question. Raises Refused, FetchFailed, BadSignature (the answer
    is not the node's), BadDocument (its document is none) or Conflict (this node has no name).
    """
    known, me = document_fetch(did), signer()
    url = known.endpoint + path + (f"?{query}" if query else "")
    question = _question(verb, url, body or b"", me)
    answer = fetch(
        verb, url, headers=question.headers, body=question.body, seconds=seconds, most_bytes=PAGE_BYTES,
        allow_local=settings.FEDERATION_LOCAL,
    )  # fmt: skip
    if not 200 <= answer.status < 300:
        raise _refusal(answer, is_signed=_is_signed(answer, question, known))
    _check(answer, question, known)
    return answer


def _question(verb: str, url: str, body: bytes, me: Signer) -> Message:
    plain = {"accept": "application/json"} | ({"content-type": "application/json"} if body else {})
    made = signed(
        Message(method=verb, url=url, body=body), me.key, key_id=method(me.did, me.key.public),
        created=int(clock.now().timestamp()), nonce=secrets.token_urlsafe(24),
    )  # fmt: skip
    return Message(method=verb, url=url, headers={**plain, **made}, body=body)


def _check(answer: Answer, question: Message, known: Document) -> None:
    """Raise BadSignature unless the node asked has signed this answer; its keys may have changed since we read them."""
    try:
        _verify(answer, question, known)
    except BadSignature as error:
        if error.code != "signature.key_unknown":
            raise
        _verify(answer, question, document_fetch(known.did, force=True))


def _verify(answer: Answer, question: Message, known: Document) -> None:
    message = Message(status=answer.status, headers=answer.headers, body=answer.body, request=question)
    # The keys of this node alone, so that no other one can answer for it.
    verify(message, keyring(known), now=int(clock.now().timestamp()))


def _is_signed(answer: Answer, question: Message, known: Document) -> bool:
    try:
        _verify(answer, question, known)
    except BadSignature:
        return False
    return True


def _refusal(answer: Answer, *, is_signed: bool) -> Refused:
    seconds = answer.headers.get("retry-after", "")
    return Refused(
        _code(answer.body) or f"http.{answer.status}",
        answer.status,
        retry_after=int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 7 else 0,
        is_signed=is_signed,
    )


def _code(body: bytes) -> str:
    """The code of RFC 9457 details as this protocol gives it, made short and plain: it is shown."""
    try:
        told = parsed(body)
    except ProtocolError:
        return ""
    code = told.get("code") if isinstance(told, dict) else None
    is_plain = isinstance(code, str) and len(code) <= _MOST_CODE and code.replace(".", "").replace("_", "").isalnum()
    return str(code) if is_plain and str(code).isascii() else ""


def document_fetch(did: str, *, force: bool = False) -> Document:
    """The document of a node: the one we have if it is of today and not `force`, else asked for and kept.

    A node that we know is asked at most once in 60 s; in between, and while it does not answer, the one we have stands.
    Raises BadDocument, or FetchFailed and Refused where we have none.
    """
    row = KnownNode.objects.filter(did=did).first()
    now = clock.now()
    held = next(iter(documents_of([did])), None) if row else None
    if held and row and not force and row.fetched_at > now - FRESH_FOR:
        return held
    # Locked in the row for nodes we know, in this process for others: those have no row yet.
    due = KnownNode.objects.filter(Q(asked_at=None) | Q(asked_at__lte=now - PAUSE), did=did)
    if held and not due.update(asked_at=now):
        return held
    if held is None and not force and not cache.add(f"federation.document:{did}", 1, PAUSE.total_seconds()):
        raise FetchFailed("network.asked_just_now", did)
    try:
        return document_keep(_document(did), did=did)
    except (FetchFailed, Refused, ProtocolError):
        if held is None:
            raise
        return held


def _document(did: str) -> Any:
    """The document as it lies at the node's address now. Raises FetchFailed, Refused, BadDocument, BadJson."""
    headers: Mapping[str, str] = {"accept": "application/did+json, application/json"}
    answer = fetch(
        "GET", document_address(did), headers=headers, seconds=DOCUMENT_SECONDS, most_bytes=DOCUMENT_BYTES,
        allow_local=settings.FEDERATION_LOCAL,
    )  # fmt: skip
    if answer.status != 200:
        raise _refusal(answer, is_signed=False)
    return parsed(answer.body, most_bytes=DOCUMENT_BYTES)
