"""What administrators do while a soak goes on: a new key, less for a partner, an end. Each once."""

from __future__ import annotations

from datetime import timedelta

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock
from citytandem.federation.models import AgreementVersion, OwnKey, Peer, PeerState
from citytandem.federation.protocol.agreement import Contact
from citytandem.federation.protocol.did import base_address
from citytandem.federation.protocol.objects import Visibility
from citytandem.federation.services.agreeing import agreement_offer
from citytandem.federation.services.identity import key_rotate, signer
from citytandem.federation.services.pairing import partner_end
from citytandem.federation.soak.plan import Plan
from citytandem.federation.soak.ties import did_at

# Every third node; the hub is one of them.
_ROTATES = 3
_LASTS = timedelta(days=30)


def make_changes(plan: Plan, number: int) -> bool:
    """Do what of it is this node's part, as far as it can be done already; returns whether all is done."""
    if number % _ROTATES == 0 and OwnKey.objects.count() == 1:
        key_rotate(by=SYSTEM)
    is_done = True
    if number == plan.narrowed.first:
        is_done = _narrow(did_at(plan, plan.narrowed.second))
    if number == plan.ended.first:
        is_done = _end(did_at(plan, plan.ended.second)) and is_done
    return is_done


def _narrow(did: str) -> bool:
    peer = Peer.objects.filter(did=did, state=PeerState.ACTIVE).first()
    if peer is None:
        return False
    if AgreementVersion.objects.filter(peer=peer, version__gt=1).exists():
        return True
    us, now = signer().did, clock.now()
    agreement_offer(
        peer.id,
        sends={us: {"*": Visibility.PUBLIC}, did: {"*": Visibility.PARTNERS}},
        passes=(),
        starts=now,
        until=now + _LASTS,
        contact=Contact("Soak", base_address(us)),
        by=SYSTEM,
    )
    return True


def _end(did: str) -> bool:
    peer = Peer.objects.filter(did=did).first()
    if peer is None or peer.state == PeerState.WAITING:
        return False
    partner_end(peer.id, by=SYSTEM)
    return True
