"""A node of the soak gets its partners, as administrators would: looks, compares words, offers, signs, until it works."""

from __future__ import annotations

import time
from datetime import timedelta

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock
from citytandem.core.errors import DomainError
from citytandem.core.guarded import FetchFailed
from citytandem.federation.models import AgreementVersion, Peer, PeerState
from citytandem.federation.protocol.agreement import Contact
from citytandem.federation.protocol.did import base_address, did_of
from citytandem.federation.protocol.objects import Visibility
from citytandem.federation.services.agreeing import agreement_exchange, agreement_offer, agreement_sign
from citytandem.federation.services.identity import signer
from citytandem.federation.services.pairing import partner_confirm, partner_look
from citytandem.federation.soak.plan import Plan, Tie

SECONDS_BETWEEN_TRIES = 1.5
_LASTS = timedelta(days=30)
_AGO = timedelta(minutes=1)


def did_at(plan: Plan, node: int) -> str:
    """The name of a node."""
    found: str = did_of(f"http://localhost:{plan.ports[node]}")
    return found


class Ties:
    """The partners of one node, as far as they have become such."""

    def __init__(self, plan: Plan, number: int) -> None:
        self.plan, self.number = plan, number
        self._left = plan.partners_of(number)
        self._all = len(self._left)
        self._next = 0.0

    @property
    def are_made(self) -> bool:
        """Whether all agreements are in force."""
        return not self._left

    @property
    def any_made(self) -> bool:
        """Whether there is somebody to publish for."""
        return len(self._left) < self._all

    def go_on(self) -> None:
        """One try with each that is left; what fails is tried again."""
        if time.monotonic() < self._next:
            return
        for partner in list(self._left):
            try:
                if self._is_made(partner):
                    self._left.remove(partner)
            except (DomainError, FetchFailed):
                continue
        self._next = time.monotonic() + SECONDS_BETWEEN_TRIES

    def ask_now(self) -> None:
        """Ask everybody anew without waiting for the pause after a failure, as the button of an administrator does."""
        Peer.objects.filter(state=PeerState.ACTIVE).update(next_pull_at=clock.now(), failures=0)

    def _is_made(self, partner: int) -> bool:
        peer = self._peer(partner)
        if peer.state == PeerState.WAITING:
            self._agree(peer, partner)
            agreement_exchange(peer.id)
            peer.refresh_from_db()
        return peer.state != PeerState.WAITING

    def _peer(self, partner: int) -> Peer:
        did = did_at(self.plan, partner)
        held = Peer.objects.filter(did=did).first()
        if held is not None:
            return held
        looked = partner_look(f"http://localhost:{self.plan.ports[partner]}")
        return partner_confirm(did, words_read=looked.words, name=f"node {partner}", by=SYSTEM)

    def _agree(self, peer: Peer, partner: int) -> None:
        newest = AgreementVersion.objects.filter(peer=peer).order_by("-version").first()
        if newest is not None:
            if not newest.signed_by_us:
                agreement_sign(peer.id, digest=newest.digest, by=SYSTEM)
            return
        if not self.plan.offers(self.number, partner):
            return
        me = signer()
        now = clock.now()
        agreement_offer(
            peer.id,
            sends={did: {"*": Visibility.PARTNERS} for did in (me.did, peer.did)},
            passes=[did_at(self.plan, one) for one in self.plan.passes(Tie(self.number, partner))],
            starts=now - _AGO,
            until=now + _LASTS,
            contact=Contact("Soak", base_address(me.did)),
            by=SYSTEM,
        )
