"""A programme with a survey, and answers to it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from citytandem.accounts.contract import Actor
from citytandem.partnerships.models import City, CityContact, Partnership, Programme, Seat, Survey, SurveyWave
from citytandem.partnerships.surveys.answering import answer_openly
from citytandem.partnerships.surveys.asking import wave_open
from citytandem.partnerships.surveys.building import question_write, survey_write

BASE: dict[str, Any] = {
    "title": "How was the exchange?", "text": "Ten minutes.", "language": "en", "partnership": "", "is_anonymous": True,
    "least": 5, "standard": False,
}  # fmt: skip
QUESTION: dict[str, Any] = {
    "text": "It was worth it.", "language": "en", "kind": "scale", "is_required": False, "options": "", "steps": 5,
    "low": "No", "high": "Yes", "least": None, "most": None,
}  # fmt: skip


def a_survey(programme: Programme, by: Actor, *questions: dict[str, Any], **values: Any) -> Survey:
    """A survey with questions q1, q2 … (a scale if none are given)."""
    row = survey_write(programme_id=programme.id, survey_id=None, values={**BASE, **values}, by=by)
    for given in questions or ({},):
        question_write(survey_id=row.id, key="", values={**QUESTION, **given}, by=by)
    return row


def opened(survey: Survey, by: Actor, **values: Any) -> SurveyWave:
    """A wave that is open."""
    return wave_open(survey_id=survey.id, closes_at=None, everybody=survey.is_anonymous, by=by, **values)


def answered(wave: SurveyWave, *answers: dict[str, Any]) -> None:
    """Answers of people who were not invited."""
    for values in answers:
        answer_openly(wave.key, values, may_be_quoted=False)


def with_contacts(world: SimpleNamespace, number: int = 1) -> list[CityContact]:
    """Hamm and Arezzo form a tandem, with contacts each."""
    cities = [world.cities["hamm"], world.cities["arezzo"]]
    tandem = Partnership.objects.create(
        slug="arezzo-hamm", kind="tandem", members=[city.id for city in cities], programme=world.programme
    )
    for city in cities:
        Seat.objects.create(partnership=tandem, city=city)
    return [_contact(city, place) for city in cities for place in range(number)]


def _contact(city: City, place: int) -> CityContact:
    return CityContact.objects.create(
        city=city, name=f"Contact {place}", email=f"{city.slug}{place}@example.org", since="2026-01-01",
        is_deputy=place > 0,
    )  # fmt: skip
