"""What a kind of thing does with its conversation beyond the usual: modules register it in `apps.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from citytandem.accounts.contract import Actor
from citytandem.core.subjects import Subject


@dataclass(frozen=True, slots=True)
class Answered:
    """An official answer that everybody may read now; `by` is whoever wrote it, whose name pages do not tell."""

    comment_id: UUID
    kind: str
    object_id: UUID
    department: UUID
    at: datetime
    by: Actor


@dataclass(frozen=True, slots=True)
class Conversable:
    """`may_answer(actor, object_id)`: who speaks for the city about it. `on_answer` runs inside the transaction."""

    kind: str
    may_answer: Callable[[Actor, UUID], bool] | None = None
    on_answer: Callable[[Answered], None] | None = None


_known: dict[str, Conversable] = {}


def register(conversable: Conversable) -> None:
    """Make a kind's ways known; the last registration of a name counts."""
    _known[conversable.kind] = conversable


def may_answer(actor: Actor, subject: Subject) -> bool:
    """Who speaks for the city: staff only; as the kind says, else the innovation unit and the department that answers."""
    if not actor.is_staff:
        return False
    own = _known.get(subject.kind)
    if own is not None and own.may_answer is not None:
        return own.may_answer(actor, subject.id)
    return actor.curates or subject.department in actor.departments


def told_of_answer(answer: Answered) -> None:
    """Let the kind do what belongs to an answer."""
    own = _known.get(answer.kind)
    if own is not None and own.on_answer is not None:
        own.on_answer(answer)
