"""What a partner sent is read without trust: whatever it is, nothing breaks and nothing odd is kept."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.challenges import partner_details as calls
from citytandem.core.languages import LANGUAGES
from citytandem.core.text import MAX_TEXT, MAX_TITLE
from citytandem.federation import details

STEPS = frozenset({"submitted", "declined"})
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
_TEXTS = st.dictionaries(
    st.sampled_from([*LANGUAGES, "tlh", ""]),
    st.fixed_dictionaries({"text": st.text(), "by": st.text(max_size=8)}) | _JSON,
)


@given(_JSON)
def test_no_document_breaks_the_reading(value: Any) -> None:
    details.words(value)
    calls.title_of(value)
    details.line(value, limit=200)
    details.instant(value)
    details.day(value)
    details.amount(value)
    calls.money(value)
    calls.targets(value)
    calls.criteria(value)
    calls.outcomes_of(value, steps=STEPS)
    details.chosen(value, STEPS, most=3)
    calls.currency(value)


@given(_TEXTS)
def test_only_texts_in_languages_that_we_know_are_kept(value: Any) -> None:
    found = details.words(value)
    assert set(found) <= set(LANGUAGES)
    assert all(version["text"] and version["by"] in {"human", "machine"} for version in found.values())
    assert details.original_of(found) in {*found, ""}


def test_long_texts_are_cut_to_what_we_keep() -> None:
    long = {"en": {"text": "a" * 100_000, "by": "human"}}
    assert len(details.words(long)["en"]["text"]) == MAX_TEXT
    assert len(calls.title_of(long)["en"]["text"]) <= MAX_TITLE


def test_the_language_of_people_comes_before_that_of_a_machine() -> None:
    value = {"de": {"text": "Hitze", "by": "machine"}, "bg": {"text": "Жега", "by": "human"}}
    assert details.original_of(details.words(value)) == "bg"


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("12000.50", Decimal("12000.50")), (7, Decimal(7)), (0.1, Decimal("0.1")), ("-1", None), ("NaN", None),
        ("Infinity", None), ("1e400", None), ("10000000000", None), (True, None), ("a", None), (None, None), ([], None),
    ],
)  # fmt: skip
def test_amounts_are_finite_and_not_negative(value: Any, amount: Decimal | None) -> None:
    assert details.amount(value) == amount


def test_ends_of_a_budget_in_the_wrong_order_are_none() -> None:
    assert calls.money({"low": "9", "high": "1", "currency": "CHF"}) == calls.Money(None, None, "CHF")


@pytest.mark.parametrize("value", ["2026-05-04T10:00:00", "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "soon", 7])
def test_a_time_without_zone_or_out_of_reach_is_none(value: Any) -> None:
    assert details.instant(value) is None


def test_outcomes_with_a_step_that_we_do_not_know_are_left_out() -> None:
    rows = [{"proposal": "https://a.example/1", "step": step} for step in ("declined", "praised")]
    assert [one.step for one in calls.outcomes_of(rows, steps=STEPS)] == ["declined"]
    assert len(calls.outcomes_of(rows * 2_000, steps=STEPS)) == calls.MOST_OUTCOMES


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_figures_lose_nothing_that_matters_and_travel_unchanged(value: float) -> None:
    found = calls.figure(value)
    assert found is not None
    assert found == pytest.approx(value, rel=1e-9, abs=1e-9)
    assert found == 0 or abs(found) >= 1e-12
    assert json.loads(json.dumps(found)) == found


def test_no_figure_stays_none() -> None:
    assert calls.figure(None) is None
