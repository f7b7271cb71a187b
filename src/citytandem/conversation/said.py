"""One comment as pages show it: who speaks, as what, and what the reader may do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor, departments
from citytandem.conversation.models import Comment, Role
from citytandem.conversation.rules import MINUTES_TO_MEND
from citytandem.conversation.subject import as_subject
from citytandem.conversation.words import Part, parts_of
from citytandem.core import clock
from citytandem.core.permissions import allowed
from citytandem.core.subjects import FINE, HELD, REMOVED, Subject
from citytandem.core.versions import read
from citytandem.moderation.contract import notices_of


@dataclass(frozen=True, slots=True)
class Said:
    """A comment and its replies. `state`: empty, held, removed or withdrawn; `parts`: empty where the reader gets no words.

    `speaks_as`: city, organisation, person or visitor, for the sign beside the name.
    """

    id: UUID
    thread: UUID
    kind: str
    object_id: UUID
    role: str
    name: str
    name_href: str
    speaks_as: str
    is_mine: bool
    is_pinned: bool
    waits: bool
    waits_for_me: bool
    answers_question: bool
    language: str
    parts: Sequence[Part]
    at: datetime
    is_edited: bool
    state: str
    notice: Any = None
    may_reply: bool = False
    may_edit: bool = False
    may_withdraw: bool = False
    may_report: bool = False
    sees_versions: bool = False
    replies: Sequence[Said] = field(default_factory=tuple)
    replies_in_all: int = 0

    @property
    def path(self) -> str:
        """Its lasting address."""
        return f"/comments/{self.id}"

    @property
    def thread_path(self) -> str:
        """The page of its thread."""
        return f"/conversation/{self.kind}/{self.object_id}?thread={self.thread}"

    @property
    def more_replies(self) -> int:
        """How many replies are not shown."""
        return max(0, self.replies_in_all - len(self.replies))


def said_all(
    comments: Sequence[Comment],
    replies: Mapping[UUID, tuple[Sequence[Comment], int]],
    *,
    actor: Actor,
    thing: Subject,
    reader: str,
) -> list[Said]:
    """Threads with their first replies. No query, but one where something of the reader's own is held."""
    every = [*comments, *(reply for some, _all in replies.values() for reply in some)]
    notices = held_notices(every, actor=actor)
    return [
        said(
            one,
            actor=actor,
            thing=thing,
            reader=reader,
            notices=notices,
            replies=replies.get(one.id, ((), 0))[0],
            in_all=replies.get(one.id, ((), 0))[1],
        )
        for one in comments
    ]


def held_notices(comments: Sequence[Comment], *, actor: Actor) -> Mapping[UUID, Any]:
    """Why the actor's own comments wait, or were taken down. A query only where there are such."""
    if actor.id is None:
        return {}
    mine = [as_subject(one) for one in comments if one.author_id == actor.id and one.moderation != FINE]
    return notices_of(mine, actor=actor) if mine else {}


def said(
    comment: Comment,
    *,
    actor: Actor,
    thing: Subject,
    reader: str,
    notices: Mapping[UUID, Any],
    replies: Sequence[Comment] = (),
    in_all: int = 0,
    question: Comment | None = None,
) -> Said:
    """One comment for one reader. No query."""
    state = "withdrawn" if comment.withdrawn_at is not None else comment.moderation
    is_mine = actor.id is not None and comment.author_id == actor.id
    is_open = state == FINE
    tells = is_open or actor.moderates or (is_mine and state in {HELD, REMOVED})
    is_city = comment.department_id is not None
    waits = comment.role == Role.QUESTION and comment.answered_by_id is None and is_open
    name, href, speaks_as = speaker(comment, reader=reader) if tells else ("", "", "person")
    return Said(
        id=comment.id,
        thread=comment.parent_id or comment.id,
        kind=comment.kind,
        object_id=comment.object_id,
        role=comment.role,
        name=name,
        name_href=href,
        speaks_as="city" if is_city else speaks_as,
        is_mine=is_mine,
        is_pinned=comment.is_pinned,
        waits=waits,
        waits_for_me=waits and actor.id is not None and actor.id == thing.author,
        answers_question=question is not None and question.answered_by_id == comment.id,
        language=comment.language,
        parts=parts_of(comment.text, departments={one.slug for one in departments()}) if tells else (),
        at=comment.created_at,
        is_edited=comment.edited_at is not None and tells,
        state=state,
        notice=notices.get(comment.id),
        may_reply=not comment.depth and is_open and thing.moderation in {FINE, HELD}
        and allowed("conversation.write", actor, thing),
        may_edit=is_mine and state in {FINE, HELD} and _can_be_mended(comment, has_replies=bool(replies)),
        may_withdraw=is_mine and state in {FINE, HELD},
        may_report=is_open and not is_mine,
        sees_versions=actor.moderates and comment.edited_at is not None,
        replies=[
            said(
                one, actor=actor, thing=thing, reader=reader, notices=notices,
                question=comment if comment.role == Role.QUESTION else None,
            )
            for one in replies
        ],
        replies_in_all=max(in_all, len(replies)),
    )  # fmt: skip


def _can_be_mended(comment: Comment, *, has_replies: bool) -> bool:
    return not has_replies or (clock.now() - comment.created_at).total_seconds() <= 60 * MINUTES_TO_MEND


def speaker(comment: Comment, *, reader: str) -> tuple[str, str, str]:
    """The name that stands above a comment, where it leads, and what it is the name of."""
    if comment.department is not None:
        name = read(comment.department.name, reader=reader, original=comment.department.language).text
        return name or comment.department.slug, f"/departments/{comment.department.slug}", "city"
    if comment.organisation is not None:
        return comment.organisation.name, f"/organisations/{comment.organisation.slug}", "organisation"
    if comment.author is not None:
        return comment.author.name or _("Resident"), "", "person"
    if comment.visitor_name:
        return comment.visitor_name, "", "visitor"
    return _("Resident"), "", "person"
