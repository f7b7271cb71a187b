"""Proofs by their origin: the numbers of the W3C text, and everything a forger might turn."""

from __future__ import annotations

import copy
import pickle
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.federation.protocol import proofs
from citytandem.federation.protocol.canonical import canonical
from citytandem.federation.protocol.did import NodeKey, method
from citytandem.federation.protocol.errors import BadProof
from citytandem.federation.protocol.keys import multibase, new_key, private_key, public_key
from citytandem.federation.protocol.proofs import Keyring, hash_data, keyring, proven, read_proof
from tests.unit.federation.nodes import DAY, LATER, krefeld, leaves, sofia

# W3C Recommendation "Data Integrity EdDSA Cryptosuites v1.0", 15 May 2025, https://www.w3.org/TR/vc-di-eddsa/,
# test vectors "Representation: eddsa-jcs-2022" (#representation-eddsa-jcs-2022). Copied by hand from there.
W3C_PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
W3C_SECRET = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
W3C_METHOD = f"did:key:{W3C_PUBLIC}#{W3C_PUBLIC}"
W3C_CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"]
W3C_CREDENTIAL = {
    "@context": W3C_CONTEXT,
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}
W3C_OPTIONS = {
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "created": "2023-02-24T23:36:38Z",
    "verificationMethod": W3C_METHOD,
    "proofPurpose": "assertionMethod",
    "@context": W3C_CONTEXT,
}
W3C_CANONICAL_OPTIONS = (
    '{"@context":["https://www.w3.org/ns/credentials/v2","https://www.w3.org/ns/credentials/examples/v2"],'
    '"created":"2023-02-24T23:36:38Z","cryptosuite":"eddsa-jcs-2022","proofPurpose":"assertionMethod",'
    '"type":"DataIntegrityProof","verificationMethod":"did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2'
    '#z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"}'
)
W3C_DOCUMENT_HASH = "59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19"
W3C_OPTIONS_HASH = "66ab154f5c2890a140cb8388a22a160454f80575f6eae09e5a097cabe539a1db"
W3C_SIGNATURE = (
    "407cd12654b33d718ecbb99179a1506daaa849450bf3fc523cce3e1c96f8b803"
    "51da3f253d725c6f00b07c9e5448d50b3ef78012b9ab54255116d069c6dd2808"
)
W3C_VALUE = "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX"


def test_the_hashes_of_the_w3c_text() -> None:
    assert canonical(W3C_OPTIONS).decode() == W3C_CANONICAL_OPTIONS
    assert sha256(canonical(W3C_CREDENTIAL)).hexdigest() == W3C_DOCUMENT_HASH
    assert hash_data(W3C_OPTIONS, canonical(W3C_CREDENTIAL)).hex() == W3C_OPTIONS_HASH + W3C_DOCUMENT_HASH


def test_the_proof_of_the_w3c_text_is_made_and_verifies() -> None:
    secret = private_key(W3C_SECRET)
    assert secret.public.multikey == W3C_PUBLIC
    signature = secret.sign(hash_data(W3C_OPTIONS, canonical(W3C_CREDENTIAL)))
    assert signature.hex() == W3C_SIGNATURE
    assert multibase(signature) == W3C_VALUE
    assert proven(W3C_CREDENTIAL, secret, did=f"did:key:{W3C_PUBLIC}", created="2023-02-24T23:36:38Z") == {
        **W3C_CREDENTIAL,
        "proof": {**W3C_OPTIONS, "proofValue": W3C_VALUE},
    }
    proof = read_proof({**W3C_OPTIONS, "proofValue": W3C_VALUE}, W3C_CONTEXT)
    proofs.verify(
        proof,
        canonical(W3C_CREDENTIAL),
        origin=f"did:key:{W3C_PUBLIC}",
        keys=Keyring({W3C_METHOD: NodeKey(public_key(W3C_PUBLIC))}),
        received=DAY,
    )


