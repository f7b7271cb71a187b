"""Shapes of conversations over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field

from citytandem.conversation.models import Role
from citytandem.conversation.pages import FollowBox
from citytandem.conversation.said import Said
from citytandem.conversation.words import MAX_NAME, MAX_TEXT
from citytandem.core.api import NO_NUL, Input, LanguageWish, Shape

Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=NO_NUL)]
Identifier = Annotated[UUID, Field(strict=False)]


class CommentOut(Shape):
    """A comment. `state`: empty, or why its words are empty for most readers; `by`: a name, or that of a department."""

    id: UUID
    parent: UUID | None
    role: Role
    state: Literal["", "held", "removed", "withdrawn"]
    by: str
    language: str
    text: str
    at: datetime
    edited: bool
    waits: bool
    path: str

    @classmethod
    def of(cls, said: Said) -> Self:
        """From what a page would show."""
        return cls(
            id=said.id,
            parent=None if said.thread == said.id else said.thread,
            role=Role(said.role),
            state=said.state,  # type: ignore[arg-type] # kept so by a constraint of the database
            by=said.name,
            language=said.language,
            text="".join(part.text for part in said.parts),
            at=said.at,
            edited=said.is_edited,
            waits=said.waits,
            path=said.path,
        )


class CommentPage(Shape):
    """Comments in the order of writing."""

    items: list[CommentOut]
    next: str | None


class CommentIn(Input):
    """What to say. `role` answer and question, and `department`, are for staff; `organisation` is one of the writer's own."""

    text: Text
    language: LanguageWish = ""
    parent: Identifier | None = None
    role: Annotated[Role, Field(strict=False)] = Role.COMMENT
    organisation: Identifier | None = None
    department: Identifier | None = None
    name: Annotated[str, Field(max_length=MAX_NAME, pattern=NO_NUL, description="For visitors.")] = ""


class CommentPatch(Input):
    """Other words."""

    text: Text
    language: LanguageWish = ""


class FollowingOut(Shape):
    """Whether one hears of a thing, and why, as a sentence."""

    following: bool
    muted: bool
    why: str
    since: datetime | None

    @classmethod
    def of(cls, box: FollowBox) -> Self:
        """From what a page would show."""
        return cls(following=box.is_on, muted=box.is_muted, why=box.why, since=box.since)


class FollowingIn(Input):
    """`follow`, `mute` (stays in one's list, in silence) or `stop`."""

    action: Literal["follow", "mute", "stop"]
