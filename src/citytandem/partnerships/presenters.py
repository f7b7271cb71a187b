"""Cities as pages show them: plain values in the reader's language, so that templates only lay out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.node import this_node
from citytandem.core.paging import PAGE_SIZE
from citytandem.core.permissions import allowed
from citytandem.partnerships import affinity, affinity_words, selectors
from citytandem.partnerships.models import City, Partnership
from citytandem.partnerships.phrases import phrase_vectors
from citytandem.partnerships.selectors import CityCard, card
from citytandem.partnerships.sources import Source, source_of
from citytandem.streams.contract import Belongings, record_counts_by_city, records_of_city, themes_by_city
from citytandem.ui import charts
from citytandem.ui.countries import COUNTRY_NAMES, country_name


@dataclass(frozen=True, slots=True)
class CityBrief:
    """A city on a card. `language` is that of its name."""

    slug: str
    name: str
    name_latin: str
    language: str
    country: str
    population: int | None
    is_profiled: bool
    is_home: bool = False
    teaches: Sequence[str] = ()
    problems: int = 0
    solutions: int = 0
    partnerships: Sequence[PartnershipBrief] = ()


@dataclass(frozen=True, slots=True)
class PartnershipBrief:
    """A partnership in a line: `kind` as a word, `names` of all members."""

    slug: str
    kind: str
    kind_label: str
    names: Sequence[str]
    title: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something a city teaches or wants to learn; `is_derived` if it was concluded from what the source tells."""

    text: str
    is_derived: bool


@dataclass(frozen=True, slots=True)
class CitiesPage:
    """The cities of the programme with their map, or one page of all known places."""

    cities: Sequence[CityBrief]
    next_cursor: str | None
    is_first: bool
    drawing: charts.Drawing | None
    countries: Sequence[tuple[str, str]]
    partnerships: Sequence[PartnershipBrief] = ()


@dataclass(frozen=True, slots=True)
class Twinning:
    """A town twinning, as the source tells it."""

    name: str
    slug: str
    country: str
    since: int | None
    note: str


@dataclass(frozen=True, slots=True)
class CityPage:
    """Everything that the page of a city shows. What nobody has said is empty."""

    brief: CityBrief
    country: str
    region: str
    languages: Sequence[str]
    profile: str
    strategy: str
    strategy_year: str
    topics: Sequence[str]
    teaches: Sequence[Phrase]
    wishes: Sequence[Phrase]
    networks: Sequence[str]
    units: Sequence[str]
    awards: Sequence[str]
    contacts: Sequence[str]
    twinnings: Sequence[Twinning]
    records: Mapping[str, Belongings]
    grounds: Sequence[affinity_words.Ground]
    home_name: str
    drawing: charts.Drawing | None
    latitude: float | None
    longitude: float | None
    source: Source
    words_language: str = "en"
    may_edit: bool = False

    @property
    def problems_url(self) -> str:
        """The list of this city's problems."""
        return f"/problems?city={self.brief.slug}"

    @property
    def solutions_url(self) -> str:
        """The list of this city's solutions."""
        return f"/solutions?city={self.brief.slug}"


def partnership_kind(kind: str) -> str:
    """`tandem` or `tridem` as a word."""
    return {"tandem": _("Tandem"), "tridem": _("Tridem")}.get(kind, kind)


def partnership_brief(partnership: Partnership, cities: Mapping[UUID, CityCard]) -> PartnershipBrief:
    """The line of a partnership."""
    language = get_language() or "en"
    names = [cities[member].name_for(language) for member in partnership.members if member in cities]
    kind = partnership_kind(partnership.kind)
    return PartnershipBrief(partnership.slug, partnership.kind, kind, names, " – ".join(names))


def city_brief(city: City, *, counts: Mapping[str, int], partnerships: Sequence[PartnershipBrief] = ()) -> CityBrief:
    """The card of a city."""
    return CityBrief(
        slug=city.slug,
        name=city.name,
        name_latin="" if city.name_latin == city.name else city.name_latin,
        language=city.languages[0] if city.languages else "",
        country=country_name(city.country),
        population=city.population,
        is_profiled=city.is_profiled,
        is_home=city.id == this_node().home_city,
        teaches=[str(item["text"]) for item in city.can_teach[:2]],
        problems=counts.get("problem", 0),
        solutions=counts.get("solution", 0),
        partnerships=partnerships,
    )


