"""All places of Europe as cities."""

from __future__ import annotations

from typing import Any

import pytest

from citytandem.accounts.contract import ANYBODY, SYSTEM
from citytandem.core.errors import Forbidden
from citytandem.partnerships import places
from citytandem.partnerships.models import City
from citytandem.partnerships.services import city_import
from citytandem.progress import quiet

pytestmark = pytest.mark.django_db


def place(number: int, name: str, population: int = 1_000, country: str = "DE", **more: Any) -> dict[str, Any]:
    return {
        "geonameid": number,
        "name": name,
        "countrycode": country,
        "population": population,
        "latitude": 50.0,
        "longitude": 10.0,
        "alternatenames": [],
        **more,
    }


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The list of places, small; tests change it."""
    rows = [place(1, "Ulm", 126_000), place(2, "Åby", 0, "SE"), place(3, "Hamm", 180_000), place(4, "Hamm", 400)]
    monkeypatch.setattr(places, "european_places", lambda: rows)
    return rows


def load() -> places.PlacesReport:
    return places.places_load(by=SYSTEM, say=quiet())


def test_it_loads_places_with_what_is_known(listed: list[dict[str, Any]]) -> None:
    report = load()
    assert (report.places, report.added, report.refreshed) == (4, 4, 0)
    aby = City.objects.get(geonameid=2)
    assert (aby.slug, aby.sort_key, aby.population, aby.is_profiled) == ("aby-se-2", "aby", None, False)
    assert aby.source["title"] == "GeoNames"


def test_the_second_time_changes_nothing(listed: list[dict[str, Any]]) -> None:
    load()
    before = list(City.objects.order_by("id").values())
    report = load()
    assert (report.added, report.refreshed) == (0, 0)
    assert list(City.objects.order_by("id").values()) == before


def test_a_newer_list_refreshes_populations_and_adds_places(listed: list[dict[str, Any]]) -> None:
    load()
    listed[0]["population"] = 130_000
    listed.append(place(5, "Bern", 134_000, "CH"))
    report = load()
    assert (report.added, report.refreshed) == (1, 1)
    assert City.objects.get(geonameid=1).population == 130_000


def test_a_profiled_city_is_not_there_twice(listed: list[dict[str, Any]]) -> None:
    city_import(slug="ulm", name="Ulm", country="DE", fields={"geonameid": 1, "population": 1}, by=SYSTEM)
    assert load().added == 3
    assert City.objects.get(geonameid=1).population == 1


@pytest.mark.parametrize("places_first", [False, True])
def test_a_profiled_city_is_recognised_by_name_country_and_size(
    listed: list[dict[str, Any]], *, places_first: bool
) -> None:
    if places_first:
        load()
    city_import(slug="hamm", name="Hamm", country="DE", fields={"population": 180_761}, by=SYSTEM)
    assert load().linked == 1
    hamm = City.objects.get(slug="hamm")
    assert (hamm.geonameid, hamm.latitude, hamm.population) == (3, 50.0, 180_761)
    assert City.objects.count() == 4


def test_a_city_that_could_be_two_places_stays_without_a_number(listed: list[dict[str, Any]]) -> None:
    city_import(slug="hamm", name="Hamm", country="DE", fields={}, by=SYSTEM)
    assert load().linked == 0
    assert City.objects.count() == 5


def test_visitors_cannot_load_places() -> None:
    with pytest.raises(Forbidden):
        places.places_load(by=ANYBODY, say=quiet())


@pytest.mark.slow
def test_all_of_europe_loads_within_a_minute() -> None:
    report = load()
    assert report.added == report.places == City.objects.count() == 99_072
    assert City.objects.values("country").distinct().count() == 45
    assert report.seconds < 60
