"""Which words of a record a machine has translated, which it should, and which no longer fit. Pure: no database.

A machine's version carries a fingerprint of the words that it was made from, `{"text": …, "by": "machine", "of": …}`:
when people change those words it does not fit any more, and goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from citytandem.core.text import MAX_TEXT, MAX_TITLE, clean_text, shorten
from citytandem.core.versions import Translations, human_versions

MAX_CONDITION = 2_000
_CONDITION = "frame_conditions."


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a record to be translated. `place`: `title`, `text`, or a frame condition."""

    place: str
    language: str
    text: str

    @property
    def fingerprint(self) -> str:
        """Names these words in this language."""
        return hashlib.blake2b(f"{self.language}:{self.text}".encode(), digest_size=8).hexdigest()


def missing(record: Any, target: str) -> list[Piece]:
    """What a machine should translate into `target`: words for which nobody wrote a version in that language."""
    return [
        piece
        for place, versions in _places(record)
        if (piece := _original(place, versions, record.language)) is not None
        and piece.language != target
        and not _is_settled(versions.get(target), piece)
    ]


def put(record: Any, piece: Piece, text: str, *, target: str) -> None:
    """Write a machine's version of a piece into the record; the record is not saved."""
    words = _fitting(piece.place, text)
    if words:
        version = {"text": words, "by": "machine", "of": piece.fingerprint}
        _write(record, piece.place, {**dict(_places(record))[piece.place], target: version})


def drop_stale(record: Any) -> None:
    """Take out the machine's versions whose original has changed or is gone; the record is not saved."""
    put_back(record, {})


def machine_versions(record: Any) -> dict[str, Translations]:
    """The machine's versions by place: to be kept while a source writes the record anew."""
    found = {place: _machine_only(versions) for place, versions in _places(record)}
    return {place: versions for place, versions in found.items() if versions}


def put_back(record: Any, kept: Mapping[str, Translations]) -> None:
    """As `drop_stale`, with those of `kept` that still fit and that nobody has written meanwhile."""
    for place, versions in list(_places(record)):
        original = _original(place, versions, record.language)
        people = human_versions(versions)
        machine = {**kept.get(place, {}), **_machine_only(versions)}
        fits = {
            code: version
            for code, version in machine.items()
            if code not in people and original is not None and version.get("of") == original.fingerprint
        }
        if set(fits) != set(_machine_only(versions)):
            _write(record, place, {**people, **fits})


def vouch(record: Any) -> None:
    """Machine's versions that came along with the words, from another node, were made from these words."""
    for place, versions in list(_places(record)):
        original = _original(place, versions, record.language)
        if original is not None and _machine_only(versions):
            made = {code: {**version, "of": original.fingerprint} for code, version in _machine_only(versions).items()}
            _write(record, place, {**versions, **made})


def fingerprint_of(pieces: Sequence[Piece]) -> str:
    """Names some pieces, in their order."""
    told = "\n".join(f"{piece.place}:{piece.fingerprint}" for piece in pieces)
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def _places(record: Any) -> Iterator[tuple[str, Translations]]:
    yield "title", record.title
    yield "text", record.text
    for name, versions in (getattr(record, "frame_conditions", None) or {}).items():
        yield _CONDITION + name, versions


def _write(record: Any, place: str, versions: Translations) -> None:
    if place.startswith(_CONDITION):
        record.frame_conditions = {**record.frame_conditions, place.removeprefix(_CONDITION): versions}
    else:
        setattr(record, place, versions)


def _original(place: str, versions: Translations, language: str) -> Piece | None:
    """The words by people to translate from: in the record's language, else in English, else in any."""
    people = human_versions(versions)
    for code in (language, "en", *people):
        if people.get(code, {}).get("text"):
            return Piece(place, code, people[code]["text"])
    return None


def _is_settled(version: Mapping[str, str] | None, original: Piece) -> bool:
    if not version or not version.get("text"):
        return False
    return version.get("by") != "machine" or version.get("of") == original.fingerprint


def _machine_only(versions: Translations) -> Translations:
    return {code: version for code, version in versions.items() if version.get("by") == "machine"}


def _fitting(place: str, text: str) -> str:
    """What a machine gives is cleaned and bounded like what people type."""
    if place == "title":
        return shorten(text, limit=MAX_TITLE)
    return clean_text(text)[: MAX_TEXT if place == "text" else MAX_CONDITION]
