"""What people write about and act on: modules register their kinds in `apps.py`, so that conversation, moderation, files
and notifications serve all of them and know no domain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

# How moderation stands to a thing: open to its readers, held until a person has decided, or taken down.
FINE, HELD, REMOVED = "", "held", "removed"


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing, in the reader's words. `author` is None for visitors and after erasure; `department` answers for it."""

    kind: str
    id: UUID
    title: str
    language: str
    path: str
    text: str = ""
    original_language: str = ""
    author: UUID | None = None
    department: UUID | None = None
    created_at: datetime | None = None
    moderation: str = FINE
    is_public: bool = True


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A kind of thing.

    `read(ids, reader)` gives what exists, by id, whoever may read it; `readable(actor, ids)` which of them the actor may
    read; `moderate(id, state, by)` sets FINE, HELD or REMOVED; `similar(id, reader)` near-duplicates for moderators,
    most alike first; `merge(id, into, by)` and `split(id, by)` undo each other. None: this kind cannot do that.
    """

    kind: str
    label: str | Promise
    read: Callable[[Sequence[UUID], str], dict[UUID, Subject]]
    readable: Callable[[Any, Collection[UUID]], set[UUID]]
    moderate: Callable[[UUID, str, Any], None] | None = None
    similar: Callable[[UUID, str], list[Subject]] | None = None
    merge: Callable[[UUID, UUID, Any], None] | None = None
    split: Callable[[UUID, Any], None] | None = None
    has_conversation: bool = False
    has_files: bool = False


_kinds: dict[str, SubjectKind] = {}


def register(kind: SubjectKind) -> None:
    """Make a kind of thing known; the last registration of a name counts."""
    _kinds[kind.kind] = kind


def subject_kind(kind: str) -> SubjectKind | None:
    """The registered kind, or None."""
    return _kinds.get(kind)


def subject_kinds() -> list[SubjectKind]:
    """All registered kinds."""
    return list(_kinds.values())


def subject(kind: str, object_id: UUID, *, reader: str) -> Subject | None:
    """One thing, whoever may read it; None where there is none."""
    found = _kinds.get(kind)
    return found.read([object_id], reader).get(object_id) if found else None


def subjects(wanted: Collection[tuple[str, UUID]], *, reader: str) -> dict[tuple[str, UUID], Subject]:
    """Many things of several kinds at once: one call per kind."""
    by_kind: dict[str, list[UUID]] = {}
    for kind, object_id in wanted:
        by_kind.setdefault(kind, []).append(object_id)
    return {
        (kind, object_id): found
        for kind, ids in by_kind.items()
        if kind in _kinds
        for object_id, found in _kinds[kind].read(ids, reader).items()
    }


def is_readable(actor: Any, kind: str, object_id: UUID) -> bool:
    """Whether the actor may read this thing; False where there is none."""
    found = _kinds.get(kind)
    return found is not None and object_id in found.readable(actor, [object_id])
