"""Files for a spreadsheet, read back; nothing in them acts; memory stays bounded."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.core.csv_files import Cell, csv_lines, harmless
from citytandem.core.text import clean_line
from citytandem.streams.staff.export import xlsx_file

TEXTS = st.text(max_size=60).map(clean_line)
ROWS = st.lists(st.tuples(TEXTS, TEXTS, st.integers(-1000, 1000), st.dates() | st.none()), max_size=12)


def read_csv(content: bytes, *, separator: str) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator))


@given(ROWS, st.sampled_from(["en", "de", "el"]))
def test_a_csv_file_reads_back(rows: list[tuple[Cell, ...]], language: str) -> None:
    content = b"".join(csv_lines(["A", "B", "C", "D"], rows, language=language))
    found = read_csv(content, separator="," if language == "en" else ";")
    assert found[0] == ["A", "B", "C", "D"]
    assert found[1:] == [
        [harmless(str(one)), harmless(str(two)), str(three), four.isoformat() if isinstance(four, date) else ""]
        for one, two, three, four in rows
    ]


@given(TEXTS)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    content = b"".join(csv_lines([text], [[text]], language="de"))
    for row in read_csv(content, separator=";"):
        assert not row or not row[0].startswith(tuple("=+-@\t\r\n＝＋－＠"))


@pytest.mark.parametrize("text", ["=1+1", "+49 2151", "-5 °C", "@home", '=HYPERLINK("http://x";"y")', "\tx", "＝1"])
def test_what_acts_is_made_harmless_and_stays_readable(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"x{text}") == f"x{text}"


@given(ROWS)
def test_an_xlsx_file_reads_back(rows: list[tuple[Cell, ...]]) -> None:
    early = [row for row in rows if not isinstance(row[3], date) or row[3] >= date(1900, 3, 1)]
    with xlsx_file(["A", "B", "C", "D"], early, title="Problems [1]: *?/") as file:
        sheet = openpyxl.load_workbook(file).active
        assert sheet is not None
        found = [[cell.value for cell in row] for row in sheet.iter_rows(max_col=4)]
        kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert found[0] == ["A", "B", "C", "D"]
    assert "f" not in kinds
    expected = [[one or None, two or None, three] for one, two, three, _four in early]
    assert [row[:3] for row in found[1:]] == expected
    assert [row[3].date() if row[3] else None for row in found[1:]] == [row[3] for row in early]


def many(count: int) -> Iterator[list[Cell]]:
    for number in range(count):
        yield [f"code-{number}", "Bins overflow at the market every Saturday " * 2, "de", number, date(2026, 1, 1)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_hundred_thousand_rows_need_little_memory(kind: str) -> None:
    tracemalloc.start()
    try:
        if kind == "csv":
            size = sum(len(piece) for piece in csv_lines(["A"], many(100_000), language="de"))
        else:
            with xlsx_file(["A"], many(20_000), title="x") as file:
                size = file.seek(0, 2)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > 100_000
    assert peak < 20_000_000
