"""Two nodes of the demo become partners, as two administrators would do it on the telephone."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.demo.actors import demo_actor
from citytandem.federation.models import AgreementVersion, Peer, PeerState, SharedObject
from citytandem.federation.protocol.agreement import Contact
from citytandem.federation.protocol.did import base_address
from citytandem.federation.protocol.objects import Visibility
from citytandem.federation.services.agreeing import agreement_exchange, agreement_offer, agreement_sign
from citytandem.federation.services.identity import signer
from citytandem.federation.services.pairing import did_of_address, partner_confirm, partner_look

LASTS = timedelta(days=730)
SECONDS_TO_EXCHANGE = 60.0
SECONDS_BETWEEN_LOOKS = 0.2


def partner_make(address: str, *, name: str = "") -> str:
    """Confirm the node at `address`, sign what it offers, else offer it everything; then wait until all of it is here.

    Returns the state of the partner. Called again it only waits. Raises what pairing raises.
    """
    by = demo_actor("administrator@")
    peer = _peer(address, name=name, by=by)
    if peer.state == PeerState.WAITING:
        agreement_exchange(peer.id)
        _agree(peer, by=by)
        agreement_exchange(peer.id)
        peer.refresh_from_db()
    if peer.state == PeerState.ACTIVE:
        _wait(lambda: _has_all(peer), seconds=SECONDS_TO_EXCHANGE)
    return str(PeerState(peer.state).value)


def _peer(address: str, *, name: str, by: Actor) -> Peer:
    did = did_of_address(address)
    held = Peer.objects.filter(did=did).exclude(state=PeerState.ENDED).first()
    if held is not None:
        return held
    looked = partner_look(address)
    called = name or base_address(did).partition("://")[2]
    return partner_confirm(did, words_read=looked.words, name=called, by=by)


def _agree(peer: Peer, *, by: Actor) -> None:
    """Sign what waits for us; where nothing was offered yet, offer that everything flows both ways."""
    newest = AgreementVersion.objects.filter(peer=peer).order_by("-version").first()
    if newest is not None:
        agreement_sign(peer.id, digest=newest.digest, by=by)
        return
    me = signer()
    now = clock.now()
    agreement_offer(
        peer.id,
        sends={me.did: {"*": Visibility.PARTNERS}, peer.did: {"*": Visibility.PARTNERS}},
        passes=(),
        starts=now,
        until=now + LASTS,
        contact=Contact("Innovation office", base_address(me.did)),
        by=by,
    )


def _has_all(peer: Peer) -> bool:
    """Whether their log was read to its end, and ours by them, and all that came is shown."""
    peer.refresh_from_db()
    waiting = SharedObject.objects.filter(from_peer=peer, refusal="", applied_version=0).exists()
    return peer.last_success_at is not None and 0 < peer.head_number <= peer.cursor_number and not waiting


def _wait(condition: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(SECONDS_BETWEEN_LOOKS)
