"""Files instead of a network: whole or not at all, and the same as what is pulled."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any
from unittest.mock import patch

import orjson
import pytest

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.core import clock
from citytandem.core.errors import Conflict, Forbidden, Invalid
from citytandem.federation.known import keyring_of
from citytandem.federation.models import AgreementVersion, Exchange, Peer, PeerState, SharedObject
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.protocol.log import start
from citytandem.federation.protocol.pages import verified
from citytandem.federation.protocol.proofs import proven
from citytandem.federation.services import storing
from citytandem.federation.services.files import file_for, file_take, invitation_take
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.pairing import partner_pause
from tests.integration.federation.pairs import ALL, agreed, document_of, offered_by, paired, signed_by, words_of_node
from tests.unit.federation.nodes import Node, sofia

pytestmark = pytest.mark.django_db


def file_of(node: Node, *, to: str | None = None, pages: list[bytes] | None = None, **more: Any) -> bytes:
    """A file as that node makes it."""
    header = {
        "citytandem": "exchange 1",
        "node": node.did,
        "to": own_did() if to is None else to,
        "read": 0,
        "document": document_of(node),
        "agreements": [],
        "made": instant(clock.now()),
        **more,
    }
    lines = [orjson.dumps(signed_by(node, header)), *(pages or [])]
    data = b"".join(line + b"\n" for line in lines)
    end = {"citytandem": "exchange end 1", "lines": len(lines), "sha256": sha256(data).hexdigest()}
    return data + orjson.dumps(signed_by(node, end)) + b"\n"


def take(data: bytes) -> Any:
    return file_take(BytesIO(data), by=SYSTEM)


def with_problems(count: int = 5) -> Node:
    node = sofia()
    for number in range(1, count + 1):
        node.publish(node.problem(number))
    return node


def test_a_log_by_file_is_the_log_that_is_pulled() -> None:
    peer, node = agreed(), with_problems()
    data = file_of(node, pages=[node.page(0, 3), node.page(3, 3)])
    taken = take(data)
    assert (taken.code, taken.pages, taken.objects, taken.aside) == ("", 2, 5, 0)
    held = Peer.objects.get(id=peer.id)
    assert (held.cursor_number, held.cursor_digest) == (5, node.cursor.digest)
    assert SharedObject.objects.filter(from_peer=peer, kind="Problem").count() == 5
    assert Exchange.objects.get(peer=peer).way == "file"
    again = take(data)
    assert (again.code, Peer.objects.get(id=peer.id).cursor_number) == ("", 5)
    assert SharedObject.objects.count() == 5


def test_a_second_file_brings_what_came_since_and_a_gap_is_told() -> None:
    peer, node = agreed(), with_problems(9)
    assert take(file_of(node, pages=[node.page(0, 3)])).code == ""
    gap = take(file_of(node, pages=[node.page(6, 3)]))
    assert (gap.code, gap.objects) == ("log.after", 0)
    assert Peer.objects.get(id=peer.id).state == PeerState.ACTIVE
    assert take(file_of(node, pages=[node.page(3, 6)])).objects == 6


@pytest.mark.parametrize("harm", ["cut", "swapped", "changed", "longer", "half a line"])
def test_a_file_that_was_harmed_on_its_way_brings_nothing(harm: str) -> None:
    peer, node = agreed(), with_problems()
    lines = file_of(node, pages=[node.page(0, 2), node.page(2, 3)]).splitlines(keepends=True)
    harmed = {
        "cut": lines[:2] + lines[3:],
        "swapped": [lines[0], lines[2], lines[1], lines[3]],
        "changed": [lines[0], lines[1].replace(b"Hitze", b"Kalte"), *lines[2:]],
        "longer": [*lines, lines[1]],
        "half a line": [*lines[:3], lines[3][:-9]],
    }[harm]
    with pytest.raises(Invalid) as refused:
        take(b"".join(harmed))
    assert refused.value.code == "exchange.broken"
    assert not SharedObject.objects.exists()
    assert Peer.objects.get(id=peer.id).state == PeerState.ACTIVE


@pytest.mark.parametrize("data", [b"", b"{}\n", b"\xff\n", b"[]\n" * 9, b"x" * 2_000_000])
def test_what_is_no_file_of_a_node_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        take(data)
    assert (refused.value.code, refused.value.field) == ("exchange.form", "file")


def test_a_file_for_somebody_else_is_refused() -> None:
    agreed()
    with pytest.raises(Invalid) as refused:
        take(file_of(with_problems(), to="did:web:athens.example"))
    assert refused.value.code == "exchange.not_for_us"


def test_a_past_that_was_rewritten_stops_the_partner() -> None:
    peer, node = agreed(), with_problems()
    take(file_of(node, pages=[node.page()]))
    other = sofia()
    for number in range(11, 19):
        other.publish(other.problem(number))
    assert take(file_of(other, pages=[other.page()])).code == "log.rewritten"
    held = Peer.objects.get(id=peer.id)
    assert (held.state, held.paused_code) == (PeerState.PAUSED, "log.rewritten")
    with pytest.raises(Conflict, match="paused"):
        take(file_of(node, pages=[node.page()]))


def test_an_unknown_node_is_paired_by_its_invitation_once_its_words_were_heard() -> None:
    offer = offered_by(sofia(), sends={own_did(): ALL, sofia().did: ALL})
    data = file_of(sofia(), to="", agreements=[offer])
    taken = take(data)
    assert taken.unknown
    assert not Peer.objects.exists()
    line = data.splitlines(keepends=True)[0]
    with pytest.raises(Invalid):
        invitation_take(line, words_read="lusab-babad", name="Sofia", by_file=True, by=SYSTEM)
    assert not AgreementVersion.objects.exists()
    peer = invitation_take(line, words_read=words_of_node(sofia()), name="Sofia", by_file=True, by=SYSTEM)
    assert (peer.state, peer.by_file) == (PeerState.WAITING, True)
    assert AgreementVersion.objects.get(peer=peer).signed_by_them


def test_a_file_under_a_key_that_is_not_known_needs_the_words_again() -> None:
    """Who has taken over the address of a partner cannot put a key of their own into a file."""
    peer = agreed()
    thief = Node(sofia().did, PrivateKey(bytes([7]) * 32))
    thief.publish(thief.problem(1))
    data = file_of(thief, pages=[thief.page()])
    assert take(data).unknown
    assert not SharedObject.objects.exists()
    line = data.splitlines(keepends=True)[0]
    same = invitation_take(line, words_read=words_of_node(thief), name="Sofia", by_file=False, by=SYSTEM)
    assert (same.id, same.confirmed_key) == (peer.id, thief.key.public.multikey)


def test_without_an_agreement_no_page_is_taken() -> None:
    paired()
    node = with_problems()
    taken = take(file_of(node, pages=[node.page()]))
    assert (taken.skipped, taken.objects) == (1, 0)
    assert not SharedObject.objects.exists()


def test_what_we_make_can_be_checked_by_anybody() -> None:
    peer = agreed()
    lines = list(file_for(peer))
    header, end = orjson.loads(lines[0]), orjson.loads(lines[-1])
    assert (header["node"], header["to"], len(header["agreements"])) == (own_did(), peer.did, 1)
    assert (end["lines"], end["sha256"]) == (len(lines) - 1, sha256(b"".join(lines[:-1])).hexdigest())
    keys = keyring_of([], with_own=True)
    page = verified(lines[1].rstrip(b"\n"), start(own_did()), keys, node=own_did(), received=instant(clock.now()))
    assert page.is_last
    invitation = list(file_for(None))
    assert len(invitation) == 2
    assert orjson.loads(invitation[0])["to"] == ""


def test_only_administrators_take_files(innovation_unit: Actor) -> None:
    with pytest.raises(Forbidden):
        file_take(BytesIO(file_of(sofia())), by=innovation_unit)


def test_a_paused_partner_brings_nothing_by_file_either() -> None:
    peer, node = agreed(), with_problems()
    partner_pause(peer.id, by=SYSTEM)
    with pytest.raises(Conflict):
        take(file_of(node, pages=[node.page()]))


def header_of(peer: Peer) -> Any:
    return orjson.loads(next(iter(file_for(peer))))


def test_what_is_to_be_read_anew_is_asked_for_from_the_beginning() -> None:
    peer, node = agreed(), with_problems()
    take(file_of(node, pages=[node.page()]))
    peer.refresh_from_db()
    assert header_of(peer)["read"] == 5
    Peer.objects.filter(id=peer.id).update(rereads_number=0)
    peer.refresh_from_db()
    assert header_of(peer)["read"] == 0
    Peer.objects.filter(id=peer.id).update(sent_number=7)
    take(file_of(node, read=0))
    peer.refresh_from_db()
    assert peer.sent_number == 0


def test_what_proves_two_histories_ends_the_reading_of_a_file() -> None:
    peer, node = agreed(), with_problems(9)
    first = node.page(0, 3)
    Peer.objects.filter(id=peer.id).update(state=PeerState.ACTIVE)

    real = storing.store

    def store_and_pause(peer_id: Any, page: Any) -> Any:
        stored = real(peer_id, page)
        partner_pause(peer_id, by=SYSTEM)
        return stored

    with patch.object(storing, "store", store_and_pause):
        taken = take(file_of(node, pages=[first, node.page(3, 3), node.page(6, 3)]))
    assert (taken.pages, Peer.objects.get(id=peer.id).cursor_number) == (1, 3)


def test_a_clock_that_is_behind_pauses_nobody_by_file_either() -> None:
    peer, node = agreed(), sofia()
    later = instant(clock.now() + timedelta(hours=1))
    bare = {name: item for name, item in node.problem(1).items() if name != "proof"}
    node.publish(proven(bare, node.key, did=node.did, created=later))
    taken = take(file_of(node, pages=[node.page()]))
    assert (taken.objects, Peer.objects.get(id=peer.id).state) == (0, PeerState.ACTIVE)
