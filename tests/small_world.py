"""A handful of cities, problems and solutions, in several languages: enough for tests that need all kinds of things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from citytandem.accounts.contract import SYSTEM
from citytandem.core.ids import stable_id
from citytandem.core.versions import translations
from citytandem.partnerships.models import City, Partnership, ProgrammeEvent
from citytandem.search.services import embed_waiting, index_things
from citytandem.streams.models import Link, LinkMaker, LinkState, Problem, Solution, SolutionUse
from citytandem.streams.services.links import link_from_source
from citytandem.streams.services.records import record_import


@dataclass(frozen=True)
class World:
    """What there is."""

    cities: dict[str, City]
    partnership: Partnership
    problems: list[Problem]
    solutions: list[Solution]
    draft: Problem
    suggested: Link


def small_world(*, records: int = 3) -> World:
    """Three cities, a tandem, an event; `records` public problems and solutions, a draft, a link and a suggestion."""
    cities = {slug: _city(slug, *facts) for slug, facts in _CITIES.items()}
    partnership = Partnership.objects.create(
        id=stable_id("partnership", "krefeld-sofia"),
        slug="krefeld-sofia",
        kind="tandem",
        members=[cities["krefeld"].id, cities["sofia"].id],
    )
    ProgrammeEvent.objects.create(slug="opening", number=1, title="Opening conference", dates=["2022-05"])
    problems = [_record("problem", number, cities) for number in range(records)]
    solutions = [_record("solution", number, cities) for number in range(records)]
    draft = _record("problem", records, cities, visibility="draft")
    SolutionUse.objects.create(solution=solutions[0], city=cities["utrecht"].id)
    link_from_source(problem=problems[0].id, solution=solutions[0].id, why={"en": "It measures."}, basis="stated")
    suggested = Link.objects.create(
        problem=problems[1],
        solution=solutions[1],
        maker=LinkMaker.MATCHER,
        state=LinkState.SUGGESTED,
        score=0.6,
        created_at=problems[1].created_at,
    )
    for kind, rows in (("problem", [*problems, draft]), ("solution", solutions)):
        index_things(kind, [row.id for row in rows])
    embed_waiting()
    return World(cities, partnership, problems, solutions, draft, suggested)


_CITIES = {
    "krefeld": ("Krefeld", "DE", ["de"], 227_000, 51.33, 6.56),
    "sofia": ("София", "BG", ["bg"], 1_240_000, 42.7, 23.32),
    "utrecht": ("Utrecht", "NL", ["nl"], 361_000, 52.09, 5.12),
}
_WORDS = {
    "problem": ("Bins overflow at the market", "Die Mülleimer am Markt quellen über"),
    "solution": ("Fill-level sensors for bins at the market", "Füllstandssensoren für Mülleimer am Markt"),
}


def _city(slug: str, name: str, country: str, languages: list[str], population: int, lat: float, lon: float) -> City:
    return City.objects.create(
        id=stable_id("city", slug),
        slug=slug,
        name=name,
        country=country,
        languages=languages,
        population=population,
        latitude=lat,
        longitude=lon,
        is_profiled=True,
        sort_key=slug,
        can_teach=[{"text": "Sensors in buildings", "basis": "stated"}],
    )


def _record(kind: str, number: int, cities: dict[str, City], *, visibility: str = "public") -> Any:
    english, german = _WORDS[kind]
    fields: dict[str, Any] = {
        "visibility": visibility,
        "city": cities["krefeld"].id,
        "themes": ["waste", "sensors-and-iot"],
        "partnership": "krefeld-sofia",
        "place_kind": "point",
        "latitude": 51.3 + number / 1000,
        "longitude": 6.5,
        "source": {"title": "A report"},
    }
    if kind == "solution":
        fields |= {"stage": "in_use", "frame_conditions": {"law": translations(en="A permit of the city")}}
    elif number == 2:
        # As with most of the programme's problems, the source says neither who told it nor how far it has come.
        fields |= {"status": "", "sender": ""}
    return record_import(
        kind=kind,
        identifier=stable_id(kind, str(number)),
        slug=f"{kind}-{number}",
        language="de",
        title={"de": f"{german} {number}", "en": f"{english} {number}"},
        text={"de": f"{german}, jeden Samstag.", "en": f"{english}, every Saturday."},
        fields=fields,
        by=SYSTEM,
    )
