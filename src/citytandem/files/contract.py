"""Photos and documents: what other modules may call. Templates: `files/parts/attachments.html` and `files/parts/upload.html`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase

from citytandem.accounts.contract import Actor
from citytandem.files.events import FilePublished, FileRemoved
from citytandem.files.owners import Place, register_owner
from citytandem.files.presenters import AttachmentView, FileLine
from citytandem.files.reading import register_text_check

__all__ = [
    "AttachmentView", "FileLine", "FilePublished", "FileRemoved", "Place", "attach", "attachment_facts",
    "attachment_remove", "attachment_restore", "attachment_send", "attachments_of", "attachments_remove_all",
    "basket_add", "basket_of", "file_count", "file_lines", "published_files", "register_owner",
    "register_text_check",
]  # fmt: skip


def attach(
    *,
    kind: str,
    object_id: UUID,
    by: Actor,
    files: Sequence[Any] = (),
    alts: Sequence[str] = (),
    basket: UUID | None = None,
    key: str = "",
    vouched: bool = False,
) -> list[AttachmentView]:
    """Hang files on a thing: those just sent (Django's uploaded files), and those kept in a `basket`. All or none.

    `alts` go with `files`, one each; a picture without one waits for it. `key`: of a visitor without a sign-in, see
    `visitors`. `vouched`: the caller has just let `by` make the thing. Raises Forbidden, Invalid.
    """
    from citytandem.files.presenters import view
    from citytandem.files.services import attaching

    made = attaching.attach(
        kind=kind, object_id=object_id, by=by, files=files, alts=alts, basket=basket, key=key, vouched=vouched
    )
    return [view(file) for file in made]


def attachments_of(
    kind: str, object_ids: Sequence[UUID], *, actor: Actor, key: str = "", vouched: bool = False
) -> dict[UUID, list[AttachmentView]]:
    """The files of some things that the actor may see, in order, by id of the thing; one query.

    Senders and staff also see what is not published yet. `vouched`: the caller knows that the actor may read the things;
    otherwise their module is asked.
    """
    from citytandem.files.presenters import view
    from citytandem.files.selectors import files_of

    found = files_of(kind, object_ids, actor=actor, key=key, vouched=vouched)
    return {object_id: [view(file) for file in files] for object_id, files in found.items()}


def attachment_send(request: HttpRequest, *, kind: str, object_id: UUID, file_id: UUID) -> HttpResponseBase:
    """Answer with a published file of a thing, whole; the caller knows that the reader may. Raises NotFound."""
    from citytandem.files.sending import sent
    from citytandem.files.serving import vouched

    return sent(request, vouched(kind, object_id, file_id))


def attachment_facts(media_type: str, size: int) -> str:
    """PDF, 1.2 MB."""
    from citytandem.files.presenters import facts

    return facts(media_type, size)


def published_files(kind: str) -> Any:
    """The published files of a thing as an expression for a query over such things by their `id`; read by `file_lines`."""
    from citytandem.files.selectors import published_files

    return published_files(kind)


def file_lines(told: Sequence[Mapping[str, Any]]) -> list[FileLine]:
    """What `published_files` found, as lists show it; the caller knows that the reader may read the thing."""
    from citytandem.files.presenters import line_of

    return [line_of(one) for one in told]


def file_count(kind: str) -> Any:
    """How many published files a thing has, as an expression for a query over such things by their `id`."""
    from citytandem.files.selectors import file_count

    return file_count(kind)


def attachment_remove(*, file_id: UUID, by: Actor, reason: str = "", key: str = "", vouched: bool = False) -> None:
    """Take a file away. With a `reason` (a code of moderation) it can be put back for six months.

    `vouched`: the caller has checked that `by` may. Raises NotFound, Forbidden.
    """
    from citytandem.files.services.describing import file_remove

    file_remove(file_id=file_id, by=by, reason=reason, key=key, vouched=vouched)


def attachment_restore(*, file_id: UUID, by: Actor) -> AttachmentView:
    """Put back what moderation took away. Raises Forbidden, Conflict."""
    from citytandem.files.presenters import view
    from citytandem.files.services.describing import file_restore

    return view(file_restore(file_id=file_id, by=by))


def attachments_remove_all(kind: str, object_ids: Sequence[UUID]) -> int:
    """Delete all files of things that are deleted themselves, for good; returns how many."""
    from citytandem.files.models import Attachment
    from citytandem.files.services.clearing import files_delete

    rows = Attachment.objects.filter(kind=kind, object_id__in=object_ids)
    return files_delete(list(rows.values_list("id", flat=True)))


def basket_add(*, basket: UUID | None, files: Sequence[Any], by: Actor, key: str = "") -> UUID:
    """Keep the files of a form that has to be mended first; gives the id for its hidden field. Raises Invalid."""
    from citytandem.files.services import attaching

    return attaching.basket_add(basket=basket, files=files, by=by, key=key)


def basket_of(basket: UUID, *, by: Actor, key: str = "") -> list[AttachmentView]:
    """What is in a basket of this sender."""
    from citytandem.files.presenters import view
    from citytandem.files.selectors import basket_of as found

    return [view(file) for file in found(basket, actor=by, key=key)]
