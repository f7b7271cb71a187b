"""Reading cities, partnerships and events."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citytandem.core import clock
from citytandem.core.errors import NotFound
from citytandem.core.node import this_node
from citytandem.core.paging import PAGE_SIZE, Page, keyset_page
from citytandem.core.text import clean_line
from citytandem.partnerships.models import City, EventPlan, Partnership, Programme, ProgrammeEvent
from citytandem.partnerships.naming import sort_key


@dataclass(frozen=True, slots=True)
class CityCard:
    """What a list, a map or a match needs of a city."""

    id: UUID
    slug: str
    name: str
    country: str
    languages: tuple[str, ...]
    population: int | None
    latitude: float | None
    longitude: float | None
    is_profiled: bool
    name_latin: str = ""

    def name_for(self, language: str) -> str:
        """The name as a reader of `language` can read it: the Latin spelling, where there is one and it is not theirs."""
        return self.name_latin if self.name_latin and language not in self.languages else self.name

    def name_language(self, language: str) -> str:
        """Language of the name that `name_for` gives; empty where it is written for the reader."""
        own = self.languages[0] if self.languages else ""
        return "" if own == language or self.name_for(language) != self.name else own


def card(city: City) -> CityCard:
    """The card of a city."""
    return CityCard(
        id=city.id,
        slug=city.slug,
        name=city.name,
        country=city.country,
        languages=tuple(city.languages),
        population=city.population,
        latitude=city.latitude,
        longitude=city.longitude,
        is_profiled=city.is_profiled,
        name_latin=city.name_latin,
    )


def city_cards(ids: Sequence[UUID]) -> dict[UUID, CityCard]:
    """Cards by id, in one query."""
    return {city.id: card(city) for city in City.objects.filter(id__in=ids)} if ids else {}


def city_page(
    *, profiled: bool, country: str = "", text: str = "", after: str | None = None, size: int = PAGE_SIZE
) -> Page[City]:
    """Cities by name; with `profiled` those of the programme, else every known place."""
    rows = City.objects.all()
    if profiled:
        rows = rows.filter(is_profiled=True)
    if country:
        rows = rows.filter(country=country.upper()[:2])
    wanted = clean_line(text)
    if wanted:
        folded = sort_key(wanted)
        rows = rows.filter(Q(name__icontains=wanted) | (Q(sort_key__contains=folded) if folded else Q(pk__in=[])))
    return keyset_page(rows, order=("sort_key", "id"), after=after, size=size)


def city_get(slug: str) -> City:
    """The city of this short name; raises NotFound."""
    city = City.objects.filter(slug=slug).first()
    if city is None:
        raise NotFound("city.unknown", _("There is no city of this name here."))
    return city


def partnership_list() -> list[Partnership]:
    """All partnerships, by name."""
    return list(Partnership.objects.order_by("slug"))


def partnership_get(slug: str) -> Partnership:
    """The partnership of this short name; raises NotFound."""
    partnership = Partnership.objects.filter(slug=slug).first()
    if partnership is None:
        raise NotFound("partnership.unknown", _("There is no partnership of this name here."))
    return partnership


def partnerships_of(city: UUID) -> list[Partnership]:
    """The partnerships a city is a member of."""
    return list(Partnership.objects.filter(members__contains=[city]).order_by("slug"))


def event_list() -> list[ProgrammeEvent]:
    """The events of the programme, numbered ones first in their order."""
    return sorted(ProgrammeEvent.objects.all(), key=lambda event: (event.number is None, event.number or 0, event.slug))


def events_told_of(programme: Programme) -> list[ProgrammeEvent]:
    """What a report tells: the events that a source tells of, and of those planned here the programme's own, once they began."""
    plans = EventPlan.objects.exclude(record=None).values_list("record_id", "programme_id", "starts_at")
    own = {record: owner == programme.id and start <= clock.now() for record, owner, start in plans}
    events = event_list()
    held = sorted(
        (event for event in events if own.get(event.id)), key=lambda event: (str(event.starts_on), event.slug)
    )
    told = [event for event in events if event.id not in own]
    # Planned events have no number of their own: they are counted on.
    first = max((event.number for event in told if event.number is not None), default=0) + 1
    for number, event in enumerate(held, start=first):
        event.number = number
    return [*(e for e in told if e.number is not None), *held, *(e for e in told if e.number is None)]


def dated_events() -> list[ProgrammeEvent]:
    """The events of which the first day is known, in their order."""
    return list(ProgrammeEvent.objects.filter(starts_on__isnull=False).order_by("starts_on", "slug"))


def cities_of(ids: Collection[UUID]) -> list[City]:
    """Whole cities by id, in one query."""
    return list(City.objects.filter(id__in=ids).order_by("sort_key", "id")) if ids else []


def home_country() -> str:
    """The country of the city that runs this node (ISO 3166); empty where the node belongs to none that we know."""
    home = this_node().home_city
    found = City.objects.filter(id=home).values_list("country", flat=True).first() if home else None
    return found or ""
