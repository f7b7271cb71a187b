"""Between the fields of a form and the profile of a city: lines and lists, both ways. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from citytandem.core.text import clean_line

MOST_LINES = 40
LONGEST_LINE = 200


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing that a city teaches or wants to learn. `basis`: `stated` by itself or its source, or `derived`."""

    text: str
    basis: str


class TooLong(ValueError):
    """Too many lines, or a line that is too long; `line` counts from one."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


def lines_of(text: str) -> list[str]:
    """The lines of a text, cleaned, each once, in their order. Raises TooLong."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        clean = clean_line(line)
        if len(clean) > LONGEST_LINE or len(found) > MOST_LINES:
            raise TooLong(number)
        if clean:
            found.setdefault(clean.casefold(), clean)
    return list(found.values())


def phrases(lines: Iterable[str], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the city says now: a phrase that it leaves as it was derived stays marked so, the others are its own."""
    known = {str(item.get("text", "")): dict(item) for item in before}
    return [known.get(line, {"text": line, "basis": "stated"}) for line in lines]


def phrase_lines(stored: Iterable[Mapping[str, Any]]) -> str:
    """One phrase a line, as they are edited."""
    return "\n".join(str(item.get("text", "")) for item in stored)


def twinning_lines(stored: Iterable[Mapping[str, Any]]) -> str:
    """One twin town a line: name, and since when."""
    return "\n".join(_twinning_line(item) for item in stored)


def _twinning_line(item: Mapping[str, Any]) -> str:
    parts = [str(item.get("name", "")), str(item.get("country", "")), str(item.get("since", "") or "")]
    while parts and not parts[-1]:
        parts.pop()
    return "; ".join(parts)


def twinnings(lines: Iterable[str], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Twin towns from lines such as `Sofia; BG; 1999`; what was known of one beyond that is kept.

    Country and year are only what they look like: two letters, four digits.
    """
    known = {_twinning_line(item): dict(item) for item in before}
    found = []
    for line in lines:
        if line in known:
            found.append(known[line])
            continue
        name, *rest = [part.strip() for part in line.split(";")]
        entry: dict[str, Any] = {"name": name}
        for part in rest:
            if len(part) == 2 and part.isalpha():
                entry["country"] = part.upper()
            elif len(part) == 4 and part.isdigit():
                entry["since"] = int(part)
        found.append(entry)
    return found
