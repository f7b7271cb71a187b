"""Pages of a partner's log: what an honest one sends passes, what a hostile one sends is refused or set aside."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import orjson
import pytest

from citytandem.federation.protocol.errors import BadLog, ProtocolError
from citytandem.federation.protocol.log import Source, dump, entry, read_link, start
from citytandem.federation.protocol.objects import check, tombstone
from citytandem.federation.protocol.pages import Page, joined, unfilled, verified
from citytandem.federation.protocol.proofs import keyring, proven
from citytandem.federation.protocol.reading import PAGE_BYTES
from tests.unit.federation.nodes import DAY, LATER, Node, krefeld, sofia

RING = keyring(krefeld().document, sofia().document)


def filled(count: int = 5) -> Node:
    node = krefeld()
    for number in range(1, count + 1):
        node.publish(node.problem(number))
    return node


def read(data: bytes, *, own_cursor: bool = True) -> Page:
    return verified(data, start(krefeld().did) if own_cursor else None, RING, node=krefeld().did, received=DAY)


def turned(change: Callable[[dict[str, Any]], object]) -> bytes:
    value = json.loads(filled().page())
    change(value)
    return json.dumps(value).encode()


def test_an_honest_page_brings_its_objects() -> None:
    node = filled()
    page = read(node.page())
    assert page.cursor == node.cursor
    assert page.is_last
    assert [one.refusal for one in page.entries] == [""] * 5
    assert [orjson.loads(one.body or b"") for one in page.entries] == [one["body"] for one in node.entries]
    assert orjson.loads(page.signed_head) == node.head()


def test_a_database_may_write_the_page_in_its_own_way() -> None:
    def upside_down(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: upside_down(value[name]) for name in sorted(value, key=len, reverse=True)}
        return [upside_down(item) for item in value] if isinstance(value, list) else value

    node = krefeld()
    node.publish(node.problem(details={"share": 0.1, "one": 1.0, "small": 1e-7, "text": "Жега \u2028 ☀"}))
    page = json.loads(node.page())
    written = json.dumps(upside_down(page), indent=1, ensure_ascii=True).replace("1e-07", "0.0000001")
    assert [one.refusal for one in read(written.encode()).entries] == [""]


def test_an_empty_log_has_a_page_too() -> None:
    page = read(krefeld().page())
    assert page.cursor == start(krefeld().did)
    assert page.is_last


def test_pages_follow_each_other_from_a_cursor() -> None:
    node, cursor, seen = filled(7), start(krefeld().did), 0
    while True:
        page = verified(node.page(cursor.number, most=3), cursor, RING, node=node.did, received=DAY)
        seen, cursor = seen + len(page.entries), page.cursor
        if page.is_last:
            break
    assert seen == 7


def test_pages_are_verified_side_by_side_and_joined() -> None:
    node = filled(6)
    data = [node.page(after, most=2) for after in (0, 2, 4)]
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        futures = [
            pool.submit(verified, each, None, RING, node=node.did, received=DAY) for each in [*data, data[0][:-9]]
        ]
        pages = [future.result() for future in futures[:3]]
        with pytest.raises(ProtocolError, match=r"json\.malformed"):
            futures[3].result()
    assert joined(pages, start(node.did)) == node.cursor
    with pytest.raises(BadLog, match=r"log\.after"):
        joined([pages[0], pages[2]], start(node.did))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda page: page.update(more=1), "log.page"),
        (lambda page: page.update(entries={}), "log.page"),
        (lambda page: page.update(after=None), "log.page"),
        (lambda page: page.update(node=sofia().did), "log.node"),
        (lambda page: page.update(head=sofia().head()), "log.node"),
        (lambda page: page["after"].update(digest="0" * 64), "log.after"),
        (lambda page: page["entries"].pop(0), "log.gap"),
        (lambda page: page["entries"].pop(2), "log.gap"),
        (lambda page: page["entries"].reverse(), "log.gap"),
        (lambda page: page["entries"].append(page["entries"][4]), "log.gap"),
        (lambda page: page["entries"][1].update(at=LATER), "log.digest"),
        (lambda page: page["entries"][1].update(version=2), "log.digest"),
        (lambda page: page["entries"].insert(0, 7), "log.entry"),
        (lambda page: page.update(head=filled(4).head()), "log.head"),
        (lambda page: page["head"].update(number=9), "proof.wrong"),
    ],
)
def test_a_page_that_does_not_fit_is_refused_whole(change: Callable[[dict[str, Any]], object], code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        read(turned(change))
    assert refused.value.code == code


def test_a_rewritten_past_is_noticed() -> None:
    node, other = filled(3), krefeld()
    for number in (1, 77, 3):
        other.publish(other.problem(number))
    page = dump(start(node.did), [*node.entries[:2], other.entries[2]], node=node.did, head=node.head())
    with pytest.raises(BadLog, match=r"log\.rewritten"):
        read(page)


def test_another_end_under_a_true_head_is_noticed() -> None:
    node, other = filled(2), filled(1)
    other.publish(other.problem(77))
    page = dump(start(node.did), other.entries, node=node.did, head=node.head())
    with pytest.raises(BadLog, match=r"log\.head"):
        read(page)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda body: body.update(nameMap={"de": "Forged"}), "log.body"),
        (lambda body: body.pop("proof"), "proof.missing"),
        (lambda body: body["proof"].update(proofValue=krefeld().problem(9)["proof"]["proofValue"]), "proof.wrong"),
        (lambda body: body.update(details={"email": "x"}), "object.personal"),
        (lambda body: body.update(id="https://evil.example/1"), "object.id"),
        (lambda body: body.clear(), "object.context"),
    ],
)
def test_one_bad_object_is_set_aside_and_harms_no_other(change: Callable[[dict[str, Any]], object], code: str) -> None:
    page = read(turned(lambda page: change(page["entries"][2]["body"])))
    assert [one.refusal for one in page.entries] == ["", "", code, "", ""]
    assert page.entries[2].body is None
    assert page.cursor == filled().cursor


def test_a_forged_object_in_a_valid_chain_is_set_aside() -> None:
    node, forged = krefeld(), sofia().problem(5)
    forged = proven({**forged, "proof": None}, krefeld().key, did=krefeld().did, created=DAY)
    node.publish(forged)
    assert [one.refusal for one in read(node.page()).entries] == ["proof.origin"]


def test_a_relay_passes_on_what_others_proved() -> None:
    origin, relay = sofia(), krefeld()
    origin.publish(origin.problem())
    relay.publish(origin.entries[0]["body"], source=Source(origin.did, 1, origin.entries[0]["digest"]))
    (passed_on,) = read(relay.page()).entries
    assert passed_on.refusal == ""
    assert passed_on.envelope is not None
    assert passed_on.envelope.origin == origin.did
    assert passed_on.link.source == Source(origin.did, 1, origin.entries[0]["digest"])


def test_an_object_of_an_unknown_node_waits_for_its_key() -> None:
    stranger, relay = Node("did:web:stranger.example", sofia().key), krefeld()
    relay.publish(stranger.problem())
    assert [one.refusal for one in read(relay.page()).entries] == ["proof.key_unknown"]


def test_a_withdrawn_body_is_left_out_but_the_chain_still_holds() -> None:
    node = filled(2)
    gone = node.proven(tombstone(check(node.problem(1)).envelope, deleted=DAY))
    del node.entries[0]["body"]
    before = read(node.page())
    assert [link.number for link in unfilled(before.entries)] == [1]
    node.publish(gone)
    page = read(node.page())
    assert page.entries[0].body is None
    assert page.entries[2].link.kind == "delete"
    assert unfilled(page.entries) == ()
    later = verified(node.page(2), before.cursor, RING, node=node.did, received=DAY)
    assert unfilled(later.entries, unfilled(before.entries)) == ()


def test_a_withdrawal_does_not_come_without_its_proof() -> None:
    node = filled(1)
    node.publish(node.proven(tombstone(check(node.problem(1)).envelope, deleted=DAY)))
    del node.entries[1]["body"]
    assert [one.refusal for one in read(node.page()).entries] == ["", "log.body_missing"]


def test_what_is_not_for_a_reader_is_left_out_and_said_so() -> None:
    node = filled(3)
    node.entries[1] = entry(read_link(node.entries[1]), node.entries[1]["body"], withheld=True)
    page = read(node.page())
    assert [(one.withheld, one.body is None, one.refusal) for one in page.entries] == [
        (False, False, ""),
        (True, True, ""),
        (False, False, ""),
    ]
    assert unfilled(page.entries) == ()
    node.entries[1]["body"] = node.problem(2)
    assert read(node.page()).entries[1].refusal == "log.withheld"


def test_an_entry_says_truly_whether_it_withdraws() -> None:
    node = filled(1)
    made = node.publish(node.problem(2))
    value = check(node.proven(tombstone(check(node.problem(1)).envelope, deleted=DAY)))
    assert value.envelope.is_tombstone
    lied = {**made, "kind": "delete"}
    with pytest.raises(BadLog, match=r"log\.digest"):
        read(dump(start(node.did), [node.entries[0], lied], node=node.did, head=node.head()))


def test_a_page_of_more_than_a_mebibyte_is_refused() -> None:
    node = krefeld()
    node.publish(node.problem(details={"text": ["x" * 60_000] * 4}))
    assert not read(node.page()).entries[0].refusal
    with pytest.raises(ProtocolError, match=r"json\.too_large"):
        read(node.page() + b" " * PAGE_BYTES)


def test_an_object_beyond_its_limit_is_set_aside() -> None:
    def swell(page: dict[str, Any]) -> None:
        page["entries"][0]["body"]["details"] = ["x" * 60_000] * 5

    assert read(turned(swell)).entries[0].refusal == "object.too_large"


def test_a_page_travels_between_processes() -> None:
    page = read(filled().page())
    assert pickle.loads(pickle.dumps(page)) == page  # noqa: S301
