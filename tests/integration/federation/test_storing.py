"""Pages of a partner's log in the database: whole or not at all, the higher version, and nothing that contradicts itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.core import clock
from citytandem.federation.known import document_keep, every_key
from citytandem.federation.models import Doubt, HeadSeen, Peer, PeerState, PulledPage, SetAside, SharedObject, Usage
from citytandem.federation.protocol.errors import BadLog
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.protocol.log import dump, start
from citytandem.federation.protocol.objects import check, tombstone
from citytandem.federation.protocol.proofs import proven
from citytandem.federation.protocol.vouching import vouch
from citytandem.federation.services.heads import pulled_digest
from citytandem.federation.services.storing import TWO_VERSIONS, Stored, store
from citytandem.federation.verifying import ready
from citytandem.notifications.models import Notice
from tests.integration.federation.pairs import agreed, document_of
from tests.unit.federation.nodes import LATER, Node, sofia

pytestmark = pytest.mark.django_db


def kept(peer: Peer, data: bytes) -> Stored:
    """Verify and store a page as a pull does."""
    return store(peer.id, ready(data, None, every_key(), node=peer.did, received=instant(clock.now())))


def held(number: int, node: Node | None = None) -> SharedObject:
    return SharedObject.objects.get(uri=(node or sofia()).problem(number)["id"])


def fresh(peer: Peer) -> Peer:
    return Peer.objects.get(id=peer.id)


def plovdiv() -> Node:
    """A third city, known to us by its document only."""
    node = Node("did:web:plovdiv.example", PrivateKey(bytes(range(64, 96))))
    document_keep(document_of(node), did=node.did)
    return node


def test_a_page_is_kept_with_its_cursor_and_its_digests() -> None:
    peer, node = agreed(), sofia()
    for number in (1, 2, 3):
        node.publish(node.problem(number))
    stored = kept(peer, node.page())
    assert stored == Stored(objects=3, changed=3, aside=0, number=3, is_last=True)
    peer = fresh(peer)
    assert (peer.cursor_number, peer.cursor_digest, peer.head_number) == (3, node.cursor.digest, 3)
    row = held(2)
    assert orjson.loads(row.body) == node.problem(2)
    assert (row.origin, row.kind, row.version, row.from_peer, row.source_number) == (node.did, "Problem", 1, peer, 2)
    assert [pulled_digest(peer, number) for number in range(5)] == [
        start(node.did).digest, *(entry["digest"] for entry in node.entries), None,
    ]  # fmt: skip
    used = Usage.objects.get(peer=peer)
    assert (used.objects_in, used.bytes_in) == (3, len(node.page()))
    assert ProcrastinateJob.objects.filter(task_name="federation.apply", status="todo").count() == 1


def test_texts_with_all_that_a_table_could_stumble_over_come_as_they_were() -> None:
    peer, node = agreed(), sofia()
    text = 'a\tb\nc\rd\\e \\N \\. "q" {x,y} \u2028 Жега 🔥 \x7f'
    node.publish(node.problem(1, texts={"name": {"bg": {"text": text, "by": "human"}}}))
    kept(peer, node.page())
    assert orjson.loads(held(1).body)["nameMap"]["bg"] == text


def test_storing_again_changes_nothing() -> None:
    peer, node = agreed(), sofia()
    for number in range(1, 6):
        node.publish(node.problem(number))
    kept(peer, node.page())
    before = list(SharedObject.objects.order_by("id").values())
    again = kept(peer, node.page(after=2))
    assert again.changed == 0
    assert list(SharedObject.objects.order_by("id").values()) == before
    assert fresh(peer).cursor_number == 5


def test_the_same_page_costs_the_same_however_much_is_in_it() -> None:
    costs = []
    for count in (1, 1, 200):
        peer, node = agreed(), sofia()
        for number in range(count):
            node.publish(node.problem(number))
        page = ready(node.page(), None, every_key(), node=node.did, received=instant(clock.now()))
        with CaptureQueriesContext(connection) as queries:
            store(peer.id, page)
        costs.append(len(queries))
        Peer.objects.all().delete()
        HeadSeen.objects.all().delete()
    assert costs[1] == costs[2] <= 31  # the first one also leaves the job


def test_pages_of_one_entry_share_a_row() -> None:
    peer, node = agreed(), sofia()
    for number in range(30):
        node.publish(node.problem(number))
        kept(peer, node.page(after=number))
    row = PulledPage.objects.get(peer=peer)
    assert (row.first, row.last, len(row.digests)) == (1, 30, 30 * 32)


def test_the_higher_version_holds_whatever_comes_later() -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1, version=2))
    node.publish(node.problem(1, version=1))
    kept(peer, node.page())
    assert held(1).version == 2
    node.publish(node.problem(1, version=3))
    kept(peer, node.page(after=2))
    assert held(1).version == 3


def test_a_tombstone_leaves_no_word_of_the_body() -> None:
    peer, node = agreed(), sofia()
    value = node.problem(1)
    node.publish(value)
    kept(peer, node.page())
    node.publish(node.proven(tombstone(check(value).envelope, deleted=LATER)))
    kept(peer, node.page(after=1))
    row = held(1)
    assert (row.is_tombstone, row.version, row.kind) == (True, 2, "Problem")
    assert "Hitze" not in row.body


def test_two_contents_of_one_version_are_kept_as_proof_and_stop_the_origin() -> None:
    peer, node = agreed(), sofia()
    first = node.problem(1)
    node.publish(first)
    kept(peer, node.page())
    second = node.problem(1, texts={"name": {"de": {"text": "Anders", "by": "human"}}})
    node.publish(second)
    kept(peer, node.page(after=1))
    doubt = Doubt.objects.get()
    assert (doubt.node, doubt.code, doubt.first, doubt.second) == (node.did, TWO_VERSIONS, first, second)
    assert orjson.loads(held(1).body) == first
    assert (fresh(peer).state, fresh(peer).paused_code) == (PeerState.PAUSED, TWO_VERSIONS)


def test_two_contents_by_way_of_a_relay_stop_their_origin_and_not_the_relay() -> None:
    peer, node, origin = agreed(), sofia(), plovdiv()
    node.publish(origin.problem(1))
    node.publish(origin.problem(1, texts={"name": {"de": {"text": "Anders", "by": "human"}}}))
    kept(peer, node.page())
    assert Doubt.objects.get().node == origin.did
    assert fresh(peer).state == PeerState.ACTIVE


def test_first_hand_replaces_second_hand() -> None:
    hub, node, origin = agreed(), sofia(), plovdiv()
    node.publish(origin.problem(1))
    kept(hub, node.page())
    assert held(1, origin).from_peer == hub
    direct = agreed(origin)
    origin.publish(origin.problem(1))
    assert kept(direct, origin.page()).changed == 1
    assert held(1, origin).from_peer == direct
    node.publish(origin.problem(1))
    assert kept(hub, node.page(after=1)).changed == 0
    assert held(1, origin).from_peer == direct


def test_nobody_else_writes_what_is_ours() -> None:
    peer, node = agreed(), sofia()
    document_keep(document_of(node), did=node.did)
    node.publish(node.problem(1))
    SharedObject.objects.create(
        uri=node.problem(1)["id"], origin=node.did, kind="Problem", version=1, digest="0" * 64, visibility="public",
        published=clock.now(), body="{}", is_own=True, received_at=clock.now(),
    )  # fmt: skip
    assert kept(peer, node.page()).changed == 0
    assert held(1).body == "{}"


def test_an_object_that_does_not_hold_is_put_aside_and_harms_no_other() -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1))
    forged = {**node.problem(2), "nameMap": {"de": "Gefälscht"}}
    node.publish(forged)
    node.publish(node.problem(3))
    stored = kept(peer, node.page())
    assert (stored.objects, stored.aside) == (2, 1)
    aside = SetAside.objects.get()
    assert (aside.number, aside.uri, aside.code) == (2, forged["id"], "proof.wrong")
    assert fresh(peer).cursor_number == 3


def test_a_page_that_goes_on_elsewhere_is_not_kept() -> None:
    peer, node = agreed(), sofia()
    for number in range(1, 4):
        node.publish(node.problem(number))
    with pytest.raises(BadLog, match=r"log\.after"):
        kept(peer, node.page(after=2))
    assert not SharedObject.objects.exists()


def other_past(*numbers: int) -> Node:
    """The same node with another past."""
    node = sofia()
    for number in numbers:
        node.publish(node.problem(number))
    return node


@pytest.mark.parametrize("after", [0, 2])
def test_a_past_told_in_another_way_is_refused_and_both_heads_are_kept(after: int) -> None:
    peer = agreed()
    kept(peer, other_past(1, 2, 3).page())
    with pytest.raises(BadLog, match=r"log\.rewritten"):
        kept(peer, other_past(1, 9, 3, 4, 5).page(after=after))
    doubt = Doubt.objects.get()
    assert (doubt.node, doubt.code) == (peer.did, "log.rewritten")
    assert (doubt.first["number"], doubt.second["number"]) == (3, 5)
    assert fresh(peer).cursor_number == 3
    assert Notice.objects.count() == 0  # there is no administrator here


def test_a_log_that_became_shorter_is_refused() -> None:
    peer = agreed()
    kept(peer, other_past(1, 2, 3).page())
    with pytest.raises(BadLog, match=r"log\.shrunk"):
        kept(peer, page_later(other_past(1, 2)))
    assert fresh(peer).state == PeerState.PAUSED
    assert Doubt.objects.get().code == "log.shrunk"


def page_later(node: Node) -> bytes:
    return dump(start(node.did), node.entries, node=node.did, head=node.head(at=LATER))


def test_an_old_page_that_comes_late_is_no_log_that_became_shorter() -> None:
    peer, old = agreed(), other_past(1, 2)
    kept(peer, page_later(other_past(1, 2, 3)))
    assert kept(peer, old.page()).changed == 0
    peer = fresh(peer)
    assert (peer.state, peer.cursor_number, peer.head_number) == (PeerState.ACTIVE, 3, 3)
    assert not Doubt.objects.exists()
    with pytest.raises(BadLog, match=r"log\.rewritten"):
        kept(peer, other_past(9, 2).page())


def test_an_old_page_is_no_second_reading() -> None:
    peer, node = agreed(), other_past(1, 2, 3)
    kept(peer, page_later(node))
    Peer.objects.filter(id=peer.id).update(rereads_number=0, rereads_digest=start(node.did).digest)
    kept(peer, other_past(1, 2).page())
    assert fresh(peer).rereads_number == 0


def test_a_second_reading_ends_where_the_first_one_was() -> None:
    peer, node = agreed(), sofia()
    for number in range(1, 6):
        node.publish(node.problem(number))
    withheld: Any = [{**{k: v for k, v in one.items() if k != "body"}, "withheld": True} for one in node.entries]
    kept(peer, dump(start(node.did), withheld, node=node.did, head=node.head()))
    assert not SharedObject.objects.exists()
    Peer.objects.filter(id=peer.id).update(rereads_number=0, rereads_digest=start(node.did).digest)
    kept(peer, node.page(after=0, most=3))
    assert fresh(peer).rereads_number == 3
    kept(peer, node.page(after=3, most=2))
    peer = fresh(peer)
    assert (peer.rereads_number, peer.cursor_number, SharedObject.objects.count()) == (None, 5, 5)


def test_of_a_version_that_was_proven_anew_the_newer_proof_stays() -> None:
    peer, node = agreed(), sofia()
    first = node.problem(1)
    bare = {name: item for name, item in first.items() if name != "proof"}
    again = proven(bare, node.key, did=node.did, created=LATER)
    node.publish(first)
    node.publish(again)
    kept(peer, node.page())
    assert orjson.loads(SharedObject.objects.get(uri=first["id"]).body)["proof"] == again["proof"] != first["proof"]


def without_body(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "body"}


def test_what_an_origin_keeps_from_us_from_now_on_is_not_held_in_its_old_version() -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1))
    kept(peer, node.page())
    node.publish(node.problem(1, version=2))
    node.entries[1] = {**without_body(node.entries[1]), "withheld": True}
    kept(peer, node.page(after=1))
    row = held(1)
    assert (row.is_gone, row.body) == (True, "{}")


@pytest.mark.parametrize("came_by_the_relay", [True, False])
def test_a_relay_takes_away_what_it_has_brought_and_nothing_else(came_by_the_relay: bool) -> None:
    hub, node, origin = agreed(), sofia(), plovdiv()
    node.publish(origin.problem(1))
    kept(hub, node.page())
    if not came_by_the_relay:
        direct = agreed(origin)
        origin.publish(origin.problem(1))
        kept(direct, origin.page())
    node.publish(origin.problem(1, version=2))
    node.entries[1] = {**without_body(node.entries[1]), "withheld": True}
    kept(hub, node.page(after=1))
    row = held(1, origin)
    assert (row.is_gone, row.version) == (came_by_the_relay, 1)


def test_a_version_that_only_a_relay_names_does_not_stop_the_true_one() -> None:
    hub, node, origin = agreed(), sofia(), plovdiv()
    node.publish(origin.problem(1))
    node.publish(origin.problem(1, version=2**40))
    node.entries[1] = {**without_body(node.entries[1]), "withheld": True}
    kept(hub, node.page(most=1))
    kept(hub, node.page(after=1))
    direct = agreed(origin)
    origin.publish(origin.problem(1))
    kept(direct, origin.page())
    row = held(1, origin)
    assert (row.is_gone, row.version, row.from_peer) == (False, 1, direct)


def test_the_head_of_each_page_is_remembered() -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1))
    kept(peer, node.page())
    row = HeadSeen.objects.get()
    assert (row.node, row.told_by, row.number, row.digest) == (node.did, "", 1, node.cursor.digest)


def test_proven_anew_the_proof_is_replaced_and_nothing_else() -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1))
    kept(peer, node.page())
    SharedObject.objects.update(applied_version=1)
    other = Node(node.did, PrivateKey(bytes(range(100, 132))))
    document = document_of(node)
    new = document_of(other)
    for name in ("verificationMethod", "authentication", "assertionMethod"):
        document[name] = [*document[name], *new[name]]
    document["verificationMethod"][1]["proof"] = vouch(node.did, other.key.public, by=node.key, created=LATER)
    document_keep(document, did=node.did)
    value = other.problem(1)
    node.publish(value)
    assert kept(peer, node.page(after=1)).changed == 1
    row = held(1)
    assert (orjson.loads(row.body)["proof"], row.applied_version, row.version) == (value["proof"], 1, 1)


def test_times_that_end_are_kept() -> None:
    peer, node = agreed(), sofia()
    ends = clock.now().replace(microsecond=0) + timedelta(days=30)
    node.publish(node.problem(1, expires=instant(ends)))
    kept(peer, node.page())
    assert held(1).expires == ends
