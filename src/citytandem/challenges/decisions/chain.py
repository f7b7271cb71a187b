"""A chain of entries: each holds the hash of the one before, so that none can be changed, left out or put in later.

An entry is kept as the very text that was hashed: JSON with sorted keys and without spaces (as RFC 8785 writes it for
strings, whole numbers and truth values; others are not let in, for their spelling differs between languages). A third
party needs that text and SHA-256, nothing of ours: `docs/use/check_decisions.py` does it in thirty lines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

START = "0" * 64
_LARGEST = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is kept. `body`: the text that was hashed; `digest`: its SHA-256 in hexadecimal."""

    body: str
    digest: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that is not what it was. `why`: body, number, previous, missing or added."""

    number: int
    why: str


def next_entry(last: Entry | None, *, at: datetime, what: str, facts: Mapping[str, Any]) -> Entry:
    """The entry that follows `last` (None: the first one). `what`: a code, for example `proposal.screened`.

    Raises ValueError for a time without zone, and for facts other than strings, whole numbers, truth values, None, and
    lists and objects of these.
    """
    if at.tzinfo is None:
        raise ValueError("the time has no zone")
    number = 1 if last is None else _number_of(last) + 1
    content = {
        "at": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "facts": dict(facts),
        "number": number,
        "previous": START if last is None else last.digest,
        "what": what,
    }
    _check(content, "")
    body = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Entry(body, digest_of(body))


def digest_of(body: str) -> str:
    """SHA-256 of the text in UTF-8."""
    return hashlib.sha256(body.encode()).hexdigest()


def first_broken(entries: Sequence[Entry], *, head: str | None = None, count: int | None = None) -> Broken | None:
    """The first entry that is wrong, in the order of the log; None if all is as it was written.

    `head` and `count`: digest of the last entry and how many there were, as somebody noted them elsewhere; without them
    entries cut off at the end are not seen.
    """
    previous = START
    for number, entry in enumerate(entries, 1):
        if digest_of(entry.body) != entry.digest:
            return Broken(number, "body")
        content = content_of(entry.body)
        if content.get("number") != number:
            return Broken(number, "number")
        if content.get("previous") != previous:
            return Broken(number, "previous")
        previous = entry.digest
    if count is not None and len(entries) != count:
        return Broken(min(len(entries), count) + 1, "missing" if len(entries) < count else "added")
    if head is not None and previous != head:
        return Broken(max(len(entries), 1), "previous")
    return None


def content_of(body: str) -> dict[str, Any]:
    """What an entry says: at, facts, number, previous, what. Empty where its text is none that we wrote."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _number_of(entry: Entry) -> int:
    return int(content_of(entry.body)["number"])


def _check(value: Any, where: str) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        value.encode()  # lone surrogates have no UTF-8
        return
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError(f"{where}: a whole number beyond 2^53 is not the same everywhere")
        return
    if isinstance(value, Mapping):
        for key, part in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise ValueError(f"{where}: {key!r} is no plain name")
            _check(part, f"{where}.{key}")
        return
    if isinstance(value, list | tuple):
        for number, part in enumerate(value):
            _check(part, f"{where}[{number}]")
        return
    raise ValueError(f"{where}: {type(value).__name__} is not written the same way everywhere")
