"""What happens in conversations."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from citytandem.core.events import Event


@dataclass(frozen=True, slots=True)
class CommentWritten(Event):
    """Everybody who may read the thing may now read this comment on it, for the first time."""

    comment_id: UUID
    kind: str
    object_id: UUID


@dataclass(frozen=True, slots=True)
class QuestionAsked(Event):
    """The city asked the sender of a thing something."""

    comment_id: UUID
    kind: str
    object_id: UUID


@dataclass(frozen=True, slots=True)
class ProblemAnswered(Event):
    """A department gave an official answer to a thing."""

    comment_id: UUID
    kind: str
    object_id: UUID
