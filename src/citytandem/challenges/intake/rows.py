"""What a row of a table of proposals says, or what is wrong with it. Pure."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from citytandem.challenges.intake.table import Cells, Table, rows_of
from citytandem.challenges.spreadsheets import number
from citytandem.core.languages import NATIVE_NAMES, is_language
from citytandem.core.text import MAX_TEXT, MAX_TITLE, clean_line, clean_text
from citytandem.search.detect import detect_language

_LONGEST = {"title": MAX_TITLE, "text": MAX_TEXT, "reference": 80, "team": 300}
MOST_COST = 10**10
_LONGEST_TOLD = 60
_SPACES = re.compile(r"\s")
_BY_NAME = {name.casefold(): code for code, name in NATIVE_NAMES.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """A proposal in a table. `key`: what it is known by: its reference, or else the hash of what it says."""

    line: int
    reference: str
    title: str
    text: str
    language: str
    team: str
    cost: Decimal | None
    key: str


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that is left out. `code`: why; `told`: the words in question, shortened, or the line that was there first."""

    line: int
    code: str
    told: str = ""


def read_rows(table: Table, *, language: str) -> Iterator[Row | Bad]:
    """Each row of a table, in order. `language`: what a text of a few letters is taken to be in."""
    seen: dict[bytes, int] = {}
    for cells in rows_of(table):
        read = _read(cells, table, language=language)
        if isinstance(read, Row):
            mark = hashlib.blake2b(read.key.encode(), digest_size=12).digest()
            first = seen.setdefault(mark, read.line)
            if first != read.line:
                code = "reference_twice" if read.reference else "row_twice"
                yield Bad(read.line, code, str(first))
                continue
        yield read


def _read(cells: Cells, table: Table, *, language: str) -> Row | Bad:
    if cells.values is None:
        return Bad(cells.line, "unreadable")
    if len(cells.values) < table.width or any(value.strip() for value in cells.values[table.width :]):
        # A comma that nobody quoted has moved all that follows it.
        return Bad(cells.line, "cells", f"{len(cells.values)} / {table.width}")
    told = {name: cells.values[place] for name, place in table.places.items()}
    reference, title, team = (clean_line(told.get(name, "")) for name in ("reference", "title", "team"))
    text = clean_text(told.get("text", ""))
    try:
        _check(cells.values, reference=reference, title=title, text=text, team=team)
        code = _language(told.get("language", ""), text=f"{title}\n{text}", hint=language)
        cost = _cost(told.get("cost", ""), delimiter=table.delimiter)
    except _Wrong as error:
        return Bad(cells.line, error.code, _short(error.told))
    key = f"reference:{reference}" if reference else f"content:{_digest(title, text, team)}"
    return Row(cells.line, reference, title, text, code, team, cost, key)


class _Wrong(Exception):
    def __init__(self, code: str, told: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.told = told


def _check(values: Sequence[str], **parts: str) -> None:
    if any("\x00" in value for value in values):
        raise _Wrong("nul")
    if not parts["title"]:
        raise _Wrong("title_missing")
    for name, most in _LONGEST.items():
        if len(parts[name]) > most:
            raise _Wrong(f"{name}_too_long", parts[name])


def _language(told: str, *, text: str, hint: str) -> str:
    name = told.strip().casefold()
    if not name:
        return detect_language(text, hint=hint)
    code = _BY_NAME.get(name, name.replace("_", "-").partition("-")[0])
    if not is_language(code):
        raise _Wrong("language_unknown", told)
    return code


def _cost(told: str, *, delimiter: str) -> Decimal | None:
    """No amount is also what may be one thousand or one."""
    plain = told.strip().removesuffix("€").removesuffix("EUR").removeprefix("€").removeprefix("EUR")
    plain = _SPACES.sub("", plain)
    if not plain:
        return None
    try:
        value = number(plain, delimiter=delimiter)
    except ValueError:
        raise _Wrong("cost", told) from None
    if not math.isfinite(value) or not 0 <= value < MOST_COST:
        raise _Wrong("cost", told)
    return Decimal(str(value)).quantize(Decimal("0.01"))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _short(told: str) -> str:
    line = clean_line(told.replace("\x00", ""))
    return line if len(line) <= _LONGEST_TOLD else line[: _LONGEST_TOLD - 1] + "…"
