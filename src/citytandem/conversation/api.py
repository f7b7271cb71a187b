"""Conversations over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Status

from citytandem.accounts.contract import actor_of
from citytandem.conversation import pages
from citytandem.conversation.schemas import (
    CommentIn,
    CommentOut,
    CommentPage,
    CommentPatch,
    FollowingIn,
    FollowingOut,
)
from citytandem.conversation.services import following, writing
from citytandem.core.api import ApiRouter, Cursor, Key, Limit, Session, page_body, session_or_nobody
from citytandem.core.openapi import problems as errors
from citytandem.core.throttle import address_of
from citytandem.moderation.contract import Trace

router = ApiRouter(tags=["conversation"])

_DO: dict[str, Callable[..., Any]] = {
    "follow": following.follow,
    "mute": following.mute,
    "stop": following.unfollow,
}


@router.get("/conversation/{kind}/{object_id}/comments", response=CommentPage)
def comment_list(request: HttpRequest, kind: Key, object_id: UUID, after: Cursor = "", limit: Limit = 20) -> Any:
    """Comments on a problem or a solution in the order of writing; replies name the comment that they belong to."""
    page, shown = pages.comment_list_of(
        actor_of(request), kind=kind, object_id=object_id, reader=_reader(), after=after, size=limit
    )
    return page_body(request, page, [CommentOut.of(one) for one in shown])


@router.post(
    "/conversation/{kind}/{object_id}/comments",
    response={201: CommentOut},
    auth=session_or_nobody,
    openapi_extra=errors(403, 409, 429),
)
def comment_submit(request: HttpRequest, response: HttpResponse, kind: Key, object_id: UUID, body: CommentIn) -> Any:
    """Say something about a problem or a solution, or reply. `state` tells whether it waits for a person first."""
    written = writing.comment_write(
        kind=kind,
        object_id=object_id,
        text=body.text,
        language=body.language,
        parent=body.parent,
        role=body.role,
        organisation=body.organisation,
        department=body.department,
        visitor_name=body.name,
        trace=Trace(address=address_of(request)),
        by=actor_of(request),
    )
    response["Location"] = f"/comments/{written.id}"
    return Status(201, CommentOut.of(pages.written_comment(actor_of(request), written, reader=_reader())))


@router.patch("/comments/{comment_id}", response=CommentOut, auth=Session(), openapi_extra=errors(409))
def comment_change(request: HttpRequest, comment_id: UUID, body: CommentPatch) -> Any:
    """Mend one's own comment: always where nobody has replied, else within 15 minutes."""
    changed = writing.comment_edit(comment_id=comment_id, text=body.text, language=body.language, by=actor_of(request))
    return CommentOut.of(pages.written_comment(actor_of(request), changed, reader=_reader()))


@router.post("/comments/{comment_id}/withdraw", response=CommentOut, auth=Session())
def comment_take_back(request: HttpRequest, comment_id: UUID) -> Any:
    """Take back one's own comment; its place stays."""
    changed = writing.comment_withdraw(comment_id=comment_id, by=actor_of(request))
    return CommentOut.of(pages.written_comment(actor_of(request), changed, reader=_reader()))


@router.get(
    "/conversation/{kind}/{object_id}/following", response=FollowingOut, auth=Session(), openapi_extra=errors(404)
)
def following_get(request: HttpRequest, kind: Key, object_id: UUID) -> Any:
    """Whether I follow a problem or a solution, and why."""
    return _followed(request, kind, object_id)


@router.put(
    "/conversation/{kind}/{object_id}/following", response=FollowingOut, auth=Session(), openapi_extra=errors(404)
)
def following_set(request: HttpRequest, kind: Key, object_id: UUID, body: FollowingIn) -> Any:
    """Follow it, follow it in silence, or stop."""
    _DO[body.action](kind=kind, object_id=object_id, by=actor_of(request))
    return _followed(request, kind, object_id)


def _followed(request: HttpRequest, kind: str, object_id: UUID) -> FollowingOut:
    box = pages.follow_box_of(actor_of(request), kind=kind, object_id=object_id, reader=_reader())
    return FollowingOut.of(box)


def _reader() -> str:
    return get_language() or "en"
