"""Questions of bidders, and answers that are there for all of them. Nobody sees who asked."""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges import notices
from citytandem.challenges.funnel import Phase
from citytandem.challenges.models import Challenge, Question
from citytandem.challenges.selectors import challenge_get
from citytandem.challenges.services.log import log_append
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.ids import uuid7
from citytandem.core.languages import is_language
from citytandem.core.permissions import require
from citytandem.core.subjects import FINE, REMOVED
from citytandem.core.text import clean_text
from citytandem.moderation.contract import Trace, examine
from citytandem.search.detect import detect_language

MOST_QUESTION = 2_000
MOST_ANSWER = 10_000
_NO_TRACE = Trace()


@transaction.atomic
def question_ask(
    challenge_id: UUID, *, text: str, by: Actor, language: str = "", hint: str = "en", trace: Trace = _NO_TRACE
) -> Question:
    """Ask something about a challenge, until the published day. It may wait for moderation. Raises Invalid, Conflict."""
    require("challenges.ask", by)
    challenge = challenge_get(by, challenge_id)
    check_asking(challenge)
    asked = clean_text(text)
    if not asked:
        raise Invalid("question.missing", _("Write your question first."), field="text")
    if len(asked) > MOST_QUESTION:
        raise Invalid("question.too_long", _("This question is too long: at most 2,000 characters."), field="text")
    question = Question(
        id=uuid7(), challenge=challenge, text=asked, language=_language(language, asked, hint=hint), asked_by_id=by.id,
        asked_at=clock.now(),
    )  # fmt: skip
    question.save(force_insert=True)
    question.moderation = examine(
        kind="challenge_question", object_id=question.id, text=asked, language=question.language, by=by, trace=trace
    )
    if question.moderation == FINE:
        notices.tell_asked(question)
    else:
        question.save(update_fields=["moderation"])
    return question


@transaction.atomic
def question_answer(question_id: UUID, *, text: str, by: Actor, language: str = "", hint: str = "en") -> Question:
    """Answer for everybody, in one language; the same language again corrects, another one adds. All are told.

    Raises Forbidden, Invalid, Conflict, NotFound.
    """
    question = _locked(question_id)
    require("challenges.answer", by, question.challenge)
    if question.moderation == REMOVED:
        raise Conflict("question.removed", _("Moderation has taken this question down."))
    told = clean_text(text)
    if not told:
        raise Invalid("answer.missing", _("Write the answer first."), field="text")
    if len(told) > MOST_ANSWER:
        raise Invalid("answer.too_long", _("This answer is too long: at most 10,000 characters."), field="text")
    code = _language(language, told, hint=hint)
    if question.answer.get(code, {}).get("text") == told:
        return question
    question.answer = {**question.answer, code: {"text": told, "by": "human"}}
    question.answered_by_id, question.answered_at = by.id, clock.now()
    question.save(update_fields=["answer", "answered_by", "answered_at"])
    digest = hashlib.sha256(told.encode()).hexdigest()
    log_append(
        question.challenge, "question.answered", {"question": str(question.id), "language": code, "sha256": digest}
    )
    if question.moderation == FINE:
        notices.tell_answered(question, by=by)
    return question


@transaction.atomic
def question_moderate(question_id: UUID, *, state: str, by: Actor) -> None:
    """Set how moderation stands to a question; what it lets through is told to those who answer."""
    question = (
        Question.objects.select_for_update(of=("self",)).select_related("challenge").filter(id=question_id).first()
    )
    if question is None or question.moderation == state:
        return
    question.moderation = state
    question.save(update_fields=["moderation"])
    if state == FINE and question.answer:
        notices.tell_answered(question, by=by)
    elif state == FINE:
        notices.tell_asked(question)


def check_asking(challenge: Challenge) -> None:
    """Raises Conflict where nobody can ask any more."""
    until = challenge.questions_until or challenge.closes_at
    if challenge.phase != Phase.OPEN or (until is not None and clock.now() >= until):
        raise Conflict("questions.closed", _("The time for questions is over. What you typed is still here."))


def _locked(question_id: UUID) -> Question:
    list(Challenge.objects.select_for_update().filter(questions=question_id))
    rows = Question.objects.select_for_update(of=("self",)).select_related("challenge")
    question = rows.filter(id=question_id).first()
    if question is None:
        raise NotFound("question.unknown", _("There is no such question."))
    return question


def _language(language: str, text: str, *, hint: str) -> str:
    code = language or detect_language(text, hint=hint)
    if not is_language(code):
        raise Invalid("language.unknown", _("This language is not one of the nine."), field="language")
    return code
