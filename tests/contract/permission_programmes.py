"""A programme with an application and a grouping, for the table of who may do what."""

from __future__ import annotations

from citytandem.core import clock
from citytandem.partnerships.models import (
    Application,
    City,
    CohortSolution,
    Programme,
    Survey,
    SurveyQuestion,
    SurveyTicket,
    SurveyWave,
)
from citytandem.partnerships.surveys.asking import secret_hash


def programme_values(city: City) -> dict[str, str]:
    """What stands for each parameter of an address below a programme."""
    now = clock.now()
    written = {"created_at": now, "changed_at": now}
    programme = Programme.objects.create(slug="six-cities", state="call", **written)
    application = Application.objects.create(programme=programme, city=city, language="en", **written)
    CohortSolution.objects.create(programme=programme, number=1, created_at=now)
    survey = Survey.objects.create(slug="views", programme=programme, language="en", title={}, **written)
    SurveyQuestion.objects.create(survey=survey, key="q1", position=1, kind="text", text={})
    wave = SurveyWave.objects.create(
        survey=survey, number=1, key="open-to-all", opened_at=now, closed_at=now, published_at=now
    )
    SurveyTicket.objects.create(wave=wave, secret_hash=secret_hash("a-ticket"))
    return {"programme": programme.slug, "application_id": str(application.id), "number": "1"}
