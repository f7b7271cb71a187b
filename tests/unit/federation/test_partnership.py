"""What two nodes agreed on: narrowing takes one of them, widening both."""

from __future__ import annotations

import copy
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.federation.protocol.agreement import (
    Agreement,
    Contact,
    Flow,
    Terms,
    draft,
    in_force,
    known,
    narrowed,
    read,
)
from citytandem.federation.protocol.errors import BadAgreement, BadProof, ProtocolError
from citytandem.federation.protocol.objects import Visibility
from citytandem.federation.protocol.proofs import keyring, proven
from tests.unit.federation.nodes import DAY, LATER, Node, krefeld, sofia

A, B = krefeld(), sofia()
RING = keyring(A.document, B.document)
END = "2027-01-01T00:00:00Z"
WIDE = {A.did: {"*": Visibility.PARTNERS}, B.did: {"Problem": Visibility.PARTNERS, "Solution": Visibility.PUBLIC}}
NARROW = {A.did: {"Problem": Visibility.PUBLIC}, B.did: {"Problem": Visibility.PARTNERS}}
OFFICE = Contact("Innovation office", "https://krefeld.example/innovation")
FLOWS = st.dictionaries(st.sampled_from(["*", "Problem", "Solution"]), st.sampled_from(Visibility))
TERMS = st.builds(
    lambda first, second, until: Terms({A.did: first, B.did: second}, until),
    FLOWS,
    FLOWS,
    st.sampled_from([LATER, END]),
)


def drafted(sends: dict[str, Flow] = WIDE, **more: Any) -> dict[str, Any]:
    usual = {"version": 1, "starts": DAY, "until": END, "contacts": {A.did: OFFICE, B.did: OFFICE}}
    return draft(author=A.did, partner=B.did, uuid=UUID(int=5), published=DAY, sends=sends, **{**usual, **more})


def signed(value: dict[str, Any], *by: Node) -> Agreement:
    for node in by:
        value = node.proven(value)
    return read(value, RING, received=DAY)


def test_an_agreement_is_read_with_who_signed_it() -> None:
    found = signed(drafted(), A, B)
    assert found.is_signed_by_both
    assert found.parties == (A.did, B.did)
    assert found.terms.sends == WIDE
    assert found.contacts[B.did] == OFFICE
    assert not signed(drafted(), A).is_signed_by_both
    assert not signed(drafted(), A, A).is_signed_by_both


def test_one_bad_signature_makes_it_void() -> None:
    value = B.proven(A.proven(drafted()))
    value["proof"][1]["proofValue"] = value["proof"][0]["proofValue"]
    with pytest.raises(BadProof, match=r"proof\.wrong"):
        read(value, RING, received=DAY)
    with pytest.raises(BadProof, match=r"proof\.form"):
        read({**value, "proof": []}, RING, received=DAY)
    changed = A.proven(drafted())
    changed["details"]["until"] = "2099-01-01T00:00:00Z"
    with pytest.raises(BadProof, match=r"proof\.wrong"):
        read(changed, RING, received=DAY)


def test_a_stranger_cannot_sign() -> None:
    stranger = Node("did:web:stranger.example", A.key)
    value = proven(drafted(), stranger.key, did=stranger.did, created=DAY)
    with pytest.raises(BadAgreement, match=r"agreement\.signer"):
        read(value, keyring(stranger.document), received=DAY)


def test_nothing_flows_until_both_have_signed() -> None:
    assert in_force([], DAY) is None
    assert in_force([signed(drafted(), A)], DAY) is None
    assert in_force([signed(drafted(), A), signed(drafted(), B)], DAY) is None
    assert in_force([signed(drafted(), A, B)], DAY) is not None


def test_what_is_in_force_says_what_may_go() -> None:
    terms = in_force([signed(drafted(), A, B)], DAY)
    assert terms is not None
    assert terms.allows(A.did, "AnythingNew", Visibility.PARTNERS)
    assert terms.allows(B.did, "Problem", Visibility.PARTNERS)
    assert terms.allows(B.did, "Solution", Visibility.PUBLIC)
    assert not terms.allows(B.did, "Solution", Visibility.PARTNERS)
    assert not terms.allows(B.did, "Challenge", Visibility.PUBLIC)
    assert not terms.allows("did:web:stranger.example", "Problem", Visibility.PUBLIC)


@pytest.mark.parametrize("who", [A, B])
def test_either_party_narrows_at_once(who: Node) -> None:
    both = signed(drafted(), A, B)
    terms = in_force([both, signed(drafted(NARROW, version=2), who)], DAY)
    assert terms is not None
    assert not terms.allows(A.did, "Problem", Visibility.PARTNERS)
    assert terms.allows(A.did, "Problem", Visibility.PUBLIC)
    assert not terms.allows(B.did, "Solution", Visibility.PUBLIC)


def test_widening_waits_for_the_second_signature() -> None:
    narrow = signed(drafted(NARROW), A, B)
    asked = in_force([narrow, signed(drafted(WIDE, version=2, until="2099-01-01T00:00:00Z"), A)], DAY)
    assert asked == in_force([narrow], DAY)
    agreed = in_force([narrow, signed(drafted(WIDE, version=2), A, B)], DAY)
    assert agreed is not None
    assert agreed.allows(A.did, "Problem", Visibility.PARTNERS)


