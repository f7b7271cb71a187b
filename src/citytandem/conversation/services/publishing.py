"""From the moment on at which others may read a comment: events, answers, and what moderation changes about it."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from citytandem.accounts.contract import ANYBODY, Actor, actor_by_id
from citytandem.conversation import registry
from citytandem.conversation.events import CommentWritten, ProblemAnswered, QuestionAsked
from citytandem.conversation.models import Comment, Role
from citytandem.core import clock, events, jobs
from citytandem.core.subjects import FINE, REMOVED, Subject, subject


def is_on_top(comment: Comment) -> bool:
    """Whether a comment stands before all others: answers, and questions that still wait."""
    if comment.depth or comment.withdrawn_at is not None or comment.moderation == REMOVED:
        return False
    waits = comment.role == Role.QUESTION and comment.answered_by_id is None
    return comment.role == Role.ANSWER or waits


def announce(comment: Comment, *, thing: Subject, by: Actor) -> None:
    """Others may read it now, for the first time: what follows from it, inside the transaction. `by` has written it."""
    events.emit(CommentWritten(comment.id, comment.kind, comment.object_id))
    if comment.role == Role.QUESTION:
        events.emit(QuestionAsked(comment.id, comment.kind, comment.object_id))
    if comment.role == Role.ANSWER and comment.department_id is not None:
        registry.told_of_answer(
            registry.Answered(
                comment_id=comment.id,
                kind=comment.kind,
                object_id=comment.object_id,
                department=comment.department_id,
                at=comment.created_at,
                by=by,
            )
        )
        events.emit(ProblemAnswered(comment.id, comment.kind, comment.object_id))
    if comment.parent_id is not None and comment.author_id is not None and comment.author_id == thing.author:
        waiting = Comment.objects.filter(id=comment.parent_id, role=Role.QUESTION, answered_by=None)
        waiting.update(answered_by=comment.id, is_pinned=False)
    # Should this process end before the job is left, the one that comes by each minute finds the comment.
    jobs.enqueue_after_commit("conversation.tell", once="conversation.tell", gather=True)


@transaction.atomic
def comment_moderate(*, comment_id: UUID, state: str, by: Actor) -> None:  # noqa: ARG001 - the case says who decided
    """Set how moderation stands to a comment; the module `moderation` has checked who may, and keeps the reasons."""
    comment = Comment.objects.select_for_update(no_key=True).filter(id=comment_id).first()
    if comment is None or comment.moderation == state:
        return
    comment.moderation = state
    comment.is_pinned = is_on_top(comment)
    is_new = state == FINE and comment.published_at is None and comment.withdrawn_at is None
    if is_new:
        comment.published_at = clock.now()
    comment.save(update_fields=["moderation", "is_pinned", "published_at"])
    thing = subject(comment.kind, comment.object_id, reader=comment.language) if is_new else None
    if thing is not None:
        author = comment.author
        announce(comment, thing=thing, by=actor_by_id(author.id, name=author.name) if author else ANYBODY)
