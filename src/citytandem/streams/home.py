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
from citytandem.streams.counting import counts
from citytandem.streams.presenters import Card, Step
from citytandem.streams.selectors import newest_of_city_and_others
from citytandem.ui import charts

IN_A_STREAM = 4
OTHERS = 12
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
    """Everything the start page needs, in nine queries."""
    cities = {city.id: city for city in city_choices()}
    ties = partnership_cards()
    home = this_node().home_city
    partners = [member for tie in ties if home in tie.members for member in tie.members if member != home]
    columns, rest = {}, []
    for kind in ("problem", "solution"):
        own, others = newest_of_city_and_others(actor, kind=kind, city=home, own=IN_A_STREAM, others=OTHERS)
        rows = _column(own, others)
        columns[kind] = presenters.cards(rows, kind=kind, reader=reader, cities=cities)
        unseen = [record for record in others if record not in rows]
        rest += presenters.cards(unseen, kind=kind, reader=reader, cities=cities)
    total = counts(actor)
    return Home(
        counts=total,
        cities=len(cities),
        problems=columns["problem"],
        solutions=columns["solution"],
        steps=presenters.steps_to_effect(total),
        news=_partners_first(rest, partners=partners)[:NEWS],
        drawing=_drawing(cities, ties, home=home),
        partners=[cities[partner] for partner in dict.fromkeys(partners) if partner in cities],
        partnerships=len(ties),
        at=clock.now(),
    )


def _column(own: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    """Our own city leads, but one place is another city's, so that a reader sees where the streams flow."""
    return [*own[: IN_A_STREAM - 1], *others, *own[IN_A_STREAM - 1 :]][:IN_A_STREAM]


def _partners_first(cards: Sequence[Card], *, partners: Sequence[UUID]) -> list[Card]:
    return sorted(
        cards, key=lambda card: (card.city is None or card.city.id not in partners, -card.at.timestamp(), card.code)
    )


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
    cards: Sequence[PartnershipCard],
    position: Mapping[UUID, int],
    cities: Mapping[UUID, CityCard],
    *,
    home: UUID | None,
) -> list[charts.Tie]:
    drawn = []
    for card in cards:
        members = [member for member in card.members if member in position]
        name = " – ".join(presenters.city_name(cities[member]) for member in members)
        group = "own" if home in members else ""
        pairs = zip(members, [*members[1:], members[0]] if len(members) > 2 else members[1:], strict=False)
        drawn += [charts.Tie(position[one], position[other], name, card.path, group) for one, other in pairs]
    return drawn
