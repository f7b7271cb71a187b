"""Conversations as pages show them: plain values in the reader's language, so that templates only lay out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.http import urlencode
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor, departments, organisations_by_id
from citytandem.conversation import registry, selectors
from citytandem.conversation.forms import MYSELF, Choices, CommentForm
from citytandem.conversation.models import Comment
from citytandem.conversation.reasons import SENTENCES
from citytandem.conversation.said import Said, held_notices, said, said_all
from citytandem.conversation.selectors import Tie
from citytandem.conversation.services.checks import thing_for
from citytandem.conversation.services.following import tie_of
from citytandem.core.paging import Page, encode_cursor
from citytandem.core.permissions import allowed
from citytandem.core.subjects import FINE, HELD, Subject
from citytandem.core.switches import is_on


@dataclass(frozen=True, slots=True)
class FollowBox:
    """Whether the reader follows a thing, and why. `may`: they have a sign-in."""

    kind: str
    object_id: UUID
    may: bool
    is_on: bool = False
    is_muted: bool = False
    why: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is said about a thing, on its own page (`is_page`) or below the thing."""

    kind: str
    object_id: UUID
    title: str
    title_language: str
    thing_path: str
    count: int
    pinned: Sequence[Said]
    threads: Sequence[Said]
    next_url: str
    first_url: str
    follow: FollowBox
    form: CommentForm | None
    closed: str
    must_sign_in: bool
    departments: Sequence[tuple[str, str]]
    is_page: bool = False
    thread: Said | None = None
    can_be_followed: bool = True

    @property
    def path(self) -> str:
        """Address of the whole conversation."""
        return f"/conversation/{self.kind}/{self.object_id}"

    @property
    def is_empty(self) -> bool:
        """Nobody has said anything that this reader sees."""
        return not self.pinned and not self.threads


def conversation_of(
    actor: Actor,
    *,
    kind: str,
    object_id: UUID,
    reader: str,
    after: str | None = None,
    thing: Subject | None = None,
    form: CommentForm | None = None,
    is_page: bool = False,
) -> Conversation:
    """The conversation about a thing: answers and open questions first, then the newest threads.

    Three queries, whatever the number of comments, and what the kind needs to read the thing where `thing` is not given;
    one more where something of the reader's own waits for moderation. Raises NotFound where the reader may not read it.
    """
    thing = thing or thing_for(actor, kind=kind, object_id=object_id, reader=reader)
    page = selectors.threads_of(actor, kind=kind, object_id=object_id, after=after)
    replies = selectors.first_replies(actor, threads=[one.id for one in page.items])
    shown = said_all(page.items, replies, actor=actor, thing=thing, reader=reader)
    base = _frame(actor, thing=thing, reader=reader, form=form, is_page=is_page)
    return replace(
        base,
        pinned=[one for one in shown if one.is_pinned],
        threads=[one for one in shown if not one.is_pinned],
        next_url=f"{base.path}?{urlencode({'after': page.next_cursor})}#conversation" if page.next_cursor else "",
        first_url="" if page.is_first else f"{base.path}#conversation",
    )


def thread_page_of(
    actor: Actor,
    *,
    kind: str,
    object_id: UUID,
    thread: UUID,
    reader: str,
    after: str | None = None,
    form: CommentForm | None = None,
    to_reply: bool = False,
) -> Conversation:
    """One thread with all its replies, page by page, and the form to reply where it is wished for."""
    thing = thing_for(actor, kind=kind, object_id=object_id, reader=reader)
    root = selectors.thread_get(actor, thread, kind=kind, object_id=object_id)
    page = selectors.replies_of(actor, thread=root.id, after=after)
    notices = held_notices([root, *page.items], actor=actor)
    shown = said(root, actor=actor, thing=thing, reader=reader, notices=notices, replies=page.items)
    base = _frame(actor, thing=thing, reader=reader, form=form, is_page=True, parent=root if to_reply else None)
    more = {"thread": str(root.id), "after": page.next_cursor or ""}
    return replace(
        base,
        thread=shown,
        form=base.form if to_reply or form is not None else None,
        next_url=f"{base.path}?{urlencode(more)}" if page.next_cursor else "",
        first_url="" if page.is_first else f"{base.path}?{urlencode({'thread': str(root.id)})}",
    )


def _frame(
    actor: Actor,
    *,
    thing: Subject,
    reader: str,
    form: CommentForm | None,
    is_page: bool,
    parent: Comment | None = None,
) -> Conversation:
    """Everything around the comments. One query."""
    count, tie = selectors.head_of(actor, kind=thing.kind, object_id=thing.id)
    closed = _closed(actor, thing)
    return Conversation(
        kind=thing.kind,
        object_id=thing.id,
        title=thing.title,
        title_language=thing.language,
        thing_path=thing.path,
        count=count,
        pinned=(),
        threads=(),
        next_url="",
        first_url="",
        follow=follow_box(actor, thing, tie),
        form=None
        if closed and form is None
        else form or empty_form(actor, thing, reader=reader, reply_to=parent.id if parent else None, is_page=is_page),
        closed=closed,
        must_sign_in=bool(closed) and actor.is_anonymous and is_on("comments") and thing.moderation == FINE,
        departments=addressable(reader),
        is_page=is_page,
        can_be_followed=thing.moderation in {FINE, HELD},
    )


def addressable(reader: str) -> list[tuple[str, str]]:
    """Departments that can be addressed in a comment: short name and name."""
    return [(one.slug, one.name_for(reader)) for one in departments()]


