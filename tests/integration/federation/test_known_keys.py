"""Only the key whose words were heard counts, and those that it vouches for; what was revoked stays revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid
from citytandem.federation import known
from citytandem.federation.known import document_keep, document_shown, documents_of, forget_unused, keyring_of, keys_for
from citytandem.federation.models import KnownNode, LogEntry, OwnKey, Peer, PeerState, SharedObject
from citytandem.federation.protocol.did import MOST_KEYS, NodeKey, base_address, document, method, read_document
from citytandem.federation.protocol.errors import BadDocument, BadProof
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.keys import PrivateKey, new_key
from citytandem.federation.protocol.proofs import keyring, proof_set, proven
from citytandem.federation.protocol.vouching import trusted, vouch
from citytandem.federation.services import identity as own
from citytandem.federation.services.agreeing import agreement_received
from citytandem.federation.services.files import invitation_take
from citytandem.federation.services.identity import key_revoke, key_rotate, own_did, own_document
from citytandem.federation.services.pairing import partner_confirm
from tests.integration.federation.pairs import agreed, document_of, offer, paired, signed_by, words_of_node
from tests.integration.federation.test_exchange_files import file_of, take
from tests.unit.federation.nodes import Node, krefeld, sofia

pytestmark = pytest.mark.django_db

THIEF = PrivateKey(bytes([7]) * 32)


def shown_by(node: Node, *keys: NodeKey, by: PrivateKey | None = None, ago: int = 0, **more: Any) -> dict[str, Any]:
    """A document of that node with these keys, proven by one of them if said."""
    made = document(node.did, keys, endpoint=node.did.replace("did:web:", "https://") + "/federation", **more)
    created = instant(clock.now() - timedelta(seconds=ago))
    return proven(made, by, did=node.did, created=created) if by else made


def multikeys(node: Node) -> set[str]:
    return {key.key.multikey for one in documents_of([node.did]) for key in one.keys if not key.revoked}


def both(node: Node, **more: Any) -> dict[str, Any]:
    return shown_by(node, NodeKey(node.key.public), NodeKey(THIEF.public), **more)


def test_a_file_with_the_true_key_that_a_thief_has_signed_pairs_nobody() -> None:
    node = sofia()
    line = file_of(Node(node.did, THIEF), to="", document=both(node)).splitlines()[0]
    with pytest.raises(Invalid) as refused:
        invitation_take(line, words_read=words_of_node(node), name="Sofia", by_file=True, by=SYSTEM)
    assert refused.value.code == "exchange.broken"
    assert not Peer.objects.exists()
    assert not KnownNode.objects.exists()


def test_a_second_key_that_the_one_heard_does_not_vouch_for_signs_no_agreement() -> None:
    """A false certificate at pairing: the true key is shown beside a key of somebody else."""
    node = sofia()
    document_keep(both(node, by=THIEF), did=node.did)
    peer = partner_confirm(node.did, words_read=words_of_node(node), name="Sofia", by=SYSTEM)
    row = offer(peer.id)
    with pytest.raises(BadProof):
        agreement_received(signed_by(Node(node.did, THIEF), row.body), peer=peer)
    assert Peer.objects.get().state == PeerState.WAITING
    agreement_received(signed_by(node, row.body), peer=peer)
    assert Peer.objects.get().state == PeerState.ACTIVE


def test_a_document_that_the_key_heard_has_proven_brings_all_its_keys() -> None:
    node, old = sofia(), new_key()
    document_keep(shown_by(node, NodeKey(node.key.public), NodeKey(old.public), by=node.key), did=node.did)
    partner_confirm(node.did, words_read=words_of_node(node), name="Sofia", by=SYSTEM)
    assert multikeys(node) == {node.key.public.multikey, old.public.multikey}


def test_a_new_key_counts_once_the_one_before_vouches_for_it() -> None:
    node, following = sofia(), new_key()
    agreed(node)
    vouchers = {following.public.multikey: vouch(node.did, following.public, by=node.key, created=instant(clock.now()))}
    told = shown_by(node, NodeKey(following.public), NodeKey(node.key.public), by=following, vouchers=vouchers)
    document_keep(told, did=node.did)
    assert multikeys(node) == {node.key.public.multikey, following.public.multikey}
    assert Peer.objects.get().state == PeerState.ACTIVE


def test_a_new_key_reaches_a_partner_by_file_without_words() -> None:
    node, following = sofia(), Node(sofia().did, new_key())
    agreed(node)
    following.publish(following.problem(1))
    vouchers = {
        following.key.public.multikey: vouch(node.did, following.key.public, by=node.key, created=instant(clock.now()))
    }
    told = shown_by(node, NodeKey(following.key.public), by=following.key, vouchers=vouchers)
    taken = take(file_of(following, document=told, pages=[following.page()]))
    assert (taken.unknown, taken.objects) == (False, 1)


def test_a_key_that_nobody_vouches_for_stops_the_partner_until_words_are_compared() -> None:
    node = sofia()
    agreed(node)
    document_keep(both(node, by=node.key), did=node.did)
    renewed = Node(node.did, new_key())
    told = shown_by(node, NodeKey(renewed.key.public), by=renewed.key)
    document_keep(told, did=node.did)
    held = Peer.objects.get()
    assert (held.state, held.paused_code) == (PeerState.PAUSED, "partner.new_key")
    assert renewed.key.public.multikey not in multikeys(node)
    assert document_shown(node.did) == told
    again = partner_confirm(node.did, words_read=words_of_node(renewed), name="Sofia", by=SYSTEM)
    assert (again.id, again.confirmed_key) == (held.id, renewed.key.public.multikey)
    assert multikeys(node) == {renewed.key.public.multikey}


def test_the_same_strange_document_stops_a_partner_once() -> None:
    node = sofia()
    agreed(node)
    for _ in range(2):
        document_keep(shown_by(node, NodeKey(THIEF.public), by=THIEF), did=node.did)
        Peer.objects.update(state=PeerState.ACTIVE, paused_at=None, paused_code="")
        document_keep(shown_by(node, NodeKey(THIEF.public), by=THIEF), did=node.did)
        assert Peer.objects.get().state == PeerState.ACTIVE


def test_a_revoked_key_stays_revoked_whatever_older_documents_say() -> None:
    node = sofia()
    agreed(node)
    old = file_of(node, document=both(node))
    revoked = NodeKey(THIEF.public, revoked=instant(clock.now()))
    take(file_of(node, document=shown_by(node, NodeKey(node.key.public), revoked)))
    assert multikeys(node) == {node.key.public.multikey}
    take(old)
    assert multikeys(node) == {node.key.public.multikey}
    # Nor does a revoked key bring others: the thief proves a document of their own.
    with pytest.raises(Invalid):
        take(file_of(Node(node.did, THIEF), document=both(node)))
    document_keep(both(node, by=THIEF), did=node.did)
    assert multikeys(node) == {node.key.public.multikey}


def test_an_older_document_does_not_take_the_place_of_a_newer_one() -> None:
    node, following = sofia(), new_key()
    paired(node)
    newer = shown_by(node, NodeKey(node.key.public), NodeKey(following.public), by=node.key)
    document_keep(newer, did=node.did)
    document_keep(shown_by(node, NodeKey(node.key.public), by=node.key, ago=60), did=node.did)
    assert KnownNode.objects.get().document == newer
    document_keep(document_of(node), did=node.did)
    assert KnownNode.objects.get().document == newer


def own_trusted(by_key: str) -> set[str]:
    value, now = own_document(), instant(clock.now())
    found = read_document(value, did=own_did())
    return set(trusted(value, found, known=[by_key], revoked=[], now=now, latest=now).keys)


def test_whoever_knows_one_of_our_keys_knows_the_later_and_the_earlier_ones() -> None:
    own.identity()
    first = OwnKey.objects.get().multikey
    second = key_rotate(by=SYSTEM).multikey
    key_revoke(second, by=SYSTEM)
    third = OwnKey.objects.get(expires=None, revoked=None).multikey
    assert own_trusted(first) == own_trusted(third) == {first, second, third}
    assert own_trusted(THIEF.public.multikey) == set()


def test_a_node_whose_secret_cannot_be_opened_still_shows_its_keys(settings: Any) -> None:
    own.identity()
    settings.SECRET_KEY = "another one, as after a restore without it"
    assert "proof" not in own_document()
    assert read_document(own_document(), did=own_did()).keys


def proven_by_key(multikey: str) -> SharedObject:
    me = own.signer()
    body = Node(me.did, me.key).problem(1)
    assert proof_set(body["proof"])[0]["verificationMethod"] == method(me.did, me.key.public)
    return SharedObject.objects.create(
        uri=body["id"], origin=me.did, kind="Problem", version=1, schema=1, digest="ab" * 32, visibility="public",
        published=clock.now(), body=orjson.dumps(body).decode(), is_own=True, received_at=clock.now(),
    )  # fmt: skip


def test_no_key_leaves_the_document_while_something_is_proven_by_it() -> None:
    from citytandem.federation.services.publishing import prove_anew

    own.identity()
    first = OwnKey.objects.get().multikey
    row = proven_by_key(first)
    for number in range(1, MOST_KEYS):
        with clock.at(clock.now() + timedelta(minutes=number)):
            key_rotate(by=SYSTEM)
    with clock.at(clock.now() + timedelta(minutes=MOST_KEYS)):
        with pytest.raises(Conflict) as refused:
            key_rotate(by=SYSTEM)
        assert refused.value.code == "federation.keys_in_use"
        assert prove_anew() == 1
        assert LogEntry.objects.get().uri == row.uri
        key_rotate(by=SYSTEM)
    row.refresh_from_db()
    listed = keyring(read_document(own_document(), did=own_did())).keys
    assert len(listed) == MOST_KEYS
    assert orjson.loads(row.body)["proof"]["verificationMethod"] in listed


def test_a_page_is_read_with_the_keys_of_those_it_names() -> None:
    node, other = sofia(), Node("did:web:athens.example", PrivateKey(bytes([3]) * 32))
    for one in (node, other, krefeld()):
        document_keep(document_of(one), did=one.did)
    node.publish(other.problem(1))
    names = {name.partition("#")[0] for name in keys_for(node.page(), node=node.did).keys}
    assert names == {node.did, other.did, own_did()}
    assert set(keys_for(b'{"entries": [1]}', node=node.did).keys) == set(keyring_of([node.did], with_own=True).keys)


def at_path(node: Node) -> dict[str, Any]:
    return document(node.did, [NodeKey(node.key.public)], endpoint=f"{base_address(node.did)}/federation")


def test_one_host_has_room_for_so_many_nodes_and_what_nobody_uses_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "_MOST_AT_ONE_HOST", 3)
    evil = [Node(f"did:web:evil.example:n{number}", THIEF) for number in range(4)]
    for one in evil[:3]:
        document_keep(at_path(one), did=one.did)
    with pytest.raises(BadDocument, match=r"network\.too_many"):
        document_keep(at_path(evil[3]), did=evil[3].did)
    paired()
    with clock.at(clock.now() + timedelta(days=8)):
        assert forget_unused() == 3
    assert KnownNode.objects.get().did == sofia().did


def test_a_clock_that_is_wrong_pauses_nobody() -> None:
    """Ours is behind, so a document of today comes from the future; with the same keys or with a new one."""
    peer, node = agreed(), sofia()
    document_keep(shown_by(node, NodeKey(node.key.public), by=node.key), did=node.did)
    before = multikeys(node)
    tomorrow = both(node, by=node.key, ago=-600)
    for shown in (shown_by(node, NodeKey(node.key.public), by=node.key, ago=-600), tomorrow):
        with pytest.raises(BadDocument) as refused:
            document_keep(shown, did=node.did)
        assert refused.value.code == "proof.future"
        assert (Peer.objects.get(id=peer.id).state, multikeys(node)) == (PeerState.ACTIVE, before)
    with clock.at(clock.now() + timedelta(minutes=11)):
        document_keep(tomorrow, did=node.did)
    assert len(multikeys(node)) == 2


def test_an_unproven_document_without_a_new_key_pauses_nobody() -> None:
    peer, node = agreed(), sofia()
    document_keep(shown_by(node, NodeKey(node.key.public), by=node.key), did=node.did)
    document_keep(shown_by(node, NodeKey(node.key.public)), did=node.did)
    assert Peer.objects.get(id=peer.id).state == PeerState.ACTIVE
