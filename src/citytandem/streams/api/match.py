"""The match over HTTP, and what people say of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Query, Status

from citytandem.accounts.contract import actor_of
from citytandem.core.api import NO_NUL, ApiRouter, Key, LanguageWish, session_or_nobody
from citytandem.core.openapi import problems as errors
from citytandem.core.text import MAX_QUERY
from citytandem.streams import match as matcher
from citytandem.streams.schemas.match import FeedbackOut, MatchOut
from citytandem.streams.schemas.writing import FeedbackIn, MatchIn
from citytandem.streams.selectors import record_get
from citytandem.streams.services.hits import feedback_on_hit

router = ApiRouter(tags=["match"])

Question = Annotated[
    str, Query(min_length=1, max_length=MAX_QUERY, pattern=NO_NUL, description="A text in any language.")
]
Side = Literal["problem", "solution"]
Top = Annotated[int, Query(ge=1, le=20, description="How many of each kind at most.")]


@router.get("/match", response=MatchOut, openapi_extra=errors(503))
def match_get(
    request: HttpRequest, q: Question, language: LanguageWish = "", kind: Side = "problem", top: Top = 5
) -> Any:
    """What may help with a text, what hurts alike elsewhere, and which cities are worth asking, with reasons."""
    return _of_text(request, q, language=language, kind=kind, top=top)


@router.post("/match", response=MatchOut, openapi_extra=errors(503))
def match_post(request: HttpRequest, body: MatchIn) -> Any:
    """The same for longer texts, which do not belong into an address."""
    return _of_text(request, body.text, language=body.language, kind=body.kind, top=body.top)


@router.get("/problems/{key}/matches", response=MatchOut, openapi_extra=errors(503))
def problem_matches(request: HttpRequest, key: Key, top: Top = 5) -> Any:
    """What may help with a problem."""
    return _of_record(request, kind="problem", key=key, top=top)


@router.get("/solutions/{key}/matches", response=MatchOut, openapi_extra=errors(503))
def solution_matches(request: HttpRequest, key: Key, top: Top = 5) -> Any:
    """Which problems a solution may help with."""
    return _of_record(request, kind="solution", key=key, top=top)


@router.post("/feedback", response={201: FeedbackOut}, auth=session_or_nobody, openapi_extra=errors(403, 404, 503))
def feedback_submit(request: HttpRequest, body: FeedbackIn) -> Any:
    """Say whether a hit helped. Such answers may re-weight the match, never silently: see the weightings."""
    question = matcher.question_of_text(body.query, language=body.language, hint=_reader(), kind=body.asked_as)
    answer = feedback_on_hit(
        question=question, kind=body.kind, object_id=UUID(body.id), is_useful=body.useful, by=actor_of(request)
    )
    out = FeedbackOut(id=answer.id, kind=answer.kind, object_id=answer.object_id, useful=answer.is_useful, at=answer.at)
    return Status(201, out)


def _of_text(request: HttpRequest, text: str, *, language: str, kind: str, top: int) -> MatchOut:
    question = matcher.question_of_text(text, language=language, hint=_reader(), kind=kind)
    return _match(request, question, top=top)


def _of_record(request: HttpRequest, *, kind: str, key: str, top: int) -> MatchOut:
    record = record_get(actor_of(request), kind=kind, key=key)
    return _match(request, matcher.question_of_record(record), top=top)


def _match(request: HttpRequest, question: matcher.Question, *, top: int) -> MatchOut:
    public_only = not actor_of(request).is_staff
    return MatchOut.of(matcher.match(question, reader=_reader(), top=top, public_only=public_only))


def _reader() -> str:
    return get_language() or "en"
