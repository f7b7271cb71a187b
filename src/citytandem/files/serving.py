"""A variant of a file as it goes out: never the upload itself, only what was made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from citytandem.accounts.contract import Actor
from citytandem.files import owners, storage
from citytandem.files.inspection import WEBP
from citytandem.files.models import Attachment, State
from citytandem.files.selectors import file_get, unknown


@dataclass(frozen=True, slots=True)
class Served:
    """What goes out. Pictures are shown in the page, documents are only downloaded."""

    identifier: UUID
    variant: str
    media_type: str
    name: str
    is_inline: bool
    is_public: bool
    etag: str

    def open(self) -> Any:
        """The bytes; raises NotFound if they are gone."""
        try:
            return storage.opened(self.identifier, self.variant)
        except FileNotFoundError as error:
            raise unknown() from error


def served(file_id: UUID, variant: str, *, actor: Actor, key: str = "") -> Served:
    """A variant for this reader. Raises NotFound: no such file, not for this reader, or nothing to show yet."""
    file = file_get(file_id, actor=actor, key=key)
    has_it = variant in ("large", "medium", "small") if file.is_picture else variant == "file"
    if not file.is_prepared or not has_it:
        raise unknown()
    return _served(file, variant, is_public=_is_public(file, actor))


def vouched(kind: str, object_id: UUID, file_id: UUID) -> Served:
    """A published file of a thing, whole: its module has made sure that the reader may. Raises NotFound."""
    file = Attachment.objects.filter(id=file_id, kind=kind, object_id=object_id, state=State.READY).first()
    if file is None:
        raise unknown()
    return _served(file, "large" if file.is_picture else "file", is_public=False)


def _served(file: Attachment, variant: str, *, is_public: bool) -> Served:
    return Served(
        identifier=file.id,
        variant=variant,
        media_type=WEBP if variant in {"medium", "small"} else file.media_type,
        name=file.name,
        is_inline=file.is_picture,
        is_public=is_public,
        etag=f'"{file.id.hex[-12:]}-{file.sha256[:16]}-{variant}"',
    )


def _is_public(file: Attachment, actor: Actor) -> bool:
    return actor.is_anonymous and file.state == State.READY and owners.is_public(file.kind, file.object_id)
