"""Shapes of files in the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from citytandem.core.api import NO_NUL, Input, Language, Shape
from citytandem.files.models import LONGEST_ALT, LONGEST_CAPTION
from citytandem.files.presenters import AttachmentView

Alt = Annotated[str, Field(max_length=LONGEST_ALT, pattern=NO_NUL)]


class FileOut(Shape):
    """A file. `waiting`: it is being checked, or is a picture without description; `refused` comes with a `reason`.

    Addresses are empty until there is something to show; thumbnails are WebP, for pictures only.
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
    state: Literal["waiting", "ready", "refused"]
    reason: str
    path: str
    medium_path: str
    small_path: str
    created_at: datetime

    @classmethod
    def of(cls, file: AttachmentView) -> FileOut:
        """From what pages show."""
        names = set(cls.model_fields) - {"path", "medium_path", "small_path"}
        plain = {name: getattr(file, name) for name in names}
        return cls(**plain, path=file.url, medium_path=file.medium_url, small_path=file.small_url)


class FileList(Shape):
    """Files of a thing, in their order."""

    items: list[FileOut]
    next: str | None = None


class FilePatch(Input):
    """What is said about a file; what is left out or null stays."""

    alt: Alt | None = None
    caption: Annotated[str, Field(max_length=LONGEST_CAPTION, pattern=NO_NUL)] | None = None
    language: Language | None = None
