"""The chain: nothing is put between, left out or rewritten without being noticed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.federation.protocol.canonical import digest
from citytandem.federation.protocol.errors import BadLog, BadProof
from citytandem.federation.protocol.log import (
    Cursor,
    Head,
    Source,
    equivocates,
    follows,
    link,
    read_head,
    read_link,
    signed_head,
    start,
)
from citytandem.federation.protocol.objects import check, tombstone
from citytandem.federation.protocol.proofs import keyring
from tests.unit.federation.nodes import DAY, LATER, Node, krefeld, leaves, sofia

RING = keyring(krefeld().document, sofia().document)


def filled(count: int = 3) -> Node:
    node = krefeld()
    for number in range(1, count + 1):
        node.publish(node.problem(number))
    return node


def head(node: Node, *, at: str = DAY) -> Head:
    return read_head(node.head(at=at), keys=RING, received=at)


def test_each_entry_leads_to_the_next() -> None:
    cursor = start(krefeld().did)
    for entry in filled().entries:
        found = read_link(entry)
        follows(cursor, found)
        cursor = found.cursor
    assert cursor.number == 3


def test_the_digest_of_an_entry_is_of_its_canonical_form() -> None:
    entry = filled(1).entries[0]
    chained = {name: item for name, item in entry.items() if name not in ("digest", "body")}
    assert entry["digest"] == digest(chained)
    assert entry["object"] == digest({name: item for name, item in entry["body"].items() if name != "proof"})


def test_each_log_has_a_beginning_of_its_own() -> None:
    assert start(krefeld().did) != start(sofia().did)
    with pytest.raises(BadLog, match=r"log\.rewritten"):
        follows(start(sofia().did), read_link(filled(1).entries[0]))


def test_a_relayed_object_says_where_it_was_taken_from() -> None:
    origin = filled(1)
    source = Source(origin.did, 1, origin.entries[0]["digest"])
    relayed = sofia().publish(origin.entries[0]["body"], source=source)
    assert read_link(relayed).source == source
    relayed["source"]["number"] = 2
    with pytest.raises(BadLog, match=r"log\.digest"):
        read_link(relayed)


def test_a_withdrawal_is_an_entry_of_its_own_kind() -> None:
    node = filled(1)
    gone = tombstone(check(node.problem()).envelope, deleted=LATER)
    assert link(node.cursor, check(gone), at=LATER).kind == "delete"


@given(st.data())
def test_whatever_is_changed_in_an_entry_is_noticed(data: st.DataObject) -> None:
    entry = copy.deepcopy(filled(1).entries[0])
    del entry["body"]
    (name,) = data.draw(st.sampled_from(list(leaves(entry))))
    before = entry[name]
    entry[name] = data.draw(
        st.sampled_from([0, 2, -1, 1.5, True, None, "", "f" * 64, DAY, LATER, "put", "delete", [], {}]).filter(
            lambda new: new != before or type(new) is not type(before)
        )
    )
    with pytest.raises(BadLog):
        read_link(entry)


@pytest.mark.parametrize("entry", [None, [], {}, {"number": 1}, {**filled(1).entries[0], "more": 1}])
def test_what_is_no_entry_is_refused(entry: Any) -> None:
    with pytest.raises(BadLog, match=r"log\.entry"):
        read_link(entry)


def test_a_gap_and_another_past_are_told_apart() -> None:
    entries = [read_link(entry) for entry in filled().entries]
    with pytest.raises(BadLog, match=r"log\.gap"):
        follows(entries[0].cursor, entries[2])
    with pytest.raises(BadLog, match=r"log\.rewritten"):
        follows(Cursor(1, "0" * 64), entries[1])


def test_a_head_is_signed_by_its_node_alone() -> None:
    node = filled()
    assert head(node) == Head(node.did, 3, node.cursor.digest, DAY)
    forged = signed_head(node.cursor, sofia().key, node=node.did, at=DAY)
    with pytest.raises(BadProof, match=r"proof\.key_unknown"):
        read_head(forged, keys=RING, received=DAY)
    with pytest.raises(BadProof, match=r"proof\.wrong"):
        read_head({**node.head(), "number": 2}, keys=RING, received=DAY)
    with pytest.raises(BadLog, match=r"log\.head"):
        read_head({**node.head(), "at": LATER}, keys=RING, received=LATER)
    with pytest.raises(BadProof, match=r"proof\.future"):
        read_head(node.head(at=LATER), keys=RING, received=DAY)


@pytest.mark.parametrize("change", [{"type": "Head"}, {"number": -1}, {"number": True}, {"digest": "x"}, {"more": 1}])
def test_what_is_no_head_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadLog):
        read_head({**filled().head(), **change}, keys=RING, received=DAY)


def test_two_histories_for_two_readers_are_proven_by_their_heads() -> None:
    shown, hidden = filled(2), filled(1)
    hidden.publish(hidden.problem(77))
    found = equivocates(head(shown), head(hidden))
    assert found is not None
    assert found.because == "log.two_histories"
    assert equivocates(head(shown), head(shown, at=LATER)) is None


def test_a_log_that_became_shorter_is_proven_by_its_heads() -> None:
    found = equivocates(head(filled(3)), head(filled(2), at=LATER))
    assert found is not None
    assert found.because == "log.shrunk"
    assert equivocates(head(filled(2)), head(filled(3), at=LATER)) is None
    assert equivocates(head(filled(2)), head(filled(3))) is None


def test_heads_of_two_lengths_are_compared_by_what_was_pulled() -> None:
    long, other = filled(3), filled(1)
    other.publish(other.problem(77))
    pulled = {entry["number"]: entry["digest"] for entry in long.entries}
    found = equivocates(head(long, at=LATER), head(other), pulled.get)
    assert found is not None
    assert found.because == "log.two_histories"
    assert equivocates(head(long, at=LATER), head(filled(2)), pulled.get) is None
    assert equivocates(head(long, at=LATER), head(other)) is None  # nothing pulled, nothing known


def test_an_empty_log_begins_where_every_log_of_the_node_begins() -> None:
    wrong = read_head(
        signed_head(Cursor(0, "0" * 64), krefeld().key, node=krefeld().did, at=DAY), keys=RING, received=DAY
    )
    assert equivocates(head(krefeld()), head(filled(), at=LATER)) is None
    assert equivocates(wrong, head(filled(), at=LATER)) is not None


def test_heads_of_two_nodes_never_equivocate() -> None:
    assert equivocates(head(krefeld()), read_head(sofia().head(), keys=RING, received=DAY)) is None


@given(st.integers(0, 6), st.integers(0, 6))
def test_heads_of_one_honest_log_never_equivocate(first: int, second: int) -> None:
    long = filled(6)
    pulled = {entry["number"]: entry["digest"] for entry in long.entries}
    early, late = sorted((first, second))
    assert equivocates(head(filled(early)), head(filled(late), at=LATER), pulled.get) is None
