"""Exchange by file, for networks that let nothing in: the same pages as over the network, signed as one whole.

Lines of JSON: a header (who, whose document, agreements), pages of the log, and an end with the hash of all before. Header
and end are proven by the node, so whoever carries the file can neither change it nor cut it short.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from time import monotonic
from typing import IO, Any

import orjson
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor, entry_add
from citytandem.core import clock
from citytandem.core.errors import Conflict, DomainError, Forbidden, Invalid
from citytandem.core.permissions import require
from citytandem.federation.agreed import terms_with
from citytandem.federation.known import document_keep, document_trusted, keys_for
from citytandem.federation.models import LogEntry, Peer, PeerState
from citytandem.federation.protocol.canonical import canonical
from citytandem.federation.protocol.did import Document, method, read_document
from citytandem.federation.protocol.errors import BadProof, ProtocolError
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import public_key
from citytandem.federation.protocol.proofs import KeyLookup, keyring, proven, read_proof, verify
from citytandem.federation.protocol.reading import PAGE_BYTES, parsed
from citytandem.federation.services.agreeing import SKEW, agreement_received, agreements_for
from citytandem.federation.services.identity import own_document, signer
from citytandem.federation.services.pairing import partner_confirm

FORMAT, END = "exchange 1", "exchange end 1"
PAGE_ENTRIES = 500
_HEADER = frozenset(["citytandem", "node", "to", "read", "document", "agreements", "made", "proof"])
_LONGEST_LINE = PAGE_BYTES + 1
_MOST_DOCUMENTS, _SECONDS_FOR_DOCUMENTS = 20, 30.0


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a file, its proof good under the keys it was checked with."""

    node: str
    to: str
    read: int
    document: dict[str, Any]
    agreements: list[Any]
    line: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a file brought. `unknown`: the words of its node have to be compared first, nothing was taken.

    `code`: why it stopped, empty if it did not. `skipped`: pages that were left because no agreement is in force.
    """

    header: Header
    peer: Peer | None = None
    unknown: bool = False
    agreements: int = 0
    pages: int = 0
    objects: int = 0
    aside: int = 0
    skipped: int = 0
    code: str = ""


def file_for(peer: Peer | None, *, after: int = 0) -> Iterator[bytes]:
    """A file for a partner: our document, what we have signed, and our log from `after` on as it may read it.

    Without a partner it is an invitation: anybody who compares our words can pair with us.
    """
    from citytandem.federation.serving import page_for

    told = sha256()
    count = 0
    for line in _lines(peer, after, page_for):
        told.update(line)
        count += 1
        yield line
    yield _proven({"citytandem": END, "lines": count, "sha256": told.hexdigest()})


def _lines(peer: Peer | None, after: int, page_for: Any) -> Iterator[bytes]:
    yield _proven(
        {
            "citytandem": FORMAT,
            "node": signer().did,
            "to": peer.did if peer else "",
            # What is to be read anew the partner has to give from the beginning.
            "read": peer.cursor_number if peer and peer.rereads_number is None else 0,
            "document": own_document(),
            "agreements": agreements_for(peer) if peer else [],
            "made": instant(clock.now()),
        }
    )
    while peer is not None:
        try:
            page = page_for(peer, after=after, limit=PAGE_ENTRIES)
        except Forbidden:
            return  # no agreement in force: what was signed so far is all there is to say
        # Between its members a page may have line ends; within texts they are escaped.
        yield page.replace(b"\n", b" ") + b"\n"
        value = orjson.loads(page)
        if not value["entries"] or value["entries"][-1]["number"] >= value["head"]["number"]:
            return
        after = value["entries"][-1]["number"]


def _proven(value: dict[str, Any]) -> bytes:
    me = signer()
    return orjson.dumps(proven(value, me.key, did=me.did, created=instant(clock.now()))) + b"\n"


def file_take(file: IO[bytes], *, by: Actor) -> Taken:
    """Take over a file: agreements, then pages as they are pulled. It is read twice: first whether it is whole.

    A file again, or one that overlaps, changes nothing. Raises Forbidden, Invalid(`exchange.form`, `exchange.broken`,
    `exchange.not_for_us`) or Conflict (`partner.paused`).
    """
    require("federation.exchange_files", by)
    line = file.readline(_LONGEST_LINE)
    header = read_header(line)
    document = _document(header)
    keys = keyring(document_trusted(header.document, did=header.node))
    peer = Peer.objects.filter(did=header.node).exclude(state=PeerState.ENDED).first()
    if peer is None or _method(line) not in keys.keys:
        _checked(line, header.node, keyring(document))
        return Taken(header, unknown=True)
    if peer.state == PeerState.PAUSED:
        raise Conflict("partner.paused", _("This partner is paused. Resume it first, then take the file."))
    _checked(line, header.node, keys)
    _whole(file, line, header.node, keys)
    file.seek(len(line))
    agreements = _header_taken(header, peer, by=by)
    return _pages_taken(file, header, Peer.objects.get(id=peer.id), agreements)


def invitation_take(line: bytes, *, words_read: str, name: str, by_file: bool, by: Actor) -> Peer:
    """Pair with the node of a file's header, whose words somebody heard and typed in, and take its agreements over.

    Raises as `file_take` and `partner_confirm` do.
    """
    header = read_header(line)
    _checked(line, header.node, keyring(_document(header)))
    with transaction.atomic():
        peer = partner_confirm(
            header.node, words_read=words_read, name=name, by=by, document=header.document, by_file=by_file
        )
        # A file may show the true key and be signed by another one in it: only the key heard speaks for its node here.
        heard = method(header.node, public_key(peer.confirmed_key))
        if _method(line) != heard:
            raise _broken("proof.key_unknown")
        _header_taken(header, peer, by=by)
    return Peer.objects.get(id=peer.id)


def read_header(line: bytes) -> Header:
    """The first line as it stands; its proof is checked by whoever knows the keys. Raises Invalid."""
    try:
        value = parsed(line.rstrip(b"\n"), most_bytes=PAGE_BYTES)
    except ProtocolError as error:
        raise _no_file(error.code) from None
    if not isinstance(value, dict) or value.get("citytandem") != FORMAT or value.keys() != _HEADER:
        raise _no_file("")
    fits = (
        isinstance(value["node"], str)
        and isinstance(value["to"], str)
        and type(value["read"]) is int
        and isinstance(value["document"], dict)
        and isinstance(value["agreements"], list)
    )
    if not fits:
        raise _no_file("")
    header = Header(value["node"], value["to"], value["read"], value["document"], value["agreements"], line)
    us = signer().did
    if header.node == us:
        raise Invalid("exchange.own", _("This file was made by your own node. Give it to your partner."), field="file")
    if header.to not in ("", us):
        raise Invalid("exchange.not_for_us", _("This file is meant for another city."), field="file")
    return header


def _no_file(code: str) -> Invalid:
    return Invalid("exchange.form", _("This is not a file of a citytandem node."), field="file", protocol_code=code)


def _document(header: Header) -> Document:
    try:
        return read_document(header.document, did=header.node)
    except ProtocolError as error:
        raise _no_file(error.code) from None


def _method(line: bytes) -> str:
    """The key that the proof of a line names; whether it fits is checked apart from that."""
    proof = parsed(line.rstrip(b"\n"), most_bytes=PAGE_BYTES).get("proof")
    name = proof.get("verificationMethod") if isinstance(proof, dict) else None
    return name if isinstance(name, str) else ""


def _checked(line: bytes, node: str, keys: KeyLookup) -> dict[str, Any]:
    """A line of the node's own with a good proof. Raises Invalid(`exchange.broken`)."""
    try:
        value = parsed(line.rstrip(b"\n"), most_bytes=PAGE_BYTES)
        if not isinstance(value, dict):
            raise BadProof("proof.missing")
        proof = read_proof(value.get("proof"), None)
        unsecured = canonical({name: item for name, item in value.items() if name != "proof"})
        now = clock.now()
        verify(proof, unsecured, origin=node, keys=keys, received=instant(now), latest=instant(now + SKEW))
    except ProtocolError as error:
        raise _broken(error.code) from None
    return value


