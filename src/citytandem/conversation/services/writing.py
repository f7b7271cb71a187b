"""Writing, mending and withdrawing comments; questions and answers are comments of the city."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor, departments
from citytandem.conversation import rules
from citytandem.conversation.models import SENDER, Comment, CommentVersion, Mention, Reason, Role
from citytandem.conversation.services import checks
from citytandem.conversation.services.following import follow_by_deed
from citytandem.conversation.services.publishing import announce, is_on_top
from citytandem.conversation.words import mentioned
from citytandem.core import clock
from citytandem.core.errors import Conflict
from citytandem.core.ids import uuid7
from citytandem.core.permissions import require
from citytandem.core.subjects import FINE, HELD, Subject
from citytandem.moderation.contract import Trace, examine

_NO_TRACE = Trace()


def comment_write(
    *,
    kind: str,
    object_id: UUID,
    text: str,
    by: Actor,
    language: str = "",
    parent: UUID | None = None,
    role: str = Role.COMMENT,
    organisation: UUID | None = None,
    department: UUID | None = None,
    visitor_name: str = "",
    trace: Trace = _NO_TRACE,
    thing: Subject | None = None,
) -> Comment:
    """Say something about a thing, or reply to what somebody said. Its `moderation` tells whether it waits for a person.

    `thing`: as `checks.thing_for` gave it for this very actor, who has read it already. Raises NotFound (thing, parent),
    Forbidden (comments are off, not this role or name), Invalid, Conflict, TooMany.
    """
    thing = thing or checks.thing_for(by, kind=kind, object_id=object_id)
    require("conversation.write", by, thing)
    checks.check_open(thing)
    words, code = checks.checked_text(text, language=language)
    name = checks.checked_name(visitor_name, by=by)
    checks.check_voice(thing, role=role, organisation=organisation, department=department, parent=parent, by=by)
    checks.count_try(by, address=trace.address)
    now = clock.now()
    comment = Comment(
        id=uuid7(now_ms=int(now.timestamp() * 1_000)),
        kind=kind,
        object_id=object_id,
        parent_id=parent,
        depth=0 if parent is None else 1,
        role=role,
        language=code,
        text=words,
        author_id=by.id,
        organisation_id=organisation,
        department_id=department,
        visitor_name=name,
        question_to=SENDER if role == Role.QUESTION else "",
        created_at=now,
        published_at=now,
    )
    comment.is_pinned = is_on_top(comment)
    return _write(comment, thing=thing, by=by, trace=trace)


def answer_give(*, kind: str, object_id: UUID, text: str, department: UUID, by: Actor, language: str = "") -> Comment:
    """The official answer of a department. Raises as `comment_write`."""
    return comment_write(
        kind=kind, object_id=object_id, text=text, language=language, role=Role.ANSWER, department=department, by=by
    )


def question_ask(
    *, kind: str, object_id: UUID, text: str, by: Actor, department: UUID | None = None, language: str = ""
) -> Comment:
    """Ask the sender of a thing; their first reply answers it. Raises as `comment_write`."""
    return comment_write(
        kind=kind, object_id=object_id, text=text, language=language, role=Role.QUESTION, department=department, by=by
    )


@transaction.atomic
def _write(comment: Comment, *, thing: Subject, by: Actor, trace: Trace) -> Comment:
    if comment.parent_id is not None:
        # Whoever withdraws or takes down the parent at this moment comes before or after us.
        locked = Comment.objects.select_for_update(no_key=True).filter(id=comment.parent_id).first()
        checks.check_parent(locked, thing)
    comment.save(force_insert=True)
    _keep_mentions(comment)
    follow_by_deed(thing, by=by, reason=Reason.ANSWERED if comment.role == Role.ANSWER else Reason.COMMENTED)
    state = examine(
        kind="comment", object_id=comment.id, text=comment.text, language=comment.language, by=by, trace=trace
    )
    if state == FINE:
        announce(comment, thing=thing, by=by)
    else:
        comment.moderation, comment.published_at = state, None
        comment.save(update_fields=["moderation", "published_at"])
    return comment


@transaction.atomic
def comment_edit(*, comment_id: UUID, text: str, by: Actor, language: str = "") -> Comment:
    """Mend one's own comment; what it said before is kept for moderators. Raises NotFound, Forbidden, Invalid, Conflict."""
    comment = _locked(comment_id)
    thing = checks.thing_for(by, kind=comment.kind, object_id=comment.object_id)
    require("conversation.edit", by, comment)
    checks.check_open(thing)
    if not rules.can_be_mended(comment):
        raise Conflict("comment.answered", _("Somebody has replied already. Add a reply of your own instead."))
    words, code = checks.checked_text(text, language=language)
    if (words, code) == (comment.text, comment.language):
        return comment
    now = clock.now()
    CommentVersion.objects.create(comment=comment, language=comment.language, text=comment.text, until=now)
    comment.text, comment.language, comment.edited_at = words, code, now
    if examine(kind="comment", object_id=comment.id, text=words, language=code, by=by) != FINE:
        comment.moderation = HELD
    comment.save(update_fields=["text", "language", "edited_at", "moderation"])
    _keep_mentions(comment)
    return comment


@transaction.atomic
def comment_withdraw(*, comment_id: UUID, by: Actor) -> Comment:
    """Take back what one said; its place stays. A question that it answered waits again. Raises NotFound, Forbidden."""
    comment = _locked(comment_id)
    if comment.withdrawn_at is not None and comment.author_id == by.id:
        return comment
    require("conversation.withdraw", by, comment)
    comment.withdrawn_at = clock.now()
    comment.is_pinned = False
    comment.save(update_fields=["withdrawn_at", "is_pinned"])
    if comment.parent_id is not None:
        _ask_again(comment.parent_id, answer=comment)
    return comment


def _ask_again(parent_id: UUID, *, answer: Comment) -> None:
    question = Comment.objects.select_for_update(no_key=True).filter(id=parent_id, answered_by=answer.id).first()
    if question is not None:
        question.answered_by = None
        question.is_pinned = is_on_top(question)
        question.save(update_fields=["answered_by", "is_pinned"])


def _locked(comment_id: UUID) -> Comment:
    comment = Comment.objects.select_for_update(no_key=True).filter(id=comment_id).first()
    if comment is None:
        raise checks.comment_unknown()
    return comment


def _keep_mentions(comment: Comment) -> None:
    if "@" not in comment.text:
        return
    known = {one.slug: one.id for one in departments()}
    rows = [Mention(comment=comment, department_id=known[slug]) for slug in mentioned(comment.text, departments=known)]
    if rows:
        Mention.objects.bulk_create(rows, ignore_conflicts=True)
