"""Keys of other nodes as far as they are known here: what proofs and messages are verified with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from citytandem.core import clock
from citytandem.federation.models import HeadSeen, KnownNode, Peer, SharedObject
from citytandem.federation.protocol.did import Document, read_document
from citytandem.federation.protocol.errors import BadDocument
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.proofs import Keyring, keyring
from citytandem.federation.protocol.vouching import Trusted, trusted
from citytandem.federation.services.identity import own_keys_document
from citytandem.federation.verifying import signers

NEW_KEY = "partner.new_key"
# Many cities may share a host, each with a path of its own; nobody makes us keep more than that.
_MOST_AT_ONE_HOST = 100
_KEPT_UNUSED = timedelta(days=7)
_SKEW = timedelta(seconds=300)


def documents_of(dids: Iterable[str]) -> list[Document]:
    """The documents that we have of some nodes, with the keys that count; nodes unknown to us are left out. One query."""
    return [_counted(row) for row in KnownNode.objects.filter(did__in=set(dids))]


def _counted(row: KnownNode) -> Document:
    found = read_document(row.document, did=row.did)
    keys = (
        replace(key, revoked=_earliest(key.revoked, row.revoked.get(key.key.multikey, "")))
        for key in found.keys
        if row.vouched is None or key.key.multikey in row.vouched
    )
    return replace(found, keys=tuple(keys))


def _earliest(*times: str) -> str:
    return min((time for time in times if time), default="")


def document_trusted(value: dict[str, Any], *, did: str) -> Document:
    """What counts of a document that has come, by the keys that we know of its node; it is not kept. Raises BadDocument.

    What we have stays: a key that was rotated out and left the document may be the one that has proven a file.
    """
    found = read_document(value, did=did)
    row = KnownNode.objects.filter(did=did).first()
    if row is None:
        return replace(found, keys=())
    held = _counted(row)
    known = [key.key.multikey for key in held.keys]
    told = _trusted(value, found, known=known, revoked=row.revoked, signer="", signed_at="")
    names = {*known, *row.revoked}
    return replace(found, keys=(*held.keys, *(one for one in found.keys if one.key.multikey in told.keys - names)))


def keyring_of(dids: Iterable[str], *, with_own: bool = False) -> Keyring:
    """The keys of some nodes, with `with_own` ours as well."""
    return keyring(*documents_of(dids), *([own_keys_document()] if with_own else []))


def keys_for(page: bytes, *, node: str) -> Keyring:
    """What a page of a node's log needs: its own keys, those of the origins of its objects, and ours."""
    return keyring_of({node, *signers(page)}, with_own=True)


def every_key() -> Keyring:
    """The keys of all nodes that we know of, and ours: for going through all that we hold."""
    return keyring_of(KnownNode.objects.values_list("did", flat=True), with_own=True)


def document_shown(did: str) -> dict[str, Any] | None:
    """The document that a node shows now, whether its keys count or not: what two people compare the words of."""
    row = KnownNode.objects.filter(did=did).first()
    found: dict[str, Any] | None = (row.offered or row.document) if row else None
    return found


@transaction.atomic
def document_keep(value: dict[str, Any], *, did: str, signer: str = "", signed_at: str = "") -> Document:
    """Check a document that came, and keep it in the place of the one before; returns what counts then.

    Of a node whose words were compared only a document counts that a key that counts has proven: by the proof in it, or
    as `signer` of what it came in. An older one changes nothing. One that is not proven is laid aside, and the partner is
    paused, once for each set of keys. Raises BadDocument.
    """
    found = read_document(value, did=did)
    row = KnownNode.objects.select_for_update().filter(did=did).first()
    if row is None or row.vouched is None:
        if row is None and not _has_room(did):
            raise BadDocument("network.too_many", most=_MOST_AT_ONE_HOST)
        row, _new = KnownNode.objects.update_or_create(did=did, defaults={"document": value, "fetched_at": clock.now()})
        return _counted(row)
    told = _trusted(value, found, known=row.vouched, revoked=row.revoked, signer=signer, signed_at=signed_at)
    if told.made >= row.made if told.made else not row.made and _is_usable(found, told.keys, row.revoked):
        _accept(row, value, found, told, revoked=row.revoked)
    elif not told.made and not {key.key.multikey for key in found.keys} <= {*row.vouched}:
        _lay_aside(row, value, found)  # without a new key there are no words to compare
    return _counted(row)


