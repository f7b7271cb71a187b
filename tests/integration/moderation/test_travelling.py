"""What keeps a text from leaving for other cities."""

from __future__ import annotations

import pytest

from citytandem.accounts.models import Department
from citytandem.federation.registry import screened
from citytandem.moderation.travelling import personal_data_to_stop

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Bitte an anna.weber@gmx.de schreiben", ["pii.email"]),
        ("Erreichbar unter 0171 2345678", ["pii.telephone"]),
        ("Konto DE89 3704 0044 0532 0130 00", ["pii.iban"]),
        ("anna.weber@gmx.de oder anna@gmx.de, Tel. +49 171 2345678", ["pii.email", "pii.telephone"]),
        ("Моля, пишете на anna.petrova@abv.bg", ["pii.email"]),
    ],
)
def test_what_belongs_to_one_person_stays_here(text: str, kinds: list[str]) -> None:
    assert list(personal_data_to_stop(text)) == kinds
    assert screened(text) == kinds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Die Karl-Marx-Straße und das Theodor-Heuss-Gymnasium brauchen Schatten.",
        "Frau Weber vom Grünflächenamt hat 227.000 Bäume gezählt, 2024 waren es 198 312.",
        "12.05.2026, 10:00-11:30, Aktenzeichen 61-2024-000123",
        "Costs: 1 250 000 EUR; 51.3388, 6.5853",
    ],
)
def test_names_figures_and_dates_travel(text: str) -> None:
    assert list(personal_data_to_stop(text)) == []


def test_how_an_office_is_reached_may_travel() -> None:
    Department.objects.create(slug="green", email="gruen@krefeld.example")
    assert list(personal_data_to_stop("Fragen an gruen@krefeld.example")) == []
    assert list(personal_data_to_stop("Fragen an gruen@krefeld.example, sonst weber@krefeld.example")) == ["pii.email"]
