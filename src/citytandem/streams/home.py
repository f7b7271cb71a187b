"""What the start page shows: the two streams, what joins them, how far problems come, what is new at the partners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.node import this_node
from citytandem.partnerships.contract import CityCard, PartnershipCard, city_choices, partnership_cards
from citytandem.streams import presenters
from citytandem.streams.presenters import Card, Step
from citytandem.streams.selectors import Filters, counts, record_page
from citytandem.ui import charts

IN_A_STREAM = 4
NEWS = 4


@dataclass(frozen=True, slots=True)
class Home:
    """The start page."""

    counts: Mapping[str, int]
    cities: int
    problems: Sequence[Card]
    solutions: Sequence[Card]
    steps: Sequence[Step]
    news: Sequence[Card]
    drawing: charts.Drawing
    partners: Sequence[CityCard]
    partnerships: int
    at: datetime


def home_page(actor: Actor, *, reader: str) -> Home:
    """Everything the start page needs, in ten queries."""
    cities = {city.id: city for city in city_choices()}
    ties = partnership_cards()
    home = this_node().home_city
    partners = [member for tie in ties if home in tie.members for member in tie.members if member != home]
    streams = {kind: _stream(actor, kind=kind, home=home) for kind in ("problem", "solution")}
    shown = {kind: _first(rows, home=home) for kind, rows in streams.items()}
    total = counts(actor)
    return Home(
        counts=total,
        cities=len(cities),
        problems=presenters.cards(shown["problem"], kind="problem", reader=reader, cities=cities),
        solutions=presenters.cards(shown["solution"], kind="solution", reader=reader, cities=cities),
        steps=presenters.steps_to_effect(total),
        news=_news(streams, shown, partners=partners, cities=cities, reader=reader),
        drawing=_drawing(cities, ties, home=home),
        partners=[cities[partner] for partner in dict.fromkeys(partners) if partner in cities],
        partnerships=len(ties),
        at=clock.now(),
    )


def _stream(actor: Actor, *, kind: str, home: UUID | None) -> list[Any]:
    """The newest of our own city, then the newest of all."""
    own = record_page(actor, kind=kind, filters=Filters(city=home), size=IN_A_STREAM).items if home else []
    rest = record_page(actor, kind=kind, size=4 * IN_A_STREAM).items
    known = {record.id for record in own}
    return [*own, *(record for record in rest if record.id not in known)]


def _first(rows: Sequence[Any], *, home: UUID | None) -> list[Any]:
    """A column: our own city leads, but one place is for another city, so that both streams show where they flow."""
    own = [row for row in rows if row.city == home]
    others = [row for row in rows if row.city != home]
    return [*own[: IN_A_STREAM - 1], *others, *own[IN_A_STREAM - 1 :]][:IN_A_STREAM]


def _news(
    streams: Mapping[str, Sequence[Any]],
    shown: Mapping[str, Sequence[Any]],
    *,
    partners: Sequence[UUID],
    cities: Mapping[UUID, CityCard],
    reader: str,
) -> list[Card]:
    """What other cities brought in last, partners first, and not what the columns show already."""
    known = {record.id for rows in shown.values() for record in rows}
    found = [
        presenters.card(record, kind=kind, reader=reader, cities=cities)
        for kind, rows in streams.items()
        for record in rows
        if record.id not in known and record.city is not None and record.city != this_node().home_city
    ]
    found.sort(key=lambda card: (card.city is None or card.city.id not in partners, -card.at.timestamp(), card.code))
    return found[:NEWS]


def _drawing(cities: Mapping[UUID, CityCard], ties: Sequence[PartnershipCard], *, home: UUID | None) -> charts.Drawing:
    partners = {member for tie in ties if home in tie.members for member in tie.members}
    places: list[charts.Place] = []
    position: dict[UUID, int] = {}
    for city in cities.values():
        group = "partner" if city.id in partners else ""
        place = presenters.place_of(city, group=group, is_home=city.id == home)
        if place is not None:
            position[city.id] = len(places)
            places.append(place)
    return charts.europe(places, ties=_ties(ties, position, cities, home=home))


def _ties(
    cards: Sequence[PartnershipCard], position: Mapping[UUID, int], cities: Mapping[UUID, CityCard], *, home: UUID | None
) -> list[charts.Tie]:
    drawn = []
    for card in cards:
        members = [member for member in card.members if member in position]
        name = " – ".join(cities[member].name for member in members)
        group = "own" if home in members else ""
        pairs = zip(members, [*members[1:], members[0]] if len(members) > 2 else members[1:], strict=False)
        drawn += [charts.Tie(position[one], position[other], name, card.path, group) for one, other in pairs]
    return drawn
