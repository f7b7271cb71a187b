"""Whose objects a partner may pass on stands in the agreement, and either side can take it back alone."""

from __future__ import annotations

from uuid import UUID

import pytest

from citytandem.federation.protocol.agreement import Agreement, Contact, draft, in_force, kept
from citytandem.federation.protocol.errors import BadAgreement
from citytandem.federation.protocol.objects import Visibility

CITY, HUB = "did:web:city.example", "did:web:hub.example"


def version(number: int, passes: tuple[str, ...], signers: tuple[str, ...] = (CITY, HUB)) -> Agreement:
    value = draft(
        author=CITY,
        partner=HUB,
        uuid=UUID(int=1),
        version=number,
        sends={CITY: {"*": Visibility.PARTNERS}},
        starts="2026-01-01T00:00:00Z",
        until="2027-01-01T00:00:00Z",
        contacts={did: Contact("Office", "https://office.example/") for did in (CITY, HUB)},
        published="2026-01-01T00:00:00Z",
        passes=passes,
    )
    return kept(value, signers)


def passed(*versions: Agreement) -> frozenset[str]:
    terms = in_force(versions, "2026-06-01T00:00:00Z")
    return terms.passes if terms else frozenset()


def test_nobody_passes_on_unless_it_is_agreed() -> None:
    assert passed(version(1, ())) == frozenset()
    assert passed(version(1, (CITY,))) == {CITY}


def test_one_side_takes_it_back_alone_and_cannot_allow_it_alone() -> None:
    assert passed(version(1, (CITY,)), version(2, (), (CITY,))) == frozenset()
    assert passed(version(1, ()), version(2, (CITY,), (HUB,))) == frozenset()


def test_only_the_parties_can_be_named() -> None:
    with pytest.raises(BadAgreement, match=r"agreement\.sends"):
        version(1, ("did:web:other.example",))
