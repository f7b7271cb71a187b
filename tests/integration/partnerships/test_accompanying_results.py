"""Findings, and quotes with consent."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from citytandem.accounts.contract import SYSTEM
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.ids import uuid7
from citytandem.partnerships.accompanying.results import (
    Noted,
    Said,
    finding_remove,
    finding_write,
    quote_withdraw,
    quote_write,
)
from citytandem.partnerships.models import Finding, Quote
from tests.integration.partnerships.accompanying_world import tandem

__all__ = ["tandem"]


def test_a_finding_is_noted_changed_and_taken_out(tandem: SimpleNamespace) -> None:
    at = {"partnership_id": tandem.partnership.id, "by": SYSTEM}
    first = finding_write(Noted("hurdle", "Size and language"), **at)
    second = finding_write(Noted("hurdle", "Time"), **at)
    assert (first.position, second.position) == (0, 1)
    changed = finding_write(Noted("figure", "Visitors", value="about 50", unit="people"), finding_id=first.id, **at)
    assert (changed.id, changed.kind, changed.value) == (first.id, "figure", "about 50")
    finding_remove(first.id, **at)
    assert [row.id for row in Finding.objects.all()] == [second.id]
    with pytest.raises(NotFound):
        finding_remove(uuid7(), **at)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (Noted("hurdle", " "), "partnership.title_missing"),
        (Noted("gossip", "Told"), "partnership.choice_unknown"),
        (Noted("figure", "Visitors"), "finding.value_missing"),
    ],
)
def test_a_finding_that_does_not_fit(tandem: SimpleNamespace, told: Noted, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        finding_write(told, partnership_id=tandem.partnership.id, by=SYSTEM)
    assert caught.value.code == code


def test_a_quote_needs_a_yes_and_other_words_a_new_one(tandem: SimpleNamespace) -> None:
    at = {"partnership_id": tandem.partnership.id, "by": SYSTEM}
    row = quote_write(Said("It is worth it.", "Somebody", "Mayor", tandem.sofia.id), **at)
    assert row.consented_at is None
    said = quote_write(Said("It is worth it.", "Somebody", consents=True), quote_id=row.id, **at)
    first = said.consented_at
    assert first is not None
    same = quote_write(Said("It is worth it.", "Somebody", "Mayor", consents=True), quote_id=row.id, **at)
    assert same.consented_at == first
    other = quote_write(Said("It is not.", "Somebody", consents=True), quote_id=row.id, **at)
    assert other.consented_at is not None
    assert other.consented_at > first


def test_a_consent_that_was_taken_back_takes_the_words_along(tandem: SimpleNamespace) -> None:
    at = {"partnership_id": tandem.partnership.id, "by": SYSTEM}
    row = quote_write(Said("It is worth it.", "Somebody", consents=True), **at)
    quote_withdraw(row.id, **at)
    quote_withdraw(row.id, **at)
    kept = Quote.objects.get()
    assert (kept.text, kept.speaker, kept.withdrawn_at is not None) == ({}, "", True)
    with pytest.raises(Conflict):
        quote_write(Said("It is worth it.", "Somebody", consents=True), quote_id=row.id, **at)
    never = quote_write(Said("Not agreed to", "Somebody"), **at)
    quote_withdraw(never.id, **at)
    assert Quote.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (Said(" ", "Somebody"), "quote.text_missing"),
        (Said("Words", " "), "quote.speaker_missing"),
        (Said("Words", "Somebody", city=uuid7()), "partnership.not_a_member"),
    ],
)
def test_a_quote_that_does_not_fit(tandem: SimpleNamespace, told: Said, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        quote_write(told, partnership_id=tandem.partnership.id, by=SYSTEM)
    assert caught.value.code == code