def test_either_party_ends_it() -> None:
    over = signed(drafted({}, version=2), B)
    terms = in_force([signed(drafted(), A, B), over], DAY)
    assert terms is not None
    assert terms.sends == {A.did: {}, B.did: {}}


def test_an_older_wide_agreement_does_not_come_back_by_being_sent_again() -> None:
    wide, narrow = signed(drafted(), A, B), signed(drafted(NARROW, version=2), B)
    assert in_force([narrow, wide], DAY) == in_force([wide, narrow], DAY)
    assert in_force([wide, narrow, wide], DAY) == in_force([wide, narrow], DAY)


def test_a_version_of_both_does_not_hide_a_narrowing_of_the_same_number() -> None:
    both, alone = signed(drafted(WIDE, version=2), A, B), signed(drafted(NARROW, version=2), A)
    terms = in_force([both, alone], DAY)
    assert terms is not None
    assert not terms.allows(B.did, "Solution", Visibility.PUBLIC)


def test_offers_that_crossed_count_as_what_both_allow_in_whatever_order_they_are_kept() -> None:
    other = {A.did: {"Problem": Visibility.PARTNERS}, B.did: {"*": Visibility.PUBLIC}}
    versions = [signed(drafted(sends, version=2), A, B) for sends in (WIDE, other)]
    terms = in_force(versions, DAY)
    assert terms == in_force(versions[::-1], DAY)
    assert terms is not None
    assert terms.sends == {
        A.did: {"Problem": Visibility.PARTNERS},
        B.did: {"Problem": Visibility.PUBLIC, "Solution": Visibility.PUBLIC},
    }
    assert in_force([*versions, signed(drafted(WIDE, version=3), A, B)], DAY) == in_force(
        [signed(drafted(WIDE), A, B)], DAY
    )


@given(st.permutations(range(5)))
def test_the_order_of_keeping_never_decides(order: list[int]) -> None:
    kept_ones = [
        signed(drafted(WIDE, version=1), A, B),
        signed(drafted(NARROW, version=2), A, B),
        signed(drafted({A.did: {"*": Visibility.PUBLIC}}, version=2), A, B),
        signed(drafted({A.did: {"Problem": Visibility.NAMED}}, version=2), B),
        signed(drafted(WIDE, version=3), A),
    ]
    terms = in_force([kept_ones[place] for place in order], DAY)
    assert terms is not None
    assert terms.sends == {A.did: {"Problem": Visibility.NAMED}, B.did: {}}


def test_one_that_was_read_before_is_the_same_without_being_made_canonical() -> None:
    value = A.proven(drafted(passes=[A.did]))
    read_again = known(value, [A.did], digest=signed(drafted(passes=[A.did]), A).digest)
    assert read_again == signed(drafted(passes=[A.did]), A)


def test_it_counts_from_its_start_to_its_end() -> None:
    one = signed(drafted(starts=DAY, until=LATER), A, B)
    assert in_force([one], "2026-05-04T10:20:29Z") is None
    assert in_force([one], DAY) is not None
    assert in_force([one], LATER) is None


@given(
    TERMS,
    TERMS,
    st.sampled_from(["Problem", "Solution", "New"]),
    st.sampled_from(Visibility),
    st.sampled_from([A.did, B.did]),
)
def test_narrowing_allows_what_both_allow(
    first: Terms, second: Terms, kind: str, width: Visibility, sender: str
) -> None:
    both = narrowed(first, second)
    assert both.allows(sender, kind, width) == (
        first.allows(sender, kind, width) and second.allows(sender, kind, width)
    )
    assert both.until == min(first.until, second.until)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"parties": [A.did]}, "agreement.parties"),
        ({"parties": [B.did, A.did]}, "agreement.parties"),
        ({"parties": [A.did, A.did]}, "agreement.parties"),
        ({"parties": ["did:web:a.example", B.did]}, "agreement.parties"),
        ({"parties": [A.did, "did:web:127.0.0.1"]}, "agreement.parties"),
        ({"parties": [A.did, "did:web:zagreb.example"]}, "agreement.parties"),
        ({"sends": []}, "agreement.sends"),
        ({"sends": {"did:web:other.example": {}}}, "agreement.sends"),
        ({"sends": {A.did: {"Problem": "all"}}}, "agreement.sends"),
        ({"sends": {A.did: {"a b": "public"}}}, "agreement.sends"),
        ({"until": DAY}, "agreement.time"),
        ({"starts": "now"}, "agreement.time"),
        ({"contacts": {A.did: {"office": "x", "address": "https://x.example"}}}, "agreement.contact"),
        (
            {"contacts": {A.did: {"office": "a@b.example", "address": "https://x.example"}, B.did: {}}},
            "agreement.contact",
        ),
        ({"contacts": {A.did: {"office": "x", "address": "mailto:x"}, B.did: {}}}, "agreement.contact"),
        ({"contacts": {A.did: {"office": "x", "email": "y"}, B.did: {}}}, "object.personal"),
    ],
)
def test_agreements_that_bind_nobody(change: dict[str, Any], code: str) -> None:
    value = copy.deepcopy(drafted())
    value["details"].update(change)
    with pytest.raises(ProtocolError) as refused:
        signed(value, A)
    assert refused.value.code == code


def test_another_kind_of_object_is_no_agreement() -> None:
    with pytest.raises(BadAgreement, match=r"agreement\.form"):
        signed({name: item for name, item in A.problem().items() if name != "proof"}, A)
