"""What changed between two versions of a text, word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(r"\s+|\w+|[^\w\s]+")
# Beyond this a comparison word by word takes too long: whole lines are compared.
_MOST_WORDS = 6_000

Looks = Literal["same", "gone", "new"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a comparison: the same in both, gone, or new."""

    looks: Looks
    text: str


def differences(before: str, after: str) -> list[Piece]:
    """The pieces in order; those that are not `gone` put together are `after`, those that are not `new` are `before`."""
    if before == after:
        return [Piece("same", after)] if after else []
    old, new = _parts(before, after)
    pieces: list[Piece] = []
    for what, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=True).get_opcodes():
        if what == "equal":
            pieces.append(Piece("same", "".join(new[j1:j2])))
            continue
        if i1 < i2:
            pieces.append(Piece("gone", "".join(old[i1:i2])))
        if j1 < j2:
            pieces.append(Piece("new", "".join(new[j1:j2])))
    return pieces


def _parts(before: str, after: str) -> tuple[Sequence[str], Sequence[str]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) <= _MOST_WORDS:
        return old, new
    return before.splitlines(keepends=True), after.splitlines(keepends=True)