def _broken(code: str = "") -> Invalid:
    return Invalid(
        "exchange.broken",
        _("The file is not whole, or was changed on its way. Ask your partner for it again."),
        field="file",
        protocol_code=code,
    )


def _whole(file: IO[bytes], first: bytes, node: str, keys: KeyLookup) -> None:
    """Raise Invalid unless the end has the hash of all lines before it, proven by the node."""
    told, count, last = sha256(first), 1, b""
    while line := file.readline(_LONGEST_LINE):
        if not line.endswith(b"\n"):
            raise _broken()
        if last:
            told.update(last)
            count += 1
        last = line
    end = _checked(last, node, keys) if last else {}
    if (end.get("citytandem"), end.get("lines"), end.get("sha256")) != (END, count, told.hexdigest()):
        raise _broken()


def _header_taken(header: Header, peer: Peer, *, by: Actor) -> int:
    """The node's document as of today, how far it has read us, and what it has signed; how many versions came."""
    proof = parsed(header.line.rstrip(b"\n"), most_bytes=PAGE_BYTES)["proof"]
    signer_key = proof["verificationMethod"].partition("#")[2]
    document_keep(header.document, did=header.node, signer=signer_key, signed_at=proof["created"])
    if header.to:
        ours = LogEntry.objects.order_by("-number").values_list("number", flat=True).first() or 0
        read = min(header.read, ours)
        Peer.objects.filter(id=peer.id).update(sent_number=max(peer.sent_number, read) if read else 0)
    taken = 0
    for one in reversed(header.agreements):
        try:
            agreement_received(one, peer=peer)
        except ProtocolError:
            continue  # an old version under a key that no longer counts does not hold up the rest
        taken += 1
    entry_add("federation_file_taken", by=by, facts={"partner": peer.did, "agreements": taken})
    return taken


