"""What makes a tender package whole: every fault is named, and nothing else is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.challenges.tenders.checking import checked, faults, percentages
from citytandem.challenges.tenders.kinds import BadTender
from citytandem.challenges.tenders.package import AwardCriterion, Lot, Money, PriceLine, Requirement, TenderPackage
from tests.unit.challenges.tenders import KREFELD, PACKAGE, packages

ALONE = replace(KREFELD, value=None)


def test_a_whole_package_has_no_faults() -> None:
    assert faults(PACKAGE) == ()


@given(package=packages())
def test_any_shape_of_whole_package_passes(package: TenderPackage) -> None:
    ready = checked(package)
    assert sum(ready.shares) == 100


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=40).filter(lambda weights: sum(weights) >= 1e-9))
def test_shares_sum_to_a_hundred_and_are_near_the_weights(weights: list[float]) -> None:
    shares = percentages(weights)
    assert sum(shares) == 100
    for weight, share in zip(weights, shares, strict=True):
        assert abs(float(share) - 100 * weight / sum(weights)) < 0.1 + 1e-6


@pytest.mark.parametrize(
    ("weights", "notes"),
    [((60, 40), []), ((0.6, 0.4), []), ((3, 2), ["weights_normalised"]), ((0.0, 7.5), ["weights_normalised"])],
)
def test_weights_that_sum_to_something_else_are_said(weights: tuple[float, float], notes: list[str]) -> None:
    criteria = tuple(AwardCriterion(f"c{number}", weight, "quality") for number, weight in enumerate(weights))
    ready = checked(replace(PACKAGE, criteria=criteria, lots=(), prices=()))
    assert [note.code for note in ready.notes] == notes
    assert ready.package.criteria[0].weight == weights[0]


def test_what_is_worth_a_look() -> None:
    lots = (Lot("L1", "a", value=Money(Decimal(1), "EUR")), Lot("L2", "b", value=Money(Decimal(2), "EUR")))
    assert "lots_sum" in {note.code for note in checked(replace(PACKAGE, lots=lots)).notes}
    assert "value_missing" in {note.code for note in checked(replace(PACKAGE, value=None)).notes}
    some = checked(replace(PACKAGE, buyers=(ALONE, PACKAGE.buyers[1])))
    assert (some.parts, [note.code for note in some.notes]) == ((), ["weights_normalised", "shares_missing"])
    assert checked(PACKAGE).parts == (Decimal("75.0"), Decimal("25.0"))
    assert checked(replace(PACKAGE, buyers=(KREFELD,))).parts == ()


def bad(**told: Any) -> TenderPackage:
    return replace(PACKAGE, **told)


def buyer(**told: Any) -> TenderPackage:
    return bad(buyers=(replace(KREFELD, **told),))


def shared(*amounts: str, currency: str = "EUR") -> TenderPackage:
    """Two buyers; `currency` is that of the second."""
    pairs = zip(PACKAGE.buyers, amounts, ("EUR", currency), strict=True)
    return bad(buyers=tuple(replace(one, value=Money(Decimal(amount), code)) for one, amount, code in pairs))


def criteria(*weights: float, name: str = "", kind: Any = "price") -> TenderPackage:
    return bad(criteria=tuple(AwardCriterion(name or f"c{n}", weight, kind) for n, weight in enumerate(weights)))


def dates(**told: Any) -> TenderPackage:
    return bad(dates=replace(PACKAGE.dates, **told))


@pytest.mark.parametrize(
    ("package", "code", "where"),
    [
        (bad(title=" "), "tender.title", "title"),
        (bad(need=""), "tender.need", "need"),
        (bad(reference="a b"), "tender.reference", "reference"),
        (bad(reference="../x"), "tender.reference", "reference"),
        (bad(reference="a" * 61), "tender.reference", "reference"),
        (bad(contract="software"), "tender.contract", "contract"),
        (bad(language="xx"), "tender.language", "language"),
        (bad(procedure="auction"), "tender.procedure", "procedure"),
        (bad(documents_url="javascript:alert(1)"), "tender.url", "documents_url"),
        (bad(submission_url="example.org"), "tender.url", "submission_url"),
        (bad(cpv="38421110-6"), "tender.cpv", "cpv"),
        (bad(more_cpv=("",)), "tender.cpv", "more_cpv.1"),
        (bad(value=Money(Decimal("NaN"), "EUR")), "value.amount", "value"),
        (bad(value=Money(Decimal(0), "EUR")), "value.amount", "value"),
        (bad(value=Money(Decimal("0.001"), "EUR")), "value.amount", "value"),
        (bad(value=Money(Decimal("1e13"), "EUR")), "value.amount", "value"),
        (bad(value=Money(1.5, "EUR")), "value.amount", "value"),  # type: ignore[arg-type]
        (bad(value=Money(Decimal(1), "EURO"), lots=(), prices=(), buyers=(ALONE,)), "value.currency", "value"),
        (bad(buyers=()), "buyers.none", "buyers"),
        (bad(lead=2), "buyers.lead", "lead"),
        (bad(lead=-1), "buyers.lead", "lead"),
        (bad(buyers=(KREFELD, replace(KREFELD, name="STADT KREFELD", value=None))), "buyers.twice", "buyers.2"),
        (shared("120000.00", "40000.01"), "buyers.sum", "value"),
        (shared("120000", "-40000"), "value.amount", "buyers.2.value"),
        (shared("120000", "40000", currency="PLN"), "buyer.currency", "buyers.2.value"),
        (buyer(name=""), "buyer.name", "buyers.1.name"),
        (buyer(city=" "), "buyer.city", "buyers.1.city"),
        (buyer(country="XX"), "buyer.country", "buyers.1.country"),
        (buyer(kind="town"), "buyer.kind", "buyers.1.kind"),
        (buyer(nuts="DE"), "buyer.nuts", "buyers.1.nuts"),
        (buyer(scheme="ags"), "buyer.scheme", "buyers.1.scheme"),
        (buyer(identifier=""), "buyer.identifier", "buyers.1.identifier"),
        (buyer(email="vergabe"), "buyer.email", "buyers.1.email"),
        (buyer(website="ftp://example.org"), "buyer.website", "buyers.1.website"),
        (bad(requirements=()), "requirements.none", "requirements"),
        (bad(requirements=(Requirement("R1", "", "must"),)), "requirement.text", "requirements.1.text"),
        (bad(requirements=(Requirement("", "x", "must"),)), "requirement.id", "requirements.1.id"),
        (bad(requirements=(Requirement("R1", "x", "may"),)), "requirement.strength", "requirements.1.strength"),  # type: ignore[arg-type]
        (bad(requirements=(Requirement("R1", "x", "must"),) * 2), "requirements.twice", "requirements.2"),
        (criteria(), "criteria.none", "criteria"),
        (criteria(0, 0), "criteria.no_weight", "criteria"),
        (criteria(5e-324), "criteria.no_weight", "criteria"),
        (criteria(1, -1), "criterion.weight", "criteria.2.weight"),
        (criteria(float("nan")), "criterion.weight", "criteria.1.weight"),
        (criteria(float("inf")), "criterion.weight", "criteria.1.weight"),
        (criteria(1, kind="taste"), "criterion.kind", "criteria.1.kind"),
        (criteria(1, name=" "), "criterion.name", "criteria.1.name"),
        (criteria(1, 1, name="a"), "criteria.twice", "criteria.2"),
        (bad(prices=(PriceLine("", "piece", Decimal(1)),)), "price.item", "prices.1.item"),
        (bad(prices=(PriceLine("x", "", Decimal(1)),)), "price.unit", "prices.1.unit"),
        (bad(prices=(PriceLine("x", "piece", Decimal(0)),)), "price.quantity", "prices.1.quantity"),
        (bad(prices=(PriceLine("x", "piece", Decimal("Infinity")),)), "price.quantity", "prices.1.quantity"),
        (bad(prices=(PriceLine("x", "piece", Decimal(1), lot="L9"),)), "price.lot", "prices.1.lot"),
        (bad(lots=(Lot("L1", ""), Lot("L2", "b"))), "lot.title", "lots.1.title"),
        (bad(lots=(Lot("L1", "a"), Lot("L2", "b"), Lot("L2", "c"))), "lots.twice", "lots.3"),
        (bad(lots=(Lot("L1", "a", value=Money(Decimal(1), "PLN")), Lot("L2", "b"))), "lot.currency", "lots.1.value"),
        (dates(questions_until=datetime(2027, 2, 1)), "dates.zone", "dates.questions_until"),  # noqa: DTZ001
        (dates(tenders_until=datetime(2027, 2, 1, 10, tzinfo=UTC)), "dates.order", "dates.tenders_until"),
        (dates(end=date(2027, 4, 30)), "dates.order", "dates.end"),
        (bad(need="a\x00b"), "text.control", "need"),
        (bad(need="a\ud800b"), "text.control", "need"),
        (bad(requirements=(Requirement("R1", "x\x0b", "must"),)), "text.control", "requirements.1.text"),
        (bad(title="x" * 401), "text.long", "title"),
        (bad(need="x" * 20_001), "text.long", "need"),
        (bad(more_cpv=("72250000",) * 501), "list.long", "more_cpv"),
    ],
)
def test_a_fault_is_named_with_its_place(package: TenderPackage, code: str, where: str) -> None:
    with pytest.raises(BadTender) as refused:
        checked(package)
    assert [(fault.code, fault.where) for fault in refused.value.faults] == [(code, where)]


def test_all_faults_come_at_once() -> None:
    found = faults(bad(title="", requirements=(), criteria=(), value=Money(Decimal(-1), "EUR")))
    assert [fault.code for fault in found] == ["tender.title", "value.amount", "requirements.none", "criteria.none"]
