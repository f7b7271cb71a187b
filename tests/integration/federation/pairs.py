"""What tests of partners share: a second node that is not there, paired with ours, and agreements with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock
from citytandem.federation.known import document_keep
from citytandem.federation.models import Peer
from citytandem.federation.protocol.agreement import Contact, Flow, draft
from citytandem.federation.protocol.did import NodeKey, document
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import fingerprint
from citytandem.federation.protocol.objects import Visibility
from citytandem.federation.protocol.proofs import proven
from citytandem.federation.services.agreeing import agreement_offer, agreement_received
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.pairing import partner_confirm
from tests.unit.federation.nodes import Node, sofia

OFFICE = Contact("Innovation office", "https://krefeld.example/innovation")
THEIRS = Contact("Digital unit", "https://sofia.example/digital")
ALL: Flow = {"*": Visibility.PARTNERS}


def document_of(node: Node) -> dict[str, Any]:
    """The document that a node publishes."""
    base = node.did.replace("did:web:", "https://")
    return document(node.did, [NodeKey(node.key.public)], endpoint=f"{base}/federation")


def words_of_node(node: Node) -> str:
    """What its administrator reads out."""
    return fingerprint(node.key.public, did=node.did)


def paired(node: Node | None = None, *, name: str = "Sofia", **more: Any) -> Peer:
    """A partner whose words were compared; nothing is agreed yet."""
    node = node or sofia()
    document_keep(document_of(node), did=node.did)
    return partner_confirm(node.did, words_read=words_of_node(node), name=name, by=SYSTEM, **more)


def signed_by(node: Node, body: dict[str, Any]) -> dict[str, Any]:
    """The same with a proof of that node, made now."""
    return proven(body, node.key, did=node.did, created=instant(clock.now()))


def offered_by(
    node: Node, *, sends: dict[str, Flow], version: int = 1, until: datetime | None = None, **more: Any
) -> dict[str, Any]:
    """A version that the other node has made and signed."""
    now = clock.now()
    usual = {"starts": instant(now), "contacts": {node.did: THEIRS, own_did(): OFFICE}, "passes": ()}
    body = draft(
        author=node.did,
        partner=own_did(),
        uuid=uuid4(),
        version=version,
        sends=sends,
        until=instant(until or now + timedelta(days=365)),
        published=instant(now),
        **{**usual, **more},
    )
    return signed_by(node, body)


def offer(peer_id: UUID, **more: Any) -> Any:
    """Our own version, everything both ways for a year unless said otherwise."""
    now = clock.now()
    peer = Peer.objects.get(id=peer_id)
    usual = {
        "sends": {own_did(): ALL, peer.did: ALL},
        "passes": (),
        "starts": now,
        "until": now + timedelta(days=365),
        "contact": OFFICE,
    }
    return agreement_offer(peer_id, **{**usual, **more}, by=SYSTEM)


def agreed(node: Node | None = None, **more: Any) -> Peer:
    """A partner with whom both have signed."""
    node = node or sofia()
    peer = Peer.objects.filter(did=node.did).first() or paired(node)
    row = offer(peer.id, **more)
    agreement_received(signed_by(node, row.body), peer=peer)
    return Peer.objects.get(id=peer.id)
