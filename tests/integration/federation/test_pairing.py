"""Pairing: nothing counts but the words that somebody heard; pausing, resuming and ending leave no half states."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.accounts.models import Entry
from citytandem.core.errors import Conflict, DomainError, Forbidden, Invalid
from citytandem.federation.agreed import terms_with
from citytandem.federation.known import document_keep
from citytandem.federation.models import AgreementVersion, Peer, PeerState
from citytandem.federation.protocol.keys import PrivateKey, qr_text
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.pairing import (
    did_of_address,
    own_words,
    partner_confirm,
    partner_end,
    partner_pause,
    partner_resume,
)
from tests.integration.federation.pairs import agreed, document_of, paired, words_of_node
from tests.unit.federation.nodes import Node, krefeld, sofia

pytestmark = pytest.mark.django_db


def test_who_typed_the_words_as_heard_is_paired_and_nothing_flows_yet() -> None:
    document_keep(document_of(sofia()), did=sofia().did)
    heard = words_of_node(sofia()).upper().replace("-", "  ")
    peer = partner_confirm(sofia().did, words_read=heard, name=" Sofia ", by=SYSTEM)
    assert (peer.name, peer.state) == ("Sofia", PeerState.WAITING)
    assert peer.confirmed_key == sofia().key.public.multikey
    assert terms_with(peer) is None
    assert Entry.objects.filter(what="federation_partner_confirmed").count() == 1


def test_a_scanned_code_is_as_good_as_words() -> None:
    document_keep(document_of(sofia()), did=sofia().did)
    code = qr_text(sofia().key.public, did=sofia().did)
    assert partner_confirm(sofia().did, words_read=code, name="Sofia", by=SYSTEM).did == sofia().did


@pytest.mark.parametrize("words", ["", "lusab-babad", words_of_node(krefeld())])
def test_other_words_pair_nobody(words: str) -> None:
    document_keep(document_of(sofia()), did=sofia().did)
    with pytest.raises(Invalid) as refused:
        partner_confirm(sofia().did, words_read=words, name="Sofia", by=SYSTEM)
    assert (refused.value.code, refused.value.field) == ("partner.words", "words_read")
    assert not Peer.objects.exists()


def test_a_true_name_with_another_key_has_other_words() -> None:
    """Somebody in between shows a key of their own under the partner's address."""
    between = Node(sofia().did, PrivateKey(bytes([9]) * 32))
    document_keep(document_of(between), did=sofia().did)
    with pytest.raises(Invalid, match="words"):
        partner_confirm(sofia().did, words_read=words_of_node(sofia()), name="Sofia", by=SYSTEM)


def test_nobody_is_paired_twice_nor_unseen() -> None:
    peer = paired()
    with pytest.raises(Conflict) as refused:
        paired()
    assert refused.value.details["peer"] == str(peer.id)
    with pytest.raises(Invalid) as unseen:
        partner_confirm("did:web:athens.example", words_read="lusab", name="Athens", by=SYSTEM)
    assert unseen.value.code == "partner.not_looked"


@pytest.mark.parametrize("role", ["resident", "innovation_unit", "programme_coordinator"])
def test_only_administrators_pair_pause_and_end(role: str, make_actor: Callable[[str], Actor]) -> None:
    peer, somebody = paired(), make_actor(role)
    for refused in (
        lambda: partner_confirm(sofia().did, words_read="x", name="Sofia", by=somebody),
        lambda: partner_pause(peer.id, by=somebody),
        lambda: partner_resume(peer.id, by=somebody),
        lambda: partner_end(peer.id, by=somebody),
    ):
        with pytest.raises(Forbidden):
            refused()


@pytest.mark.parametrize(
    ("typed", "did"),
    [
        ("sofia.example", "did:web:sofia.example"),
        (" https://Sofia.example/ ", "did:web:sofia.example"),
        ("https://sofia.example/federation", "did:web:sofia.example"),
        ("https://sofia.example/?language=de#top", "did:web:sofia.example"),
        ("https://sofia.example/.well-known/did.json", "did:web:sofia.example"),
        ("city.example/nodes/bonn", "did:web:city.example:nodes:bonn"),
        ("did:web:sofia.example", "did:web:sofia.example"),
        ("localhost:8001", "did:web:localhost%3A8001"),
        (qr_text(sofia().key.public, did=sofia().did), "did:web:sofia.example"),
    ],
)
def test_an_address_may_be_written_in_many_ways(typed: str, did: str) -> None:
    assert did_of_address(typed) == did


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "partner.address"),
        ("sofia", "partner.address"),
        ("10.0.0.1", "partner.address"),
        ("https://user:secret@sofia.example", "partner.address"),
        ("javascript:alert(1)", "partner.address"),
        ("https://sofia.example:99999", "partner.address"),
        ("https://[::1]/", "partner.address"),
        ("https://[::1", "partner.address"),
    ],
)
def test_what_is_no_address_of_a_node_is_refused(typed: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        did_of_address(typed)
    assert refused.value.code == code


def test_a_node_is_not_its_own_partner(settings: pytest.FixtureRequest) -> None:
    with pytest.raises(Conflict, match="your own"):
        did_of_address(own_words().address)
    settings.FEDERATION_LOCAL = False  # type: ignore[attr-defined]
    settings.ADDRESS = "https://krefeld.example"  # type: ignore[attr-defined]
    with pytest.raises(Invalid, match="this machine"):
        did_of_address("localhost:8001")


def test_a_paused_partner_goes_on_where_it_stopped() -> None:
    peer = agreed()
    Peer.objects.filter(id=peer.id).update(cursor_number=7, failures=3)
    assert partner_pause(peer.id, by=SYSTEM).state == PeerState.PAUSED
    assert partner_pause(peer.id, by=SYSTEM).paused_code == "manual"
    resumed = partner_resume(peer.id, by=SYSTEM)
    assert (resumed.state, resumed.cursor_number, resumed.failures) == (PeerState.ACTIVE, 7, 0)
    assert resumed.paused_at is None
    assert partner_resume(peer.id, by=SYSTEM).state == PeerState.ACTIVE


def test_who_waits_can_neither_be_paused_nor_resumed() -> None:
    peer = paired()
    for refused in (partner_pause, partner_resume):
        with pytest.raises(Conflict):
            refused(peer.id, by=SYSTEM)


def test_ending_takes_one_signature_and_takes_everything_back() -> None:
    peer = agreed()
    ended = partner_end(peer.id, by=SYSTEM)
    assert ended.state == PeerState.ENDED
    last = AgreementVersion.objects.filter(peer=peer).order_by("-version")[0]
    assert (last.signed_by_us, last.signed_by_them) == (True, False)
    assert not any(last.body["details"]["sends"].values())
    terms = terms_with(ended)
    assert terms is None or not any(terms.sends.values())
    assert partner_end(peer.id, by=SYSTEM).ended_at == ended.ended_at


def test_after_an_end_one_can_pair_again_from_the_beginning() -> None:
    peer = agreed()
    Peer.objects.filter(id=peer.id).update(cursor_number=7, cursor_digest="ab" * 32)
    partner_end(peer.id, by=SYSTEM)
    again = paired(name="Sofia again")
    assert (again.id, again.state, again.cursor_number) == (peer.id, PeerState.WAITING, 0)
    assert not any(terms.values()) if (terms := getattr(terms_with(again), "sends", {})) else True
    assert agreed().state == PeerState.ACTIVE
    assert own_did() in terms_with(again).sends  # type: ignore[union-attr]
