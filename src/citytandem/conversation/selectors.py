"""Reading conversations: threads by page, their replies, numbers, and what somebody follows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from citytandem.accounts.contract import Actor
from citytandem.conversation.models import Comment, CommentVersion, Following
from citytandem.conversation.services.checks import comment_unknown
from citytandem.core.paging import Page, keyset_page
from citytandem.core.subjects import FINE, HELD, is_readable

THREADS = 20
REPLIES = 50
MOST_LISTED = 100
TOP_AND_NEWEST_FIRST = ("-is_pinned", "-id")
_WITH_NAMES = ("author", "organisation", "department")


_HEAD = """
    SELECT (SELECT count(*) FROM conversation_comment
            WHERE kind = %(kind)s AND object_id = %(thing)s AND moderation = '' AND withdrawn_at IS NULL),
           f.reason, f.is_muted, f.since
    FROM (SELECT 1) AS one LEFT JOIN conversation_following AS f
        ON f.person_id = %(person)s AND f.kind = %(kind)s AND f.object_id = %(thing)s
"""


@dataclass(frozen=True, slots=True)
class Tie:
    """Why somebody follows a thing, whether in silence, and since when."""

    reason: str
    is_muted: bool
    since: datetime


def visible_to(actor: Actor) -> QuerySet[Comment]:
    """Comments that have a place in what the actor sees: what was withdrawn or taken down keeps its place in silence.

    What is held is seen by its author and by moderators; where somebody has replied already, its place is seen by all.
    """
    rows = Comment.objects.all()
    if actor.moderates:
        return rows
    replies = Comment.objects.filter(parent=OuterRef("id"), depth=1, moderation=FINE)
    seen = ~Q(moderation=HELD) | Q(Exists(replies))
    if actor.id is not None:
        seen |= Q(author_id=actor.id)
    return rows.filter(seen)


def threads_of(
    actor: Actor, *, kind: str, object_id: UUID, after: str | None = None, size: int = THREADS
) -> Page[Comment]:
    """Comments that begin a thread: answers and open questions first, then the newest. One query."""
    rows = visible_to(actor).filter(kind=kind, object_id=object_id, depth=0).select_related(*_WITH_NAMES)
    return keyset_page(rows, order=TOP_AND_NEWEST_FIRST, after=after, size=size)


def first_replies(
    actor: Actor, *, threads: Collection[UUID], most: int = REPLIES
) -> dict[UUID, tuple[list[Comment], int]]:
    """The first replies of some threads in the order of writing, and how many each has in all. One query."""
    if not threads:
        return {}
    rows = visible_to(actor).filter(parent__in=list(threads), depth=1).select_related(*_WITH_NAMES)
    rows = rows.annotate(
        place=Window(RowNumber(), partition_by="parent_id", order_by="id"),
        in_thread=Window(Count("id"), partition_by="parent_id"),
    )
    found: dict[UUID, tuple[list[Comment], int]] = {}
    for reply in rows.filter(place__lte=most).order_by("parent_id", "id"):
        parent = reply.parent_id
        if parent is not None:
            found.setdefault(parent, ([], reply.in_thread))[0].append(reply)
    return found


def replies_of(actor: Actor, *, thread: UUID, after: str | None, size: int = MOST_LISTED) -> Page[Comment]:
    """The replies of one thread, page by page in the order of writing. One query."""
    rows = visible_to(actor).filter(parent=thread, depth=1).select_related(*_WITH_NAMES)
    return keyset_page(rows, order=("depth", "id"), after=after, size=size)


def replies_before(actor: Actor, reply: Comment) -> int:
    """How many replies the actor sees before this one in its thread."""
    return visible_to(actor).filter(parent=reply.parent_id, depth=1, id__lt=reply.id).count()


def reply_before(actor: Actor, reply: Comment) -> Comment | None:
    """The reply that stands right before this one."""
    return visible_to(actor).filter(parent=reply.parent_id, depth=1, id__lt=reply.id).order_by("-id").first()


def comments_of(actor: Actor, *, kind: str, object_id: UUID, after: str | None, size: int) -> Page[Comment]:
    """All comments on a thing in the order of writing, replies among them. One query."""
    rows = visible_to(actor).filter(kind=kind, object_id=object_id).select_related(*_WITH_NAMES)
    return keyset_page(rows, order=("kind", "id"), after=after, size=size)


def comment_get(actor: Actor, comment_id: UUID) -> Comment:
    """A comment whose place the actor may see; raises NotFound."""
    comment = visible_to(actor).filter(id=comment_id).select_related(*_WITH_NAMES).first()
    if comment is None or not is_readable(actor, comment.kind, comment.object_id):
        raise comment_unknown()
    return comment


def thread_get(actor: Actor, comment_id: UUID, *, kind: str, object_id: UUID) -> Comment:
    """The comment that begins a thread about a thing that the actor may read; raises NotFound. One query."""
    rows = visible_to(actor).filter(id=comment_id, kind=kind, object_id=object_id, depth=0)
    comment = rows.select_related(*_WITH_NAMES).first()
    if comment is None:
        raise comment_unknown()
    return comment


def versions_of(comment: Comment) -> list[CommentVersion]:
    """What a comment said before, the latest first; for moderators."""
    return list(comment.versions.order_by("-until", "-id"))


def head_of(actor: Actor, *, kind: str, object_id: UUID) -> tuple[int, Tie | None]:
    """How many comments everybody may read, and how the actor follows the thing. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_HEAD, {"kind": kind, "thing": object_id, "person": actor.id})
        count, *tie = cursor.fetchone()
    return count, Tie(*tie) if tie[0] else None


