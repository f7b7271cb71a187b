"""A small world: three cities, one partnership, events, problems and solutions; and signed-in browsers."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.accounts.models import Person
from citytandem.core.ids import stable_id
from citytandem.core.node import node_set
from citytandem.partnerships.services import city_import, event_import, partnership_import
from citytandem.streams.services.links import link_suggest
from citytandem.streams.services.records import record_import

WORKS = {"title": "A report", "works": [{"key": "r", "title": "A report", "url": "https://example.org/report"}]}


def make_city(slug: str, name: str, country: str, language: str, **fields: Any) -> UUID:
    shared = {"languages": [language], "source": WORKS, "topics": ["participation"]}
    return city_import(slug=slug, name=name, country=country, fields={**shared, **fields}, by=SYSTEM).id


def make_record(kind: str, slug: str, *, city: UUID, language: str, title: dict[str, str], **fields: Any) -> UUID:
    identifier = stable_id(kind, slug)
    shared = {"city": city, "visibility": "public", "themes": ["waste"]}
    record_import(
        kind=kind, identifier=identifier, slug=slug, language=language, title=title, text=title,
        fields={**shared, **fields}, by=SYSTEM,
    )  # fmt: skip
    return identifier


@pytest.fixture
def world(db: None, quick_embedder: object) -> SimpleNamespace:
    """Krefeld's node, with Sofia as its partner and Utrecht beside."""
    krefeld = make_city(
        "krefeld", "Krefeld", "DE", "de", population=228_550, latitude=51.3, longitude=6.55,
        can_teach=[{"text": "data ethics board", "basis": "derived"}],
        wants_to_learn=[{"text": "running pilots", "basis": "stated"}, {"text": "Utrecht's 3D viewer", "basis": "stated"}],
    )  # fmt: skip
    sofia = make_city(
        "sofia", "София", "BG", "bg", name_latin="Sofia", population=1_286_965, latitude=42.7, longitude=23.3,
        can_teach=[{"text": "running pilots", "basis": "stated"}], wants_to_learn=[{"text": "data ethics board", "basis": "stated"}],
        twinnings=[{"name": "Krefeld", "slug": "krefeld", "country": "DE", "since": 1999}],
    )  # fmt: skip
    utrecht = make_city("utrecht", "Utrecht", "NL", "nl", population=376_735, latitude=52.09, longitude=5.12)
    partnership_import(
        slug="krefeld-sofia", kind="tandem", members=["krefeld", "sofia"], by=SYSTEM,
        fields={"status": "completed", "source": WORKS, "facts": {
            "matched_because": [{"id": "match-unequal", "text": "unequal"}],
            "results": [{"title": "platform", "text": "a platform <script>alert(1)</script>"}],
            "lessons": [{"title": "size", "text": "size does not matter"}],
            "meetings": [{"when": "2022-05", "format": "virtual", "what": "first talk", "src": ["r"]},
                         {"when": "some day in spring", "format": "on site", "what": "visit", "src": ["r"]}],
        }},
    )  # fmt: skip
    event_import(
        slug="ev-one", title="Kick-off", by=SYSTEM,
        fields={"number": 1, "dates": ["2022-02-10"], "format": "online", "participants": "278", "source": WORKS},
    )  # fmt: skip
    event_import(
        slug="ev-two", title="Workshop", by=SYSTEM,
        fields={"number": 2, "dates": ["2023-09-21", "2023-09-22"], "format": "hybrid", "place": "Leipzig",
                "country": "DE", "source": WORKS, "facts": {"date_note": "possibly 2022", "cities_present": ["sofia"]}},
    )  # fmt: skip
    event_import(slug="ev-three", title="Study trip", by=SYSTEM, fields={"format": "on-site", "source": WORKS})
    problem = make_record(
        "problem", "bins", city=krefeld, language="de", title={"de": "Mülleimer quellen über", "en": "Bins overflow"}
    )
    solution = make_record(
        "solution",
        "sensors",
        city=sofia,
        language="bg",
        title={"bg": "Сензори за отпадъци", "en": "Bin sensors"},
        stage="in_use",
    )
    link = link_suggest(problem=problem, solution=solution, score=0.62, why={"en": "same theme: waste"})
    node_set(name="Krefeld", home_city=krefeld, home_slug="krefeld", language="de", demo="")
    cache.clear()
    assert link is not None
    return SimpleNamespace(krefeld=krefeld, sofia=sofia, utrecht=utrecht, problem=problem, solution=solution, link=link)


@pytest.fixture
def browser_of(make_actor: Callable[[str], Actor]) -> Callable[[str], Client]:
    """A browser in which a person of a role is signed in."""

    def sign_in(role: str) -> Client:
        person = Person.objects.get(id=make_actor(role).id)
        client = Client()
        client.force_login(person)
        return client

    return sign_in
