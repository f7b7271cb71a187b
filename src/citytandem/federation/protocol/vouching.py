"""Keys that vouch for keys: why a new key of a known node counts, and one that somebody slipped in does not. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from citytandem.federation.protocol.canonical import canonical
from citytandem.federation.protocol.did import Document, method
from citytandem.federation.protocol.errors import BadDocument, ProtocolError
from citytandem.federation.protocol.keys import PrivateKey, PublicKey, public_key
from citytandem.federation.protocol.proofs import hash_data, proven, read_proof


@dataclass(frozen=True, slots=True)
class Trusted:
    """What of a document counts: `keys` as multikeys; `made`: when it was proven as a whole, empty if it is not."""

    keys: frozenset[str]
    made: str


def vouch(did: str, key: PublicKey, *, by: PrivateKey, created: str) -> dict[str, Any]:
    """The proof by which a key of a node says that another one is the node's as well; it stands with that key."""
    made: dict[str, Any] = proven(_statement(did, key), by, did=did, created=created)["proof"]
    return made


def _statement(did: str, key: PublicKey) -> dict[str, Any]:
    """Without dates: those change while the key is the same."""
    return {"id": method(did, key), "type": "Multikey", "controller": did, "publicKeyMultibase": key.multikey}


def trusted(
    value: dict[str, Any],
    found: Document,
    *,
    known: Collection[str],
    revoked: Collection[str],
    now: str,
    latest: str,
    signer: str = "",
    signed_at: str = "",
) -> Trusted:
    """Which keys of a document count for somebody who knows some keys of its node.

    `value` is the JSON of `found`. `known`, `revoked`: what was known before it came. `signer`, `signed_at`: the key that
    has proven what the document came in, as a file is. A key counts that is known or that one which counts vouches for;
    all of them, if one that counts has proven the document as a whole. Raises BadDocument(`proof.future`): one clock is wrong.
    """
    counted = _vouched(value, found, {*known}, revoked=revoked)
    usable = counted - {*revoked}
    made = signed_at if signer in usable else _proven(value, found, usable, now=now, latest=latest)
    held = {one.key.multikey for one in found.keys}
    return Trusted(frozenset(held if made else counted & held), made)


def _vouched(value: dict[str, Any], found: Document, counted: set[str], *, revoked: Collection[str]) -> set[str]:
    vouchers = {
        entry["id"]: entry.get("proof")
        for entry in value["verificationMethod"]
        if isinstance(entry, dict) and isinstance(entry.get("id"), str)
    }
    left = [one.key for one in found.keys if one.key.multikey not in counted]
    is_growing = True
    while is_growing:
        is_growing = False
        for key in list(left):
            if _holds(vouchers.get(method(found.did, key)), found.did, key, by=counted - {*revoked}):
                counted.add(key.multikey)
                left.remove(key)
                is_growing = True
    return counted


def _holds(voucher: Any, did: str, key: PublicKey, *, by: Collection[str]) -> bool:
    """Whether one of these keys has made the voucher. It may have left the document since: its name is the key."""
    try:
        proof = read_proof(voucher, None)
        node, _, name = proof.method.partition("#")
        if node != did or name not in by:
            return False
        return bool(public_key(name).verifies(proof.value, hash_data(proof.options, canonical(_statement(did, key)))))
    except ProtocolError:
        return False


def _proven(value: dict[str, Any], found: Document, usable: Collection[str], *, now: str, latest: str) -> str:
    """When a usable key has proven the document as a whole, empty if none has."""
    try:
        proof = read_proof(value.get("proof"), value.get("@context"))
        unsecured = canonical({name: item for name, item in value.items() if name != "proof"})
        key = found.key(proof.method)
        if key is None or key.key.multikey not in usable:
            return ""
        good = key.counts(created=proof.created, received=now) and key.key.verifies(
            proof.value, hash_data(proof.options, unsecured)
        )
    except ProtocolError:
        return ""
    if good and proof.created > latest:
        raise BadDocument("proof.future")
    return proof.created if good else ""