def verify(value: dict[str, Any], *, origin: str = "", received: str = DAY, keys: Keyring | None = None) -> None:
    body = {name: item for name, item in value.items() if name != "proof"}
    proofs.verify(
        read_proof(value.get("proof"), value.get("@context")),
        canonical(body),
        origin=origin or krefeld().did,
        keys=keys or keyring(krefeld().document, sofia().document),
        received=received,
    )


def code_of(value: dict[str, Any], **how: Any) -> str:
    with pytest.raises(BadProof) as refused:
        verify(value, **how)
    return refused.value.code


def test_a_proof_by_the_origin_verifies_also_in_another_process() -> None:
    ring = pickle.loads(pickle.dumps(keyring(krefeld().document)))  # noqa: S301
    verify(krefeld().problem(), keys=ring)


@given(st.data())
def test_whatever_is_changed_the_proof_no_longer_fits(data: st.DataObject) -> None:
    value = krefeld().problem(details={"frame": {"inhabitants": 227_000, "shares": [1, 2]}})
    changed = copy.deepcopy(value)
    *path, last = data.draw(st.sampled_from(list(leaves(value))))
    inside: Any = changed
    for name in path:
        inside = inside[name]
    before = inside[last]
    inside[last] = data.draw(st.sampled_from(["", "other", 7, None, [], {}]).filter(lambda new: new != before))
    with pytest.raises(BadProof):
        verify(changed)


def test_somebody_elses_proof_does_not_count() -> None:
    forged = proven(krefeld().problem(), sofia().key, did=sofia().did, created=DAY)
    assert code_of({**forged, "proof": forged["proof"][1]}) == "proof.origin"
    under_our_name = proven(krefeld().problem(), new_key(), did=krefeld().did, created=DAY)
    assert code_of({**under_our_name, "proof": under_our_name["proof"][1]}) == "proof.key_unknown"


def test_a_key_of_one_node_does_not_speak_for_another() -> None:
    value = krefeld().problem()
    options = {**value["proof"], "verificationMethod": method(krefeld().did, sofia().key.public)}
    assert code_of({**value, "proof": options}) == "proof.key_unknown"


def test_a_proof_of_tomorrow_or_past_its_end_does_not_count() -> None:
    tomorrow = proven({"a": 1}, krefeld().key, did=krefeld().did, created=LATER)
    assert code_of(tomorrow) == "proof.future"
    short = proven({"a": 1}, krefeld().key, did=krefeld().did, created=DAY, expires=LATER)
    verify(short)
    assert code_of(short, received=LATER) == "proof.expired"


def test_a_revoked_key_does_not_prove_what_comes_after() -> None:
    name = method(krefeld().did, krefeld().key.public)
    ring = Keyring({name: NodeKey(krefeld().key.public, revoked=LATER)})
    verify(krefeld().problem(), keys=ring)
    assert code_of(krefeld().problem(), keys=ring, received=LATER) == "proof.key_not_valid"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"cryptosuite": "eddsa-rdfc-2022"}, "proof.suite"),
        ({"type": "Ed25519Signature2020"}, "proof.suite"),
        ({"proofPurpose": "authentication"}, "proof.purpose"),
        ({"@context": ["https://www.w3.org/ns/activitystreams"]}, "proof.context"),
        ({"created": "2026-05-04"}, "proof.form"),
        ({"expires": ""}, "proof.form"),
        ({"proofValue": "z1"}, "proof.form"),
        ({"proofValue": None}, "proof.form"),
        ({"challenge": "x"}, "proof.form"),
        ({"verificationMethod": None}, "proof.form"),
    ],
)
def test_proofs_of_another_form(change: dict[str, Any], code: str) -> None:
    value = krefeld().problem()
    assert code_of({**value, "proof": {**value["proof"], **change}}) == code


def test_no_proof_is_no_proof() -> None:
    value = krefeld().problem()
    del value["proof"]
    assert code_of(value) == "proof.missing"
    assert code_of({**value, "proof": []}) == "proof.form"
