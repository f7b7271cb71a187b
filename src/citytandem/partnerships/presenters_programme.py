"""Partnerships and the events of the programme as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.core.node import this_node
from citytandem.partnerships import selectors
from citytandem.partnerships.models import City, ProgrammeEvent
from citytandem.partnerships.presenters import (
    CityBrief,
    PartnershipBrief,
    city_brief,
    partnership_brief,
    partnership_map,
    programme_map,
)
from citytandem.partnerships.selectors import card, city_cards
from citytandem.partnerships.sources import Source, Work, source_of
from citytandem.streams.contract import Belongings, records_of_partnership
from citytandem.ui import charts
from citytandem.ui.countries import country_name


@dataclass(frozen=True, slots=True)
class Told:
    """A result or a lesson: a heading, and what it says."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of a partnership; `when` as the source gives it, `is_exact` if it is a date."""

    when: str
    is_exact: bool
    format_label: str
    place: str
    what: str
    works: Sequence[Work]


@dataclass(frozen=True, slots=True)
class PartnershipPage:
    """Everything that the page of a partnership shows."""

    brief: PartnershipBrief
    members: Sequence[CityBrief]
    status: str
    twinning_since: int | None
    matched_because: Sequence[str]
    prior_contacts: str
    challenges: Sequence[str]
    projects: Sequence[str]
    themes: Sequence[str]
    results: Sequence[Told]
    success_factors: Sequence[str]
    hurdles: Sequence[str]
    remedies: Sequence[str]
    lessons: Sequence[Told]
    meetings: Sequence[Meeting]
    records: Mapping[str, Belongings]
    drawing: charts.Drawing | None
    source: Source

    @property
    def problems_url(self) -> str:
        """The list of the problems it brought about."""
        return f"/problems?partnership={self.brief.slug}"

    @property
    def solutions_url(self) -> str:
        """The list of the solutions it brought about."""
        return f"/solutions?partnership={self.brief.slug}"


@dataclass(frozen=True, slots=True)
class PartnershipCard:
    """A partnership in a list."""

    brief: PartnershipBrief
    status: str
    themes: Sequence[str]
    twinning_since: int | None
    lesson: Told | None


@dataclass(frozen=True, slots=True)
class PartnershipsPage:
    """All partnerships, with their map."""

    partnerships: Sequence[PartnershipCard]
    drawing: charts.Drawing | None


@dataclass(frozen=True, slots=True)
class Event:
    """An event on the timeline. `dates` is empty where the source gives none; `note` says why a date is uncertain."""

    slug: str
    number: int | None
    title: str
    dates: str
    starts: str
    note: str
    format: str
    format_label: str
    place: str
    participants: str
    participants_kind: str
    audience: str
    content: str
    sessions: Sequence[str]
    countries: Sequence[str]
    cities: Sequence[CityBrief]
    days: Sequence[tuple[str, Sequence[str]]]
    findings: Sequence[str]
    takeaways: Sequence[str]
    sources: Sequence[int]
    language: str = "en"
    path: str = ""


@dataclass(frozen=True, slots=True)
class Year:
    """The events of a year; `year` is empty for those without a date."""

    year: str
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class ProgrammePage:
    """The programme: its numbers, its map, its events. An event's `sources` count the works of `source` from 1."""

    cities: int
    countries: int
    tandems: int
    tridems: int
    events: int
    first: str
    last: str
    years: Sequence[Year]
    drawing: charts.Drawing | None
    source: Source


def event_format(code: str) -> str:
    """How people met, as a word."""
    known = {"online": _("Online"), "virtual": _("Online"), "hybrid": _("Hybrid")}
    return known.get(code) or (_("On site") if code in {"on-site", "on site"} else code)


def audience(code: str) -> str:
    """For whom an event was; what we do not know shows as the source has it."""
    return {
        "all interested": _("All interested people"),
        "tandem municipalities": _("The cities of the partnerships"),
        "European and German municipalities": _("European and German municipalities"),
    }.get(code, code)


def matched_because(reason: Mapping[str, Any]) -> str:
    """Why cities were matched, as a sentence."""
    return {
        "match-twinning": _("They were twin towns before."),
        "match-similar": _("They have similar challenges and the same themes."),
        "match-complement": _("One wants to learn what the other knows well."),
        "match-unequal": _("They are very unequal in size and weight, and see the appeal in that."),
        "match-border": _("They are neighbours across a border and have long worked together."),
    }.get(str(reason.get("id", "")), str(reason.get("text", "")))


def partnerships_page() -> PartnershipsPage:
    """All partnerships."""
    rows = selectors.partnership_list()
    cities = city_cards(list({member for row in rows for member in row.members}))
    cards = [
        PartnershipCard(
            brief=partnership_brief(row, cities),
            status=row.status,
            themes=list(row.facts.get("themes", []))[:4],
            twinning_since=row.twinning_since,
            lesson=next(iter(_told(row.facts.get("lessons", []))), None),
        )
        for row in rows
    ]
    drawing = programme_map(list(cities.values()), rows, home=this_node().home_city, letters=1.0)
    return PartnershipsPage(cards, drawing)


