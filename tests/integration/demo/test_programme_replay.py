"""The real programme in the demo: its seats, the reasons of its seven partnerships, and the exit at the end of 2023 replayed."""

from __future__ import annotations

from datetime import date

import pytest

from citytandem.demo.load import demo_load
from citytandem.partnerships.models import Partnership, Programme, Seat
from citytandem.partnerships.programmes.explaining import explained
from citytandem.partnerships.programmes.leaving import ways_on
from citytandem.progress import quiet

pytestmark = pytest.mark.django_db


def test_the_programme_is_told_explained_and_replayed(quick_embedder: object) -> None:
    demo_load(name="krefeld", say=quiet(), vectors=False, examples=False)
    programme = Programme.objects.get(slug="vernetzt-in-europa")
    assert (programme.partnerships.count(), Seat.objects.count()) == (7, 15)
    assert Seat.objects.get(until=date(2023, 12, 31)).city.slug == "sofia"
    told = {row["slug"]: row for row in explained(programme)}
    assert len(told) == 7
    for row in told.values():
        assert row["stated"]
        for pair in row["pairs"]:
            assert sum(term["value"] for term in pair["terms"]) == pytest.approx(pair["score"], abs=1e-9)

    def part(slug: str, term: str) -> float:
        return max(one["value"] for pair in told[slug]["pairs"] for one in pair["terms"] if one["term"] == term)

    assert part("arnsberg-alba-iulia", "tie") > 0.4
    assert part("pirna-boleslawiec", "tie") > 0.4
    assert part("basel-freiburg-mulhouse", "border") > 0
    ways = ways_on(Partnership.objects.get(slug="krefeld-sofia"), leaver="sofia", on=date(2023, 12, 31))
    assert ways
    assert all("krefeld" in {city for group in way["groups"] for city in group} for way in ways if not way["alone"])
    assert all("sofia" not in {city for group in way["groups"] for city in group} for way in ways)
