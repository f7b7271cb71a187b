"""Which procedure may fit: what the page says, shows and refuses."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from citytandem.challenges.procurement_page import ProcurementForm, answer_of
from citytandem.challenges.tenders.thresholds import MEMBERS
from tests.integration.challenges.tendering import krefeld

pytestmark = pytest.mark.django_db
ASKED = {
    "country": "DE", "buyer": "sub_central", "contract": "services", "value": "150000", "currency": "EUR",
    "on": "2026-11-22", "region": "",
}  # fmt: skip
ASK = "Check with your procurement office. This page never decides."


def page(**change: Any) -> tuple[int, str]:
    answer = Client().get("/procurement", {**ASKED, **change})
    return answer.status_code, re.sub(r"\s+", " ", answer.content.decode().replace("\u00a0", " "))


def test_it_begins_with_the_nodes_own_country(django_assert_max_num_queries: Any) -> None:
    krefeld()
    with django_assert_max_num_queries(12):
        text = Client().get("/procurement").content.decode()
    assert '<option value="DE" selected>' in text
    assert '<option value="EUR" selected>' in text
    assert ASK in text
    assert 'role="alert"' not in text


def test_above_the_threshold_europe_is_told_with_its_source() -> None:
    status, text = page(value="216.000")
    assert status == 200
    assert "EU-wide procedure" in text
    assert "http://data.europa.eu/eli/reg_del/2025/2152/oj" in text
    assert "checked on" in text
    assert ASK in text


def test_close_below_a_threshold_it_warns_of_splitting() -> None:
    assert "must not be split" in page(value="200000")[1]
    assert "must not be split" not in page(value="100000")[1]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"country": "NO"}, "About this country we know nothing yet."),
        ({"country": "NL"}, "National rules are not known here"),
        ({"country": "PL", "currency": "HUF"}, "but in another currency"),
        ({"on": "2031-01-01"}, "For this date we know of no threshold."),
        ({"country": "CH", "currency": "CHF"}, "the regions have rules of their own"),
    ],
)
def test_what_is_not_known_is_said(change: dict[str, str], told: str) -> None:
    status, text = page(**change)
    assert (status, told in text, ASK in text) == (200, True, True)


def test_a_region_has_rules_of_its_own() -> None:
    text = page(country="CH", currency="CHF", region="CH-LU", value="99000")[1]
    assert "Direct award" in text
    assert "Kanton Luzern" in text
    # A region of another country says nothing.
    assert "Kanton Luzern" not in page(region="CH-LU")[1]


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("value", "a lot"), ("value", "-1"), ("value", ""), ("value", "NaN"), ("value", "1e400"), ("value", "9" * 40),
        ("country", "XX"), ("buyer", "town"), ("contract", "software"), ("currency", "EURO"), ("on", "31.02.2026"),
        ("on", ""), ("region", "DE-XX"), ("value", "\x00"),
    ],
)  # fmt: skip
def test_bad_input_is_an_error_of_the_form(field: str, told: str) -> None:
    status, text = page(**{field: told})
    assert status == 422
    assert f'href="#id_{field}"' in text
    assert "ct-scale" not in text


def test_what_an_address_leaves_out_is_taken_from_here() -> None:
    krefeld()
    answer = Client().get("/procurement", {"value": "1000"})
    assert answer.status_code == 200


@pytest.mark.parametrize("country", sorted(MEMBERS | {"CH", "NO"}))
@pytest.mark.parametrize("value", ["0", "1", "29999.99", "30000", "216000", "99999999.99"])
def test_the_picture_shows_the_value_in_the_band_that_is_told(country: str, value: str) -> None:
    currency = {"CH": "CHF", "PL": "PLN", "RO": "RON"}.get(country, "EUR")
    form = ProcurementForm({**ASKED, "country": country, "value": value, "currency": currency})
    assert form.is_valid()
    answer = answer_of(form.cleaned_data)
    if answer.scale is None:
        assert answer.facts == []
        return
    (here,) = [band for band in answer.scale.bands if band.is_here]
    assert here.top <= answer.scale.marker <= here.top + here.height
    names = ", ".join(name for name, _meaning in answer.procedures) or "not known here"
    assert here.told == names
    assert len(answer.scale.edges) == len(answer.scale.bands) - 1
    assert {fact.is_used for fact in answer.facts} <= {True, False}
