"""A tandem of our city and Sofia, its node, and somebody who works in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.core import clock
from citytandem.core.ids import stable_id, uuid7
from citytandem.core.node import node_set
from citytandem.partnerships.accompanying.writing import record_write
from citytandem.partnerships.models import City, CityContact, CityNode, Partnership

SOFIA = "did:web:sofia.example"
TODAY = date(2026, 5, 10)


def a_city(slug: str, name: str, country: str, language: str) -> City:
    return City.objects.create(
        id=stable_id("city", slug), slug=slug, name=name, country=country, languages=[language], is_profiled=True,
        sort_key=slug,
    )  # fmt: skip


def a_contact(city: City, *languages: str, **fields: Any) -> CityContact:
    return CityContact.objects.create(
        city=city, name="Somebody", function="Innovation", languages=list(languages), since=date(2020, 1, 1), **fields
    )


def make_tandem() -> SimpleNamespace:
    """Krefeld's node with Sofia as its partner; Utrecht beside."""
    krefeld, sofia, utrecht = (
        a_city(*facts)
        for facts in (
            ("krefeld", "Krefeld", "DE", "de"),
            ("sofia", "Sofia", "BG", "bg"),
            ("utrecht", "Utrecht", "NL", "nl"),
        )
    )
    partnership = Partnership.objects.create(
        id=stable_id("partnership", "krefeld-sofia"),
        slug="krefeld-sofia",
        kind="tandem",
        members=[krefeld.id, sofia.id],
    )
    CityNode.objects.create(did=SOFIA, uri="https://sofia.example/p", city=sofia, since=clock.now())
    node_set(name="Krefeld", home_city=krefeld.id, home_slug="krefeld", language="de", demo="")
    cache.clear()
    return SimpleNamespace(krefeld=krefeld, sofia=sofia, utrecht=utrecht, partnership=partnership)


def write(world: SimpleNamespace, name: str, *, by: Actor = SYSTEM, **values: Any) -> Any:
    """A record of ours with what its kind needs."""
    record_id = values.pop("record_id", None)
    start: datetime = values.get("starts_at") or clock.now() + timedelta(days=7)
    usual: dict[str, dict[str, Any]] = {
        "milestone": {"due_on": TODAY},
        "meeting": {
            "format": "online",
            "starts_at": start,
            "ends_at": start + timedelta(hours=2),
            "zone": "Europe/Sofia",
        },
        "action": {"city_id": world.krefeld.id, "due_on": TODAY},
        "stay": {"kind": "desk", "from_city_id": world.krefeld.id, "to_city_id": world.sofia.id, "starts_on": TODAY},
        "contact": {"on": TODAY, "way": "call"},
    }
    told = {"title": f"A {name}", **({} if record_id else usual.get(name, {})), **values}
    return record_write(name, partnership_id=world.partnership.id, values=told, by=by, record_id=record_id)


def of_sofia(world: SimpleNamespace, model: Any, **fields: Any) -> Any:
    """A record that Sofia's node wrote."""
    key = uuid7()
    usual = {"language": "bg", "title": {"bg": {"text": "Тема", "by": "human"}}, "created_at": clock.now()}
    told = {**usual, "changed_at": clock.now(), "origin": SOFIA, "origin_uri": f"https://sofia.example/{key}"}
    return model.objects.create(partnership=world.partnership, **{**told, **fields})


@pytest.fixture
def tandem(db: None) -> SimpleNamespace:
    """See `make_tandem`."""
    return make_tandem()
