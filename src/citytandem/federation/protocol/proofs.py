"""Data Integrity proofs, suite `eddsa-jcs-2022` (W3C Recommendation vc-di-eddsa, 3.3): who made an object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from citytandem.federation.protocol.canonical import canonical
from citytandem.federation.protocol.did import Document, NodeKey, method
from citytandem.federation.protocol.errors import BadKey, BadProof
from citytandem.federation.protocol.instants import is_instant
from citytandem.federation.protocol.keys import PrivateKey, from_multibase, multibase

SUITE = "eddsa-jcs-2022"
PURPOSE = "assertionMethod"
MOST_PROOFS = 4
_MEMBERS = frozenset(
    ["@context", "type", "cryptosuite", "created", "expires", "verificationMethod", "proofPurpose", "proofValue"]
)


class KeyLookup(Protocol):
    """What a verifier asks for keys; `Keyring` is one that travels between processes."""

    def __call__(self, method: str, /) -> NodeKey | None:
        """The key of that name, None if nobody knows it."""
        ...


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by the name that proofs and signatures give them."""

    keys: Mapping[str, NodeKey]

    def __call__(self, name: str, /) -> NodeKey | None:
        return self.keys.get(name)


def keyring(*documents: Document) -> Keyring:
    """All keys of these nodes."""
    return Keyring({method(node.did, known.key): known for node in documents for known in node.keys})


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof as read: `options` is what was hashed of it."""

    method: str
    created: str
    expires: str
    value: bytes
    options: dict[str, Any]

    @property
    def signer(self) -> str:
        """The DID that claims to have made it."""
        return self.method.partition("#")[0]


def proven(body: dict[str, Any], key: PrivateKey, *, did: str, created: str, expires: str = "") -> dict[str, Any]:
    """`body` with a proof by `did` (vc-di-eddsa, 3.3.1). A proof that is there already stays: then there is a set of them."""
    unsecured = {name: value for name, value in body.items() if name != "proof"}
    options: dict[str, Any] = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method(did, key.public),
        "proofPurpose": PURPOSE,
    }
    if expires:
        options["expires"] = expires
    if "@context" in unsecured:
        options["@context"] = unsecured["@context"]
    made = {**options, "proofValue": multibase(key.sign(hash_data(options, canonical(unsecured))))}
    before = body.get("proof")
    return {**unsecured, "proof": made if before is None else [*proof_set(before), made]}


def hash_data(options: dict[str, Any], unsecured: bytes) -> bytes:
    """The 64 bytes that are signed (vc-di-eddsa, 3.3.4): hash of the proof's options, then hash of the canonical document."""
    return sha256(canonical(options)).digest() + sha256(unsecured).digest()


def proof_set(value: Any) -> list[Any]:
    """One proof or several. Raises BadProof(`proof.form`) for none or more than four."""
    proofs = value if isinstance(value, list) else [value]
    if not 1 <= len(proofs) <= MOST_PROOFS:
        raise BadProof("proof.form")
    return proofs


def read_proof(value: Any, context: Any) -> Proof:
    """A proof of our suite on a document with that `@context`.

    Stricter than the W3C text, which lets a proof cover only the first contexts of a document: here all or none is
    named. Raises BadProof with `proof.missing`, `proof.form`, `proof.suite`, `proof.purpose` or `proof.context`.
    """
    if value is None:
        raise BadProof("proof.missing")
    if not isinstance(value, dict) or not _MEMBERS.issuperset(value):
        raise BadProof("proof.form")
    if value.get("type") != "DataIntegrityProof" or value.get("cryptosuite") != SUITE:
        raise BadProof("proof.suite")
    if value.get("proofPurpose") != PURPOSE:
        raise BadProof("proof.purpose")
    if "@context" in value and value["@context"] != context:
        raise BadProof("proof.context")
    name, created, expires = value.get("verificationMethod"), value.get("created"), value.get("expires", "")
    if not isinstance(name, str) or len(name) > 600 or not is_instant(created):
        raise BadProof("proof.form")
    if "expires" in value and not is_instant(expires):
        raise BadProof("proof.form")
    options = {key: item for key, item in value.items() if key != "proofValue"}
    return Proof(method=name, created=str(created), expires=expires, value=_value(value), options=options)


def _value(value: dict[str, Any]) -> bytes:
    written = value.get("proofValue")
    try:
        made = from_multibase(written) if isinstance(written, str) else b""
    except BadKey:
        made = b""
    if len(made) != 64:
        raise BadProof("proof.form")
    return made


def verify(proof: Proof, unsecured: bytes, *, origin: str, keys: KeyLookup, received: str, latest: str = "") -> None:
    """Return if `origin` proved the canonical bytes `unsecured` (vc-di-eddsa, 3.3.2); else raise BadProof.

    `received`: when the reader first got it. `latest`: the furthest moment a proof may claim (now and the allowed skew;
    default `received`). Codes: `proof.origin` (by somebody else), `proof.future`, `proof.expired`, `proof.key_unknown`,
    `proof.key_not_valid` (not that day, or revoked), `proof.wrong`.
    """
    if proof.signer != origin:
        raise BadProof("proof.origin")
    if proof.created > (latest or received):
        raise BadProof("proof.future")
    if proof.expires and received >= proof.expires:
        raise BadProof("proof.expired")
    known = keys(proof.method)
    if known is None:
        raise BadProof("proof.key_unknown")
    if not known.counts(created=proof.created, received=received):
        raise BadProof("proof.key_not_valid")
    if not known.key.verifies(proof.value, hash_data(proof.options, unsecured)):
        raise BadProof("proof.wrong")
