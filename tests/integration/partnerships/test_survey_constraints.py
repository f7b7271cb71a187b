"""What the database refuses of surveys, whatever code stands in front."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from citytandem.core.ids import stable_id
from citytandem.partnerships.models import (
    City,
    CityContact,
    Programme,
    Survey,
    SurveyAnswer,
    SurveyQuestion,
    SurveyTicket,
    SurveyWave,
)
from tests.constraints import NOW, Fault, check_refused, table, untested

pytestmark = pytest.mark.django_db
SURVEY, SOMEBODY, CONTACT = (stable_id("test", name) for name in ("survey", "somebody", "contact"))
WRITTEN: dict[str, Any] = {"created_at": NOW, "changed_at": NOW}


def survey() -> Survey:
    programme, _made = Programme.objects.get_or_create(slug="programme", defaults=WRITTEN)
    found, _made = Survey.objects.get_or_create(
        id=SURVEY, defaults={"slug": "survey", "programme": programme, "language": "en", **WRITTEN}
    )
    return found


def wave() -> SurveyWave:
    return SurveyWave.objects.get_or_create(survey=survey(), number=9, defaults={"opened_at": NOW, "closed_at": NOW})[0]


def contact() -> CityContact:
    city, _made = City.objects.get_or_create(slug="a", defaults={"name": "A", "country": "DE"})
    return CityContact.objects.get_or_create(id=CONTACT, defaults={"city": city, "name": "A", "since": NOW.date()})[0]


GOOD: dict[type[Any], Callable[[], dict[str, Any]]] = {
    Survey: lambda: {"slug": "other", "programme": survey().programme, "language": "en", **WRITTEN},
    SurveyQuestion: lambda: {"survey": survey(), "key": "q1", "position": 1, "kind": "text"},
    SurveyWave: lambda: {"survey": survey(), "number": 1, "opened_at": NOW, "closed_at": NOW},
    SurveyTicket: lambda: {"wave": wave(), "secret_hash": "a" * 64, "contact": contact()},
    SurveyAnswer: lambda: {"wave": wave(), "is_anonymous": False, "pseudonym": SOMEBODY, "values": {}},
}


def good(model: type[Any]) -> dict[str, Any]:
    """A row that is taken."""
    return GOOD[model]()


FAULTS = table(
    Fault("survey_least_cell", Survey, {"least": 2}),
    Fault("survey_question_once", SurveyQuestion, {"position": 2}, first={}),
    Fault("survey_scale_has_steps", SurveyQuestion, {"kind": "scale"}),
    Fault("survey_scale_has_steps", SurveyQuestion, {"kind": "scale", "least": 1, "most": 9}),
    Fault("survey_choice_has_options", SurveyQuestion, {"kind": "multi"}),
    Fault("survey_wave_number_once", SurveyWave, first={}),
    Fault("survey_one_open_wave", SurveyWave, {"number": 2, "closed_at": None}, first={"closed_at": None}),
    Fault("survey_wave_key_once", SurveyWave, {"number": 2, "key": "k"}, first={"key": "k"}),
    Fault("survey_wave_published_when_closed", SurveyWave, {"closed_at": None, "published_at": NOW}),
    Fault("survey_ticket_once", SurveyTicket, {"secret_hash": "b" * 64}, first={}),
    Fault("survey_anonymous_without_pseudonym", SurveyAnswer, {"is_anonymous": True}),
    Fault("survey_answered_once", SurveyAnswer, first={}),
    Fault("survey_question_position", SurveyQuestion, {"key": "q2"}, first={}),
)
MODULES = {
    "citytandem.partnerships.models.surveys",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_must_not_be_is_refused(fault: Fault) -> None:
    check_refused(fault, good)


def test_every_constraint_has_such_a_row() -> None:
    assert untested(FAULTS, MODULES) == set()
