"""Our log as partners read it: chain, bodies, what is withheld, limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citytandem.core import clock
from citytandem.core.errors import Forbidden
from citytandem.federation.known import keyring_of
from citytandem.federation.models import HeadSeen, Identity, LogEntry, Peer, PeerState, SharedObject
from citytandem.federation.protocol import pages
from citytandem.federation.protocol.instants import instant, moment
from citytandem.federation.protocol.log import Source, start
from citytandem.federation.protocol.objects import Visibility, check, new_object, tombstone
from citytandem.federation.protocol.pages import Page, verified
from citytandem.federation.protocol.proofs import proven
from citytandem.federation.protocol.reading import PAGE_BYTES
from citytandem.federation.services.identity import own_did, signer
from citytandem.federation.services.log import Passed, append, appending, head_of, signed_head_now
from citytandem.federation.serving import heads_now, page_for
from tests.integration.federation.pairs import agreed, paired
from tests.unit.federation.nodes import Node, krefeld, sofia

pytestmark = pytest.mark.django_db
TEXTS = {"name": {"de": {"text": "Hitze", "by": "human"}}}


def put(number: int, *, version: int = 1, is_gone: bool = False, text: str = "", **more: Any) -> Passed:
    """Store an object of ours, as publishing does; the entry is still to be made."""
    by = signer()
    texts = {"name": {"de": {"text": text or "Hitze", "by": "human"}}}
    made = new_object(
        "Problem", origin=by.did, uuid=UUID(int=number), version=version, published=instant(clock.now()),
        **{"texts": texts, **more},
    )  # fmt: skip
    if is_gone:
        made = tombstone(check(made).envelope, deleted=instant(clock.now()))
    return stored(proven(made, by.key, did=by.did, created=instant(clock.now())), is_own=True)


def stored(body: dict[str, Any], *, source: Source | None = None, **more: Any) -> Passed:
    found = check(body)
    one = found.envelope
    SharedObject.objects.update_or_create(
        uri=one.id,
        defaults={
            "origin": one.origin,
            "kind": body.get("formerType", one.kind),
            "version": one.version,
            "digest": found.digest,
            "visibility": one.visibility.value,
            "audience": list(one.audience),
            "published": moment(one.published),
            "is_tombstone": one.is_tombstone,
            "body": orjson.dumps(body).decode(),
            "received_at": clock.now(),
            "entry": None,
            **more,
        },
    )
    return Passed(one.id, found.digest, one.version, one.is_tombstone, source)


def read(peer: Peer, *, after: int = 0, limit: int = 500, nodes: tuple[str, ...] = ()) -> Page:
    """The page as the partner's verifier reads it."""
    data = page_for(peer, after=after, limit=limit)
    assert len(data) <= PAGE_BYTES
    keys = keyring_of(nodes, with_own=True)
    return verified(data, None, keys, node=own_did(), received=instant(clock.now()))


def bodies(page: Page) -> list[bool]:
    return [entry.body is not None for entry in page.entries]


def test_a_page_holds_in_the_partners_verifier() -> None:
    peer = agreed()
    numbers = append([put(1), put(2), put(3)])
    page = read(peer)
    assert numbers == [1, 2, 3]
    assert bodies(page) == [True, True, True]
    assert page.after == start(own_did())
    assert page.is_last
    assert not any(entry.refusal for entry in page.entries)
    assert [entry.envelope.id for entry in page.entries if entry.envelope] == [
        f"http://localhost:8000/federation/objects/{UUID(int=number)}" for number in (1, 2, 3)
    ]


def test_pages_follow_each_other_and_an_empty_log_has_a_head() -> None:
    peer = agreed()
    assert read(peer).is_last
    assert read(peer).head.number == 0
    append([put(number) for number in range(1, 8)])
    found = [read(peer, after=0, limit=3), read(peer, after=3, limit=3), read(peer, after=6, limit=3)]
    assert pages.joined(found, start(own_did())) == found[-1].cursor
    assert [page.is_last for page in found] == [False, False, True]
    assert read(peer, after=7).entries == ()
    assert read(peer, after=7).after.number == 7


def test_who_asks_beyond_our_end_is_shown_our_end() -> None:
    peer = agreed()
    append([put(1)])
    page = read(peer, after=5)
    assert page.after.number == 1
    assert page.entries == ()


