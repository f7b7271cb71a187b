"""A new key of a known node counts if one that counts vouches for it, and never by standing beside it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.federation.protocol.did import NodeKey, document, read_document
from citytandem.federation.protocol.errors import BadDocument
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.protocol.proofs import proven
from citytandem.federation.protocol.vouching import Trusted, trusted, vouch
from tests.unit.federation.nodes import DAY, LATER, krefeld, sofia

NODE = sofia()
KEYS = [PrivateKey(bytes([number]) * 32) for number in range(1, 6)]
NAMES = [key.public.multikey for key in KEYS]


def shown(*, vouchers: dict[str, Any] | None = None, by: PrivateKey | None = None) -> dict[str, Any]:
    made = document(NODE.did, [NodeKey(key.public) for key in KEYS], endpoint=NODE.document.endpoint, vouchers=vouchers)
    return proven(made, by, did=NODE.did, created=DAY) if by else made


def look(value: dict[str, Any], *, known: list[str], revoked: tuple[str, ...] = (), **more: str) -> Trusted:
    found = read_document(value, did=NODE.did)
    return trusted(value, found, known=known, revoked=revoked, **{"now": LATER, "latest": LATER, **more})


def chain() -> dict[str, Any]:
    return {key.public.multikey: vouch(NODE.did, key.public, by=before, created=DAY) for before, key in pairwise(KEYS)}


@given(st.integers(0, len(KEYS) - 1))
def test_a_chain_leads_from_any_key_to_all_later_ones(first: int) -> None:
    assert look(shown(vouchers=chain()), known=[NAMES[first]]).keys == set(NAMES[first:])


def test_whoever_proves_the_whole_document_brings_all_keys() -> None:
    told = look(shown(by=KEYS[4]), known=[NAMES[4]])
    assert (told.keys, told.made) == (set(NAMES), DAY)
    assert look(shown(by=KEYS[3]), known=[NAMES[4]]) == Trusted(frozenset([NAMES[4]]), "")
    with pytest.raises(BadDocument, match=r"proof\.future"):
        look(shown(by=KEYS[4]), known=[NAMES[4]], latest="2026-05-04T10:20:29Z")


def test_a_revoked_key_vouches_for_nothing() -> None:
    assert look(shown(vouchers=chain()), known=NAMES[:2], revoked=(NAMES[1],)).keys == set(NAMES[:2])
    assert look(shown(by=KEYS[1]), known=NAMES[:2], revoked=(NAMES[1],)).made == ""
    assert look(shown(), known=NAMES[:2], revoked=(NAMES[1],), signer=NAMES[1], signed_at=DAY).made == ""


@pytest.mark.parametrize(
    "voucher",
    [
        None,
        "yes",
        [],
        vouch(NODE.did, KEYS[2].public, by=KEYS[0], created=DAY),
        vouch(krefeld().did, KEYS[1].public, by=KEYS[0], created=DAY),
        {**vouch(NODE.did, KEYS[1].public, by=KEYS[0], created=DAY), "created": LATER},
        vouch(NODE.did, KEYS[1].public, by=KEYS[1], created=DAY),
        NODE.problem(1)["proof"],
    ],
)
def test_what_is_changed_or_moved_vouches_for_nothing(voucher: Any) -> None:
    assert look(shown(vouchers={NAMES[1]: voucher}), known=[NAMES[0]]).keys == {NAMES[0]}


def test_a_document_changed_after_it_was_proven_is_not_proven() -> None:
    value = shown(by=KEYS[0])
    value["verificationMethod"][1]["validFrom"] = DAY
    assert look(value, known=[NAMES[0]]) == Trusted(frozenset([NAMES[0]]), "")
