"""Departments with staff, problems told to them, and browsers of everybody who works on the desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.accounts.directory import forget_departments
from citytandem.accounts.models import Department, Membership, Person, Role
from citytandem.accounts.selectors import actor_by_id
from citytandem.core import clock
from citytandem.core.ids import stable_id
from citytandem.core.node import node_set
from citytandem.core.versions import translations
from citytandem.streams.models import Problem
from citytandem.streams.services.records import Wording, record_submit
from tests.conftest import QuickEmbedder

HOME = stable_id("city", "krefeld")
SQUARE = {"type": "Polygon", "coordinates": [[[6.0, 51.0], [7.0, 51.0], [7.0, 52.0], [6.0, 52.0], [6.0, 51.0]]]}


@dataclass(frozen=True)
class Town:
    """Three departments: waste escalates to traffic, digital gets the rest."""

    waste: Department
    traffic: Department
    digital: Department


@pytest.fixture
def town(db: None, quick_embedder: QuickEmbedder) -> Town:
    node_set(name="Krefeld", home_city=HOME, home_slug="krefeld", language="de")
    traffic = _department("traffic", "Traffic", ["mobility"])
    made = Town(
        waste=_department("waste", "Waste", ["waste"], service_days=5, escalate_to=traffic),
        traffic=traffic,
        digital=_department("digital", "Digital", ["data"], is_fallback=True),
    )
    cache.clear()
    return made


def _department(slug: str, name: str, themes: list[str], **fields: Any) -> Department:
    return Department.objects.create(slug=slug, name=translations(en=name, de=f"{name} (de)"), themes=themes, **fields)


@pytest.fixture
def staff_of(db: None) -> Callable[..., Actor]:
    """Somebody who works for a department."""

    def make(department: Department, *, is_lead: bool = False) -> Actor:
        number = Person.objects.count()
        person = Person.objects.create(email=f"staff-{number}@test.example", name=f"Staff {number}")
        Membership.objects.create(
            person=person, role=Role.DEPARTMENT_STAFF, department=department, since=clock.now(), is_lead=is_lead
        )
        forget_departments()
        return actor_by_id(person.id, name=person.name)

    return make


@pytest.fixture
def told(town: Town, resident: Actor) -> Callable[..., Problem]:
    """A resident tells a problem."""

    def tell(title: str = "Bins overflow at the market", *, by: Actor | None = None, **details: Any) -> Problem:
        details = {"themes": ["waste"], "city": HOME, **details}
        made = record_submit(kind="problem", wording=Wording(title, "", "en"), by=by or resident, details=details)
        problem: Problem = Problem.objects.get(id=made.id)
        return problem

    return tell


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the clock: noon of a day."""

    def set_to(day: str) -> None:
        moment = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)
        monkeypatch.setattr(clock, "now", lambda: moment)

    return set_to


@pytest.fixture
def browser_of() -> Callable[[Actor], Client]:
    """A browser in which somebody is signed in, in English."""

    def make(actor: Actor) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(Person.objects.get(id=actor.id))
        return client

    return make
