"""Reading surveys and what they found. Who may not coordinate sees what was published, small numbers hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core.errors import NotFound
from citytandem.core.permissions import allowed, require
from citytandem.partnerships.models import Programme, Survey, SurveyAnswer, SurveyQuestion, SurveyTicket, SurveyWave
from citytandem.partnerships.surveys.analysing import Wave, analysed, values_of
from citytandem.partnerships.surveys.answering import plain
from citytandem.partnerships.surveys.answers import Given, given_in
from citytandem.partnerships.surveys.changing import Change, of_first_shares, of_means, paired
from citytandem.partnerships.surveys.questions import Question
from citytandem.partnerships.surveys.texts import TextGroup, groups_of


@dataclass(frozen=True, slots=True)
class Found:
    """What a wave found: `changes` and `groups` by the key of the question. `questions`: in the order of the findings."""

    wave: SurveyWave
    questions: Sequence[SurveyQuestion]
    numbers: Wave
    changes: dict[str, Change]
    groups: dict[str, Sequence[TextGroup]]


def surveys_of(actor: Actor, programme: Programme) -> list[Survey]:
    """The surveys of a programme, latest first; for others than its coordination those with published results."""
    rows = Survey.objects.filter(programme=programme).order_by("-created_at", "id")
    rows = rows.annotate(
        shown=Count("waves", filter=Q(waves__published_at__isnull=False), distinct=True),
        asked=Count("waves", distinct=True),
    )  # fmt: skip
    if not allowed("partnerships.coordinate", actor, programme):
        rows = rows.filter(shown__gt=0)
    return list(rows)


def survey_get(actor: Actor, slug: str) -> Survey:
    """A survey for its coordination; raises NotFound, Forbidden."""
    row = Survey.objects.select_related("programme", "partnership").filter(slug=slug).first()
    if row is None:
        raise NotFound("survey.unknown", _("There is no such survey."))
    require("partnerships.coordinate", actor, row.programme)
    return row


def survey_shown(actor: Actor, slug: str) -> tuple[Survey, list[SurveyWave]]:
    """A survey with the waves whose results the reader may see, first one first; raises NotFound where there are none."""
    row = Survey.objects.select_related("programme", "partnership").filter(slug=slug).first()
    if row is not None:
        # Results that grow tell what the last one answered: nobody sees them while a wave is open.
        waves = row.waves.filter(closed_at__isnull=False).order_by("number")
        if not allowed("partnerships.coordinate", actor, row.programme):
            waves = waves.filter(published_at__isnull=False)
        found = list(waves)
        if found:
            return row, found
    raise NotFound("survey.unknown", _("There is no such survey."))


def questions_of(survey: Survey) -> list[SurveyQuestion]:
    """In their order."""
    return list(survey.questions.order_by("position"))


def waves_counted(survey: Survey) -> list[SurveyWave]:
    """The waves with `asked` and `given`: how many invitations and answers. Latest first."""
    # Counted apart: joined, each invitation would meet each answer.
    return list(survey.waves.order_by("-number").annotate(asked=_count(SurveyTicket), given=_count(SurveyAnswer)))


def _count(model: type[SurveyTicket | SurveyAnswer]) -> Coalesce:
    rows = model._default_manager.filter(wave=OuterRef("pk")).order_by().values("wave")  # noqa: SLF001 - the manager
    return Coalesce(Subquery(rows.annotate(number=Count("*")).values("number")), 0)


def found_in(survey: Survey, waves: Sequence[SurveyWave], wave: SurveyWave, *, everything: bool) -> Found:
    """What one wave found, with the change since the one before it among `waves`.

    `everything`: for the coordination. It sees all texts, and where the survey is not anonymous all numbers; in an
    anonymous one small numbers are hidden from it as from everybody. A query for the questions and one for each wave.
    """
    rows = questions_of(survey)
    least = 0 if everything and not survey.is_anonymous else survey.least
    questions = [plain(row) for row in rows]
    answers = given_in(wave)
    numbers = analysed(questions, [one.values for one in answers], least=least)
    before = next((other for other in reversed(waves) if other.number < wave.number), None)
    changes = _changes(questions, given_in(before), answers, least=least) if before is not None else {}
    groups = {
        row.key: groups_of(wave, row.key, answers, least=least, everything=everything)
        for row in rows
        if row.kind == "text"
    }
    return Found(wave, rows, numbers, changes, groups)


def _changes(
    questions: Sequence[Question], earlier: Sequence[Given], later: Sequence[Given], *, least: int
) -> dict[str, Change]:
    first, second = (analysed(questions, [one.values for one in given], least=least) for given in (earlier, later))
    found = {}
    for question, one, other in zip(questions, first.findings, second.findings, strict=True):
        is_number = question.kind in ("scale", "number")
        # With everything in hand the same people are compared, where some answered twice.
        change = paired(_by_person(question, earlier), _by_person(question, later)) if is_number and not least else None
        change = change or (of_means(one, other) if is_number else of_first_shares(one, other))
        if change is not None:
            found[question.key] = change
    return found


def _by_person(question: Question, answers: Sequence[Given]) -> dict[str, float]:
    told = {one.who: values_of(question, [one.values]) for one in answers if one.who}
    return {who: values[0] for who, values in told.items() if values}
