"""The map page: which places hold problems and solutions, for the drawing and the list behind the map."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.core.node import this_node
from citytandem.core.versions import Reading, human_versions, read
from citytandem.partnerships.contract import CityCard, city_choices
from citytandem.streams.counting import capped_each, cities_with_records
from citytandem.streams.selectors import map_points, placed_of
from citytandem.ui import charts

MOST_LISTED = 60


@dataclass(frozen=True, slots=True)
class MapCity:
    """A city in the list beside the map."""

    slug: str
    name: str
    language: str
    country: str
    problems: int
    solutions: int
    is_home: bool


@dataclass(frozen=True, slots=True)
class MapRecord:
    """A record that lies at a point of its own."""

    kind: str
    code: str
    title: Reading
    city: str


@dataclass(frozen=True, slots=True)
class MapPage:
    """What the map shows, as text. `placed` are records with a point, `placed_total` how many there are.

    `words` is what the map itself says, as JSON for the script.
    """

    cities: Sequence[MapCity]
    placed: Sequence[MapRecord]
    placed_total: int
    drawing: charts.Drawing
    words: str


def map_page(actor: Actor, *, language: str) -> MapPage:
    """Cities of the programme with their numbers, and records at points."""
    cards = city_choices()
    names = {city.id: city.name_for(language) for city in cards}
    numbers = cities_with_records(actor)
    placed = [
        MapRecord(
            kind=kind,
            code=row["code"],
            title=read(human_versions(row["title"]), reader=language, original=row["language"]),
            city=names.get(row["city"], ""),
        )
        for kind in ("problem", "solution")
        for row in map_points(actor, kind=kind, most=MOST_LISTED)
    ]
    home = this_node().home_city
    cities = [_city(card, numbers.get(card.id, {}), home=home, language=language) for card in cards]
    cities.sort(key=lambda city: not city.is_home)
    total = sum(capped_each([placed_of(actor, kind=kind) for kind in ("problem", "solution")]))
    return MapPage(cities, placed[:MOST_LISTED], total, _drawing(cards, home=home, language=language), words())


def _city(card: CityCard, numbers: Mapping[str, int], *, home: UUID | None, language: str) -> MapCity:
    return MapCity(
        slug=card.slug,
        name=card.name_for(language),
        language=card.name_language(language),
        country=card.country,
        problems=numbers.get("problem", 0),
        solutions=numbers.get("solution", 0),
        is_home=card.id == home,
    )


def _drawing(cards: Sequence[CityCard], *, home: UUID | None, language: str) -> charts.Drawing:
    places = [
        charts.Place(
            name=card.name_for(language),
            longitude=card.longitude,
            latitude=card.latitude,
            href=f"/cities/{card.slug}",
            group="" if card.id == home else "partner",
            language=card.name_language(language),
            is_home=card.id == home,
        )
        for card in cards
        if card.latitude is not None and card.longitude is not None
    ]
    return charts.around(places, least=400, room=1.25, letters=0.85)


def words() -> str:
    """The words of the map's buttons and markers (`frontend/src/map.js`), as JSON."""
    return json.dumps(
        {
            "problem": _("Problem"),
            "solution": _("Solution"),
            "city": _("City"),
            # The number is put in by the browser.
            "cluster": _("%(count)s places, zoom in") % {"count": "{count}"},
            "zoomIn": _("Zoom in"),
            "zoomOut": _("Zoom out"),
            "close": _("Close"),
            "source": _("Source of the map"),
            "wheel": _("Use Ctrl + scroll to zoom the map"),
            "wheelMac": _("Use ⌘ + scroll to zoom the map"),
            "touch": _("Use two fingers to move the map"),
        },
        ensure_ascii=False,
    )
