"""The zip file with everything about a person. Pure."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, BinaryIO
from uuid import UUID

# Names that every system can write: no separators, no leading dot, none of the letters that Windows refuses.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_LONGEST_NAME = 120
Content = bytes | Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class Part:
    """One holding in the archive: what it is, why it is kept and for how long, and the data themselves."""

    name: str
    label: str
    purpose: str
    legal_basis: str
    kept: str
    days: int | None
    rows: Any
    files: Sequence[tuple[str, Content]] = ()


def archive(target: IO[bytes], *, about: dict[str, Any], parts: Iterable[Part], readme: str) -> None:
    """Write a zip with `data.json` (by holding), `files/HOLDING/NAME` and `README.txt`; `data.json` names each file.

    One holding and one file are in memory at a time.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("README.txt", readme)
        told = []
        for part in parts:
            names = _paths(part)
            for path, (_name, content) in zip(names, part.files, strict=True):
                _put(box, path, content)
            told.append(
                {
                    "name": part.name,
                    "label": part.label,
                    "purpose": part.purpose,
                    "legal_basis": part.legal_basis,
                    "kept": part.kept,
                    "days": part.days,
                    "data": part.rows,
                    "files": names,
                }
            )
        document = {**about, "holdings": told}
        box.writestr("data.json", json.dumps(document, ensure_ascii=False, indent=1, default=_plain))


def _put(box: zipfile.ZipFile, path: str, content: Content) -> None:
    if isinstance(content, bytes):
        box.writestr(path, content)
        return
    with content() as source, box.open(path, "w", force_zip64=True) as kept:
        shutil.copyfileobj(source, kept)


def _paths(part: Part) -> list[str]:
    """Where the files of a holding lie; two of the same name get a number."""
    taken: set[str] = set()
    paths = []
    for name, _content in part.files:
        wanted = safe_name(name)
        stem, dot, ending = wanted.rpartition(".")
        number = 1
        while wanted.casefold() in taken:
            number += 1
            wanted = f"{stem}-{number}.{ending}" if dot else f"{ending}-{number}"
        taken.add(wanted.casefold())
        paths.append(f"files/{safe_name(part.name)}/{wanted}")
    return paths


def safe_name(name: str) -> str:
    """A file name that leads nowhere else and can be written everywhere."""
    bare = _UNSAFE.sub("-", name).strip(" .")
    return bare[-_LONGEST_NAME:].lstrip(" .") or "file"


def _plain(value: Any) -> Any:
    """What JSON does not know: times as ISO 8601, ids and amounts as text, sets as lists."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    return str(value)
