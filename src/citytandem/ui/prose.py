"""Texts that an administrator writes for pages: plain text with headings, lists and links. Pure.

`# Heading` and `## Smaller heading` on a line of their own, `- point` for lists, an empty line between paragraphs; web and
e-mail addresses become links when they are shown. Nothing else has a meaning, so nothing can break a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Looks = Literal["heading", "smaller", "points", "paragraph"]
_MARKS: tuple[tuple[str, Looks], ...] = (("## ", "smaller"), ("# ", "heading"), ("- ", "points"))


@dataclass(frozen=True, slots=True)
class Block:
    """A heading (one line), the points of a list, or the lines of a paragraph."""

    looks: Looks
    lines: Sequence[str]


def blocks(text: str) -> list[Block]:
    """The text in its parts, from top to bottom."""
    return [block for part in _parts(text) for block in _blocks_of(part)]


def _parts(text: str) -> Iterator[list[str]]:
    for is_empty, lines in groupby(text.splitlines(), key=lambda line: not line.strip()):
        if not is_empty:
            yield [line.strip() for line in lines]


def _blocks_of(lines: Sequence[str]) -> Iterator[Block]:
    for looks, group in groupby((_marked(line) for line in lines), key=lambda pair: pair[0]):
        words = [line for _looks, line in group]
        if looks in {"heading", "smaller"}:
            yield from (Block(looks, (line,)) for line in words)
        else:
            yield Block(looks, tuple(words))


def _marked(line: str) -> tuple[Looks, str]:
    for mark, looks in _MARKS:
        if line.startswith(mark) and line[len(mark) :].strip():
            return looks, line[len(mark) :].strip()
    return "paragraph", line
