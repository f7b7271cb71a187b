"""Taking an answer: once for each ticket, and without a trace of who gave it if the survey is anonymous.

A database remembers which rows were written in one transaction, and tables grow in order. So with each anonymous answer
others of the wave are written anew under new numbers in a new order, together with as many tickets: whoever reads the
tables sees that many people answered in one transaction. What a reader of the raw files, of backups and of the write-ahead
log could still see is told in docs/develop/surveys.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import SystemRandom
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.partnerships.models import SurveyAnswer, SurveyQuestion, SurveyTicket, SurveyWave
from citytandem.partnerships.surveys.asking import closed, is_open, secret_hash
from citytandem.partnerships.surveys.questions import Question, complaint, is_skipped

# So many others are written anew with each answer; in larger waves a random part of them.
MIXED = 500


def _refusal(wrong: str, key: str) -> Invalid:
    """What is said of an answer that does not fit."""
    refusals = {
        "missing": Invalid("survey.answer_missing", _("Please answer this question."), field=key),
        "unknown": Invalid("survey.answer_unknown", _("This is not one of the answers."), field=key),
        "range": Invalid("survey.answer_range", _("This number is outside the limits."), field=key),
        "long": Invalid("survey.answer_long", _("This text is too long."), field=key),
    }
    return refusals[wrong]


def ticket_of(secret: str) -> SurveyTicket:
    """The ticket with its wave and survey; raises NotFound."""
    rows = SurveyTicket.objects.select_related("wave__survey__programme")
    found = rows.filter(secret_hash=secret_hash(secret)).first()
    if found is None:
        raise _unknown()
    return found


def wave_of(key: str) -> SurveyWave:
    """The wave that everybody may answer under this address; raises NotFound."""
    found = SurveyWave.objects.select_related("survey__programme").filter(key=key).first() if key else None
    if found is None:
        raise _unknown()
    return found


@transaction.atomic
def answer_with_ticket(secret: str, values: Mapping[str, Any], *, may_be_quoted: bool) -> None:
    """Take the answers of somebody who was invited. Raises NotFound, Conflict if used or closed, Invalid."""
    wave_id = SurveyTicket.objects.filter(secret_hash=secret_hash(secret)).values_list("wave_id", flat=True).first()
    if wave_id is None:
        raise _unknown()
    # Always the wave first: each answer writes other tickets anew, so two that began with theirs would block each other.
    wave = SurveyWave.objects.select_for_update(of=("self",)).select_related("survey").get(id=wave_id)
    ticket = SurveyTicket.objects.select_for_update().get(secret_hash=secret_hash(secret))
    if ticket.is_used:
        raise Conflict("survey.answered", _("Somebody has answered with this invitation already."))
    _take(wave, values, may_be_quoted=may_be_quoted, ticket=ticket)


@transaction.atomic
def answer_openly(key: str, values: Mapping[str, Any], *, may_be_quoted: bool) -> None:
    """Take the answers of anybody, where a wave is open for everybody. Raises NotFound, Conflict, Invalid."""
    wave = (
        SurveyWave.objects.select_for_update(of=("self",)).select_related("survey").filter(key=key).first()
        if key
        else None
    )
    if wave is None:
        raise _unknown()
    _take(wave, values, may_be_quoted=may_be_quoted, ticket=None)


def checked(questions: Sequence[SurveyQuestion], values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that were given, by key; raises Invalid at the first that does not fit."""
    known = {question.key: question for question in questions}
    if set(values) - set(known):
        raise Invalid("survey.question_unknown", _("There is no such question."))
    for key, row in known.items():
        wrong = complaint(plain(row), values.get(key))
        if wrong is not None:
            raise _refusal(wrong, key)
    given = {key: values[key] for key in known if not is_skipped(values.get(key))}
    if not given:
        raise Invalid("survey.nothing_answered", _("Please answer at least one question."))
    return given


def plain(row: SurveyQuestion) -> Question:
    """A question for the pure part."""
    keys = tuple(option["key"] for option in row.options)
    return Question(row.key, row.kind, keys, row.least, row.most, row.is_required)


def _take(wave: SurveyWave, values: Mapping[str, Any], *, may_be_quoted: bool, ticket: SurveyTicket | None) -> None:
    if not is_open(wave):
        raise closed()
    given = checked(list(wave.survey.questions.order_by("position")), values)
    anonymous = wave.survey.is_anonymous
    fresh = SurveyAnswer(
        wave=wave, values=given, may_be_quoted=may_be_quoted, is_anonymous=anonymous,
        pseudonym=None if anonymous or ticket is None else ticket.pseudonym,
    )  # fmt: skip
    if not anonymous:
        fresh.save()
        if ticket is not None:
            SurveyTicket.objects.filter(id=ticket.id).update(is_used=True)
        return
    _mix_answers(wave, fresh)
    if ticket is not None:
        _mix_tickets(wave, ticket)


def _mix_answers(wave: SurveyWave, fresh: SurveyAnswer) -> None:
    random = SystemRandom()
    ids = list(wave.answers.values_list("id", flat=True))
    others = list(wave.answers.filter(id__in=random.sample(ids, min(len(ids), MIXED))))
    rows = [
        SurveyAnswer(
            id=uuid4(), wave=wave, is_anonymous=True, values=one.values, may_be_quoted=one.may_be_quoted,
        )
        for one in (*others, fresh)
    ]  # fmt: skip
    wave.answers.filter(id__in=[one.id for one in others]).delete()
    SurveyAnswer.objects.bulk_create(random.sample(rows, len(rows)))


def _mix_tickets(wave: SurveyWave, ticket: SurveyTicket) -> None:
    """Write others together with the one that is used now; what they say stays."""
    random = SystemRandom()
    ids = list(wave.tickets.exclude(id=ticket.id).values_list("id", flat=True))
    SurveyTicket.objects.filter(id=ticket.id).update(is_used=True)
    others = random.sample(ids, min(len(ids), MIXED))
    SurveyTicket.objects.filter(id__in=others).update(is_used=F("is_used"))


def _unknown() -> NotFound:
    return NotFound("survey.unknown", _("There is no such survey."))