def comment_counts(kind: str, ids: Collection[UUID]) -> dict[UUID, int]:
    """How many comments everybody may read on each of some things; things without any are left out. One query."""
    rows = Comment.objects.filter(kind=kind, object_id__in=list(ids), moderation=FINE, withdrawn_at=None)
    return {row["object_id"]: row["n"] for row in rows.values("object_id").annotate(n=Count("id")).order_by()}


def comment_count(kind: str) -> Coalesce:
    """How many comments everybody may read on a thing, as an expression for a query over such things by their `id`."""
    rows = Comment.objects.filter(kind=kind, object_id=OuterRef("id"), moderation=FINE, withdrawn_at=None).order_by()
    return Coalesce(Subquery(rows.values("object_id").annotate(n=Count("id")).values("n")), 0)


def followers_of(kind: str, object_id: UUID) -> list[UUID]:
    """Who follows a thing and wants to hear of it."""
    rows = Following.objects.filter(kind=kind, object_id=object_id, is_muted=False, person__is_active=True)
    return list(rows.order_by("since", "id").values_list("person_id", flat=True))


def following_of(actor: Actor, *, kind: str, object_id: UUID) -> Following | None:
    """How the actor follows a thing."""
    if actor.id is None:
        return None
    return Following.objects.filter(person_id=actor.id, kind=kind, object_id=object_id).first()


@dataclass(frozen=True, slots=True)
class FollowingFilters:
    """What the list of what one follows is narrowed to; empty values mean everything."""

    kind: str = ""
    reason: str = ""
    state: str = ""

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow `rows`; unknown values find nothing."""
        if self.kind:
            rows = rows.filter(kind=self.kind[:24]) if "\x00" not in self.kind else rows.none()
        if self.reason:
            rows = rows.filter(reason=self.reason[:12]) if "\x00" not in self.reason else rows.none()
        if self.state:
            rows = rows.filter(is_muted=self.state == "silent") if self.state in {"silent", "told"} else rows.none()
        return rows


def followings_of(
    actor: Actor, *, filters: FollowingFilters, after: str | None, size: int = THREADS
) -> Page[Following]:
    """What somebody follows, the latest first. One query."""
    rows = filters.apply(Following.objects.filter(person__in=[actor.id] if actor.id else []))
    return keyset_page(rows, order=("-since", "-id"), after=after, size=size)


def newest_public(*, kind: str, object_id: UUID, most: int) -> Sequence[Comment]:
    """The newest comments that everybody may read, for feeds. One query."""
    rows = Comment.objects.filter(kind=kind, object_id=object_id, moderation=FINE, withdrawn_at=None)
    return list(rows.select_related(*_WITH_NAMES).order_by("-id")[:most])
