"""The grounds for a partnership, from bare numbers."""

from __future__ import annotations

import numpy as np
import pytest

from citytandem.partnerships.affinity import Side, Ties, pairings, terms

EAST, NORTH = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]
HALF = [0.5, 0.8660254, 0.0]


def side(
    *, offers: dict[str, list[float]] | None = None, wishes: dict[str, list[float]] | None = None, **known
) -> Side:  # type: ignore[no-untyped-def]
    offers, wishes = offers or {}, wishes or {}
    rows = [*offers.values(), *wishes.values()]
    vectors = np.array(rows, dtype=np.float32) if rows else None
    return Side(**{"name": "X", **known}, offers=list(offers), wishes=list(wishes), vectors=vectors)


def codes(one: Side, other: Side, ties: Ties | None = None) -> list[str]:
    return [term.code for term in terms(one, other, ties=ties or Ties())]


def test_a_wish_meets_the_offer_that_says_the_same() -> None:
    learner = side(wishes={"bike sharing": EAST, "open data": NORTH})
    found = pairings(learner, side(offers={"a bike-sharing system": EAST, "robots": [0.0, 0.0, 1.0]}))
    assert [(pair.wish, pair.offer) for pair in found] == [("bike sharing", "a bike-sharing system")]


def test_a_wish_that_names_the_city_needs_less_likeness() -> None:
    offers = {"an open viewer": EAST}
    assert not pairings(side(wishes={"a viewer": HALF}), side(name="Utrecht", offers=offers))
    assert pairings(side(wishes={"Utrecht's viewer": HALF}), side(name="Utrecht", offers=offers))


def test_without_vectors_there_are_no_pairs_and_no_error() -> None:
    one = Side(name="A", offers=["x"], wishes=["y"])
    assert pairings(one, one) == []


def test_each_ground_is_there_only_with_a_reason() -> None:
    assert codes(side(country="DE"), side(country="GR")) == []
    near = Ties(partnership="a-b", is_twinned=True, twinned_since=1974, distance_km=90)
    one = side(country="DE", languages=("de",), population=100_000, themes={"waste": 3})
    other = side(country="DE", languages=("de", "fr"), population=150_000, themes={"waste": 1, "energy": 2})
    assert codes(one, other, near) == ["themes", "size", "law", "language", "close", "partnership", "twinned"]


@pytest.mark.parametrize(("people", "is_similar"), [(100_000, True), (200_000, True), (200_001, False), (None, False)])
def test_similar_size_ends_at_the_double(people: int | None, is_similar: bool) -> None:
    assert ("size" in codes(side(population=100_000, country="A"), side(population=people, country="B"))) is is_similar


def test_strengths_are_shares() -> None:
    one = side(
        offers={"a": EAST}, wishes={"b": NORTH}, population=10, languages=("de",), country="DE", themes={"t": 99}
    )
    other = side(
        offers={"b": NORTH}, wishes={"a": EAST}, population=15, languages=("de",), country="DE", themes={"t": 99}
    )
    found = terms(one, other, ties=Ties("p", is_twinned=True, distance_km=0.0))
    assert all(0 < term.strength <= 1 for term in found)
    assert [term.code for term in found][:2] == ["they_teach", "we_teach"]
