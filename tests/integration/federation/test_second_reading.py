"""What an agreement opens is read from the beginning, not before the partner goes by it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock
from citytandem.federation.models import AgreementVersion, Peer
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.objects import Visibility
from citytandem.federation.services.agreeing import SKEW, agreement_received, agreement_sign
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.rereading import read_anew_if_told, second_readings_due
from tests.integration.federation.pairs import ALL, agreed, offer, offered_by, signed_by
from tests.unit.federation.nodes import sofia

pytestmark = pytest.mark.django_db
PUBLIC = {"*": Visibility.PUBLIC}


def fresh(peer: Peer) -> Peer:
    return Peer.objects.get(id=peer.id)


def test_what_became_wider_is_read_from_the_beginning() -> None:
    peer = agreed(sends={own_did(): PUBLIC, sofia().did: PUBLIC})
    Peer.objects.filter(id=peer.id).update(cursor_number=40, cursor_digest="ab" * 32)
    agreed(sends={own_did(): ALL, sofia().did: {"Problem": Visibility.PUBLIC}})
    assert fresh(peer).rereads_number is None
    agreed(sends={own_did(): ALL, sofia().did: ALL})
    held = fresh(peer)
    assert (held.rereads_number, held.cursor_number) == (0, 40)


def test_who_signs_last_reads_anew_once_the_partner_has_the_signature() -> None:
    peer = agreed(sends={own_did(): PUBLIC, sofia().did: PUBLIC})
    Peer.objects.filter(id=peer.id).update(cursor_number=40, cursor_digest="ab" * 32)
    began = clock.now()
    wide = offered_by(sofia(), version=2, sends={own_did(): ALL, sofia().did: ALL}, starts=instant(began))
    agreement_received(wide, peer=peer)
    row = AgreementVersion.objects.get(peer=peer, version=2)
    agreement_sign(peer.id, digest=row.digest, by=SYSTEM)
    read_anew_if_told(peer.id)
    assert fresh(peer).rereads_number is None  # it would be answered by the terms of before
    AgreementVersion.objects.filter(id=row.id).update(delivered_at=clock.now())
    read_anew_if_told(peer.id)
    assert (fresh(peer).rereads_number, fresh(peer).cursor_number) == (0, 40)
    # The partner's clock may be behind ours: once more when it must have come to the start as well.
    Peer.objects.filter(id=peer.id).update(rereads_number=None)
    assert second_readings_due() == 0
    with clock.at(began + SKEW + timedelta(seconds=1)):
        assert second_readings_due() == 1
        assert fresh(peer).rereads_number == 0
        assert second_readings_due() == 0


def test_what_comes_back_with_our_signature_needs_no_delivery() -> None:
    peer = agreed(sends={own_did(): PUBLIC, sofia().did: PUBLIC})
    Peer.objects.filter(id=peer.id).update(cursor_number=40, cursor_digest="ab" * 32)
    row = offer(peer.id, sends={own_did(): ALL, sofia().did: ALL})
    agreement_received(signed_by(sofia(), row.body), peer=peer)
    assert fresh(peer).rereads_number == 0
    assert AgreementVersion.objects.get(id=row.id).delivered_at is not None
