"""Problems and solutions as things that people talk about, follow, report and merge."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from citytandem.core import subjects
from citytandem.core.permissions import allowed
from citytandem.core.subjects import Subject, SubjectKind
from citytandem.core.versions import read
from citytandem.files.contract import register_owner
from citytandem.streams.models import Visibility, record_model
from citytandem.streams.rules import is_readable


def _read(kind: str, ids: Sequence[UUID], reader: str) -> dict[UUID, Subject]:
    rows = record_model(kind)._default_manager.filter(id__in=list(ids))  # noqa: SLF001 - the manager
    return {row.id: subject_of(row, kind=kind, reader=reader) for row in rows}


def subject_of(row: Any, *, kind: str, reader: str) -> Subject:
    """A record in hand as a thing that people talk about."""
    title = read(row.title, reader=reader, original=row.language)
    return Subject(
        kind=kind,
        id=row.id,
        title=title.text,
        language=title.language,
        path=f"/{kind}s/{row.code}",
        text=read(row.text, reader=row.language, original=row.language).text,
        original_language=row.language,
        author=row.created_by_id,
        department=getattr(row, "department_id", None),
        created_at=row.created_at,
        moderation=row.moderation,
        is_public=row.visibility == Visibility.PUBLIC,
    )


def _readable(kind: str, actor: Any, ids: Collection[UUID]) -> set[UUID]:
    rows = record_model(kind)._default_manager.filter(id__in=list(ids))  # noqa: SLF001 - the manager
    return {row.id for row in rows if is_readable(actor, row)}


def _kind(kind: str, label: Any) -> SubjectKind:
    from citytandem.streams.services import moderating

    return SubjectKind(
        kind=kind,
        label=label,
        read=lambda ids, reader: _read(kind, ids, reader),
        readable=lambda actor, ids: _readable(kind, actor, ids),
        moderate=lambda object_id, state, by: moderating.record_moderate(
            kind=kind, record_id=object_id, state=state, by=by
        ),
        similar=lambda object_id, reader: moderating.similar_records(kind=kind, record_id=object_id, reader=reader),
        merge=_merge if kind == "problem" else None,
        split=_split if kind == "problem" else None,
        has_conversation=True,
        has_files=True,
    )


def _merge(object_id: UUID, into: UUID, by: Any) -> None:
    from citytandem.streams.services.moderating import problem_merge

    problem_merge(problem_id=object_id, into=into, by=by)


def _split(object_id: UUID, by: Any) -> None:
    from citytandem.streams.services.moderating import problem_split

    problem_split(problem_id=object_id, by=by)


def _writable(kind: str, actor: Any, object_id: UUID) -> bool:
    record = record_model(kind)._default_manager.filter(id=object_id).first()  # noqa: SLF001 - the manager
    return record is not None and allowed("streams.edit", actor, record)


def register_all() -> None:
    """Called once when Django is ready."""
    for kind in ("problem", "solution"):
        register_owner(kind, writable=partial(_writable, kind))
    subjects.register(_kind("problem", _("Problem")))
    subjects.register(_kind("solution", _("Solution")))