def cities_page(actor: Actor) -> CitiesPage:
    """The cities of the programme, with a map of their partnerships."""
    page = selectors.city_page(profiled=True, size=100)
    rows = selectors.partnership_list()
    cards = {city.id: card(city) for city in page.items}
    counts = record_counts_by_city(actor)
    briefs = {row.id: partnership_brief(row, cards) for row in rows}
    cities = [
        city_brief(
            city,
            counts=counts.get(city.id, {}),
            partnerships=[briefs[row.id] for row in rows if city.id in row.members],
        )
        for city in page.items
    ]
    home = this_node().home_city
    cities.sort(key=lambda city: not city.is_home)
    drawing = programme_map(list(cards.values()), rows, home=home)
    return CitiesPage(
        cities=cities,
        next_cursor=page.next_cursor,
        is_first=True,
        drawing=drawing,
        countries=(),
        partnerships=[briefs[row.id] for row in rows],
    )


def places_page(*, text: str, country: str, after: str | None) -> CitiesPage:
    """One page of every known place, by name."""
    page = selectors.city_page(profiled=False, text=text, country=country, after=after, size=2 * PAGE_SIZE)
    countries = sorted(((code, country_name(code)) for code in COUNTRY_NAMES), key=lambda pair: pair[1])
    cities = [city_brief(city, counts={}) for city in page.items]
    return CitiesPage(cities, page.next_cursor, page.is_first, None, countries)


def programme_map(
    cities: Sequence[CityCard], partnerships: Sequence[Partnership], *, home: UUID | None = None, letters: float = 0.85
) -> charts.Drawing | None:
    """The part of Europe that holds all the cities, as links, with a line for each pair that works together."""
    partners = {member for row in partnerships if home in row.members for member in row.members}
    places, positions = _places(cities, home=home, partners=partners)
    if not places:
        return None
    ties = _ties(partnerships, positions, cities, home=home)
    return charts.around(places, ties=ties, least=400, room=1.25, letters=letters)


def partnership_map(cities: Sequence[CityCard], partnerships: Sequence[Partnership]) -> charts.Drawing | None:
    """The part of Europe in which some cities lie, with their lines, to be shown small."""
    home = this_node().home_city
    places, positions = _places(cities, home=home, partners={city.id for city in cities})
    if not places:
        return None
    return charts.around(places, ties=_ties(partnerships, positions, cities, home=home), letters=1.9, room=1.9)


def _places(
    cities: Sequence[CityCard], *, home: UUID | None, partners: Collection[UUID]
) -> tuple[list[charts.Place], dict[UUID, int]]:
    language = get_language() or "en"
    placed = [city for city in cities if city.latitude is not None and city.longitude is not None]
    places = [
        charts.Place(
            name=city.name_for(language),
            longitude=city.longitude or 0.0,
            latitude=city.latitude or 0.0,
            href=reverse("partnerships:city", args=[city.slug]),
            group="partner" if city.id in partners and city.id != home else "",
            language=city.name_language(language),
            is_home=city.id == home,
        )
        for city in placed
    ]
    return places, {city.id: index for index, city in enumerate(placed)}


def _ties(
    partnerships: Sequence[Partnership],
    positions: Mapping[UUID, int],
    cities: Sequence[CityCard],
    *,
    home: UUID | None,
) -> list[charts.Tie]:
    by_id, ties = {city.id: city for city in cities}, []
    for row in partnerships:
        title = partnership_brief(row, by_id).title
        group = "own" if home in row.members else ""
        href = reverse("partnerships:partnership", args=[row.slug])
        members = [positions[member] for member in row.members if member in positions]
        pairs = [(one, other) for index, one in enumerate(members) for other in members[index + 1 :]]
        ties += [charts.Tie(one, other, title, href, group) for one, other in pairs]
    return ties


