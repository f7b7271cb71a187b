"""Six cities that apply to a programme, and people who may do something with it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.core.node import node_set
from citytandem.partnerships.models import City, CohortSolution, Programme
from citytandem.partnerships.programmes.applying import application_decide, application_write
from citytandem.partnerships.programmes.forms import ProgrammeForm
from citytandem.partnerships.programmes.programmes import programme_write
from citytandem.partnerships.programmes.solving import solution_ask, solution_compute
from citytandem.partnerships.services import city_import

CITIES = {
    "hamm": ("DE", 180_000, ["sensors"], ["funding"]),
    "arezzo": ("IT", 97_000, ["funding"], ["sensors"]),
    "pirna": ("DE", 39_000, ["defects"], ["lighting"]),
    "alba": ("RO", 64_000, ["lighting"], ["defects"]),
    "basel": ("CH", 178_000, ["data"], ["drones"]),
    "venlo": ("NL", 103_000, ["drones"], ["data"]),
}
EQUAL = dict.fromkeys(("exchange", "themes", "tie", "size", "maturity", "language", "border", "hours"), 1.0)


def a_city(slug: str, country: str, people: int, teaches: list[str], learns: list[str]) -> City:
    fields = {
        "population": people, "languages": ["en"], "can_teach": [{"text": text, "basis": "stated"} for text in teaches],
        "wants_to_learn": [{"text": text, "basis": "stated"} for text in learns],
    }  # fmt: skip
    return city_import(slug=slug, name=slug.title(), country=country, fields=fields, by=SYSTEM)


def programme_world(make_actor: Callable[[str], Actor]) -> SimpleNamespace:
    """A programme with six admitted cities; Hamm runs the node."""
    coordinator, unit = make_actor("programme_coordinator"), make_actor("innovation_unit")
    cities = {slug: a_city(slug, *facts) for slug, facts in CITIES.items()}
    node_set(name="Hamm", home_city=cities["hamm"].id, home_slug="hamm", language="de", demo="")
    form = ProgrammeForm(
        {"title": "Six cities", "language": "en", "state": "call", "quiet_weeks": "8", "starts_on": "2026-01-01"}
    )
    assert form.is_valid(), form.errors
    programme = programme_write(programme_id=None, values=form.cleaned_data, by=coordinator)
    applications = {}
    for slug, city in cities.items():
        row = application_write(
            programme_id=programme.id, city_id=city.id, text="We want to learn.", language="en", hand_in=True, consents=True,
            by=coordinator,
        )  # fmt: skip
        applications[slug] = application_decide(application_id=row.id, admit=True, reason="It fits.", by=coordinator)
    return SimpleNamespace(
        programme=programme, cities=cities, applications=applications, coordinator=coordinator, unit=unit
    )


def solved(programme: Programme, by: Actor, **rules: Any) -> CohortSolution:
    """A grouping that has been computed."""
    row = solution_ask(programme_id=programme.id, weights=EQUAL, rules={"sizes": [2, 3], **rules}, by=by)
    solution_compute(row.id)
    row.refresh_from_db()
    return row