def _trusted(
    value: dict[str, Any],
    found: Document,
    *,
    known: Collection[str],
    revoked: Collection[str],
    signer: str,
    signed_at: str,
) -> Trusted:
    now = clock.now()
    return trusted(
        value, found, known=known, revoked=revoked, now=instant(now), latest=instant(now + _SKEW), signer=signer,
        signed_at=signed_at,
    )  # fmt: skip


def _is_usable(found: Document, keys: Collection[str], revoked: Collection[str]) -> bool:
    now = instant(clock.now())
    current = {one.key.multikey for one in found.keys_at(now)}
    return bool(current & set(keys) - set(revoked))


def _accept(
    row: KnownNode, value: dict[str, Any], found: Document, told: Trusted, *, revoked: Mapping[str, str]
) -> None:
    row.document, row.offered, row.fetched_at = value, None, clock.now()
    row.vouched, row.made = sorted(told.keys), told.made
    named = {key.key.multikey: key.revoked for key in found.keys if key.revoked and key.key.multikey in told.keys}
    # A key that was revoked stays so, whatever a later document says.
    row.revoked = {key: _earliest(named.get(key, ""), revoked.get(key, "")) for key in {*named, *revoked}}
    row.save()


def _lay_aside(row: KnownNode, value: dict[str, Any], found: Document) -> None:
    from citytandem.federation.services.pacing import pause_for

    before = read_document(row.offered, did=row.did).keys if row.offered else ()
    is_new = {one.key.multikey for one in found.keys} != {one.key.multikey for one in before}
    row.offered, row.fetched_at = value, clock.now()
    row.save(update_fields=["offered", "fetched_at"])
    peer = Peer.objects.filter(did=row.did).first()
    if peer is not None and is_new:
        pause_for(peer, NEW_KEY)


@transaction.atomic
def document_pin(value: dict[str, Any], *, did: str, key: str) -> None:
    """From now on only this key counts, whose words were compared, and those that it vouches for. Raises BadDocument."""
    found = read_document(value, did=did)
    row = KnownNode.objects.select_for_update().filter(did=did).first() or KnownNode(did=did)
    revoked = {name: at for name, at in row.revoked.items() if name != key}
    told = _trusted(value, found, known=[key], revoked=revoked, signer="", signed_at="")
    _accept(row, value, found, told, revoked=revoked)


def is_doubtful(did: str, key: str) -> bool:
    """Whether words were compared for this node, and this key is none that counts since."""
    row = KnownNode.objects.filter(did=did).first()
    return row is not None and row.vouched is not None and key not in row.vouched


def _has_room(did: str) -> bool:
    host = ":".join(did.split(":")[:3])
    return KnownNode.objects.filter(Q(did=host) | Q(did__startswith=host + ":")).count() < _MOST_AT_ONE_HOST


def forget_unused() -> int:
    """Drop documents of nodes that we hold nothing of and are not paired with; returns how many."""
    held = SharedObject.objects.filter(origin=OuterRef("did"))
    unused = KnownNode.objects.filter(
        ~Exists(held), ~Exists(Peer.objects.filter(did=OuterRef("did"))),
        ~Exists(HeadSeen.objects.filter(node=OuterRef("did"))), vouched__isnull=True, fetched_at__lt=clock.now() - _KEPT_UNUSED,
    )  # fmt: skip
    return unused.delete()[0]
