"""Tables as CSV: streamed, in bounded memory, and nothing in them can act as a formula. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

Cell = str | int | float | date | None
# What makes a spreadsheet take a text for a formula (OWASP, CSV injection); the full-width signs count as well.
_ACTIVE = tuple("=+-@\t\r\n＝＋－＠")
# Spreadsheets part columns by the sign that the country does not use in numbers: of the nine, only English has a comma.
_SEPARATORS = {"en": ","}


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: with an apostrophe in front where it would."""
    return f"'{text}" if text.startswith(_ACTIVE) else text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, language: str) -> Iterator[bytes]:
    """RFC 4180 in UTF-8 with a byte-order mark, without which Excel reads Greek as gibberish; piece by piece.

    Columns are parted by what Excel expects where the language is spoken: a comma in English, else a semicolon.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=_SEPARATORS.get(language, ";"), lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([harmless(name) for name in header])
    for number, row in enumerate(rows, start=1):
        writer.writerow([_plain(cell) for cell in row])
        if number % 500 == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return harmless(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def _taken(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece
