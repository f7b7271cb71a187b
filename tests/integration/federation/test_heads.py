"""What nodes say of the length of their logs is passed on and compared: who tells two histories is found out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock
from citytandem.federation.known import document_keep, every_key
from citytandem.federation.models import Doubt, HeadSeen, KnownNode, Peer, PeerState
from citytandem.federation.protocol.did import NodeKey, document
from citytandem.federation.protocol.errors import BadLog
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.protocol.log import Cursor, signed_head
from citytandem.federation.services import pacing
from citytandem.federation.services.heads import MOST_HEADS, heads_take
from citytandem.federation.services.identity import signer
from citytandem.federation.services.log import signed_head_now
from citytandem.federation.services.pairing import partner_resume
from citytandem.federation.services.pulling import pull
from citytandem.federation.services.storing import store
from citytandem.federation.verifying import ready
from citytandem.notifications.models import Notice
from tests.integration.federation.pairs import agreed, document_of
from tests.integration.federation.served import served
from tests.unit.federation.nodes import DAY, LATER, Node, sofia

pytestmark = pytest.mark.django_db


def told(*bodies: Any) -> bytes:
    return orjson.dumps({"heads": list(bodies)})


def varna() -> Node:
    return Node("did:web:varna.example", PrivateKey(bytes(range(64, 96))))


def log_of(*numbers: int) -> Node:
    node = sofia()
    for number in numbers:
        node.publish(node.problem(number))
    return node


def read(peer: Peer, node: Node) -> None:
    store(peer.id, ready(node.page(), None, every_key(), node=node.did, received=instant(clock.now())))


def test_a_partner_that_tells_another_one_another_history_is_found_out(make_actor: Any) -> None:
    make_actor("administrator")
    peer, teller = agreed(), agreed(varna())
    read(peer, log_of(1, 2, 3))
    other = log_of(1, 2, 9).head()
    assert heads_take(told(other), told_by=teller.did) == 1
    doubt = Doubt.objects.get()
    assert (doubt.node, doubt.code, doubt.told_by) == (peer.did, "log.two_histories", teller.did)
    assert other in (doubt.first, doubt.second)
    peer.refresh_from_db()
    teller.refresh_from_db()
    assert (peer.state, peer.paused_code, teller.state) == (PeerState.PAUSED, "log.two_histories", PeerState.ACTIVE)
    assert set(Notice.objects.values_list("template", flat=True)) >= {"partner_paused", "partner_doubt"}


@pytest.mark.parametrize("numbers", [(1, 9), (9, 2)])
def test_a_shorter_one_is_compared_with_what_was_pulled(numbers: tuple[int, int]) -> None:
    peer, teller = agreed(), agreed(varna())
    read(peer, log_of(1, 2, 3))
    heads_take(told(log_of(*numbers).head()), told_by=teller.did)
    assert Doubt.objects.get().code == "log.two_histories"


def test_a_longer_one_is_compared_as_soon_as_we_have_read_so_far() -> None:
    peer, teller = agreed(), agreed(varna())
    read(peer, log_of(1, 2))
    heads_take(told(log_of(9, 2, 3, 4).head()), told_by=teller.did)
    assert not Doubt.objects.exists()
    read(peer, log_of(1, 2, 3, 4))
    assert Doubt.objects.get().code == "log.two_histories"


def test_one_history_told_by_many_in_any_order_is_no_doubt() -> None:
    peer, teller = agreed(), agreed(varna())
    heads = [log_of(*range(1, count)).head() for count in (3, 1, 5, 2)]
    for head in heads:
        heads_take(told(head), told_by=teller.did)
    read(peer, log_of(1, 2, 3))
    read(peer, log_of(1, 2, 3, 4, 5, 6))
    for head in heads:
        heads_take(told(head), told_by=teller.did)
    assert not Doubt.objects.exists()


@pytest.mark.parametrize(("later", "is_doubt"), [(LATER, True), ("2026-05-04T10:22:30Z", False)])
def test_a_log_that_shrank_is_told_from_a_clock_that_is_read_a_little_late(later: str, is_doubt: bool) -> None:
    agreed()
    teller = agreed(varna())
    heads_take(told(log_of(1, 2, 3).head(at=DAY)), told_by=teller.did)
    heads_take(told(log_of(1, 2).head(at=later)), told_by=agreed().did)
    assert Doubt.objects.exists() == is_doubt


def test_nobody_is_accused_by_what_it_has_not_signed() -> None:
    peer, teller = agreed(), agreed(varna())
    read(peer, log_of(1, 2, 3))
    forged = {**log_of(1, 2, 9).head(), "proof": log_of(1, 2, 3).head()["proof"]}
    by_another = signed_head(Cursor(3, "f" * 64), varna().key, node=peer.did, at=DAY)
    unknown = Node("did:web:nobody.example", PrivateKey(bytes([7] * 32))).head()
    assert heads_take(told(forged, by_another, unknown, None, 7, {}), told_by=teller.did) == 0
    assert not Doubt.objects.exists()


def test_our_own_key_in_other_hands_comes_to_light() -> None:
    teller = agreed(varna())
    me = signer()
    ours = signed_head_now()
    head = signed_head(Cursor(ours["number"], "e" * 64), me.key, node=me.did, at=instant(clock.now()))
    heads_take(told(head), told_by=teller.did)
    assert Doubt.objects.get().node == me.did


@pytest.mark.parametrize("value", [{}, {"heads": 1}, {"heads": [1] * (MOST_HEADS + 1)}, [], 7])
def test_an_answer_that_is_none(value: Any) -> None:
    with pytest.raises(BadLog):
        heads_take(orjson.dumps(value), told_by=agreed().did)


def test_heads_are_asked_for_after_reading_and_not_each_time(settings: Any) -> None:
    settings.ADDRESS = "http://localhost:8000"
    node = varna()
    node.publish(node.problem(1))
    document_keep(document_of(node), did=node.did)
    with served() as one:
        one.heads.append(node.head())
        pull(one.peer.id)
        pull(one.peer.id)
        assert sum(path.endswith("/heads") for path in one.asked) == 1
        row = HeadSeen.objects.get(node=node.did)
        assert (row.told_by, row.number) == (one.node.did, 1)


def test_who_answers_nonsense_about_heads_is_paused(settings: Any) -> None:
    settings.ADDRESS = "http://localhost:8000"
    with served() as one:
        usual = one.twist
        one.twist = lambda path, reply: type(reply)(200, b"[]") if path.endswith("/heads") else usual(path, reply)
        assert pull(one.peer.id).code == "log.head"
        one.peer.refresh_from_db()
        assert one.peer.state == PeerState.PAUSED


def head_at(number: int, *, digest: str, minutes: int, key: PrivateKey | None = None) -> dict[str, Any]:
    at = instant(clock.now() - timedelta(minutes=minutes))
    return signed_head(Cursor(number, digest * 64), key or sofia().key, node=sofia().did, at=at)


def test_over_a_doubt_that_somebody_has_gone_on_over_nobody_is_paused_again() -> None:
    peer, teller = agreed(), agreed(varna())
    heads_take(told(head_at(100, digest="a", minutes=90)), told_by=teller.did)
    for number in (10, 11, 12):
        heads_take(told(head_at(number, digest="b", minutes=90 - number)), told_by=peer.did)
        assert Peer.objects.get(id=peer.id).state == (PeerState.PAUSED if number == 10 else PeerState.ACTIVE)
        if number == 10:
            partner_resume(peer.id, by=SYSTEM)
        # The same length told anew is no news either.
        heads_take(told(head_at(100, digest="a", minutes=89 - number)), told_by=teller.did)
    assert Doubt.objects.count() == 1
    heads_take(told(head_at(12, digest="c", minutes=10)), told_by=peer.did)
    assert Doubt.objects.count() == 2  # what it says of itself is always compared


def test_a_head_under_a_key_that_was_revoked_since_proves_nothing() -> None:
    peer, teller, stolen = agreed(), agreed(varna()), PrivateKey(bytes([9] * 32))
    base = document_of(sofia())["service"][0]["serviceEndpoint"]

    def known(**more: Any) -> None:
        keys = [NodeKey(sofia().key.public), NodeKey(stolen.public, **more)]
        KnownNode.objects.filter(did=peer.did).update(document=document(peer.did, keys, endpoint=base))

    known()
    heads_take(told(head_at(100, digest="a", minutes=90, key=stolen)), told_by=teller.did)
    known(revoked=instant(clock.now()))
    heads_take(told(head_at(10, digest="b", minutes=30)), told_by=peer.did)
    assert not Doubt.objects.exists()
    assert Peer.objects.get(id=peer.id).state == PeerState.ACTIVE
    assert list(HeadSeen.objects.filter(node=peer.did).values_list("number", flat=True)) == [10]


def test_who_brings_doubts_about_others_without_end_is_read_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "MOST_DOUBTS", 3)
    peer, teller = agreed(), agreed(varna())
    for number in range(5):
        pacing.doubt_add(
            node=f"did:web:n{number}.example", code="log.two_histories", first=1, second=number, told_by=teller.did
        )
        teller.refresh_from_db()
        assert teller.state == (PeerState.ACTIVE if number < 3 else PeerState.PAUSED)
    assert (teller.paused_code, Doubt.objects.count()) == ("log.head", 3)
    # A doubt about a partner is kept all the same: it stops that one.
    pacing.doubt_add(node=peer.did, code="partner.two_versions", first=1, second=2, told_by=teller.did)
    assert Peer.objects.get(id=peer.id).state == PeerState.PAUSED
    partner_resume(teller.id, by=SYSTEM)
    with clock.at(clock.now() + timedelta(days=2)):
        assert pacing.doubt_add(
            node="did:web:m.example", code="partner.two_versions", first=1, second=2, told_by=teller.did
        )
    assert Peer.objects.get(id=teller.id).state == PeerState.ACTIVE
