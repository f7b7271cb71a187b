"""Challenges, proposals and questions as things that people follow, report and talk about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citytandem.challenges.models import Challenge, ChallengePhase, Proposal, Question
from citytandem.challenges.rules import HIDDEN, proposals_are_open, takes_proposals, was_never_public
from citytandem.core import subjects
from citytandem.core.permissions import allowed
from citytandem.core.subjects import FINE, Subject, SubjectKind
from citytandem.core.text import shorten
from citytandem.core.versions import read
from citytandem.files.contract import register_owner

_LONGEST_TITLE = 120


def challenge_subject(row: Challenge, *, reader: str) -> Subject:
    """A challenge in hand as a thing that people talk about."""
    title = read(row.title, reader=reader, original=row.language)
    return Subject(
        kind="challenge",
        id=row.id,
        title=title.text,
        language=title.language,
        path=_path(row),
        text=read(row.text, reader=row.language, original=row.language).text,
        original_language=row.language,
        department=row.department_id,
        created_at=row.created_at,
        is_public=row.phase not in HIDDEN,
    )


def proposal_subject(row: Proposal, *, reader: str) -> Subject:
    """A proposal in hand, with its challenge, as a thing that people talk about."""
    title = read(row.title, reader=reader, original=row.language)
    return Subject(
        kind="proposal",
        id=row.id,
        title=title.text,
        language=title.language,
        path=f"/proposals/{row.code}",
        text=read(row.text, reader=row.language, original=row.language).text,
        original_language=row.language,
        author=row.created_by_id,
        department=row.challenge.department_id,
        created_at=row.created_at,
        moderation=row.moderation,
        is_public=proposals_are_open(row.challenge) and not was_never_public(row),
    )


def question_subject(row: Question) -> Subject:
    """A question in hand, with its challenge."""
    return Subject(
        kind="challenge_question",
        id=row.id,
        title=shorten(row.text, limit=_LONGEST_TITLE),
        language=row.language,
        path=f"{_path(row.challenge)}/questions#question-{row.id}",
        text=row.text,
        original_language=row.language,
        author=row.asked_by_id,
        department=row.challenge.department_id,
        created_at=row.asked_at,
        moderation=row.moderation,
        is_public=row.challenge.phase not in HIDDEN,
    )


def _path(challenge: Challenge) -> str:
    return f"/challenges/{challenge.slug or challenge.code}"


def _challenges(ids: Sequence[UUID], reader: str) -> dict[UUID, Subject]:
    return {row.id: challenge_subject(row, reader=reader) for row in Challenge.objects.filter(id__in=list(ids))}


def _proposals(ids: Sequence[UUID], reader: str) -> dict[UUID, Subject]:
    rows = Proposal.objects.select_related("challenge").filter(id__in=list(ids))
    return {row.id: proposal_subject(row, reader=reader) for row in rows}


def _questions(ids: Sequence[UUID], reader: str) -> dict[UUID, Subject]:  # noqa: ARG001 - questions stand in one language
    rows = Question.objects.select_related("challenge").filter(id__in=list(ids))
    return {row.id: question_subject(row) for row in rows}


def _readable_challenges(actor: Any, ids: Collection[UUID]) -> set[UUID]:
    return {row.id for row in Challenge.objects.filter(id__in=list(ids)) if allowed("challenges.read", actor, row)}


def _readable_proposals(actor: Any, ids: Collection[UUID]) -> set[UUID]:
    from citytandem.challenges.reading_proposals import readable_proposals

    return readable_proposals(actor, ids)


def _readable_questions(actor: Any, ids: Collection[UUID]) -> set[UUID]:
    rows = Question.objects.select_related("challenge").filter(id__in=list(ids))
    own = Q(asked_by_id=actor.id) if actor.id is not None else Q(pk__in=[])
    if not actor.moderates:
        departments = Q(challenge__department__in=list(actor.departments))
        rows = rows if actor.curates else rows.filter(Q(moderation=FINE) | own | departments)
    return {row.id for row in rows if row.challenge.phase not in HIDDEN}


def _moderate_proposal(object_id: UUID, state: str, by: Any) -> None:
    from citytandem.challenges.services.proposals import proposal_moderate

    proposal_moderate(object_id, state=state, by=by)


def _moderate_question(object_id: UUID, state: str, by: Any) -> None:
    from citytandem.challenges.services.questions import question_moderate

    question_moderate(object_id, state=state, by=by)


def _proposal_writable(actor: Any, object_id: UUID) -> bool:
    """Files are part of what was handed in: nobody changes them after the call has closed."""
    from citytandem.challenges.services.proposals import EDITABLE

    row = Proposal.objects.select_related("challenge").filter(id=object_id).first()
    if row is None or not allowed("challenges.change_proposal", actor, row):
        return False
    return takes_proposals(row.challenge) and row.step in EDITABLE and row.moderation != "merged"


def _challenge_writable(actor: Any, object_id: UUID) -> bool:
    """Bidders rely on what was published, and who reviews on what they read: files change in a draft only."""
    row = Challenge.objects.filter(id=object_id).first()
    return row is not None and row.phase == ChallengePhase.DRAFT and allowed("challenges.edit", actor, row)


def register_all() -> None:
    """Called once when Django is ready."""
    register_owner("proposal", writable=_proposal_writable)
    register_owner("challenge", writable=_challenge_writable)
    subjects.register(
        SubjectKind(
            kind="challenge",
            label=_("Challenge"),
            read=_challenges,
            readable=_readable_challenges,
            has_conversation=True,
            has_files=True,
        )
    )
    subjects.register(
        SubjectKind(
            kind="proposal",
            label=_("Proposal"),
            read=_proposals,
            readable=_readable_proposals,
            moderate=_moderate_proposal,
            has_conversation=True,
            has_files=True,
        )
    )
    subjects.register(
        SubjectKind(
            kind="challenge_question",
            label=_("Question about a challenge"),
            read=_questions,
            readable=_readable_questions,
            moderate=_moderate_question,
        )
    )
