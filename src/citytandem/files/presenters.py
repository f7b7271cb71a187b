"""A file as pages and the API show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from citytandem.files import wording
from citytandem.files.inspection import PICTURES
from citytandem.files.models import Attachment, State


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """A file on something. Texts are those that its sender wrote; `lang` is their language where it is not the page's.

    `state`: `waiting` (being checked, or a picture without description), `ready` or `refused`, with `reason` as a code.
    `url` is empty until there is something to show; `width` and `height` are those of the large picture.
    """

    id: UUID
    kind: str
    object_id: UUID
    name: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    alt: str
    caption: str
    language: str
    state: str
    reason: str
    is_picture: bool
    is_prepared: bool
    position: int
    created_at: datetime
    uploaded_by: UUID | None

    @property
    def url(self) -> str:
        """The picture in full, or the document."""
        return f"/files/{self.id}/{'large' if self.is_picture else 'file'}" if self.is_prepared else ""

    @property
    def medium_url(self) -> str:
        """A thumbnail of at most 480 pixels; empty for documents."""
        return f"/files/{self.id}/medium" if self.is_picture and self.is_prepared else ""

    @property
    def small_url(self) -> str:
        """A thumbnail of at most 160 pixels; empty for documents."""
        return f"/files/{self.id}/small" if self.is_picture and self.is_prepared else ""

    @property
    def is_ready(self) -> bool:
        """Published."""
        return self.state == State.READY

    @property
    def is_refused(self) -> bool:
        """Not taken."""
        return self.state == State.REFUSED

    @property
    def is_checked_still(self) -> bool:
        """The job has not been through it yet."""
        return self.state == State.WAITING and not self.is_prepared

    @property
    def lacks_alt(self) -> bool:
        """A picture that nobody has described yet."""
        return self.is_picture and not self.alt and not self.is_refused

    @property
    def type_name(self) -> str:
        """PDF, JPEG, …"""
        return wording.type_name(self.media_type)

    @property
    def size_text(self) -> str:
        """1.2 MB."""
        return wording.size_text(self.size)

    @property
    def reason_text(self) -> str:
        """Why it was not taken, in the reader's language."""
        return wording.reason_text(self.reason)

    @property
    def lang(self) -> str:
        """Language of its texts where that is not the page's."""
        return self.language if self.language and self.language != get_language() else ""

    @property
    def medium_width(self) -> int:
        """Width of the medium thumbnail, so that the page does not jump."""
        return self._medium()[0]

    @property
    def medium_height(self) -> int:
        """Height of the medium thumbnail."""
        return self._medium()[1]

    def _medium(self) -> tuple[int, int]:
        from citytandem.files.limits import LIMITS

        width, height = self.width or 1, self.height or 1
        shrink = min(1.0, LIMITS.medium_side / max(width, height))
        return max(1, round(width * shrink)), max(1, round(height * shrink))


@dataclass(frozen=True, slots=True)
class FileLine:
    """A published file in a list: `facts` are its type and size."""

    name: str
    url: str
    facts: str


def line_of(told: Mapping[str, Any]) -> FileLine:
    """What `selectors.published_files` says of one file."""
    url = f"/files/{told['id']}/{'large' if told['media_type'] in PICTURES else 'file'}"
    return FileLine(told["name"], url, facts(told["media_type"], told["size"]))


def facts(media_type: str, size: int) -> str:
    """PDF, 1.2 MB."""
    return ", ".join(filter(None, (wording.type_name(media_type), wording.size_text(size) if size else "")))


def view(file: Attachment) -> AttachmentView:
    """One file."""
    return AttachmentView(
        id=file.id,
        kind=file.kind,
        object_id=file.object_id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        width=file.width,
        height=file.height,
        alt=file.alt,
        caption=file.caption,
        language=file.language,
        state=file.state,
        reason=file.reason,
        is_picture=file.is_picture,
        is_prepared=file.is_prepared,
        position=file.position,
        created_at=file.created_at,
        uploaded_by=file.uploaded_by_id,
    )


def views(files: Iterable[Attachment]) -> Sequence[AttachmentView]:
    """Some files, in their order."""
    return [view(file) for file in files]
