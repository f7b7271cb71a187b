"""The vectors of docs/protocol are what this node does, and others' libraries come to the same results."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import base58
import http_message_signatures as oracle
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from citytandem.federation.protocol import agreement, log, proofs, signatures
from citytandem.federation.protocol.did import read_document
from citytandem.federation.protocol.log import start
from citytandem.federation.protocol.pages import verified
from tests.unit.federation.nodes import LATER, krefeld
from tests.unit.federation.vectors import CREATED, PLACE, written

TOLD: dict[str, Any] = json.loads(PLACE.read_text(encoding="utf-8"))
RING = proofs.keyring(
    *(read_document(each["document"], did=each["document"]["id"]) for each in TOLD["documents"]),
)


def test_the_file_is_what_this_node_makes() -> None:
    assert PLACE.read_text(encoding="utf-8") == written()


# --- by other libraries alone -----------------------------------------------------------------------------------------


def public(multikey: str) -> Ed25519PublicKey:
    raw = base58.b58decode(multikey[1:])
    assert raw[:2] == b"\xed\x01"
    return Ed25519PublicKey.from_public_bytes(raw[2:])


def without(value: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: item for name, item in value.items() if name not in names}


def prove(value: dict[str, Any], proof: dict[str, Any]) -> None:
    """Verify as the W3C text says, with nothing of ours."""
    data = sha256(rfc8785.dumps(without(proof, "proofValue"))).digest()
    data += sha256(rfc8785.dumps(without(value, "proof"))).digest()
    method = proof["verificationMethod"].partition("#")[2]
    public(method).verify(base58.b58decode(proof["proofValue"][1:]), data)


@pytest.mark.parametrize("key", TOLD["keys"], ids=lambda key: key["did"])
def test_keys(key: dict[str, str]) -> None:
    secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key["seed"]))
    assert secret.public_key().public_bytes_raw().hex() == key["public"]
    assert key["multikey"] == "z" + base58.b58encode(b"\xed\x01" + bytes.fromhex(key["public"])).decode()
    assert key["secretMultikey"] == "z" + base58.b58encode(b"\x80\x26" + bytes.fromhex(key["seed"])).decode()
    bits = int.from_bytes(
        sha256(f"citytandem fingerprint 1\n{key['did']}\n{key['multikey']}".encode()).digest()[:16], "big"
    )
    words = 0
    for letter in key["fingerprint"].replace("-", ""):
        words = words * 4 + "aiou".index(letter) if letter in "aiou" else words * 16 + "bdfghjklmnprstvz".index(letter)
    assert words == bits


@pytest.mark.parametrize("form", TOLD["canonical"], ids=lambda form: form["json"][:12])
def test_canonical_forms(form: dict[str, str]) -> None:
    assert rfc8785.dumps(json.loads(form["json"])).decode() == form["canonical"]
    assert sha256(form["canonical"].encode()).hexdigest() == form["sha256"]


@pytest.mark.parametrize("told", TOLD["objects"], ids=lambda told: told["object"]["version"])
def test_objects(told: dict[str, Any]) -> None:
    value = told["object"]
    assert rfc8785.dumps(without(value, "proof")).decode() == told["canonical"]
    assert sha256(told["canonical"].encode()).hexdigest() == told["digest"]
    assert rfc8785.dumps(without(value["proof"], "proofValue")).decode() == told["canonicalProofOptions"]
    assert sha256(told["canonicalProofOptions"].encode()).hexdigest() + told["digest"] == told["hashData"]
    prove(value, value["proof"])


def test_the_chain() -> None:
    page, previous = TOLD["log"]["page"], sha256(f"citytandem log 1\n{TOLD['log']['node']}".encode()).hexdigest()
    assert previous == TOLD["log"]["start"] == page["after"]["digest"]
    for entry, form in zip(page["entries"], TOLD["log"]["canonicalEntries"], strict=True):
        assert rfc8785.dumps(without(entry, "digest", "body")).decode() == form
        assert sha256(form.encode()).hexdigest() == entry["digest"]
        assert entry["previous"] == previous
        previous = entry["digest"]
        if "body" in entry:
            assert sha256(rfc8785.dumps(without(entry["body"], "proof"))).hexdigest() == entry["object"]
            prove(entry["body"], entry["body"]["proof"])
    assert page["head"]["digest"] == previous
    prove(page["head"], page["head"]["proof"])


def test_both_signatures_of_the_agreement() -> None:
    for proof in TOLD["agreement"]["proof"]:
        prove(TOLD["agreement"], proof)


@pytest.mark.parametrize("told", TOLD["messages"], ids=lambda told: told.get("method", "answer"))
def test_messages(told: dict[str, Any]) -> None:
    class Known(oracle.HTTPSignatureKeyResolver):
        def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
            return public(key_id.partition("#")[2])

    def message(one: dict[str, Any]) -> Any:
        if "status" in one:
            return SimpleNamespace(status_code=one["status"], headers=one["headers"], request=message(one["answers"]))
        return SimpleNamespace(method=one["method"], url=one["url"], headers=one["headers"])

    verifier = oracle.HTTPMessageVerifier(signature_algorithm=oracle.algorithms.ED25519, key_resolver=Known())
    verifier.validate_created_and_expires = lambda *_given, **_named: None  # the vector is of a fixed day
    (found,) = verifier.verify(message(told), max_age=None)
    assert '"content-digest"' in found.covered_components
    digest = b64encode(sha256(told["body"].encode()).digest()).decode()
    assert told["headers"]["content-digest"] == f"sha-256=:{digest}:"


# --- by this node -------------------------------------------------------------------------------------------------------


def test_this_node_reads_its_own_vectors() -> None:
    data = json.dumps(TOLD["log"]["page"]).encode()
    page = verified(data, start(krefeld().did), RING, node=krefeld().did, received=LATER)
    assert [(one.refusal, one.body is None) for one in page.entries] == [("", True), ("", False), ("", False)]
    assert agreement.read(TOLD["agreement"], RING, received=LATER).is_signed_by_both


@pytest.mark.parametrize(
    ("name", "because"), [("twoHistories", "log.two_histories"), ("shrunk", "log.shrunk"), ("honest", "")]
)
def test_heads_that_equivocate(name: str, because: str) -> None:
    first, second = (log.read_head(each, keys=RING, received=LATER) for each in TOLD["equivocation"][name])
    found = log.equivocates(first, second)
    assert (found.because if found else "") == because


def test_this_node_verifies_the_messages() -> None:
    pull, nudge, answer = TOLD["messages"]
    asked = signatures.Message(method=pull["method"], url=pull["url"], headers=pull["headers"])
    assert signatures.verify(asked, RING, now=CREATED).nonce == "A" * 22
    posted = signatures.Message(
        method=nudge["method"], url=nudge["url"], headers=nudge["headers"], body=nudge["body"].encode()
    )
    assert signatures.verify(posted, RING, now=CREATED).nonce == "B" * 22
    given = signatures.Message(status=200, headers=answer["headers"], body=answer["body"].encode(), request=asked)
    assert signatures.verify(given, RING, now=CREATED).nonce == "C" * 22
    assert datetime.fromtimestamp(CREATED, UTC).year == 2026
