"""Stored objects go to the modules that show them: cleaned, once a version, and none stops another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.core import clock
from citytandem.core.errors import Invalid
from citytandem.federation import registry
from citytandem.federation.known import document_keep
from citytandem.federation.models import LogEntry, Peer, PeerState, SharedObject
from citytandem.federation.protocol.agreement import Flow
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.protocol.objects import Visibility, check, tombstone
from citytandem.federation.registry import Taker
from citytandem.federation.services.applying import NOT_SHOWN, UNUSABLE, apply_waiting, take_up_shown
from citytandem.federation.services.dropping import drop_expired, drop_left, drop_of, drops_due
from citytandem.federation.services.due import do_what_is_due
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.storing import NOT_ALLOWED
from tests.integration.federation.pairs import ALL, agreed, document_of, offer
from tests.integration.federation.shelves import Shelf, came, read, uri
from tests.unit.federation.nodes import LATER, Node, sofia

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    made = Shelf()
    monkeypatch.setattr(registry, "_takers", {"Problem": Taker("Problem", made.take, made.drop)})
    return made


def test_each_version_is_handed_over_once(shelf: Shelf) -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1))
    node.publish(node.problem(2))
    read(peer, node)
    assert apply_waiting() == 2
    assert apply_waiting() == 0
    node.publish(node.problem(1, version=2))
    read(peer, node, after=2)
    assert apply_waiting() == 1
    assert shelf.taken == [(uri(1), 1), (uri(2), 1), (uri(1), 2)]


def test_a_batch_has_its_size(shelf: Shelf) -> None:
    came(*(sofia().problem(number) for number in range(5)))
    assert [apply_waiting(2) for _ in range(4)] == [2, 2, 1, 0]
    assert len(shelf.shown) == 5


def test_markup_of_partners_does_not_come_through(shelf: Shelf) -> None:
    evil = "<script>alert(1)</script>Schatten\u202e"
    texts = {"name": {"de": {"text": evil, "by": "human"}, "bg": {"text": "Сянка", "by": "machine"}}}
    details = {evil: [evil, {"deep": evil, "number": 7, "none": None, "yes": True}]}
    came(sofia().problem(1, texts=texts, details=details))
    apply_waiting()
    one = shelf.shown[uri(1)]
    assert one.texts == {"name": {"de": {"text": "Schatten", "by": "human"}, "bg": {"text": "Сянка", "by": "machine"}}}
    assert one.details == {"Schatten": ["Schatten", {"deep": "Schatten", "number": 7, "none": None, "yes": True}]}


@pytest.mark.parametrize(
    ("page", "is_kept"),
    [
        ("https://sofia.example/problems/1", True),
        ("https://sofia.example", True),
        ("https://sofia.example.evil.example/", False),
        ("https://sofia.example@evil.example/", False),
        ("http://sofia.example/", False),
        ("https://evil.example/", False),
        ("javascript:alert(1)", False),
        ("https://sofia.example/\\evil", False),
        ({"no": "text"}, False),
    ],
)
def test_a_page_lies_at_its_origin_or_is_none(shelf: Shelf, page: Any, is_kept: bool) -> None:
    came(sofia().problem(1, details={"page": page}))
    apply_waiting()
    assert shelf.shown[uri(1)].page == (page if is_kept else "")


def test_who_it_comes_from(shelf: Shelf) -> None:
    hub, node = agreed(), sofia()
    other = Node("did:web:varna.example", PrivateKey(bytes(range(64, 96))))
    agreed(other).delete()
    node.publish(node.problem(1))
    node.publish(other.problem(1))
    read(hub, node)
    apply_waiting()
    assert [one.peer_name for one in shelf.shown.values()] == ["Sofia", "varna.example"]


def test_one_that_a_module_cannot_use_stops_no_other(shelf: Shelf) -> None:
    node = sofia()
    shelf.refuses = {uri(1): Invalid("problem.too_old", "old"), uri(2): KeyError("frame")}
    came(*(node.problem(number) for number in (1, 2, 3)))
    assert apply_waiting() == 3
    assert dict(SharedObject.objects.values_list("uri", "refusal")) == {
        uri(1): "problem.too_old",
        uri(2): UNUSABLE,
        uri(3): "",
    }
    assert set(shelf.shown) == {uri(3)}
    assert apply_waiting() == 0


def test_what_could_not_be_used_is_tried_again_with_its_next_version(shelf: Shelf) -> None:
    peer, node = agreed(), sofia()
    shelf.refuses = {uri(1): Invalid("problem.too_old", "old")}
    node.publish(node.problem(1))
    read(peer, node)
    apply_waiting()
    shelf.refuses = {}
    node.publish(node.problem(1, version=2))
    read(peer, node, after=1)
    apply_waiting()
    assert shelf.shown[uri(1)].version == 2


def test_what_nobody_shows_waits_for_a_module(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    came(sofia().problem(1))
    monkeypatch.setattr(registry, "_takers", {})
    apply_waiting()
    assert SharedObject.objects.get().refusal == NOT_SHOWN
    assert take_up_shown() == 0
    registry.register_taker(Taker("Problem", shelf.take, shelf.drop))
    assert take_up_shown() == 1
    apply_waiting()
    assert set(shelf.shown) == {uri(1)}


def test_a_tombstone_takes_it_out_of_sight(shelf: Shelf) -> None:
    peer, node = agreed(), sofia()
    value = node.problem(1)
    node.publish(value)
    read(peer, node)
    apply_waiting()
    node.publish(node.proven(tombstone(check(value).envelope, deleted=LATER)))
    read(peer, node, after=1)
    apply_waiting()
    assert (shelf.shown, shelf.dropped) == ({}, [uri(1)])


def test_what_came_too_late_is_never_shown(shelf: Shelf) -> None:
    came(sofia().problem(1, expires=LATER))
    apply_waiting()
    assert shelf.taken == []


def test_at_its_end_it_disappears(shelf: Shelf) -> None:
    ends = clock.now().replace(microsecond=0) + timedelta(days=1)
    peer, node = agreed(), sofia()
    node.publish(node.problem(1, expires=instant(ends)))
    node.publish(node.problem(2))
    read(peer, node)
    apply_waiting()
    assert drop_expired() == 0
    with clock.at(ends):
        assert drop_expired() == 1
        assert drop_expired() == 0
    assert set(shelf.shown) == {uri(2)}
    node.publish(node.problem(1, version=2, expires=instant(ends + timedelta(days=9))))
    read(peer, node, after=2)
    apply_waiting()
    assert shelf.shown[uri(1)].version == 2  # its origin has prolonged it


def test_what_names_others_is_not_shown_here(shelf: Shelf) -> None:
    node = sofia()
    came(
        node.problem(1, visibility=Visibility.NAMED, audience=("did:web:varna.example",)),
        node.problem(2, visibility=Visibility.NAMED, audience=(own_did(),)),
    )
    apply_waiting()
    assert set(shelf.shown) == {uri(2)}


def test_what_is_of_a_newer_vocabulary_is_kept_and_not_shown(shelf: Shelf) -> None:
    node = sofia()
    value = {name: item for name, item in node.problem(1).items() if name != "proof"}
    came(node.proven({**value, "schema": 2}))
    apply_waiting()
    assert (shelf.taken, SharedObject.objects.get().refusal) == ([], NOT_SHOWN)


def test_with_a_partner_goes_what_came_from_it_and_comes_back_with_it(shelf: Shelf) -> None:
    peer, node = agreed(), sofia()
    for number in (1, 2):
        node.publish(node.problem(number))
    read(peer, node)
    apply_waiting()
    SharedObject.objects.filter(uri=uri(2)).update(entry=1)  # passed on
    assert drop_of(peer) == 2
    assert shelf.shown == {}
    assert list(SharedObject.objects.values_list("uri", "is_gone")) == [(uri(2), True)]
    peer.refresh_from_db()
    assert peer.rereads_number == 0
    read(peer, node)
    apply_waiting()
    assert set(shelf.shown) == {uri(1), uri(2)}
    assert not LogEntry.objects.exists()


def test_a_partner_that_has_come_back_loses_nothing(shelf: Shelf) -> None:
    peer = came(sofia().problem(1))
    apply_waiting()
    assert drop_left(peer.id) == 0
    Peer.objects.update(state=PeerState.ENDED)
    assert drop_left(peer.id) == 1
    assert shelf.shown == {}


def varna() -> Node:
    return Node("did:web:varna.example", PrivateKey(bytes(range(64, 96))))


def narrowed(peer: Peer, node: Node, flow: Flow) -> None:
    """What the partner may send becomes this, by our signature alone."""
    offer(peer.id, sends={own_did(): ALL, node.did: flow})


def test_what_is_not_agreed_any_more_disappears_and_comes_back_when_it_is(shelf: Shelf) -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1, visibility=Visibility.PUBLIC))
    node.publish(node.problem(2))
    read(peer, node)
    apply_waiting()
    assert drops_due() == 0
    narrowed(peer, node, {"*": Visibility.PUBLIC})
    assert drops_due() == 1
    assert drop_left(peer.id) == 1
    assert set(shelf.shown) == {uri(1)}
    assert drops_due() == 0
    peer = agreed(node)
    assert peer.rereads_number == 0
    read(peer, node)
    apply_waiting()
    assert set(shelf.shown) == {uri(1), uri(2)}


def test_taking_everything_back_leaves_nothing_in_sight(shelf: Shelf) -> None:
    peer = came(sofia().problem(1))
    apply_waiting()
    narrowed(peer, sofia(), {})
    assert drops_due() == 1
    drop_left(peer.id)
    assert shelf.shown == {}


def test_what_waits_to_be_shown_is_held_to_the_agreement_of_today(shelf: Shelf) -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1))
    read(peer, node)
    narrowed(peer, node, {"*": Visibility.PUBLIC})
    apply_waiting()
    assert (shelf.taken, SharedObject.objects.get().refusal) == ([], NOT_ALLOWED)
    peer = agreed(node)
    read(peer, node)
    apply_waiting()
    assert set(shelf.shown) == {uri(1)}


def test_what_came_under_an_agreement_stays_when_its_time_is_over(shelf: Shelf) -> None:
    ends = clock.now() + timedelta(days=1)
    peer, node = agreed(until=ends), sofia()
    node.publish(node.problem(1))
    read(peer, node)
    with clock.at(ends + timedelta(days=1)):
        apply_waiting()
        assert drops_due() == 0
    assert set(shelf.shown) == {uri(1)}


def test_the_clock_asks_for_what_is_not_agreed_any_more(shelf: Shelf) -> None:
    peer = came(sofia().problem(1))
    narrowed(peer, sofia(), {})
    do_what_is_due()
    assert ProcrastinateJob.objects.filter(task_name="federation.drop", status="todo").count() == 1


@pytest.mark.parametrize("is_ended", [True, False])
def test_what_a_second_relay_brings_as_well_is_read_from_it_again(shelf: Shelf, is_ended: bool) -> None:
    origin, one, other = Node("did:web:plovdiv.example", PrivateKey(bytes(range(96, 128)))), sofia(), varna()
    document_keep(document_of(origin), did=origin.did)
    first, second = agreed(one), agreed(other)
    for peer, node in ((first, one), (second, other)):
        node.publish(origin.problem(1))
        read(peer, node)
    apply_waiting()
    if is_ended:
        Peer.objects.filter(id=first.id).update(state=PeerState.ENDED)
    else:
        narrowed(first, one, {})
    assert drop_left(first.id) == 1
    assert shelf.shown == {}
    second.refresh_from_db()
    assert second.rereads_number == 0
    read(second, other)
    apply_waiting()
    assert set(shelf.shown) == {origin.problem(1)["id"]}


def test_what_came_from_the_city_itself_is_not_looked_for_elsewhere(shelf: Shelf) -> None:
    second, other = agreed(varna()), varna()
    other.publish(other.problem(1))
    read(second, other)
    Peer.objects.filter(id=came(sofia().problem(1)).id).update(state=PeerState.ENDED)
    drop_left(Peer.objects.get(did=sofia().did).id)
    second.refresh_from_db()
    assert second.rereads_number is None
