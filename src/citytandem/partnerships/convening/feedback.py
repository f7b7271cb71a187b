"""The feedback form of an event: a survey of its own, open for everybody who has the address."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import Conflict
from citytandem.core.versions import read
from citytandem.partnerships.convening.planning import locked
from citytandem.partnerships.models import EventPlan, EventState, RegistrationState, SurveyQuestion
from citytandem.partnerships.surveys.asking import Invited, invite_addresses, is_open, wave_open
from citytandem.partnerships.surveys.building import survey_write
from citytandem.partnerships.surveys.standard import Standard, columns_of, in_all_languages

OPEN_FOR = timedelta(days=28)
TITLE = _("Feedback: {title}")
TEXT = _("Two minutes, so that the next event is better.")
QUESTIONS = (
    Standard("event_use", "", "scale", _("The event was useful for my work.")),
    Standard("event_content", "", "scale", _("The topics were the right ones.")),
    Standard("event_format", "", "scale", _("There was enough time to talk to each other.")),
    Standard("event_people", "", "scale", _("I met people whom I will get in touch with again.")),
    Standard("event_organisation", "", "scale", _("The event was well organised.")),
    Standard("event_take", "", "text", _("What do you take home?")),
    Standard("event_better", "", "text", _("What should be better next time?")),
)


@transaction.atomic
def feedback_begin(plan_id: UUID, *, by: Actor) -> Invited:
    """Open the feedback form and write to those who came, to all who were registered if nobody noted who came.

    Returns how many were written to. Raises Forbidden, NotFound, Conflict before the event begins and the second time.
    """
    plan = locked(plan_id, by=by)
    if plan.survey_id is not None:
        raise Conflict("event.feedback_exists", _("There is a feedback form already."))
    if plan.state != EventState.PUBLISHED or plan.starts_at > clock.now():
        raise Conflict("event.not_begun", _("The event has not begun yet."))
    title = read(plan.title, reader=plan.language, original=plan.language).text
    values = {
        "title": title,
        "text": "",
        "language": plan.language,
        "is_anonymous": True,
        "least": 5,
        "standard": False,
    }
    survey = survey_write(programme_id=plan.programme_id, survey_id=None, values=values, by=by)
    survey.title = {
        code: {"text": version["text"].format(title=read(plan.title, reader=code, original=plan.language).text), "by": "human"}
        for code, version in in_all_languages(TITLE).items()
    }  # fmt: skip
    survey.text = in_all_languages(TEXT)
    survey.save()
    SurveyQuestion.objects.bulk_create(
        SurveyQuestion(survey=survey, position=place, **columns_of(question))
        for place, question in enumerate(QUESTIONS)
    )
    wave_open(survey_id=survey.id, closes_at=clock.now() + OPEN_FOR, everybody=True, by=by)
    plan.survey = survey
    plan.save(update_fields=["survey"])
    return _invite(plan, by=by)


def feedback_path(plan: EventPlan) -> str:
    """Where everybody can answer now; empty where nobody can. Two queries."""
    if plan.survey is None:
        return ""
    wave = plan.survey.waves.order_by("-number").first()
    return f"/surveys/open/{wave.key}" if wave is not None and wave.key and is_open(wave) else ""


def _invite(plan: EventPlan, *, by: Actor) -> Invited:
    coming = plan.registrations.filter(state=RegistrationState.COMING)
    there = coming.filter(attended=True) if coming.filter(attended=True).exists() else coming
    sent = 0
    by_language: dict[str, list[str]] = {}
    for row in there.order_by("id"):
        by_language.setdefault(row.language, []).append(row.email)
    assert plan.survey_id is not None  # noqa: S101 - made above
    for language, addresses in by_language.items():
        for start in range(0, len(addresses), 500):
            part = addresses[start : start + 500]
            told = invite_addresses(survey_id=plan.survey_id, number=1, addresses=part, language=language, by=by)
            sent += told.sent
    return Invited(sent, 0)