def partnership_page(actor: Actor, *, slug: str, language: str) -> PartnershipPage:
    """The page of a partnership; raises NotFound."""
    row = selectors.partnership_get(slug)
    members = {city.id: city for city in selectors.cities_of(row.members)}
    cards = {identifier: card(city) for identifier, city in members.items()}
    facts, source = row.facts, source_of(row.source)
    return PartnershipPage(
        brief=partnership_brief(row, cards),
        members=[city_brief(members[member], counts={}) for member in row.members if member in members],
        status=row.status,
        twinning_since=row.twinning_since,
        matched_because=[matched_because(reason) for reason in facts.get("matched_because", [])],
        prior_contacts=str(facts.get("prior_contacts", "")),
        challenges=_texts(facts, "challenges"),
        projects=_texts(facts, "joint_projects"),
        themes=_texts(facts, "themes"),
        results=_told(facts.get("results", [])),
        success_factors=_texts(facts, "success_factors"),
        hurdles=_texts(facts, "hurdles"),
        remedies=_texts(facts, "remedies"),
        lessons=_told(facts.get("lessons", [])),
        meetings=[_meeting(meeting, source) for meeting in facts.get("meetings", [])],
        records=records_of_partnership(actor, slug=slug, language=language),
        drawing=partnership_map(list(cards.values()), [row]),
        source=source,
    )


def _texts(facts: Mapping[str, Any], name: str) -> list[str]:
    return [str(text) for text in facts.get(name, [])]


def _told(stored: Sequence[Mapping[str, Any]]) -> list[Told]:
    return [Told(str(item.get("title", "")), str(item.get("text", ""))) for item in stored]


def _meeting(stored: Mapping[str, Any], source: Source) -> Meeting:
    when = str(stored.get("when", ""))
    shown = day(when)
    return Meeting(
        when=shown or when,
        is_exact=bool(shown),
        format_label=event_format(str(stored.get("format", ""))),
        place=str(stored.get("place", "")),
        what=str(stored.get("what", "")),
        works=source.of([str(key) for key in stored.get("src", [])]),
    )


def day(text: str) -> str:
    """A date in the reader's language from `2022-02-10` or `2022-05`; empty for anything else."""
    exact = _parsed(text)
    if exact is not None:
        return date_format(exact, "DATE_FORMAT")
    month = _parsed(f"{text}-01")
    return date_format(month, "YEAR_MONTH_FORMAT") if month is not None else ""


def _parsed(text: str) -> date | None:
    try:
        return parse_date(text) if len(text) == 10 else None
    except ValueError:
        return None


def programme_page() -> ProgrammePage:
    """The programme with all its events."""
    rows, events = selectors.partnership_list(), selectors.event_list()
    profiled = selectors.city_page(profiled=True, size=100).items
    cards = [card(city) for city in profiled]
    by_slug = {city.slug: city for city in profiled}
    source = _all_works(events)
    shown = sorted(
        (_event(event, by_slug, source) for event in events), key=lambda event: (not event.starts, event.starts)
    )
    kinds = [row.kind for row in rows]
    numbered = [event for event in shown if event.number is not None or event.path]
    return ProgrammePage(
        cities=len(profiled),
        countries=len({city.country for city in profiled}),
        tandems=kinds.count("tandem"),
        tridems=kinds.count("tridem"),
        events=len(numbered),
        first=numbered[0].dates if numbered else "",
        last=numbered[-1].dates if numbered else "",
        years=_by_year(shown),
        drawing=programme_map(cards, rows, home=this_node().home_city),
        source=source,
    )


def _all_works(events: Sequence[ProgrammeEvent]) -> Source:
    """The works behind all events, each once, in the order in which they come up."""
    found: dict[str, Work] = {}
    for event in events:
        found |= {key: work for key, work in source_of(event.source).by_key.items() if key not in found}
    return Source(works=list(found.values()), by_key=found)


def _by_year(events: Sequence[Event]) -> list[Year]:
    years: dict[str, list[Event]] = {}
    for event in events:
        years.setdefault(event.starts[:4], []).append(event)
    return [Year(year, group) for year, group in years.items()]


def _event(event: ProgrammeEvent, cities: Mapping[str, City], source: Source) -> Event:
    facts = event.facts
    keys = list(source.by_key)
    place = _("%(city)s, %(country)s") % {"city": event.place, "country": country_name(event.country)}
    programme = facts.get("programme") or {}
    return Event(
        slug=event.slug,
        number=event.number,
        title=event.title,
        dates=_span(event.dates),
        starts=event.dates[0] if event.dates else "",
        note=str(facts.get("date_note", "")),
        format=event.format,
        format_label=event_format(event.format),
        place=place if event.place else "",
        participants=event.participants,
        participants_kind=str(facts.get("participants_kind", "")),
        audience=audience(str(facts.get("audience", ""))),
        content=str(facts.get("content", "")),
        sessions=_texts(facts, "sessions"),
        countries=sorted(country_name(str(code)) for code in facts.get("countries", [])),
        cities=[city_brief(cities[slug], counts={}) for slug in facts.get("cities_present", []) if slug in cities],
        days=[(_day_of_event(name), [str(item) for item in items]) for name, items in programme.items()],
        findings=_texts(facts, "survey_findings"),
        takeaways=_texts(facts, "takeaways"),
        sources=sorted(keys.index(key) + 1 for key in source_of(event.source).by_key),
        language=str(facts.get("language", "en")),
        path=f"/events/{event.slug}" if facts.get("planned") else "",
    )


def _day_of_event(name: str) -> str:
    number = name.removeprefix("day")
    return _("Day %(number)s") % {"number": number} if number.isdigit() else name


def _span(dates: Sequence[str]) -> str:
    days = [day(text) or text for text in dates]
    if len(days) > 1:
        return _("%(first)s to %(last)s") % {"first": days[0], "last": days[-1]}
    return days[0] if days else ""
