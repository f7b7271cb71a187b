"""Reuse instead of buying: what differs between the city that gives and the one that takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.challenges.tenders.reuse import WEIGHTS, compare

VALUES = (
    st.none()
    | st.booleans()
    | st.integers(0, 10**7)
    | st.floats()
    | st.text("ab ", max_size=4)
    | st.frozensets(st.text("ab", max_size=2))
)


@pytest.mark.parametrize(
    ("giver", "taker", "outcome"),
    [
        ("civil law", "Civil  law", "same"), ("civil law", "common law", "differs"), (30_000, 60_000, "same"),
        (30_000, 60_001, "differs"), (60_001, 30_000, "differs"), (0, 0, "same"), (0, 1, "differs"),
        (True, True, "same"), (True, False, "differs"), (True, 1, "differs"), (1, "1", "same"),
        ({"LoRaWAN"}, ["lorawan", "GIS"], "same"), ({"LoRaWAN", "GIS"}, {"GIS"}, "differs"),
        ("GIS", ["GIS", "twin"], "same"), (None, "x", "unknown"), ("x", "", "unknown"), ("x", " ", "unknown"),
        (set(), {"GIS"}, "unknown"), (float("nan"), 1, "unknown"), (1, float("inf"), "unknown"), (None, None, "unknown"),
    ],
)  # fmt: skip
def test_two_cities_side_by_side(giver: Any, taker: Any, outcome: str) -> None:
    (row,) = [row for row in compare({"roof": giver}, {"roof": taker}) if row.condition == "roof"]
    assert (row.giver, row.taker, row.outcome) == (giver, taker, outcome)


def test_what_differs_and_decides_comes_first() -> None:
    giver = {"law": "a", "population": 100_000, "language": "de", "staff": 3, "data": {"GIS"}}
    taker = {"law": "b", "population": 10_000, "language": "de", "data": {"GIS", "twin"}}
    rows = compare(giver, taker)
    assert [(row.condition, row.outcome) for row in rows[:4]] == [
        ("law", "differs"), ("population", "differs"), ("responsibility", "unknown"), ("organisation", "unknown"),
    ]  # fmt: skip
    assert [row.condition for row in rows if row.outcome == "same"] == ["data", "language"]


def test_law_and_organisation_weigh_more_than_technology() -> None:
    assert min(WEIGHTS["law"], WEIGHTS["responsibility"], WEIGHTS["organisation"]) > WEIGHTS["systems"]


@given(
    st.dictionaries(st.sampled_from([*WEIGHTS, "roof"]), VALUES),
    st.dictionaries(st.sampled_from([*WEIGHTS, "sea"]), VALUES),
)
def test_every_condition_has_one_row(giver: Any, taker: Any) -> None:
    rows = compare(giver, taker)
    assert sorted(row.condition for row in rows) == sorted({*WEIGHTS, *giver, *taker})
    order = [(("differs", "unknown", "same").index(row.outcome), -row.weight) for row in rows]
    assert order == sorted(order)


@given(st.dictionaries(st.sampled_from([*WEIGHTS]), VALUES))
def test_a_city_differs_from_itself_in_nothing(city: Any) -> None:
    assert all(row.outcome != "differs" for row in compare(city, city))
