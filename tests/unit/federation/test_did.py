"""A node's address and the document that tells its keys."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.federation.protocol.did import (
    MOST_KEYS,
    NodeKey,
    base_address,
    did_of,
    document,
    document_address,
    method,
    read_document,
)
from citytandem.federation.protocol.errors import BadDocument
from citytandem.federation.protocol.keys import PrivateKey
from tests.unit.federation.nodes import krefeld

OLD, NEW = PrivateKey(b"o" * 32).public, PrivateKey(b"n" * 32).public
LABEL = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
HOST = st.lists(LABEL, min_size=1, max_size=3).map(lambda labels: ".".join([*labels, "example"]))
PATH = st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True), max_size=3)


@pytest.mark.parametrize(
    ("did", "base", "where"),
    [
        # The first three: did:web Method specification, section Read (Resolve), examples.
        ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io", "/.well-known/did.json"),
        ("did:web:w3c-ccg.github.io:user:alice", "https://w3c-ccg.github.io/user/alice", "/did.json"),
        ("did:web:example.com%3A3000:user:alice", "https://example.com:3000/user/alice", "/did.json"),
        ("did:web:localhost%3A8001", "http://localhost:8001", "/.well-known/did.json"),
        ("did:web:xn--kln-sna.example", "https://xn--kln-sna.example", "/.well-known/did.json"),
    ],
)
def test_a_did_leads_to_its_document_and_back(did: str, base: str, where: str) -> None:
    assert base_address(did) == base
    assert document_address(did) == base + where
    assert did_of(base) == did
    assert did_of(base + "/") == did


@given(HOST, st.none() | st.integers(1, 65535), PATH)
def test_any_address_of_a_node_comes_back(host: str, port: int | None, path: list[str]) -> None:
    address = "/".join([f"https://{host}" + (f":{port}" if port else ""), *path])
    assert base_address(did_of(address)) == address


@pytest.mark.parametrize(
    "did",
    [
        "did:web:",
        "did:key:z6Mk",
        "did:web:krefeld",
        "did:web:127.0.0.1",
        "did:web:1.2.3.4",
        "did:web:10.1",
        "did:web:[::1]",
        "did:web:0x7f.1",
        "did:web:Krefeld.example",
        "did:web:krefeld.example%3a8000",
        "did:web:krefeld.example%3A",
        "did:web:krefeld.example%3A0",
        "did:web:krefeld.example%3A65536",
        "did:web:krefeld.example%3A80%3A80",
        "did:web:user@krefeld.example",
        "did:web:krefeld.example%2F..",
        "did:web:krefeld.example:..:etc",
        "did:web:krefeld.example:.",
        "did:web:krefeld.example:",
        "did:web:krefeld.example#key",
        "did:web:krefeld.example?x",
        "did:web:-krefeld.example",
        "did:web:krefeld..example",
        "did:web:krefeld.example\n",
        "did:web:krefeld.example:a\n",
        "did:web:köln.example",
        "did:web:" + "a" * 64 + ".example",
        "did:web:" + "a." * 200 + "example",
        "did:web:krefeld.example" + ":a" * 9,
    ],
)
def test_other_dids_are_refused(did: str) -> None:
    with pytest.raises(BadDocument, match=r"did\.form"):
        document_address(did)


@pytest.mark.parametrize(
    "address",
    [
        "http://krefeld.example",
        "ftp://krefeld.example",
        "https://krefeld.example/?a=1",
        "https://krefeld.example/#a",
        "https://user:word@krefeld.example",
        "https://krefeld.example:99999",
        "https://krefeld.example//a",
        "https://192.168.0.1",
        "https://localhost",
        "krefeld.example",
    ],
)
def test_other_addresses_are_no_nodes(address: str) -> None:
    with pytest.raises(BadDocument, match=r"did\.form"):
        did_of(address)


def made(**changes: Any) -> dict[str, Any]:
    node = krefeld()
    value = copy.deepcopy(document(node.did, [NodeKey(NEW)], endpoint="https://krefeld.example/federation"))
    return {**value, **changes}


def test_a_document_is_read_as_it_was_made() -> None:
    keys = [
        NodeKey(NEW, valid_from="2026-05-01T00:00:00Z"),
        NodeKey(OLD, valid_from="2025-05-01T00:00:00Z", expires="2026-06-01T00:00:00Z"),
        NodeKey(PrivateKey(b"s" * 32).public, revoked="2026-02-01T00:00:00Z"),
    ]
    value = document(krefeld().did, keys, endpoint="https://krefeld.example/federation")
    read = read_document(value, did=krefeld().did)
    assert list(read.keys) == keys
    assert read.endpoint == "https://krefeld.example/federation"
    assert [item["id"] for item in value["verificationMethod"]][:2] == value["assertionMethod"]
    assert read.key(method(krefeld().did, OLD)) == keys[1]
    assert read.key(method("did:web:sofia.example", OLD)) is None


def test_two_keys_count_while_one_follows_the_other() -> None:
    old = NodeKey(OLD, valid_from="2025-05-01T00:00:00Z", expires="2026-06-01T00:00:00Z")
    new = NodeKey(NEW, valid_from="2026-05-01T00:00:00Z")
    read = read_document(
        document(krefeld().did, [new, old], endpoint="https://krefeld.example/federation"), did=krefeld().did
    )
    assert read.keys_at("2026-04-30T00:00:00Z") == (old,)
    assert read.keys_at("2026-05-15T00:00:00Z") == (new, old)
    assert read.keys_at("2026-06-01T00:00:00Z") == (new,)
    assert old.counts(created="2026-05-15T00:00:00Z", received="2030-01-01T00:00:00Z")


def test_after_a_theft_no_date_in_a_proof_helps() -> None:
    stolen = NodeKey(OLD, revoked="2026-02-01T00:00:00Z")
    assert stolen.counts(created="2026-01-01T00:00:00Z", received="2026-01-02T00:00:00Z")
    assert not stolen.counts(created="2026-01-01T00:00:00Z", received="2026-02-01T00:00:00Z")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id": "did:web:sofia.example"}, "did.other"),
        ({"verificationMethod": []}, "did.keys"),
        ({"verificationMethod": made()["verificationMethod"] * (MOST_KEYS + 1)}, "did.keys"),
        ({"verificationMethod": [{"type": "JsonWebKey"}]}, "did.keys"),
        ({"assertionMethod": []}, "did.keys"),
        ({"authentication": "all"}, "did.keys"),
        ({"verificationMethod": [{**made()["verificationMethod"][0], "id": "#other"}]}, "did.key"),
        ({"verificationMethod": [{**made()["verificationMethod"][0], "revoked": "yesterday"}]}, "did.key"),
        ({"verificationMethod": [{**made()["verificationMethod"][0], "publicKeyMultibase": 5}]}, "did.key"),
        ({"verificationMethod": [{**made()["verificationMethod"][0], "controller": "did:web:a.example"}]}, "did.keys"),
        ({"service": []}, "did.endpoint"),
        ({"service": None}, "did.endpoint"),
    ],
)
def test_documents_that_do_not_fit(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(BadDocument) as refused:
        read_document(made(**changes), did=krefeld().did)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "address",
    [
        "https://sofia.example/federation",
        "https://krefeld.example.evil.example/federation",
        "https://krefeld.example@evil.example/federation",
        "http://169.254.169.254/latest/meta-data",
        "https://krefeld.example/../federation",
        "https://krefeld.example/federation?next=http://127.0.0.1",
        "https://krefeld.example:8443/federation",
        "https://krefeld.example",
        "file:///etc/passwd",
        7,
    ],
)
def test_a_document_cannot_send_its_readers_elsewhere(address: object) -> None:
    service = [{"id": "x", "type": "CityTandemFederation", "serviceEndpoint": address}]
    with pytest.raises(BadDocument, match=r"did\.endpoint"):
        read_document(made(service=service), did=krefeld().did)
