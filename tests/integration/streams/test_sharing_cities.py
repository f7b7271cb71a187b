"""Cities of partner nodes: who speaks for a city, and what a profile repairs when it comes."""

from __future__ import annotations

from typing import Any

import pytest

from citytandem.accounts.contract import SYSTEM
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.ids import stable_id
from citytandem.partnerships.contract import city_of_node, node_of_city
from citytandem.partnerships.models import City
from citytandem.partnerships.services import city_import
from citytandem.streams.models import Problem, Solution, SolutionUse
from tests.integration.streams.partner_nodes import SOFIA, confirmed, drop, profile, published, take
from tests.integration.streams.test_sharing import KREFELD, krefeld

__all__ = ["krefeld"]  # a fixture
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_embedder")]


def test_a_profile_that_comes_after_the_records_repairs_their_city() -> None:
    take("Problem", 1)
    take("Solution", 2, details={"usedHere": True})
    assert Problem.objects.get().city is None
    profile(3)
    sofia = City.objects.get(slug="sofia")
    assert sofia.id == stable_id("city", "sofia")
    assert (city_of_node(SOFIA), node_of_city(sofia.id)) == (sofia.id, SOFIA)
    assert {Problem.objects.get().city, Solution.objects.get().city, SolutionUse.objects.get().city} == {sofia.id}


def test_a_profile_we_have_from_a_source_stays() -> None:
    city_import(slug="sofia", name="София", country="BG", fields={"profile": "From the programme."}, by=SYSTEM)
    profile()
    assert City.objects.get(slug="sofia").profile == "From the programme."
    drop("CityProfile", 1)
    assert City.objects.get(slug="sofia").is_profiled
    assert city_of_node(SOFIA) is None


def test_a_place_on_the_map_becomes_the_partners_city() -> None:
    place = City.objects.create(slug="sofia-bg-727011", name="Sofia", country="BG", geonameid=727011)
    profile(geonameid=727011, population=1_200_000)
    place.refresh_from_db()
    assert (place.is_profiled, place.population, city_of_node(SOFIA)) == (True, 1_200_000, place.id)
    drop("CityProfile", 1)
    place.refresh_from_db()
    assert not place.is_profiled


@pytest.mark.parametrize("city", [{"slug": "krefeld", "country": "DE"}, {"slug": "k", "geonameid": 2886946}])
def test_nobody_speaks_for_our_city(city: dict[str, Any]) -> None:
    City.objects.filter(id=KREFELD).update(geonameid=2886946)
    with pytest.raises(Conflict) as refused:
        profile(**city)
    assert refused.value.code == "partner.city_ours"


def test_two_nodes_do_not_speak_for_one_city() -> None:
    profile()
    confirmed("did:web:other.example")
    told = {"city": {"slug": "sofia", "name": "Sofia", "country": "BG"}}
    with pytest.raises(Conflict) as refused:
        take("CityProfile", 2, origin="did:web:other.example", uri="https://other.example/1", details=told)
    assert refused.value.code == "partner.city_taken"


def test_a_city_of_the_same_short_name_in_another_country_is_another() -> None:
    city_import(slug="sofia", name="Sofia", country="US", fields={}, by=SYSTEM)
    profile()
    assert set(City.objects.filter(slug__startswith="sofia").values_list("slug", "country")) == {
        ("sofia", "US"),
        ("sofia-bg", "BG"),
    }


@pytest.mark.parametrize("told", [{}, {"city": []}, {"city": {"name": "X"}}, {"city": {"name": "", "country": "BG"}}])
def test_a_profile_without_a_city_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        take("CityProfile", 1, details=told)
    assert refused.value.code == "partner.city_unreadable"


def test_our_profile_goes_out_and_arrives() -> None:
    out = published("city", KREFELD)
    assert (out.kind, out.visibility, out.details["city"]["name"]) == ("CityProfile", "public", "Krefeld")
    assert published("city", stable_id("city", "sofia")) is None
