"""Partners: looked at, confirmed by words read out, paused, resumed, ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor, entry_add
from citytandem.core import clock, events, jobs
from citytandem.core.errors import Conflict, Invalid, Unavailable
from citytandem.core.permissions import require
from citytandem.federation.agreed import terms_with
from citytandem.federation.contract import PartnerConfirmed
from citytandem.federation.known import document_pin, document_shown, is_doubtful
from citytandem.federation.models import HeadSeen, OpenEntry, Peer, PeerState, PulledPage
from citytandem.federation.protocol.agreement import Contact
from citytandem.federation.protocol.did import Document, NodeKey, base_address, did_of, read_document
from citytandem.federation.protocol.errors import BadDocument, BadKey, ProtocolError
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import fingerprint, from_qr_text, public_key, qr_text, same_fingerprint
from citytandem.federation.protocol.log import start
from citytandem.federation.services.agreeing import end_agreement, peer_for_update
from citytandem.federation.services.ending import peer_end
from citytandem.federation.services.identity import is_local, own_document, signer

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Looked:
    """A node as its document shows it: the fingerprint of its key as words and as the text of a QR code."""

    did: str
    address: str
    document: Document
    words: str
    qr: str


def own_words() -> Looked:
    """What we read out to the other administrator. Raises Conflict where this node has no usable address."""
    me = signer()
    return Looked(
        did=me.did,
        address=base_address(me.did),
        document=read_document(own_document(), did=me.did),
        words=fingerprint(me.key.public, did=me.did),
        qr=qr_text(me.key.public, did=me.did),
    )


def did_of_address(text: str) -> str:
    """The DID that somebody means: an address with or without https, a DID, or the text of a QR code.

    Raises Invalid(`partner.address`, `partner.local`) or Conflict(`partner.self`).
    """
    text = text.strip()
    try:
        did = from_qr_text(text)[0]
    except BadKey:
        did = text
    try:
        if did.startswith("did:"):
            base_address(did)
        else:
            did = _from_address(did)
    except (BadDocument, ValueError):
        raise Invalid(
            "partner.address", _("This is not the address of a node. Write it like: city.example."), field="address"
        ) from None
    if is_local(did) and not settings.FEDERATION_LOCAL:
        raise Invalid("partner.local", _("A node on this machine cannot be a partner here."), field="address")
    if did == signer().did:
        raise Conflict("partner.self", _("This is the address of your own node."), field="address")
    return did


def _from_address(text: str) -> str:
    if "://" not in text:
        text = ("http://" if text.startswith("localhost") else "https://") + text
    parts = urlsplit(text)
    path = parts.path.rstrip("/").removesuffix("/.well-known/did.json").removesuffix("/federation").rstrip("/")
    found: str = did_of(f"{parts.scheme.lower()}://{parts.netloc.lower()}{path}")
    return found


def partner_look(address: str) -> Looked:
    """Fetch the document of the node at an address, and its fingerprint to compare. Nothing is decided by that.

    Raises Invalid or Conflict about the address (`did_of_address`), Unavailable(`partner.unreachable`), or
    Invalid(`partner.document`) where what answered is not a node.
    """
    from citytandem.core.guarded import FetchFailed
    from citytandem.federation.client import Refused, document_fetch

    did = did_of_address(address)
    try:
        document_fetch(did, force=True)
    except (Refused, FetchFailed) as error:
        raise Unavailable(
            "partner.unreachable",
            _("Nothing answered at this address. Is it right, and is the other node running?"),
            field="address",
            protocol_code=error.code,
        ) from None
    except ProtocolError as error:
        raise Invalid(
            "partner.document",
            _("Something answered at this address, but it is not a citytandem node."),
            field="address",
            protocol_code=error.code,
        ) from None
    # A new document of a node that we know may wait aside: its words are those to compare.
    return looked(read_document(document_shown(did), did=did))


def looked(document: Document) -> Looked:
    """What there is to compare of a document. Raises Invalid(`partner.document`) if none of its keys counts now."""
    key = _keys_now(document)[0].key
    return Looked(
        did=document.did,
        address=base_address(document.did),
        document=document,
        words=fingerprint(key, did=document.did),
        qr=qr_text(key, did=document.did),
    )


def _keys_now(document: Document) -> list[NodeKey]:
    """The keys that count, the one that signs now first."""
    found = sorted(document.keys_at(instant(clock.now())), key=lambda key: (not key.expires, key.valid_from))
    if not found:
        raise Invalid("partner.document", _("The other node has no key that counts today."), field="address")
    return found[::-1]


@transaction.atomic
def partner_confirm(
    did: str, *, words_read: str, name: str, by: Actor, document: dict[str, Any] | None = None, by_file: bool = False
) -> Peer:
    """Pair with a node whose words somebody heard from its administrator and typed in, or whose QR code was read.

    `document`: as a file brought it; else as it was last fetched. Of its keys only the one heard counts from now on,
    and those that it vouches for. Until both have signed an agreement nothing flows.
    Raises Forbidden, Invalid (`partner.words`, `partner.name`, `partner.not_looked`), Conflict (`partner.known`).
    """
    require("federation.pair", by)
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("partner.name", _("Give the partner a name of at most 120 letters."), field="name")
    shown = document or document_shown(did)
    if shown is None:
        raise Invalid("partner.not_looked", _("Look at the other node first."), field="address")
    key = _heard(words_read, _read(shown, did))
    signer()
    held = Peer.objects.select_for_update().filter(did=did).first()
    if held is None or held.state == PeerState.ENDED:
        peer = _anew(held or Peer(did=did), name=name, key=key, by=by, by_file=by_file)
    elif is_doubtful(did, key) or (document is not None and key != held.confirmed_key):
        # Its key has changed, and no key that we knew vouches for it: the words were compared anew.
        peer = held
        peer.confirmed_key, peer.confirmed_at, peer.confirmed_by_id = key, clock.now(), by.id
        peer.save(update_fields=["confirmed_key", "confirmed_at", "confirmed_by"])
    else:
        raise Conflict("partner.known", _("You are paired with this node already."), peer=str(held.id))
    document_pin(shown, did=did, key=key)
    entry_add("federation_partner_confirmed", by=by, facts={"partner": did, "key": key})
    events.emit(PartnerConfirmed(did=did))
    return peer


def _read(value: dict[str, Any], did: str) -> Document:
    try:
        return read_document(value, did=did)
    except ProtocolError:
        raise Invalid("partner.not_looked", _("Look at the other node first."), field="address") from None


def _heard(words_read: str, document: Document) -> str:
    """The key whose fingerprint was read out, or whose QR code was scanned."""
    for known in _keys_now(document):
        if same_fingerprint(words_read, fingerprint(known.key, did=document.did)):
            return known.key.multikey
        if words_read.strip() == qr_text(known.key, did=document.did):
            return known.key.multikey
    raise Invalid(
        "partner.words",
        _(
            "These are not the words of this node. Listen again; if they still differ, stop: somebody may be in between."
        ),
        field="words_read",
    )


def _anew(peer: Peer, *, name: str, key: str, by: Actor, by_file: bool) -> Peer:
    """A partner at the very beginning; one that had ended starts over, also if its log is another one now."""
    now = clock.now()
    peer.name, peer.state, peer.by_file = name, PeerState.WAITING, by_file
    peer.confirmed_key, peer.confirmed_at, peer.confirmed_by_id = key, now, by.id
    peer.cursor_number, peer.cursor_digest, peer.head_number = 0, start(peer.did).digest, 0
    peer.rereads_number, peer.rereads_digest, peer.rereads_again_at = None, "", None
    peer.next_pull_at, peer.failures, peer.ended_at, peer.alerted_at = None, 0, None, None
    peer.last_error_at, peer.last_error_code = None, ""
    peer.save()
    OpenEntry.objects.filter(peer=peer).delete()
    PulledPage.objects.filter(peer=peer).delete()
    HeadSeen.objects.filter(node=peer.did).delete()
    return peer


@transaction.atomic
def partner_pause(peer_id: UUID, *, by: Actor, code: str = "manual") -> Peer:
    """Ask it nothing and give it nothing until resumed; what came stays. Pausing twice changes nothing."""
    require("federation.pause", by)
    peer = peer_for_update(peer_id)
    if peer.state == PeerState.PAUSED:
        return peer
    if peer.state != PeerState.ACTIVE:
        raise Conflict("partner.not_active", _("Only a partner you exchange with can be paused."))
    peer.state, peer.paused_at, peer.paused_code = PeerState.PAUSED, clock.now(), code
    peer.save(update_fields=["state", "paused_at", "paused_code"])
    entry_add("federation_partner_paused", by=by, facts={"partner": peer.did, "code": code})
    return peer


@transaction.atomic
def partner_resume(peer_id: UUID, *, by: Actor) -> Peer:
    """Go on where it stopped. The proofs of what was wrong stay on the partner's page."""
    require("federation.pause", by)
    peer = peer_for_update(peer_id)
    if peer.state == PeerState.ACTIVE:
        return peer
    if peer.state != PeerState.PAUSED:
        raise Conflict("partner.not_paused", _("Only a paused partner can be resumed."))
    peer.state = PeerState.ACTIVE if terms_with(peer) else PeerState.WAITING
    peer.paused_at, peer.paused_code, peer.failures, peer.next_pull_at = None, "", 0, clock.now()
    peer.last_error_code, peer.alerted_at = "", None
    peer.save(
        update_fields=["state", "paused_at", "paused_code", "failures", "next_pull_at", "last_error_code", "alerted_at"]
    )
    entry_add("federation_partner_resumed", by=by, facts={"partner": peer.did})
    if peer.state == PeerState.ACTIVE and not peer.by_file:
        jobs.enqueue("federation.pull", queue="partners", once=f"federation.pull:{peer.id}", peer_id=str(peer.id))
    return peer


@transaction.atomic
def partner_end(peer_id: UUID, *, by: Actor) -> Peer:
    """End it by our signature alone: the partner is told, and what came from it disappears here. Twice changes nothing."""
    require("federation.pair", by)
    peer = peer_for_update(peer_id)
    if peer.state == PeerState.ENDED:
        return peer
    me = signer()
    end_agreement(peer, contact=Contact(base_address(me.did)[:200], base_address(me.did)))
    peer_end(peer)
    entry_add("federation_partner_ended", by=by, facts={"partner": peer.did})
    return peer


def words_of(peer: Peer) -> str:
    """The words that were compared, for the partner's page."""
    return fingerprint(public_key(peer.confirmed_key), did=peer.did)