def test_a_body_is_left_out_in_silence_only_where_a_later_entry_brings_it() -> None:
    peer = agreed()
    append([put(1), put(2)])
    append([put(1, version=2)])
    page = read(peer)
    assert bodies(page) == [False, True, True]
    assert not any(entry.withheld for entry in page.entries)
    assert pages.unfilled(page.entries) == ()


def test_an_entry_whose_object_has_moved_on_but_is_not_in_the_log_yet_is_told_as_withheld() -> None:
    peer = agreed()
    append([put(1)])
    put(1, version=2)
    page = read(peer)
    assert page.entries[0].withheld
    assert pages.unfilled(page.entries) == ()


def test_a_tombstone_comes_with_its_proof_and_no_word_of_the_body_is_left() -> None:
    peer = agreed()
    append([put(1, text="Only once")])
    append([put(1, is_gone=True)])
    page = read(peer)
    assert bodies(page) == [False, True]
    assert page.entries[1].link.kind == "delete"
    assert b"Only once" not in page_for(peer, after=0, limit=10)


def test_what_comes_back_after_it_was_withdrawn_is_read_without_a_fault() -> None:
    peer = agreed()
    append([put(1)])
    append([put(1, is_gone=True)])
    append([put(1, version=3)])
    page = read(peer)
    assert [entry.refusal for entry in page.entries] == ["", "", ""]
    assert bodies(page) == [False, False, True]
    assert pages.unfilled(page.entries) == ()


@pytest.mark.parametrize(
    ("flow", "visibility", "is_seen"),
    [
        ({"*": Visibility.PARTNERS}, "partners", True),
        ({"*": Visibility.PUBLIC}, "partners", False),
        ({"*": Visibility.PUBLIC}, "public", True),
        ({"Solution": Visibility.PARTNERS}, "public", False),
        ({"Problem": Visibility.PUBLIC, "*": Visibility.PARTNERS}, "partners", False),
        ({"Problem": Visibility.NAMED}, "public", False),
        ({}, "public", False),
    ],
)
def test_the_agreement_says_what_a_partner_reads(flow: dict[str, Visibility], visibility: str, is_seen: bool) -> None:
    paired()
    peer = agreed(sends={own_did(): flow, sofia().did: flow})
    append([put(1, visibility=Visibility(visibility))])
    page = read(peer)
    assert bodies(page) == [is_seen]
    assert page.entries[0].withheld is not is_seen


def test_what_is_for_named_nodes_goes_to_those_alone() -> None:
    peer = agreed()
    append(
        [
            put(1, visibility=Visibility.NAMED, audience=(sofia().did,)),
            put(2, visibility=Visibility.NAMED, audience=("did:web:ghent.example",)),
        ]
    )
    append([put(3, is_gone=True, visibility=Visibility.NAMED, audience=("did:web:ghent.example",))])
    assert bodies(read(peer)) == [True, False, False]


def test_the_chain_is_the_same_for_every_reader() -> None:
    first = agreed()
    other = agreed(Node("did:web:ghent.example", krefeld().key), sends={own_did(): {}, "did:web:ghent.example": {}})
    append([put(1), put(2)])
    pair = [read(peer) for peer in (first, other)]
    assert pair[0].cursor == pair[1].cursor
    assert bodies(pair[0]) != bodies(pair[1])


def test_withdrawals_reach_also_those_who_may_no_longer_read_the_kind() -> None:
    paired()
    peer = agreed(sends={own_did(): {"Solution": Visibility.PUBLIC}, sofia().did: {}})
    append([put(1, is_gone=True)])
    assert bodies(read(peer)) == [True]


def test_without_an_agreement_nothing_is_served() -> None:
    peer = paired()
    with pytest.raises(Forbidden) as caught:
        page_for(peer, after=0, limit=10)
    assert caught.value.code == "partner.no_agreement"
    peer = agreed()
    with clock.at(clock.now() + timedelta(days=400)), pytest.raises(Forbidden):
        page_for(peer, after=0, limit=10)


def foreign(node: Node, **more: Any) -> Passed:
    """An object of another node, taken over from its own log."""
    made = node.publish(node.problem(len(node.entries) + 1, **more))
    source = Source(node.did, made["number"], made["digest"])
    return stored(made["body"], source=source, is_own=False)


