"""The best partners of a city, over the API and from all cities there are."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from citytandem.core.errors import NotFound
from citytandem.partnerships import best_partners as module
from citytandem.partnerships.best_partners import best_partners
from citytandem.partnerships.models import City

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    module._kept.clear()


def city(slug: str, country: str, population: int | None, place: tuple[float, float] | None, **more: Any) -> City:
    latitude, longitude = place or (None, None)
    return City.objects.create(
        slug=slug, name=slug.title(), country=country, population=population, latitude=latitude, longitude=longitude,
        sort_key=slug, **more,
    )  # fmt: skip


@pytest.fixture
def europe() -> None:
    city("ulm", "DE", 126_000, (48.4, 10.0), teach_themes=["waste"], learn_themes=["energy"])
    city("kiel", "DE", 126_000, (54.3, 10.1), teach_themes=["culture", "no-theme"])
    city("linz", "AT", 205_000, (48.3, 14.3))
    city("lyon", "FR", 520_000, (45.8, 4.8), teach_themes=["energy"], learn_themes=["waste"])
    city("petit", "FR", 600, (45.8, 4.9))
    city("nowhere", "FR", None, None)


@pytest.mark.usefixtures("europe")
def test_both_sides_gain_first_and_never_at_home() -> None:
    found = best_partners("ulm")
    assert {partner.city.slug for partner in found} == {"linz", "lyon", "petit", "nowhere"}
    assert found[0].city.slug == "lyon"
    assert found[0].terms.exchange == pytest.approx(4)
    assert all(partner.score == pytest.approx(partner.terms.score) for partner in found)
    assert [partner.score for partner in found] == sorted((partner.score for partner in found), reverse=True)
    assert next(partner for partner in found if partner.city.slug == "nowhere").kilometres is None


@pytest.mark.usefixtures("europe")
def test_country_and_size_narrow() -> None:
    assert {partner.city.slug for partner in best_partners("ulm", country="fr", smallest=500)} == {"lyon", "petit"}
    assert [partner.city.slug for partner in best_partners("ulm", country="FR", largest=1_000)] == ["petit"]
    assert best_partners("ulm", country="ZZ") == []


@pytest.mark.usefixtures("europe")
def test_a_new_city_is_found_at_once() -> None:
    best_partners("ulm")
    city("graz", "AT", 126_000, (47.1, 15.4))
    assert "graz" in {partner.city.slug for partner in best_partners("ulm")}


def test_a_city_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFound):
        best_partners("atlantis")


@pytest.mark.usefixtures("europe")
def test_the_api_tells_terms(client: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(12):
        answer = client.get("/api/v1/cities/ulm/partners?country=AT")
    assert answer.status_code == 200
    [linz] = answer.json()["items"]
    assert linz["city"]["slug"] == "linz"
    assert sum(linz["terms"].values()) == pytest.approx(linz["score"], abs=1e-9)
    assert linz["kilometres"] == pytest.approx(318, abs=5)


@pytest.mark.usefixtures("europe")
@pytest.mark.parametrize(
    ("query", "status"), [("?limit=0", 422), ("?country=Germany", 422), ("?smallest=-1", 422), ("?largest=x", 422)]
)
def test_wrong_filters_are_problems(client: Client, query: str, status: int) -> None:
    answer = client.get(f"/api/v1/cities/ulm/partners{query}")
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_unknown_city_is_a_problem(client: Client) -> None:
    assert client.get("/api/v1/cities/atlantis/partners").status_code == 404


@pytest.mark.usefixtures("europe")
def test_the_page_tells_what_each_could_teach_the_other(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client = Client(headers={"accept-language": "en"})
    client.get("/cities/ulm/partners")
    with django_assert_max_num_queries(12):
        page = client.get("/cities/ulm/partners").content.decode()
    first = page.split('<ol class="ev-list">')[1].split("</li>")[0]
    assert "Lyon" in first
    assert "Energy" in first.split("Could teach you:")[1].split("Could learn from you:")[0]
    assert "has not chosen themes" not in page
    assert "has not chosen themes" in client.get("/cities/linz/partners").content.decode()


@pytest.mark.usefixtures("europe")
def test_the_page_narrows_and_keeps_what_was_typed() -> None:
    client = Client(headers={"accept-language": "en"})
    page = client.get("/cities/ulm/partners?country=FR&largest=1000").content.decode()
    assert "Petit" in page
    assert "Linz" not in page
    assert "No place fits" in client.get("/cities/ulm/partners?country=AT&largest=10").content.decode()
    refused = client.get("/cities/ulm/partners?smallest=many&largest=5")
    assert refused.status_code == 422
    assert 'value="many"' in refused.content.decode()
    assert client.get("/cities/ulm/partners?smallest=10&largest=5").status_code == 422
    assert client.get("/cities/ulm/partners?country=XX").status_code == 422
    assert client.get("/cities/none/partners").status_code == 404