def place_of(actor: Actor, comment: Comment) -> str:
    """Where a comment is seen: the page of its thread that holds it."""
    page = f"/conversation/{comment.kind}/{comment.object_id}"
    if comment.parent_id is None:
        return f"{page}?{urlencode({'thread': str(comment.id)})}#c-{comment.id}"
    wish: dict[str, Any] = {"thread": comment.parent_id}
    if selectors.replies_before(actor, comment) >= selectors.MOST_LISTED:
        before = selectors.reply_before(actor, comment)
        if before is not None:
            wish["after"] = encode_cursor([before.depth, str(before.id)])
    return f"{page}?{urlencode(wish)}#c-{comment.id}"


def thing_path(actor: Actor, *, kind: str, object_id: UUID) -> str:
    """Address of a thing's page; raises NotFound."""
    return thing_for(actor, kind=kind, object_id=object_id).path


def follow_box_of(actor: Actor, *, kind: str, object_id: UUID, reader: str, thing: Subject | None = None) -> FollowBox:
    """How the reader follows a thing now; raises NotFound."""
    thing = thing or thing_for(actor, kind=kind, object_id=object_id, reader=reader)
    _count, tie = selectors.head_of(actor, kind=kind, object_id=object_id)
    return follow_box(actor, thing, tie)


def _closed(actor: Actor, thing: Subject) -> str:
    """Why nothing can be written, or nothing."""
    if thing.moderation not in {FINE, HELD}:
        return _("This entry is closed. Nothing can be added any more.")
    if not is_on("comments"):
        return _("Comments are switched off at the moment.")
    if not allowed("conversation.write", actor, thing):
        return _("Sign in to write a comment.")
    return ""


def follow_box(actor: Actor, thing: Subject, tie: Tie | None) -> FollowBox:
    """How the reader follows a thing; for what they are, also where nobody has written it down yet."""
    reason = tie.reason if tie else tie_of(actor, thing)
    is_muted = tie is not None and tie.is_muted
    return FollowBox(
        kind=thing.kind,
        object_id=thing.id,
        may=actor.id is not None,
        is_on=bool(reason) and not is_muted,
        is_muted=is_muted,
        why=str(SENTENCES.get(reason, "")) if reason and not is_muted else "",
        since=tie.since if tie else None,
    )


def empty_form(
    actor: Actor,
    thing: Subject,
    *,
    reader: str,
    reply_to: UUID | None = None,
    is_page: bool = False,
    data: Mapping[str, Any] | None = None,
) -> CommentForm:
    """The form for a comment or a reply, with the names in which the actor may write; or what was typed into it."""
    return CommentForm(
        data,
        initial={"parent": reply_to, "back": "page" if is_page else "thing"},
        voices=voices_of(actor, thing, reader=reader, is_reply=reply_to is not None),
        is_visitor=actor.is_anonymous,
        auto_id=f"reply-{reply_to}-%s" if reply_to else "comment-%s",
    )


def voices_of(actor: Actor, thing: Subject, *, reader: str, is_reply: bool) -> Choices:
    """In whose name the actor may write here; nothing where there is only their own."""
    voices: list[tuple[str, Any]] = []
    if actor.organisations:
        found = sorted(organisations_by_id(actor.organisations).values(), key=lambda one: one.name)
        voices += [(f"organisation:{one.id}", _("for %(name)s") % {"name": one.name}) for one in found]
    if registry.may_answer(actor, thing):
        voices += _voices_of_the_city(actor, thing, reader=reader, is_reply=is_reply)
    return [(MYSELF, _("as myself")), *voices] if voices else []


def _voices_of_the_city(actor: Actor, thing: Subject, *, reader: str, is_reply: bool) -> list[tuple[str, Any]]:
    """The department that answers for the thing first."""
    mine = [one for one in departments() if actor.curates or one.id in actor.departments]
    mine.sort(key=lambda one: (one.id != thing.department, one.name_for(reader).casefold()))
    names = [(str(one.id), one.name_for(reader)) for one in mine]
    voices: list[tuple[str, Any]] = []
    if names:
        voices.append((_("Official answer"), [(f"answer:{key}", _official(name)) for key, name in names]))
    if thing.author is not None and thing.author != actor.id and not is_reply:
        own = [("question:", _("a question to the sender, as myself"))]
        asked = [(f"question:{key}", _("a question to the sender: %(name)s") % {"name": name}) for key, name in names]
        voices.append((_("Question to the sender"), [*asked, *own]))
    return voices


def _official(name: str) -> str:
    return _("an official answer: %(name)s") % {"name": name}


def comment_list_of(
    actor: Actor, *, kind: str, object_id: UUID, reader: str, after: str, size: int
) -> tuple[Page[Comment], list[Said]]:
    """All comments on a thing in the order of writing, for programs. Raises NotFound."""
    thing = thing_for(actor, kind=kind, object_id=object_id, reader=reader)
    page = selectors.comments_of(actor, kind=kind, object_id=object_id, after=after, size=size)
    return page, [said(one, actor=actor, thing=thing, reader=reader, notices={}) for one in page.items]


def written_comment(actor: Actor, comment: Comment, *, reader: str) -> Said:
    """A comment that its writer has just written or changed."""
    thing = thing_for(actor, kind=comment.kind, object_id=comment.object_id, reader=reader)
    return said(comment, actor=actor, thing=thing, reader=reader, notices={})
