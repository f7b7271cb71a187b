"""The table of problems as a workbook: written row by row, in bounded memory, and nothing in it can act as a formula."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from typing import IO, Any

import xlsxwriter  # type: ignore[import-untyped] # it has no types of its own

from citytandem.core.csv_files import Cell

MOST_ROWS = 100_000
# Of a cell in an XLSX file.
LONGEST_CELL = 32_767


def xlsx_file(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, title: str) -> IO[bytes]:
    """The table as an XLSX file, open at its start: texts are texts, days are days. Written row by row to the disk."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer that sends it closes it
    settings = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, settings) as book:
        day, head = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"bold": True})
        sheet = book.add_worksheet(_sheet_name(title))
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(header):
            sheet.set_column(column, column, 40 if column == 1 else 16)
            sheet.write_string(0, column, name, head)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write(sheet, number, column, cell, day=day)
    file.seek(0)
    return file


def _write(sheet: Any, row: int, column: int, cell: Cell, *, day: Any) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        sheet.write_string(row, column, cell[:LONGEST_CELL])
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, day)
    else:
        sheet.write_number(row, column, cell)


def _sheet_name(title: str) -> str:
    """Excel allows 31 characters, and none of these."""
    return "".join(sign for sign in title if sign not in "[]:*?/\\'")[:31] or "1"
