"""Cities, partnerships and events from a named source."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from citytandem.accounts.contract import ANYBODY, SYSTEM, Actor
from citytandem.core.errors import Forbidden, Invalid
from citytandem.core.events import RecordChanged, gathered
from citytandem.core.ids import stable_id
from citytandem.partnerships.models import City, Partnership, ProgrammeEvent
from citytandem.partnerships.selectors import city_page
from citytandem.partnerships.services import city_import, event_import, partnership_import
from citytandem.search import registry
from citytandem.search.models import Entry
from citytandem.search.services import index_things

pytestmark = pytest.mark.django_db


def make_city(slug: str = "ulm", name: str = "Ulm", **fields: Any) -> City:
    return city_import(slug=slug, name=name, country="DE", fields={"languages": ["de"], **fields}, by=SYSTEM)


def test_a_city_gets_the_id_that_every_node_gives_it() -> None:
    assert make_city().id == stable_id("city", "ulm")


def test_the_second_import_changes_nothing_and_tells_nobody() -> None:
    with gathered(RecordChanged) as changed:
        make_city(population=126_000)
        make_city(population=126_000)
        assert len(changed) == 1
        make_city(population=127_000)
    assert [event.kind for event in changed] == ["city", "city"]
    assert City.objects.get().population == 127_000


def test_a_place_of_the_same_number_gives_way() -> None:
    City.objects.create(slug="ulm-de-2820256", name="Ulm", country="DE", geonameid=2820256)
    city = make_city(geonameid=2820256)
    assert City.objects.get() == city


def test_residents_cannot_import(resident: Actor) -> None:
    for actor in (resident, ANYBODY):
        with pytest.raises(Forbidden):
            city_import(slug="ulm", name="Ulm", country="DE", fields={}, by=actor)
    assert not City.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"population": -1}, "population"), ({"topics": ["x" * 200]}, "topics"), ({"is_profiled": False}, "is_profiled")],
)
def test_bad_values_are_told(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        make_city(**fields)
    assert caught.value.field == field


def test_a_nameless_city_is_refused() -> None:
    with pytest.raises(Invalid):
        make_city(name="")


def test_a_partnership_joins_cities_that_are_here() -> None:
    make_city()
    fields = {"status": "running"}
    with pytest.raises(Invalid, match=r"not known here"):
        partnership_import(slug="ulm-bern", kind="tandem", members=["ulm", "bern"], fields=fields, by=SYSTEM)
    make_city("bern", "Bern")
    for _ in range(2):
        partnership_import(slug="ulm-bern", kind="tandem", members=["ulm", "bern"], fields=fields, by=SYSTEM)
    assert Partnership.objects.get().members == [stable_id("city", "ulm"), stable_id("city", "bern")]


def test_a_tridem_has_three_members() -> None:
    make_city()
    make_city("bern", "Bern")
    with pytest.raises(Invalid, match="three"):
        partnership_import(slug="ulm-bern", kind="tridem", members=["ulm", "bern"], fields={}, by=SYSTEM)


@pytest.mark.parametrize(
    ("dates", "starts_on"),
    [(["2023-10-23", "2023-10-24"], date(2023, 10, 23)), (["2022-05"], None), ([], None)],
)
def test_an_event_starts_on_a_day_only_if_the_source_says_so(dates: list[str], starts_on: date | None) -> None:
    event_import(slug="meeting", title="Meeting", fields={"dates": dates, "format": "online"}, by=SYSTEM)
    event = ProgrammeEvent.objects.get()
    assert (event.dates, event.starts_on) == (dates, starts_on)


def test_what_a_city_can_teach_is_found() -> None:
    city = make_city(
        can_teach=[{"text": "drones", "basis": "stated"}, {"text": "bike sharing", "basis": "derived"}],
        topics=["mobility"],
        profile="a city on the Danube",
    )
    index_things("city", [city.id])
    entry = Entry.objects.get(kind="city")
    assert (entry.title, entry.text) == ("drones; bike sharing", "mobility. a city on the Danube")
    assert (entry.language, entry.is_original, entry.is_public, entry.country) == ("en", True, True, "DE")


def test_places_without_a_profile_stay_out_of_the_index() -> None:
    place = City.objects.create(slug="ulm-de-1", name="Ulm", country="DE")
    assert index_things("city", [place.id]) == 0
    assert registry.findable("city").all_ids() == []


@pytest.mark.parametrize("typed", ["sof", "София", "SOFIA"])
def test_a_city_is_found_by_either_spelling(typed: str) -> None:
    make_city("sofia", "София", name_latin="Sofia")
    make_city()
    assert [city.slug for city in city_page(profiled=True, text=typed).items] == ["sofia"]


@pytest.mark.parametrize("typed", ["???", "%", "\x00?", "_"])
def test_signs_that_no_name_has_find_nothing(typed: str) -> None:
    make_city()
    assert city_page(profiled=True, text=typed).items == []
