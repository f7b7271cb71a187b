"""Comments as things that can be reported and moderated."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.conversation.models import Comment
from citytandem.core import subjects
from citytandem.core.subjects import FINE, Subject, SubjectKind
from citytandem.core.text import shorten

KIND = "comment"
TITLE = 80


def register_all() -> None:
    """Called once when Django is ready."""
    subjects.register(
        SubjectKind(kind=KIND, label=gettext_lazy("Comment"), read=_read, readable=_readable, moderate=_moderate)
    )


def _read(ids: Sequence[UUID], reader: str) -> dict[UUID, Subject]:
    rows = list(Comment.objects.filter(id__in=list(ids)))
    things = subjects.subjects({(row.kind, row.object_id) for row in rows}, reader=reader)
    return {row.id: as_subject(row, things.get((row.kind, row.object_id))) for row in rows}


def as_subject(row: Comment, thing: Subject | None = None) -> Subject:
    """A comment as a thing; public only where it is told on which `thing`."""
    is_there = row.withdrawn_at is None
    return Subject(
        kind=KIND,
        id=row.id,
        title=shorten(row.text, limit=TITLE) if is_there else _("A comment that its author has withdrawn"),
        language=row.language,
        path=f"/comments/{row.id}",
        text=row.text if is_there else "",
        original_language=row.language,
        author=row.author_id,
        department=row.department_id,
        created_at=row.created_at,
        moderation=row.moderation,
        is_public=thing is not None and thing.is_public and thing.moderation == FINE and is_there,
    )


def _readable(actor: Any, ids: Collection[UUID]) -> set[UUID]:
    """What one may read of what one may read about; what is held only its author and moderators."""
    rows = list(Comment.objects.filter(id__in=list(ids)))
    by_kind: dict[str, set[UUID]] = {}
    for row in rows:
        by_kind.setdefault(row.kind, set()).add(row.object_id)
    open_things = {
        (kind, object_id)
        for kind, wanted in by_kind.items()
        if (known := subjects.subject_kind(kind)) is not None
        for object_id in known.readable(actor, wanted)
    }
    return {row.id for row in rows if (row.kind, row.object_id) in open_things and _is_readable(actor, row)}


def _is_readable(actor: Any, row: Comment) -> bool:
    if actor.moderates or (actor.id is not None and row.author_id == actor.id):
        return True
    return row.moderation == FINE and row.withdrawn_at is None


def _moderate(object_id: UUID, state: str, by: Any) -> None:
    from citytandem.conversation.services.publishing import comment_moderate

    comment_moderate(comment_id=object_id, state=state, by=by)