@pytest.mark.parametrize(
    ("passes_on", "may", "visibility", "is_seen"),
    [
        (True, True, "partners", True),
        (True, False, "partners", False),
        (True, False, "public", True),
        (False, True, "public", False),
    ],
)
def test_what_we_pass_on_of_others(*, passes_on: bool, may: bool, visibility: str, is_seen: bool) -> None:
    ghent = Node("did:web:ghent.example", krefeld().key)
    paired(ghent)
    agreed(ghent, passes={ghent.did} if may else ())
    peer = agreed()
    Identity.objects.update(passes_on=passes_on)
    append([foreign(ghent, visibility=Visibility(visibility))])
    page = read(peer, nodes=(ghent.did,))
    assert bodies(page) == [is_seen]
    assert page.entries[0].link.source == Source(ghent.did, 1, ghent.entries[0]["digest"])


def test_a_page_stays_below_a_mebibyte_whatever_is_in_it() -> None:
    peer = agreed()
    append([put(number, text="ж" * 30_000) for number in range(1, 31)])
    page = read(peer)
    assert 10 <= len(page.entries) < 30
    rest = read(peer, after=page.cursor.number)
    assert pages.joined([page, rest], start(own_did())).number == 30


def test_the_number_of_queries_does_not_grow_with_the_page() -> None:
    peer = agreed()
    counts = []
    for batch in (range(1, 3), range(3, 60)):
        with CaptureQueriesContext(
            connection,
        ) as appended:
            append([put(number) for number in batch])
        with CaptureQueriesContext(connection) as served:
            page_for(peer, after=0, limit=500)
        counts.append(len(served))
        assert appended
    assert counts[0] == counts[1] <= 8


def test_a_head_is_kept_for_a_minute_and_made_anew_when_the_log_grows() -> None:
    paired()
    now = clock.now().replace(microsecond=0)
    with clock.at(now):
        first = signed_head_now()
    with clock.at(now + timedelta(seconds=59)):
        assert signed_head_now() is first
    with clock.at(now + timedelta(seconds=61)):
        later = signed_head_now()
        assert later["at"] > first["at"]
        assert later["number"] == 0
        append([put(1)])
        assert signed_head_now()["number"] == 1


def test_heads_tell_what_partners_said_of_themselves() -> None:
    node = sofia()
    agreed(node)
    node.publish(node.problem())
    head = node.head()
    for teller, number in (("", 1), ("did:web:ghent.example", 7)):
        HeadSeen.objects.create(
            node=node.did, told_by=teller, number=number, digest=head["digest"], at=clock.now(), body=head
        )
    assert heads_now(agreed(node))["heads"] == [signed_head_now(), head]


@pytest.mark.parametrize("state", [PeerState.WAITING, PeerState.ACTIVE, PeerState.PAUSED])
def test_whom_we_work_with_is_told_to_nobody_without_an_agreement(state: str) -> None:
    node = sofia()
    agreed(node)
    HeadSeen.objects.create(node=node.did, number=1, digest="0" * 64, at=clock.now(), body=node.head())
    other = paired(krefeld(), name="Krefeld")
    Peer.objects.filter(id=other.id).update(state=state, paused_at=clock.now() if state == PeerState.PAUSED else None)
    assert heads_now(Peer.objects.get(id=other.id)) == {"heads": [signed_head_now()]}


def test_a_paused_partner_is_told_our_own_head_alone() -> None:
    node = sofia()
    peer = agreed(node)
    HeadSeen.objects.create(node=node.did, number=1, digest="0" * 64, at=clock.now(), body=node.head())
    Peer.objects.filter(id=peer.id).update(state=PeerState.PAUSED, paused_at=clock.now())
    assert heads_now(Peer.objects.get(id=peer.id)) == {"heads": [signed_head_now()]}


def test_who_appends_is_alone_with_the_log_and_the_object_points_to_its_newest_entry() -> None:
    agreed()
    with appending() as cursor:
        assert cursor == start(own_did())
        one = put(1)
        assert append([one, one]) == [1, 2]
    assert SharedObject.objects.get().entry == 2
    assert list(LogEntry.objects.order_by("number").values_list("kind", flat=True)) == ["put", "put"]
    assert head_of(start(own_did()), by=signer())["number"] == 0
