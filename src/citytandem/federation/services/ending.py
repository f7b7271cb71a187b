"""When a partner has ended, by whichever side: it is read no more, and what came from it disappears."""

from __future__ import annotations

from citytandem.core import clock, events, jobs
from citytandem.federation.contract import PartnerLeft
from citytandem.federation.models import Peer, PeerState
from citytandem.federation.protocol.agreement import Agreement


def takes_all_back(found: Agreement) -> bool:
    """Whether nothing flows any more by this version: how one side says that it ends."""
    return not any(found.terms.sends.values())


def peer_end(peer: Peer) -> None:
    """Within the caller's transaction, the row locked."""
    peer.state, peer.ended_at, peer.next_pull_at = PeerState.ENDED, clock.now(), None
    peer.paused_at, peer.paused_code = None, ""
    peer.save(update_fields=["state", "ended_at", "next_pull_at", "paused_at", "paused_code"])
    jobs.enqueue("federation.drop", queue="federation", once=f"federation.drop:{peer.id}", peer_id=str(peer.id))
    events.emit(PartnerLeft(did=peer.did))
