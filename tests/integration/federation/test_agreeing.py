"""Agreements: who signed what, what begins when, and what a partner cannot do with them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.core import clock
from citytandem.core.errors import Conflict, Forbidden, Invalid, NotFound
from citytandem.federation import agreed as agreed_now
from citytandem.federation.agreed import terms_with
from citytandem.federation.known import keyring_of
from citytandem.federation.models import AgreementVersion, Peer, PeerState
from citytandem.federation.protocol.agreement import Agreement, read
from citytandem.federation.protocol.errors import BadAgreement, BadProof, ProtocolError
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.protocol.objects import Visibility
from citytandem.federation.services.agreeing import (
    MOST_WAITING,
    agreement_received,
    agreement_sign,
    agreements_begin,
    agreements_for,
)
from citytandem.federation.services.identity import key_revoke, own_did, signer
from citytandem.federation.services.pairing import partner_end
from citytandem.federation.services.reproving import agreements_prove_anew
from citytandem.notifications.models import Notice
from tests.integration.federation.pairs import ALL, agreed, offer, offered_by, paired, signed_by
from tests.unit.federation.nodes import Node, krefeld, sofia

pytestmark = pytest.mark.django_db
PUBLIC = {"*": Visibility.PUBLIC}


def jobs_left() -> set[str]:
    return set(ProcrastinateJob.objects.filter(status="todo").values_list("task_name", flat=True))


def ghent() -> Node:
    return Node("did:web:ghent.example", PrivateKey(bytes(range(96, 128))))


def fresh(peer: Peer) -> Peer:
    return Peer.objects.get(id=peer.id)


def test_what_one_has_signed_lets_nothing_flow() -> None:
    peer = paired()
    row = offer(peer.id)
    assert (row.signed_by_us, row.signed_by_them) == (True, False)
    assert terms_with(peer) is None
    assert fresh(peer).state == PeerState.WAITING
    assert jobs_left() == {"federation.agree"}


def test_the_second_signature_begins_it() -> None:
    peer = paired()
    row = offer(peer.id)
    received = agreement_received(signed_by(sofia(), row.body), peer=peer)
    assert received.is_complete
    assert len(received.body["proof"]) == 2
    assert fresh(peer).state == PeerState.ACTIVE
    terms = terms_with(peer)
    assert terms is not None
    assert terms.allows(own_did(), "Problem", Visibility.PARTNERS)
    assert {"federation.pull", "federation.publish_all"} <= jobs_left()


def test_we_sign_what_the_partner_offers(make_actor: Callable[[str], Actor]) -> None:
    administrator = make_actor("administrator")
    peer = paired()
    received = agreement_received(offered_by(sofia(), sends={own_did(): ALL, sofia().did: ALL}), peer=peer)
    assert not received.is_complete
    row = AgreementVersion.objects.get(peer=peer)
    assert Notice.objects.get(person_id=administrator.id).template == "agreement_offered"
    signed = agreement_sign(peer.id, digest=row.digest, by=administrator)
    assert (signed.signed_by_us, signed.signed_by_them, signed.delivered_at) == (True, True, None)
    assert agreement_sign(peer.id, digest=row.digest, by=administrator).body == signed.body
    assert fresh(peer).state == PeerState.ACTIVE
    assert agreements_for(peer) == [signed.body]


def test_the_same_version_sent_again_changes_nothing() -> None:
    peer = agreed()
    row = AgreementVersion.objects.get(peer=peer)
    for _again in range(3):
        assert agreement_received(row.body, peer=peer).is_complete
    assert AgreementVersion.objects.get(peer=peer).body == row.body


def test_narrowing_counts_at_once_and_widening_waits() -> None:
    peer = agreed(sends={own_did(): PUBLIC, sofia().did: PUBLIC})
    offer(peer.id, sends={own_did(): ALL, sofia().did: {"Problem": Visibility.PUBLIC}})
    terms = terms_with(peer)
    assert terms is not None
    assert not terms.allows(own_did(), "Problem", Visibility.PARTNERS)
    assert not terms.allows(sofia().did, "Solution", Visibility.PUBLIC)
    assert terms.allows(sofia().did, "Problem", Visibility.PUBLIC)


def test_an_agreement_of_tomorrow_begins_tomorrow_and_once() -> None:
    peer = paired()
    tomorrow = clock.now() + timedelta(days=1)
    row = offer(peer.id, starts=tomorrow)
    agreement_received(signed_by(sofia(), row.body), peer=peer)
    assert fresh(peer).state == PeerState.WAITING
    assert agreements_begin() == 0
    with clock.at(tomorrow + timedelta(minutes=1)):
        assert agreements_begin() == 1
        assert fresh(peer).state == PeerState.ACTIVE
        assert agreements_begin() == 0


def test_a_lapsed_agreement_lets_nothing_flow_and_cannot_be_signed() -> None:
    peer = paired()
    until = clock.now() + timedelta(days=2)
    agreement_received(offered_by(sofia(), sends={own_did(): ALL, sofia().did: ALL}, until=until), peer=peer)
    row = AgreementVersion.objects.get(peer=peer)
    with clock.at(until + timedelta(days=1)), pytest.raises(Conflict) as refused:
        agreement_sign(peer.id, digest=row.digest, by=SYSTEM)
    assert refused.value.code == "partner.agreement_over"


def test_an_older_version_is_not_signed_once_there_is_a_newer_one() -> None:
    peer = paired()
    agreement_received(offered_by(sofia(), sends={own_did(): ALL, sofia().did: ALL}), peer=peer)
    row = AgreementVersion.objects.get(peer=peer)
    offer(peer.id, sends={own_did(): PUBLIC})
    with pytest.raises(Conflict):
        agreement_sign(peer.id, digest=row.digest, by=SYSTEM)
    with pytest.raises(NotFound):
        agreement_sign(peer.id, digest="00" * 32, by=SYSTEM)


def test_strangers_and_forgeries_are_refused_whole() -> None:
    peer = paired()
    good = offered_by(sofia(), sends={own_did(): ALL, sofia().did: ALL})
    forged = {**good, "details": {**good["details"], "until": "2099-01-01T00:00:00Z"}}
    by_stranger = signed_by(krefeld(), {name: part for name, part in good.items() if name != "proof"})
    ours = offer(peer.id).body
    for value, error in ((forged, BadProof), (by_stranger, ProtocolError), (ours, BadAgreement), ([], ProtocolError)):
        with pytest.raises(error):
            agreement_received(value, peer=peer)
    assert AgreementVersion.objects.filter(peer=peer).count() == 1
    assert terms_with(peer) is None


def test_an_agreement_with_somebody_else_does_not_count_for_this_partner() -> None:
    other = paired(krefeld_abroad := krefeld(), name="Krefeld")
    body = offered_by(krefeld_abroad, sends={own_did(): ALL, krefeld_abroad.did: ALL})
    with pytest.raises(ProtocolError):
        agreement_received(body, peer=paired())
    assert not AgreementVersion.objects.exists()
    assert not agreement_received(body, peer=other).is_complete


def test_a_partner_can_neither_run_the_numbers_away_nor_heap_up_offers() -> None:
    peer = paired()
    with pytest.raises(BadAgreement, match=r"agreement\.version"):
        agreement_received(offered_by(sofia(), sends={}, version=2**53 - 1), peer=peer)
    for version in range(1, MOST_WAITING + 1):
        agreement_received(offered_by(sofia(), sends={}, version=version), peer=peer)
    with pytest.raises(BadAgreement, match=r"agreement\.version"):
        agreement_received(offered_by(sofia(), sends={}, version=MOST_WAITING + 1), peer=peer)


def heaped() -> Peer:
    """A partner that has offered until nothing more may wait."""
    peer = agreed(sends={own_did(): ALL, sofia().did: PUBLIC})
    for version in range(2, MOST_WAITING + 2):
        agreement_received(offered_by(sofia(), sends={own_did(): ALL, sofia().did: ALL}, version=version), peer=peer)
    with pytest.raises(BadAgreement, match=r"agreement\.version"):
        agreement_received(offered_by(sofia(), sends={sofia().did: ALL}, version=MOST_WAITING + 2), peer=peer)
    return peer


@pytest.mark.parametrize("version", [MOST_WAITING + 2, 500])
def test_a_heap_of_offers_does_not_keep_a_partner_from_ending_it(version: int) -> None:
    peer = heaped()
    agreement_received(offered_by(sofia(), sends={}, version=version), peer=peer)
    assert terms_with(peer).sends == {own_did(): {}, sofia().did: {}}  # type: ignore[union-attr]
    assert AgreementVersion.objects.filter(signed_by_us=False).count() == 1


def test_nor_from_narrowing_it_and_a_wish_for_more_waits_for_room() -> None:
    peer = heaped()
    until = clock.now() + timedelta(days=300)
    narrow = {own_did(): PUBLIC, sofia().did: {"Problem": Visibility.PUBLIC}}
    agreement_received(offered_by(sofia(), sends=narrow, version=60, until=until), peer=peer)
    assert terms_with(peer).sends == narrow  # type: ignore[union-attr]
    for version in range(61, 60 + MOST_WAITING):
        agreement_received(offered_by(sofia(), sends=narrow, version=version), peer=peer)
    with pytest.raises(BadAgreement, match=r"agreement\.version"):
        agreement_received(offered_by(sofia(), sends=narrow, version=60 + MOST_WAITING), peer=peer)


def test_what_both_have_signed_since_makes_room_and_what_is_void_is_not_kept() -> None:
    peer = heaped()
    row = AgreementVersion.objects.order_by("-version")[0]
    agreement_sign(peer.id, digest=row.digest, by=SYSTEM)
    before = AgreementVersion.objects.count()
    void = offered_by(sofia(), sends={}, version=2)
    assert not agreement_received(void, peer=peer).is_complete
    assert AgreementVersion.objects.count() == before
    agreement_received(offered_by(sofia(), sends={sofia().did: ALL}, version=row.version + 1), peer=peer)
    assert AgreementVersion.objects.count() == before + 1


def test_what_is_over_before_it_begins_does_not_begin_after_pairing_anew() -> None:
    start = clock.now() + timedelta(days=2)
    peer = agreed(starts=start, until=start + timedelta(days=400))
    partner_end(peer.id, by=SYSTEM)
    assert fresh(peer).state == PeerState.ENDED
    paired()
    with clock.at(start + timedelta(hours=1)):
        agreements_begin()
        assert fresh(peer).state == PeerState.WAITING
        assert terms_with(peer) is None


def test_nor_does_it_within_the_day_of_the_ending() -> None:
    start = clock.now() + timedelta(hours=2)
    peer = agreed(starts=start)
    partner_end(peer.id, by=SYSTEM)
    paired()
    with clock.at(start + timedelta(hours=1)):
        agreements_begin()
        assert fresh(peer).state == PeerState.WAITING
        anew = agreed(sends={own_did(): PUBLIC, sofia().did: PUBLIC})
        assert anew.state == PeerState.ACTIVE
        assert terms_with(anew).sends == {own_did(): PUBLIC, sofia().did: PUBLIC}  # type: ignore[union-attr]


def test_what_we_offered_and_then_ended_is_not_completed_by_the_partner_later() -> None:
    peer = paired()
    row = offer(peer.id)
    partner_end(peer.id, by=SYSTEM)
    peer = paired()
    agreement_received(signed_by(sofia(), row.body), peer=peer)
    assert fresh(peer).state == PeerState.WAITING
    assert not any(terms_with(peer).sends.values())  # type: ignore[union-attr]


def test_offers_that_crossed_are_what_both_allow() -> None:
    peer = paired()
    ours = offer(peer.id)
    agreement_received(offered_by(sofia(), sends={sofia().did: {"Solution": Visibility.PUBLIC}}), peer=peer)
    agreement_received(signed_by(sofia(), ours.body), peer=peer)
    theirs = AgreementVersion.objects.exclude(digest=ours.digest).get()
    agreement_sign(peer.id, digest=theirs.digest, by=SYSTEM)
    assert terms_with(peer).sends == {own_did(): {}, sofia().did: {"Solution": Visibility.PUBLIC}}  # type: ignore[union-attr]


def test_only_what_counts_is_read_for_each_page_of_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    peers = [agreed(node, passes=[node.did]) for node in (sofia(), ghent())]
    for node, peer in zip((sofia(), ghent()), peers, strict=True):
        for version in range(2, 20):
            row = offer(peer.id, passes=[node.did])
            agreement_received(signed_by(node, row.body), peer=peer)
            assert row.version == version
    read: list[Agreement] = []
    usual = agreed_now.known

    def counted(*args: Any, **more: Any) -> Agreement:
        read.append(usual(*args, **more))
        return read[-1]

    monkeypatch.setattr(agreed_now, "known", counted)
    assert agreed_now.passed_on() == sorted([sofia().did, ghent().did])
    assert [one.version for one in read] == [19, 19]


def test_after_a_theft_agreements_are_signed_by_the_new_key_and_sent_again() -> None:
    peer = agreed()
    before = AgreementVersion.objects.get()
    AgreementVersion.objects.update(delivered_at=clock.now(), tries=3, next_try_at=clock.now())
    assert agreements_prove_anew() == 0
    key_revoke(signer().key.public.multikey, by=SYSTEM)
    with pytest.raises(BadProof):
        agreement_received(before.body, peer=peer)
    assert agreements_prove_anew() == 1
    row = AgreementVersion.objects.get()
    assert (row.digest, row.delivered_at, row.tries, row.next_try_at) == (before.digest, None, 0, None)
    assert read(row.body, keyring_of([peer.did], with_own=True), received=instant(clock.now())).is_signed_by_both
    assert agreement_received(row.body, peer=peer).is_complete
    assert agreements_prove_anew() == 0


def test_a_partner_that_signs_anew_replaces_its_proof() -> None:
    peer = agreed()
    row = AgreementVersion.objects.get()
    with clock.at(clock.now() + timedelta(hours=1)):
        again = signed_by(sofia(), {name: part for name, part in row.body.items() if name != "proof"})
        received = agreement_received(again, peer=peer)
    assert received.is_complete
    assert again["proof"] in received.body["proof"]
    assert len(received.body["proof"]) == 2


def test_a_partner_ends_it_by_its_own_signature() -> None:
    peer = agreed()
    agreement_received(offered_by(sofia(), sends={}, version=2), peer=peer)
    terms = terms_with(peer)
    assert terms is not None
    assert not any(terms.sends.values())


def test_a_revoked_key_signs_no_agreement_any_more() -> None:
    peer = paired()
    row = offer(peer.id)
    key_revoke(signer().key.public.multikey, by=SYSTEM)
    with pytest.raises(BadProof):
        agreement_received(signed_by(sofia(), row.body), peer=peer)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"until": clock.now() - timedelta(days=400)}, "until"),
        ({"sends": {"did:web:athens.example": ALL}}, None),
    ],
)
def test_what_cannot_be_an_agreement_is_said_at_its_field(change: dict[str, Any], field: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        offer(paired().id, **change)
    assert (refused.value.code, refused.value.field) == ("partner.agreement_wrong", field)


def test_only_administrators_agree(innovation_unit: Actor) -> None:
    peer = paired()
    agreement_received(offered_by(sofia(), sends={own_did(): ALL, sofia().did: ALL}), peer=peer)
    with pytest.raises(Forbidden):
        agreement_sign(peer.id, digest=AgreementVersion.objects.get().digest, by=innovation_unit)


def test_a_partner_that_takes_everything_back_has_ended_it_here_too() -> None:
    peer = agreed()
    agreement_received(offered_by(sofia(), sends={}, version=2), peer=peer)
    peer.refresh_from_db()
    assert (peer.state, peer.next_pull_at) == (PeerState.ENDED, None)
    assert "federation.drop" in jobs_left()


def test_an_ending_that_is_told_again_does_not_end_the_next_agreement() -> None:
    peer = agreed()
    ending = offered_by(sofia(), sends={}, version=2)
    agreement_received(ending, peer=peer)
    again = paired()
    agreement_received(signed_by(sofia(), offer(again.id).body), peer=again)
    agreement_received(ending, peer=again)
    again.refresh_from_db()
    assert again.state == PeerState.ACTIVE
