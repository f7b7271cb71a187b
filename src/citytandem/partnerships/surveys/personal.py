"""What surveys keep about people: who was asked, and what they answered where it was not anonymous."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Exported, Holding
from citytandem.accounts.holdings import register
from citytandem.partnerships.models import SurveyAnswer, SurveyTicket


def _tickets(person: UUID) -> QuerySet[SurveyTicket]:
    return SurveyTicket.objects.filter(contact__person_id=person)


def _answers(person: UUID) -> QuerySet[SurveyAnswer]:
    pseudonyms = _tickets(person).filter(pseudonym__isnull=False).values("pseudonym")
    return SurveyAnswer.objects.filter(pseudonym__in=pseudonyms)


def _export(person: UUID) -> Exported:
    asked = _tickets(person).order_by("wave__survey__slug", "wave__number")
    answers = _answers(person).order_by("wave__survey__slug", "wave__number")
    return Exported(
        {
            "survey_invitations": list(asked.values("wave__survey__slug", "wave__number", "is_used")),
            "survey_answers": list(answers.values("wave__survey__slug", "wave__number", "values", "may_be_quoted")),
        }
    )


def _erase(person: UUID) -> None:
    """Answers with a name go. Anonymous ones stay: nobody can tell whose they are."""
    _answers(person).delete()
    _tickets(person).update(contact=None, pseudonym=None)


def register_all() -> None:
    """Called once when Django is ready; before the holding of contacts, through which tickets are found."""
    register(
        Holding(
            "partnerships.surveys",
            _("Surveys that you were asked to answer"),
            _("So that everybody is asked once, and change can be followed where you agreed to it."),
            _("It is needed for a task in the public interest (GDPR art. 6(1)(e))."),
            _("As long as the survey is in the record. If you erase your sign-in, answers with your name go; anonymous"
              " ones stay, since nobody can tell whose they are."),
            export=_export,
            erase=_erase,
            counted=lambda person: [_tickets(person), _answers(person)],
        )
    )  # fmt: skip
