"""Which procedure may fit: the edges of each band, and saying so where nothing is known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.challenges.tenders.kinds import BUYER_KINDS, CONTRACT_KINDS, BadTender
from citytandem.challenges.tenders.thresholds import MEMBERS, Fitting, fitting, read_thresholds, thresholds

TODAY = date(2026, 11, 22)


def fit(country: str, amount: str | int, **told: Any) -> Fitting:
    settings = {"buyer": "sub_central", "contract": "services", "currency": "EUR", "on": TODAY, **told}
    return fitting(country, value=Decimal(amount), **settings)


@pytest.mark.parametrize("country", ["DE", "NL", "BG", "SE"])
@pytest.mark.parametrize(
    ("buyer", "contract", "amount", "procedure"),
    [
        ("central", "works", 5_404_000, "eu_wide"),
        ("sub_central", "works", 5_404_000, "eu_wide"),
        ("utility", "works", 5_404_000, "eu_wide"),
        ("central", "supplies", 140_000, "eu_wide"),
        ("sub_central", "services", 216_000, "eu_wide"),
        ("utility", "services", 432_000, "eu_wide"),
        ("sub_central", "design_contest", 216_000, "eu_wide"),
        ("sub_central", "social_services", 750_000, "light_touch"),
        ("utility", "social_services", 1_000_000, "light_touch"),
        ("sub_central", "concession", 5_404_000, "eu_wide"),
    ],
)
def test_from_the_threshold_on_europe_is_told(
    country: str, buyer: str, contract: str, amount: int, procedure: str
) -> None:
    reached = fit(country, amount, buyer=buyer, contract=contract)
    assert (reached.procedures, reached.is_close) == ((procedure,), False)
    below = fit(country, f"{amount - 1}.99", buyer=buyer, contract=contract)
    assert procedure not in below.procedures
    assert below.is_close
    assert "splitting" in below.warnings


@pytest.mark.parametrize(
    ("country", "amount", "told", "procedures"),
    [
        ("PL", "169999.99", {"currency": "PLN"}, ("direct_award",)),
        ("PL", 170_000, {"currency": "PLN"}, ("open_national",)),
        ("PL", 930_960, {"currency": "PLN"}, ("eu_wide",)),
        ("FR", 45_000, {"on": date(2026, 3, 31)}, ("simplified",)),
        ("FR", 45_000, {"on": date(2026, 4, 1)}, ("direct_award",)),
        ("FR", 60_000, {}, ("simplified",)),
        ("FR", 90_000, {}, ("open_national",)),
        ("FR", 99_999, {"contract": "works"}, ("direct_award",)),
        ("IT", 139_999, {}, ("direct_award",)),
        ("IT", 140_000, {}, ("simplified",)),
        ("IT", 140_000, {"buyer": "central"}, ("eu_wide",)),
        ("IT", 150_000, {"contract": "works"}, ("simplified",)),
        ("GR", 30_000, {}, ("direct_award",)),
        ("GR", "30000.01", {}, ()),
        ("RO", 270_119, {"currency": "RON"}, ("direct_award",)),
        ("DE", 15_000, {"buyer": "central", "on": date(2026, 2, 1)}, ("direct_award",)),
        ("DE", 20_000, {"region": "DE-NW"}, ("simplified",)),
        ("CH", 149_999, {"currency": "CHF", "region": "CH-LU"}, ("direct_award",)),
        ("CH", 249_999, {"currency": "CHF", "region": "CH-LU"}, ("simplified",)),
        ("CH", 250_000, {"currency": "CHF", "region": "CH-LU"}, ("open_national",)),
        ("CH", 350_000, {"currency": "CHF"}, ("treaty_wide",)),
    ],
)
def test_the_bands_of_a_country(country: str, amount: str, told: dict[str, Any], procedures: tuple[str, ...]) -> None:
    assert fit(country, amount, **told).procedures == procedures


@pytest.mark.parametrize(
    ("country", "told", "warnings"),
    [
        ("NL", {}, {"national_unknown"}),
        ("BG", {}, {"national_unknown"}),
        ("DE", {}, {"national_unknown", "regions_differ"}),
        ("DE", {"region": "DE-BY"}, {"national_unknown", "regions_differ"}),
        ("DE", {"on": date(2028, 1, 1)}, {"outdated", "eu_unknown", "regions_differ", "national_unknown"}),
        ("DE", {"buyer": "central", "on": date(2026, 4, 1)}, {"outdated", "national_unknown"}),
        ("FR", {"currency": "CHF"}, {"eu_unknown", "other_currency", "national_unknown"}),
        ("CH", {"currency": "EUR"}, {"eu_unknown", "other_currency", "regions_differ", "national_unknown"}),
        ("US", {}, {"country_unknown", "eu_unknown", "national_unknown"}),
        ("", {}, {"country_unknown", "eu_unknown", "national_unknown"}),
    ],
)
def test_what_is_not_known_is_said(country: str, told: dict[str, Any], warnings: set[str]) -> None:
    found = fit(country, 50_000, **told)
    assert found.procedures == ()
    assert set(found.warnings) == {"ask_procurement_office", *warnings}


def test_an_open_ended_rule_does_not_stand_in_for_an_unknown_threshold() -> None:
    found = fit("RO", 50_000_000, contract="works", currency="RON")
    assert found.procedures == ()
    assert {"eu_unknown", "national_unknown"} <= set(found.warnings)


def test_above_the_threshold_the_regions_do_not_matter() -> None:
    assert fit("DE", 216_000).warnings == ("ask_procurement_office",)


@given(
    country=st.sampled_from(sorted(MEMBERS | {"CH", "US"})),
    buyer=st.sampled_from(BUYER_KINDS),
    contract=st.sampled_from(CONTRACT_KINDS),
    amount=st.decimals(0, 10**9, places=2),
    currency=st.sampled_from(["EUR", "PLN", "RON", "CHF"]),
    on=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_it_never_decides_and_always_names_its_sources(
    country: str, buyer: Any, contract: Any, amount: Decimal, currency: str, on: date
) -> None:
    found = fitting(country, buyer=buyer, contract=contract, value=amount, currency=currency, on=on)
    assert "ask_procurement_office" in found.warnings
    assert len(set(found.warnings)) == len(found.warnings)
    assert found.procedures or set(found.warnings) & {"national_unknown", "eu_unknown", "outdated"}
    for fact in found.used:
        assert fact.covers(on)
        assert fact.currency == currency
        assert fact.url.startswith("http")
        assert fact.checked <= TODAY
    assert set(found.procedures) <= {fact.procedure for fact in found.used}
    assert ("splitting" in found.warnings) == found.is_close


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"buyer": "city"}, "buyer.kind"), ({"contract": "software"}, "tender.contract"),
        ({"amount": "NaN"}, "value.amount"), ({"amount": "Infinity"}, "value.amount"), ({"amount": "-1"}, "value.amount"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(told: dict[str, Any], code: str) -> None:
    with pytest.raises(BadTender) as refused:
        fit("DE", **{"amount": 1, **told})
    assert refused.value.code == code


ROW = "{country: EU, level: EU, buyers: [central], contracts: [works], amount: 1, currency: EUR, applies: from, procedure: eu_wide, from: 2026-01-01, until: , source: a}"
TABLE = "sources: {a: {title: A, url: 'https://example.org', checked: 2026-01-01}}\nrows:\n- " + ROW


def test_a_row_is_read() -> None:
    (fact,) = read_thresholds(TABLE)
    assert (fact.amount, fact.source, fact.until) == (1, "A", None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("source: a}", "source: b}"), ("buyers: [central]", "buyers: [town]"), ("contracts: [works]", "contracts: [art]"),
        ("amount: 1", "amount: -1"), ("amount: 1", "amount: many"), ("applies: from", "applies: above"),
        ("procedure: eu_wide", "procedure: lottery"), ("level: EU", "level: world"), ("currency: EUR, ", ""),
        ("from: 2026-01-01", "from: soon"), ("source: a}", "source: a, note: x}"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named(old: str, new: str) -> None:
    assert old in TABLE
    with pytest.raises(BadTender) as refused:
        read_thresholds(TABLE.replace(old, new))
    assert (refused.value.code, refused.value.faults[0].where) == ("thresholds.row", "row 1")


def test_the_table_that_comes_along() -> None:
    facts = thresholds()
    assert {fact.country for fact in facts} == {"EU", "PL", "CH", "DE", "FR", "IT", "GR", "RO"}
    assert all(fact.until is None or fact.since <= fact.until for fact in facts)
    keys = [
        (fact.country, fact.level, fact.region, fact.buyer, fact.contract, fact.currency, fact.applies, fact.amount,
         fact.since)
        for fact in facts
    ]  # fmt: skip
    assert len(set(keys)) == len(keys)


def test_zloty_follow_the_official_rate() -> None:
    euro = {(fact.buyer, fact.contract): fact.amount for fact in thresholds() if fact.country == "EU"}
    zloty = [fact for fact in thresholds() if fact.country == "PL" and fact.level == "EU"]
    assert len(zloty) == len(euro)
    for fact in zloty:
        assert fact.amount == euro[fact.buyer, fact.contract] * Decimal("4.31")
