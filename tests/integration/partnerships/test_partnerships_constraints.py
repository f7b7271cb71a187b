"""What the database refuses of cities, programmes, partnerships, results and passports, whatever code stands in front."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from citytandem.core.ids import stable_id, uuid7
from citytandem.partnerships.models import (
    Application,
    City,
    CityContact,
    CohortSolution,
    Finding,
    Partnership,
    Passport,
    PassportTask,
    Programme,
    Quote,
    Seat,
)
from tests.constraints import NOW, Fault, check_refused, table, untested

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOW.date()
SOLUTION, CITY, CONTACT = (stable_id("test", name) for name in ("solution", "city", "contact"))
BEFORE = TODAY - DAY


def a_city(**fields: Any) -> City:
    number = uuid7()
    return City.objects.create(**{"slug": f"c{number}", "name": "Hamm", "country": "DE", **fields})


def a_partnership() -> Partnership:
    return Partnership.objects.create(slug=f"p{uuid7()}", kind="tandem", members=[uuid7(), uuid7()])


def the_city() -> City:
    return City.objects.filter(id=CITY).first() or a_city(id=CITY)


def the_contact() -> CityContact:
    return CityContact.objects.create(id=CONTACT, city=the_city(), name="A", since=TODAY)


def a_passport() -> Passport:
    return Passport.objects.create(**GOOD[Passport]())


def the_programme() -> Programme:
    found = Programme.objects.first()
    return found if found is not None else Programme.objects.create(slug="p", **WRITTEN)


WRITTEN = {"created_at": NOW, "changed_at": NOW}
GOOD: dict[type[Any], Callable[[], dict[str, Any]]] = {
    City: lambda: {"slug": "hamm", "name": "Hamm", "country": "DE"},
    CityContact: lambda: {"city": the_city(), "name": "A", "since": TODAY},
    Programme: lambda: {"slug": f"p{uuid7()}", **WRITTEN},
    Partnership: lambda: {"slug": f"p{uuid7()}", "kind": "tandem", "members": [uuid7(), uuid7()]},
    Seat: lambda: {"partnership": a_partnership(), "city": the_city(), "contact": the_contact()},
    Application: lambda: {"programme": the_programme(), "city": the_city(), "language": "en", **WRITTEN},
    CohortSolution: lambda: {"programme": the_programme(), "number": 1, "created_at": NOW},
    Finding: lambda: {
        "partnership": a_partnership(),
        "kind": "lesson",
        "language": "en",
        "title": {"en": {"text": "A", "by": "human"}},
        "created_at": NOW,
        "changed_at": NOW,
    },
    Quote: lambda: {"partnership": a_partnership(), "language": "en", "speaker": "A", "noted_at": NOW},
    Passport: lambda: {"solution": SOLUTION, "target": the_city(), "language": "en", **WRITTEN},
    PassportTask: lambda: {"passport": a_passport()},
}


def good(model: type[Any]) -> dict[str, Any]:
    """A row that is taken."""
    return GOOD[model]()


FAULTS = table(
    Fault("city_on_earth", City, {"latitude": 51.0}),
    Fault("city_on_earth", City, {"latitude": 91.0, "longitude": 7.0}),
    Fault("city_degurba", City, {"degurba": 0}),
    Fault("city_degurba", City, {"degurba": 4}),
    Fault("city_budget_not_negative", City, {"exchange_budget": -1}),
    Fault("contact_ends_after_it_began", CityContact, {"until": BEFORE}),
    Fault("programme_ends_after_it_began", Programme, {"starts_on": TODAY, "ends_on": BEFORE}),
    Fault("programme_quiet_weeks", Programme, {"quiet_weeks": 0}),
    Fault("programme_quiet_weeks", Programme, {"quiet_weeks": 105}),
    Fault("partnership_has_its_members", Partnership, {"members": [uuid7()]}),
    Fault("partnership_has_its_members", Partnership, {"kind": "tridem"}),
    Fault("partnership_ends_after_it_began", Partnership, {"starts_on": TODAY, "ends_on": BEFORE}),
    Fault("seat_once_in_a_partnership", Seat, first={}),
    Fault("seat_ends_after_it_began", Seat, {"since": TODAY, "until": BEFORE}),
    Fault("seat_deputy_is_another", Seat, {"deputy_id": CONTACT}),
    Fault("application_once_for_a_city", Application, first={}),
    Fault("application_with_consent", Application, {"state": "handed_in"}),
    Fault("application_decided_with_a_reason", Application, {"state": "declined", "decided_at": NOW}),
    Fault("solution_number_once", CohortSolution, first={}),
    Fault(
        "solution_published_once",
        CohortSolution,
        {"number": 2, "state": "done", "published_at": NOW},
        first={"state": "done", "published_at": NOW},
    ),
    Fault("solution_published_when_done", CohortSolution, {"published_at": NOW}),
    Fault("solution_progress", CohortSolution, {"progress": 101}),
    Fault("finding_figure_has_a_value", Finding, {"kind": "figure"}),
    Fault("finding_has_a_title", Finding, {"title": {}}),
    Fault("finding_whole_origin", Finding, {"origin": "did:web:a.example"}),
    Fault("quote_withdrawn_after_consent", Quote, {"withdrawn_at": NOW}),
    Fault("passport_once_for_a_city", Passport, first={}),
    Fault("passport_in_use_since_when_in_use", Passport, {"in_use_since": TODAY}),
    Fault("passport_task_once_for_a_condition", PassportTask, {"condition": "law"}, first={"condition": "law"}),
)
MODULES = {
    "citytandem.partnerships.models.applying",
    "citytandem.partnerships.models.cities",
    "citytandem.partnerships.models.passports",
    "citytandem.partnerships.models.programmes",
    "citytandem.partnerships.models.reporting",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_must_not_be_is_refused(fault: Fault) -> None:
    check_refused(fault, good)


def test_every_constraint_has_such_a_row() -> None:
    assert untested(FAULTS, MODULES) == set()
