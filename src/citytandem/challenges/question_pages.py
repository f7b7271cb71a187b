"""The page of questions: all of them with their answers, for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from citytandem.accounts.contract import Actor
from citytandem.challenges.frame import path_of
from citytandem.challenges.models import Challenge, Question
from citytandem.challenges.proposal_pages import standing_words
from citytandem.challenges.reading_proposals import questions_page, questions_waiting
from citytandem.challenges.services.questions import check_asking
from citytandem.challenges.subjects import question_subject
from citytandem.core.errors import Conflict
from citytandem.core.permissions import allowed
from citytandem.core.versions import Reading, read
from citytandem.moderation.contract import Notice, notices_of


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its answer. `may_report`: it is somebody else's."""

    id: UUID
    text: str
    language: str
    at: datetime
    answer: Reading | None
    answered_at: datetime | None
    standing: str
    notice: Notice | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    """The questions about a challenge, the newest first."""

    rows: Sequence[Asked]
    waiting: int
    until: datetime | None
    may_ask: bool
    may_answer: bool
    path: str
    next_url: str
    first_url: str


def questions_page_of(actor: Actor, challenge: Challenge, *, after: str | None, reader: str) -> QuestionsPage:
    """What the actor may read of them."""
    page = questions_page(actor, challenge, after=after)
    for row in page.items:
        row.challenge = challenge
    notices = notices_of([question_subject(row) for row in page.items], actor=actor)
    path = f"{path_of(challenge)}/questions"
    return QuestionsPage(
        rows=[_asked(row, actor=actor, reader=reader, notice=notices.get(row.id)) for row in page.items],
        waiting=questions_waiting(challenge),
        until=challenge.questions_until or challenge.closes_at,
        may_ask=_is_open(challenge),
        may_answer=allowed("challenges.answer", actor, challenge),
        path=path,
        next_url=f"{path}?after={page.next_cursor}" if page.next_cursor else "",
        first_url="" if page.is_first else path,
    )


def asked_of(question: Question, *, actor: Actor, reader: str) -> Asked:
    """One question in hand."""
    return _asked(question, actor=actor, reader=reader, notice=None)


def _asked(row: Question, *, actor: Actor, reader: str, notice: Notice | None) -> Asked:
    answer: Any = read(row.answer, reader=reader, original=next(iter(row.answer), "")) if row.answer else None
    return Asked(
        id=row.id,
        text=row.text,
        language=row.language,
        at=row.asked_at,
        answer=answer,
        answered_at=row.answered_at,
        standing=standing_words().get(row.moderation, ""),
        notice=notice,
        is_own=actor.id is not None and row.asked_by_id == actor.id,
    )


def _is_open(challenge: Challenge) -> bool:
    try:
        check_asking(challenge)
    except Conflict:
        return False
    return True
