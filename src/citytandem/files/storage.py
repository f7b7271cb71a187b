"""Where the bytes lie: Django's storage `files`, one folder per file, spread over 256 folders by the end of the id."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.core.files.storage import storages

RAW = "raw"
VARIANTS = ("large", "medium", "small", "file")


def _storage() -> Any:
    return storages["files"]


def _folder(identifier: UUID) -> str:
    return f"{identifier.hex[-2:]}/{identifier}"


def write(identifier: UUID, variant: str, content: bytes | Path | File) -> None:
    """Keep a variant; what was there under this name goes."""
    path = f"{_folder(identifier)}/{variant}"
    if isinstance(content, Path):
        with content.open("rb") as file:
            _storage().save(path, File(file))
    else:
        _storage().save(path, ContentFile(content) if isinstance(content, bytes) else content)


def opened(identifier: UUID, variant: str) -> Any:
    """A variant to read; raises FileNotFoundError."""
    return _storage().open(f"{_folder(identifier)}/{variant}", "rb")


def read_raw(identifier: UUID) -> bytes:
    """What was uploaded, as it came. Only for the check; it is never served."""
    with opened(identifier, RAW) as file:
        content: bytes = file.read()
    return content


def size(identifier: UUID, variant: str) -> int:
    """Bytes of a variant."""
    return int(_storage().size(f"{_folder(identifier)}/{variant}"))


def drop(identifier: UUID, *variants: str) -> None:
    """Remove some variants, or all of the file; what is not there is no error."""
    for variant in variants or (RAW, *VARIANTS):
        _storage().delete(f"{_folder(identifier)}/{variant}")
    if not variants:
        with suppress(OSError):
            _storage().delete(_folder(identifier))


def kept() -> Iterator[UUID]:
    """Ids of all files of which there are bytes."""
    with suppress(FileNotFoundError):
        for part in _storage().listdir("")[0]:
            for name in _storage().listdir(part)[0]:
                with suppress(ValueError):
                    yield UUID(name)
