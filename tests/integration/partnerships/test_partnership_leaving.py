"""A city leaves, and the others find a way on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.core.errors import Conflict, Invalid
from citytandem.partnerships.models import Partnership, Seat
from citytandem.partnerships.programmes.leaving import seat_leave, way_accept, ways_on
from citytandem.partnerships.programmes.solving import solution_publish
from tests.integration.partnerships.programme_world import programme_world, solved

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)


@pytest.fixture
def world(make_actor: Callable[[str], Actor], quick_embedder: object) -> SimpleNamespace:
    made = programme_world(make_actor)
    solution_publish(solution_id=solved(made.programme, made.coordinator).id, by=made.coordinator)
    return made


def leaves(world: SimpleNamespace, **changes: object) -> Seat:
    told = {
        "partnership": "arezzo-hamm",
        "city": "arezzo",
        "on": DAY,
        "because": "No staff.",
        "language": "en",
        "pauses": False,
    }
    return seat_leave(**{**told, **changes}, by=world.unit)  # type: ignore[arg-type]


def test_whoever_stays_docks_on_to_another_group(world: SimpleNamespace) -> None:
    leaves(world)
    row = Partnership.objects.get(slug="arezzo-hamm")
    assert row.state == "paused"
    found = ways_on(row, leaver="arezzo", on=DAY)
    assert {one["kind"] for one in found} <= {"dock_on", "swap", "newcomer"}
    assert all("hamm" in {city for group in one["groups"] for city in group} or "hamm" in one["alone"] for one in found)
    dock = next(one for one in found if one["kind"] == "dock_on")
    for pair in dock["pairs"]:
        assert sum(term["value"] for term in pair["terms"]) == pytest.approx(pair["score"], abs=1e-9)
    (made,) = way_accept(partnership="arezzo-hamm", leaver="arezzo", on=DAY, key=dock["key"], by=world.coordinator)
    sitting = set(made.seats.filter(until=None).values_list("city__slug", flat=True))
    assert sitting == set(dock["groups"][0])
    assert made.seats.get(city__slug="hamm").is_docked
    row.refresh_from_db()
    assert row.state == "ended"
    with pytest.raises(Conflict):
        way_accept(partnership="arezzo-hamm", leaver="arezzo", on=DAY, key=dock["key"], by=world.coordinator)


def test_leaving_has_its_rules(world: SimpleNamespace) -> None:
    with pytest.raises(Invalid):
        leaves(world, because=" ")
    with pytest.raises(Invalid):
        leaves(world, on=date(2025, 1, 1))
    row = Partnership.objects.get(slug="arezzo-hamm")
    with pytest.raises(Conflict):
        way_accept(partnership=row.slug, leaver="arezzo", on=DAY, key="x", by=world.coordinator)
    leaves(world)
    with pytest.raises(Conflict):
        leaves(world)


def test_the_pages(world: SimpleNamespace) -> None:
    def browser(actor: Actor) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(Person.objects.get(id=actor.id))
        return client

    told = {"city": "arezzo", "on": "2026-06-30", "because": "No staff."}
    unit, base = browser(world.unit), "/partnerships/arezzo-hamm"
    assert unit.get(f"{base}/leave").status_code == 200
    assert unit.post(f"{base}/leave", {**told, "because": ""}).status_code == 422
    done = unit.post(f"{base}/leave", told)
    assert done.status_code == 302
    page = unit.get(done["Location"]).content.decode()
    assert "Dock on to another group" in page
    assert 'name="key"' not in page
    assert 'name="key"' in browser(world.coordinator).get(done["Location"]).content.decode()
    pack = unit.get(f"{base}/hand-over").content.decode()
    assert "Arezzo left on" in pack
    assert browser(world.coordinator).get(f"/programmes/{world.programme.slug}/reasons").status_code == 200
    assert Client().get(f"{base}/ways-on").status_code == 302


def test_the_page_of_a_partnership_leads_to_what_one_may_do_there(world: SimpleNamespace) -> None:
    def told(actor: Actor | None) -> set[str]:
        client = Client(headers={"accept-language": "en"})
        if actor is not None:
            client.force_login(Person.objects.get(id=actor.id))
        page = client.get("/partnerships/arezzo-hamm").content.decode()
        return {way for way in ("hand-over", "leave", "ways-on", "activate", "work") if f"/arezzo-hamm/{way}" in page}

    assert told(None) == set()
    assert told(world.unit) == {"hand-over", "leave", "work"}
    assert told(world.coordinator) == {"hand-over", "leave", "work", "activate"}
    leaves(world)
    assert told(world.unit) == {"hand-over", "leave", "ways-on", "work"}
    Partnership.objects.filter(slug="arezzo-hamm").update(state="ended")
    assert told(world.unit) == {"hand-over", "work"}