def _pages_taken(file: IO[bytes], header: Header, peer: Peer, agreements: int) -> Taken:
    from citytandem.federation.services import pacing
    from citytandem.federation.services.asides import PASSING
    from citytandem.federation.services.storing import store

    is_allowed = terms_with(peer) is not None
    pages = objects = aside = skipped = size = 0
    code = ""
    unknown = _Unknown()
    while (line := file.readline(_LONGEST_LINE)) and not line.startswith(b'{"citytandem"'):
        if not is_allowed:
            skipped += 1
            continue
        try:
            stored = store(peer.id, _ready(line.rstrip(b"\n"), peer, unknown))
        except ProtocolError as error:
            code = error.code
            break
        pages, size = pages + 1, size + len(line)
        objects, aside = objects + stored.objects, aside + stored.aside
        if not Peer.objects.filter(id=peer.id, state__in=[PeerState.ACTIVE, PeerState.WAITING]).exists():
            break  # what was stored proves two histories
    if code and code != "log.after" and code not in PASSING:
        # The node has signed the whole file, so this is its own word.
        pacing.pause_for(peer, code)
    elif not code and is_allowed:
        Peer.objects.filter(id=peer.id).update(last_success_at=clock.now(), last_error_code="", alerted_at=None)
    pacing.exchange_add(peer, way="file", code=code, taken=objects, size=size)
    peer.refresh_from_db()
    return Taken(
        header, peer=peer, agreements=agreements, pages=pages, objects=objects, aside=aside, skipped=skipped, code=code
    )


@dataclass(slots=True)
class _Unknown:
    """Whom one file has made us ask for keys: an administrator waits meanwhile, so there are not many and it is not long."""

    asked: set[str] = field(default_factory=set)
    until: float = field(default_factory=lambda: monotonic() + _SECONDS_FOR_DOCUMENTS)

    def next(self, missing: Iterable[str]) -> Iterator[str]:
        for did in sorted({*missing} - self.asked):
            if len(self.asked) >= _MOST_DOCUMENTS or monotonic() > self.until:
                return
            self.asked.add(did)
            yield did


def _ready(page: bytes, peer: Peer, unknown: _Unknown) -> Any:
    """A page verified; keys of origins that nobody told us yet are asked for, each once for a file."""
    from citytandem.federation.client import Refused, document_fetch
    from citytandem.federation.verifying import ready

    now = clock.now()
    times = {"received": instant(now), "latest": instant(now + SKEW)}
    found = ready(page, None, keys_for(page, node=peer.did), node=peer.did, **times)
    came = 0
    for did in unknown.next(found.unknown):
        try:
            document_fetch(did)
        except (Refused, ProtocolError, OSError, DomainError):
            continue  # its objects are set aside until its keys are known
        came += 1
    return ready(page, None, keys_for(page, node=peer.did), node=peer.did, **times) if came else found