def city_page(actor: Actor, *, slug: str, language: str) -> CityPage:
    """The page of a city; raises NotFound."""
    city = selectors.city_get(slug)
    rows = selectors.partnerships_of(city.id)
    home_id = this_node().home_city
    wanted = {member for row in rows for member in row.members} | ({home_id} if home_id else set())
    others = {other.id: other for other in selectors.cities_of(wanted - {city.id})}
    cards = {other.id: card(other) for other in (*others.values(), city)}
    home = others.get(home_id) if home_id else None
    records = records_of_city(actor, city=city.id, language=language)
    counts = {kind: own.total for kind, own in records.items()}
    facts = city.facts or {}
    members = [cards[member] for row in rows for member in row.members if member in cards]
    shown = list({place.id: place for place in (*members, cards[city.id])}.values())
    return CityPage(
        brief=city_brief(city, counts=counts, partnerships=[partnership_brief(row, cards) for row in rows]),
        country=city.country,
        region=city.region,
        languages=[NATIVE_NAMES.get(code, code) for code in city.languages],
        profile=city.profile,
        strategy=str((city.strategy or {}).get("title") or ""),
        strategy_year=str((city.strategy or {}).get("year") or ""),
        topics=list(city.topics),
        teaches=_phrases(city.can_teach),
        wishes=_phrases(city.wants_to_learn),
        networks=list(city.networks) or [str(network["name"]) for network in facts.get("networks", [])],
        units=[str(unit) for unit in facts.get("units", [])],
        awards=[_with_year(award) for award in facts.get("awards", [])],
        contacts=[_contact(link) for link in facts.get("other_links", [])],
        twinnings=[_twinning(twinning) for twinning in city.twinnings],
        records=records,
        grounds=_grounds(actor, home, city, rows, language=language) if home else [],
        home_name=home.name if home else "",
        drawing=partnership_map(shown, rows),
        latitude=city.latitude,
        longitude=city.longitude,
        source=source_of(city.source),
        # The demo's facts are noted in English; what a city writes itself, in its own language.
        words_language=(city.languages[0] if city.languages else "") if city.said_at else "en",
        may_edit=allowed("partnerships.edit_city", actor, city),
    )


def _phrases(stored: Sequence[Mapping[str, Any]]) -> list[Phrase]:
    return [Phrase(str(item["text"]), item.get("basis") == "derived") for item in stored]


def _with_year(stored: Mapping[str, Any]) -> str:
    name, year = stored.get("name", ""), stored.get("year")
    return _("%(name)s (%(year)s)") % {"name": name, "year": year} if year else str(name)


def _contact(stored: Mapping[str, Any]) -> str:
    values = {"city": stored.get("with", ""), "country": country_name(str(stored.get("country", "")))}
    if stored.get("topic"):
        return _("%(city)s, %(country)s: %(topic)s") % {**values, "topic": stored["topic"]}
    return _("%(city)s, %(country)s") % values


def _twinning(stored: Mapping[str, Any]) -> Twinning:
    return Twinning(
        name=str(stored.get("name", "")),
        slug=str(stored.get("slug", "")),
        country=country_name(str(stored.get("country", ""))),
        since=stored.get("since"),
        note=str(stored.get("note", "")),
    )


def _grounds(
    actor: Actor, home: City, other: City, rows: Sequence[Partnership], *, language: str
) -> list[affinity_words.Ground]:
    themes = themes_by_city(actor, [home.id, other.id])
    phrases = [_phrases_of(city) for city in (home, other)]
    vectors = phrase_vectors([text for own in phrases for text in own])
    ours, theirs = (None, None) if vectors is None else (vectors[: len(phrases[0])], vectors[len(phrases[0]) :])
    one, two = _side(home, themes[home.id], vectors=ours), _side(other, themes[other.id], vectors=theirs)
    twinning = next((item for item in other.twinnings if item.get("slug") == home.slug), None)
    common = next((row.slug for row in rows if home.id in row.members), "")
    ties = affinity.Ties(
        partnership=common,
        is_twinned=twinning is not None,
        twinned_since=int((twinning or {}).get("since") or 0),
        distance_km=_distance(home, other),
    )
    terms = affinity.terms(one, two, ties=ties)
    return affinity_words.grounds(
        terms, home=card(home).name_for(language), other=card(other).name_for(language), language=language
    )


def _phrases_of(city: City) -> list[str]:
    return [str(item["text"]) for item in (*city.can_teach, *city.wants_to_learn)]


def _side(city: City, themes: Mapping[str, int], *, vectors: affinity.Matrix | None) -> affinity.Side:
    return affinity.Side(
        name=city.name,
        names=(city.name_latin,),
        country=city.country,
        languages=tuple(city.languages),
        population=city.population,
        offers=[str(item["text"]) for item in city.can_teach],
        wishes=[str(item["text"]) for item in city.wants_to_learn],
        vectors=vectors,
        themes=themes,
    )


def _distance(one: City, other: City) -> float | None:
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    return charts.distance((one.longitude, one.latitude), (other.longitude, other.latitude))
