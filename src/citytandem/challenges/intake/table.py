"""A table of proposals as a file: its encoding, its columns, its rows. Pure.

UTF-8, or UTF-16 where the file says so itself. Other encodings are refused, not guessed: a Polish or Bulgarian text read
with the wrong one looks like a text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from citytandem.challenges.spreadsheets import opened

COLUMNS = ("reference", "title", "text", "language", "team", "cost")
MOST_BYTES = 80_000_000
MOST_ROWS = 100_000
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_NUL = "\x00"


class TableError(Exception):
    """The whole file cannot be read. `code`: why; `line`: where, 0 where that has no meaning."""

    def __init__(self, code: str, *, line: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.line = line


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be read. `places`: where the known columns are of `width`; `ignored`: columns that nobody reads."""

    data: bytes
    encoding: str
    delimiter: str
    places: Mapping[str, int]
    ignored: Sequence[str]
    width: int


@dataclass(frozen=True, slots=True)
class Cells:
    """A row as it stands in the file. `line`: the last line that it takes; `values` is None where it cannot be read."""

    line: int
    values: Sequence[str] | None


def table_of(data: bytes) -> Table:
    """Look at the head of a file. Raises TableError: `empty`, `too_large`, `encoding`, `columns`."""
    if not data.strip(b"\x00\xef\xbb\xbf\xff\xfe \r\n\t"):
        raise TableError("empty")
    if len(data) > MOST_BYTES:
        raise TableError("too_large")
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    _check_encoding(data, encoding)
    _text, delimiter = opened(_head(data, encoding))
    reader = csv.reader(_lines(data, encoding), delimiter=delimiter)
    try:
        header = next(reader, [])
    except csv.Error:
        raise TableError("columns", line=1) from None
    names = [name.strip().casefold() for name in header]
    places = {name: names.index(name) for name in COLUMNS if name in names}
    if "title" not in places or any(names.count(name) > 1 for name in places):
        raise TableError("columns", line=1)
    ignored = [name.strip() for name in header if name.strip() and name.strip().casefold() not in COLUMNS]
    return Table(data, encoding, delimiter, places, ignored, len(header))


def rows_of(table: Table) -> Iterator[Cells]:
    """The rows below the head, in order, without empty ones. A row that cannot be read is one without values."""
    # Strict: a quotation mark that is open at the end of the file has swallowed rows, and that is told.
    reader = csv.reader(_lines(table.data, table.encoding), delimiter=table.delimiter, strict=True)
    next(reader, None)
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # A quotation mark that nobody closed: what it swallowed is lost, the next line begins anew.
            yield Cells(reader.line_num, None)
            continue
        if any(value.strip() for value in values):
            yield Cells(reader.line_num, values)


def count_rows(table: Table) -> int:
    """How many rows there are. Raises TableError `too_many_rows`."""
    number = 0
    for _row in rows_of(table):
        number += 1
        if number > MOST_ROWS:
            raise TableError("too_many_rows")
    return number


def _check_encoding(data: bytes, encoding: str) -> None:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        raise TableError("encoding", line=data.count(b"\n", 0, error.start) + 1) from None
    if encoding == "utf-8" and data[:4].count(0) > 1:
        # UTF-16 without the mark that says so.
        raise TableError("encoding", line=1)


def _head(data: bytes, encoding: str) -> str:
    first = data[:65_536].decode(encoding, errors="ignore")
    return first.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").lstrip("\n")


def _lines(data: bytes, encoding: str) -> Iterator[str]:
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    # No translation of line ends: those inside of a cell are its own.
    lines: Iterator[str] = io.TextIOWrapper(io.BytesIO(data), encoding=name, newline="")
    return lines
