"""A hub passes on what it may, under the origin's proof, and tells those who had it when it changes or goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.core import clock
from citytandem.federation.known import every_key
from citytandem.federation.models import Identity, LogEntry, Peer, SharedObject
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.protocol.objects import Visibility, check, tombstone
from citytandem.federation.protocol.pages import verified
from citytandem.federation.services import relaying
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.relaying import relay_due, relay_waiting
from citytandem.federation.services.storing import store
from citytandem.federation.serving import page_for
from citytandem.federation.verifying import ready
from tests.integration.federation.pairs import ALL, agreed
from tests.unit.federation.nodes import LATER, Node, sofia

pytestmark = pytest.mark.django_db


@pytest.fixture
def _a_hub(db: None) -> None:
    from citytandem.federation.services.identity import identity

    identity()
    Identity.objects.update(passes_on=True)


hub = pytest.mark.usefixtures("_a_hub")


def varna() -> Node:
    return Node("did:web:varna.example", PrivateKey(bytes(range(64, 96))))


def read(peer: Peer, node: Node, *, after: int = 0) -> None:
    store(peer.id, ready(node.page(after=after), None, every_key(), node=node.did, received=instant(clock.now())))


def passing(node: Node | None = None) -> Peer:
    """A partner that lets its objects for partners be passed on."""
    node = node or sofia()
    return agreed(node, passes=(node.did,))


def passed() -> list[tuple[str, int]]:
    return list(LogEntry.objects.order_by("number").values_list("uri", "version"))


def public(node: Node, number: int = 1, **more: Any) -> dict[str, Any]:
    return node.problem(number, visibility=Visibility.PUBLIC, **more)


def test_only_a_hub_passes_anything_on() -> None:
    peer, node = agreed(), sofia()
    node.publish(public(node))
    read(peer, node)
    assert relay_waiting() == 0
    assert passed() == []


@hub
def test_an_entry_says_where_it_was_taken_from_and_the_proof_is_the_origins() -> None:
    peer, node = agreed(), sofia()
    value = public(node)
    node.publish(value)
    read(peer, node)
    assert relay_waiting() == 1
    assert relay_waiting() == 0
    entry = LogEntry.objects.get()
    assert entry.source == {"node": node.did, "number": 1, "digest": node.cursor.digest}
    reader = agreed(varna())
    page = verified(
        page_for(reader, after=0, limit=100), None, every_key(), node=own_did(), received=instant(clock.now())
    )
    (found,) = page.entries
    assert found.body is not None
    assert orjson.loads(found.body) == value


@hub
def test_what_is_for_partners_goes_on_only_where_its_city_agreed() -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1))
    read(peer, node)
    assert relay_waiting() == 0
    assert passed() == []


@hub
def test_what_is_for_partners_goes_on_where_its_city_agreed() -> None:
    peer, node = passing(), sofia()
    node.publish(node.problem(1))
    read(peer, node)
    assert relay_waiting() == 1


@hub
def test_what_came_second_hand_for_partners_stays_here() -> None:
    passing(varna())
    peer, node, origin = passing(), sofia(), varna()
    node.publish(origin.problem(1))
    node.publish(public(origin, 2))
    read(peer, node)
    relay_waiting()
    assert passed() == [(origin.problem(2)["id"], 1)]


@hub
def test_what_is_for_named_ones_goes_on_only_to_those() -> None:
    peer, node = agreed(), sofia()
    agreed(varna())
    for number, did in enumerate((varna().did, own_did(), "did:web:nobody.example"), start=1):
        node.publish(node.problem(number, visibility=Visibility.NAMED, audience=(did,)))
    read(peer, node)
    relay_waiting()
    assert passed() == [(node.problem(1)["id"], 1)]


@hub
def test_who_had_it_learns_that_it_is_gone() -> None:
    peer, node = agreed(), sofia()
    value = public(node)
    node.publish(value)
    read(peer, node)
    relay_waiting()
    node.publish(node.proven(tombstone(check(value).envelope, deleted=LATER)))
    read(peer, node, after=1)
    assert relay_waiting() == 1
    assert list(LogEntry.objects.order_by("number").values_list("kind", flat=True)) == ["put", "delete"]


@hub
def test_who_had_it_learns_that_there_is_a_newer_one_even_if_not_for_them() -> None:
    peer, node = agreed(), sofia()
    node.publish(public(node))
    read(peer, node)
    relay_waiting()
    node.publish(node.problem(1, version=2))
    read(peer, node, after=1)
    assert relay_waiting() == 1
    reader = agreed(varna())
    page = verified(
        page_for(reader, after=0, limit=100), None, every_key(), node=own_did(), received=instant(clock.now())
    )
    assert [(one.body, one.withheld) for one in page.entries] == [(None, False), (None, True)]


@hub
def test_what_is_over_is_not_passed_on() -> None:
    peer, node = agreed(), sofia()
    node.publish(public(node, expires=LATER))
    read(peer, node)
    assert SharedObject.objects.count() == 1
    assert relay_waiting() == 0


@hub
def test_many_cost_as_many_queries_as_one() -> None:
    costs = []
    peer, node = agreed(), sofia()
    for count in (1, 1, 100):
        begin = node.cursor.number
        for number in range(begin, begin + count):
            node.publish(public(node, number))
        read(peer, node, after=begin)
        with CaptureQueriesContext(connection) as queries:
            assert relay_waiting() == count
        costs.append(len(queries))
    assert costs[1] == costs[2] <= 20


@hub
@pytest.mark.parametrize("is_sent_all_the_same", [False, True])
def test_who_had_it_learns_that_its_origin_keeps_the_newer_one_from_us(is_sent_all_the_same: bool) -> None:
    node = sofia()
    peer = agreed(node, sends={own_did(): ALL, node.did: {"*": Visibility.PUBLIC}})
    node.publish(public(node))
    read(peer, node)
    relay_waiting()
    entry = node.publish(node.problem(1, version=2))
    if not is_sent_all_the_same:
        node.entries[1] = {**{name: value for name, value in entry.items() if name != "body"}, "withheld": True}
    read(peer, node, after=1)
    assert relay_waiting() == 1
    assert relay_waiting() == 0
    link = LogEntry.objects.get(number=2)
    assert (link.version, link.object_digest) == (2, entry["object"])
    assert link.source == {"node": node.did, "number": 2, "digest": entry["digest"]}
    reader = agreed(varna())
    page = verified(
        page_for(reader, after=0, limit=100), None, every_key(), node=own_did(), received=instant(clock.now())
    )
    assert [(one.body, one.withheld) for one in page.entries] == [(None, False), (None, True)]


@hub
def test_what_nobody_had_leaves_no_trace_when_it_is_kept_from_us() -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1))
    read(peer, node)
    relay_waiting()
    entry = node.publish(node.problem(1, version=2))
    node.entries[1] = {**{name: value for name, value in entry.items() if name != "body"}, "withheld": True}
    read(peer, node, after=1)
    assert relay_waiting() == 0


def looks(queries: CaptureQueriesContext) -> tuple[int, int]:
    """How often all that is held was looked through, and how often others had to wait at the log."""
    told = [one["sql"] for one in queries.captured_queries]
    return sum("AS held" in one for one in told), sum("pg_advisory_xact_lock" in one for one in told)


@hub
def test_what_may_not_be_passed_on_is_looked_through_once_and_keeps_nobody_waiting() -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1))
    read(peer, node)
    with CaptureQueriesContext(connection) as queries:
        assert relay_waiting() == 0
    assert looks(queries) == (1, 0)
    with CaptureQueriesContext(connection) as queries:
        assert relay_waiting() == 0
        relay_due()
    assert looks(queries) == (0, 0)
    assert not ProcrastinateJob.objects.filter(task_name="federation.relay").exists()


@hub
@pytest.mark.parametrize("change", ["object", "agreement", "hour"])
def test_what_can_be_passed_on_since_is_found(change: str) -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1))
    read(peer, node)
    relay_waiting()
    expected = 1
    if change == "object":
        node.publish(public(node, 2))
        read(peer, node, after=1)
    elif change == "agreement":
        passing()
    else:  # as if nobody had noticed
        SharedObject.objects.update(visibility="public")
        assert relay_waiting() == 0
    with clock.at(clock.now() + timedelta(hours=change == "hour")):
        relay_due()
        assert ProcrastinateJob.objects.filter(task_name="federation.relay").count() == 1
        assert relay_waiting() == expected


@hub
def test_looking_through_a_lot_is_not_done_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    peer, node = agreed(), sofia()
    for number in range(3):
        node.publish(public(node, number))
        read(peer, node, after=number)
        if number == 0:
            assert relay_waiting() == 1
            monkeypatch.setattr(relaying, "_LONG", 0.0)
            monkeypatch.setattr(relaying, "_REST", 100_000)
        else:
            assert relay_waiting() == 2 - number
    cache.clear()
    assert relay_waiting() == 1
