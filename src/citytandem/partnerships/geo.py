"""Cities and partnerships as GeoJSON (RFC 7946)."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from citytandem.partnerships.contract import city_choices
from citytandem.partnerships.selectors import CityCard, city_cards, partnership_list

Feature = dict[str, Any]


def city_features(*, reader: str) -> list[Feature]:
    """A point for each city with a profile and a known place, named so that the reader can read it."""
    return [
        {
            "type": "Feature",
            "id": f"city-{city.slug}",
            "geometry": {"type": "Point", "coordinates": list(_place(city))},
            "properties": {
                "layer": "cities",
                "title": city.name_for(reader),
                "path": f"/cities/{city.slug}",
                "city": city.name_for(reader),
            },
        }
        for city in city_choices()
        if _is_placed(city)
    ]


def partnership_features(*, reader: str) -> list[Feature]:
    """A line between any two cities of each partnership: one for a tandem, three for a tridem."""
    partnerships = partnership_list()
    cards = city_cards(list({member for partnership in partnerships for member in partnership.members}))
    features = []
    for partnership in partnerships:
        members = [cards[member] for member in partnership.members if member in cards and _is_placed(cards[member])]
        lines = [[list(_place(one)), list(_place(other))] for one, other in combinations(members, 2)]
        if not lines:
            continue
        features.append(
            {
                "type": "Feature",
                "id": f"partnership-{partnership.slug}",
                "geometry": {"type": "MultiLineString", "coordinates": lines},
                "properties": {
                    "layer": "partnerships",
                    "title": " – ".join(member.name_for(reader) for member in members),
                    "path": f"/partnerships/{partnership.slug}",
                    "city": "",
                },
            }
        )
    return features


def _is_placed(city: CityCard) -> bool:
    return city.latitude is not None and city.longitude is not None


def _place(city: CityCard) -> tuple[float, float]:
    assert city.latitude is not None  # noqa: S101 - asked for before
    assert city.longitude is not None  # noqa: S101
    return city.longitude, city.latitude
