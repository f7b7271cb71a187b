"""Any bytes give a report, never an exception; each row is either good or bad."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from citytandem.challenges.differences import differences
from citytandem.challenges.intake.rows import Bad, Row, read_rows
from citytandem.challenges.intake.table import TableError, count_rows, rows_of, table_of

_SIGNS = '",;\t\n\r\x00aé€1. \ufeff\x1e\u2028'
_CELLS = st.text(alphabet=_SIGNS, max_size=200)
_TEXTS = _CELLS.map(lambda text: f"title,text,reference,cost,language\n{text}".encode())
_BYTES = st.binary(max_size=300).map(lambda tail: b"title;text;cost\n" + tail)


@given(st.one_of(st.binary(max_size=300), _BYTES, _TEXTS))
def test_any_bytes_give_a_report(data: bytes) -> None:
    try:
        table = table_of(data)
        total = count_rows(table)
    except TableError as error:
        assert error.code in {"empty", "too_large", "encoding", "columns", "too_many_rows"}
        return
    read = list(read_rows(table, language="de"))
    good = [row for row in read if isinstance(row, Row)]
    assert len(good) + sum(isinstance(row, Bad) for row in read) == total
    assert len({row.key for row in good}) == len(good)
    assert all(row.title and "\x00" not in row.title + row.text + row.team for row in good)


_WORD = st.text(alphabet="abc äöÄ,;\"'\n", max_size=30)


@given(
    st.lists(st.tuples(_WORD, _WORD), min_size=1, max_size=8),
    st.sampled_from(",;\t"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_spreadsheet_writes_is_read_as_it_was(
    cells: list[tuple[str, str]], delimiter: str, encoding: str
) -> None:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["title", "text"])
    writer.writerows(cells)
    table = table_of(out.getvalue().encode(encoding))
    wanted = [list(row) for row in cells if any(cell.strip() for cell in row)]
    assert [list(row.values or ()) for row in rows_of(table)] == wanted


def test_a_quotation_mark_that_nobody_closed_costs_no_more_than_what_it_swallowed() -> None:
    text = 'title;text\nA;fine\nB;"never closed\n' + "C;swallowed\n" * 20_000 + "D;the end\n"
    read = list(read_rows(table_of(text.encode()), language="en"))
    assert isinstance(read[0], Row)
    assert next(row.code for row in read if isinstance(row, Bad)) == "unreadable"
    assert isinstance(read[-1], Row)
    assert read[-1].title == "D"


def test_a_quotation_mark_that_is_open_at_the_end_is_told() -> None:
    read = list(read_rows(table_of(b'title,text\n"Roofs of moss,green\nA,B\nC,D\n'), language="en"))
    assert [(row.line, row.code) for row in read if isinstance(row, Bad)] == [(4, "unreadable")]
    assert len(read) == 1


def test_a_row_with_another_number_of_cells_is_told() -> None:
    table = table_of(b"title,text,team\nA,B,C\nD,E\nF,G,H,I\nJ,K,L,,\n")
    read = list(read_rows(table, language="en"))
    assert [row.title for row in read if isinstance(row, Row)] == ["A", "J"]
    assert [(row.line, row.code, row.told) for row in read if isinstance(row, Bad)] == [
        (3, "cells", "2 / 3"),
        (4, "cells", "4 / 3"),
    ]


def test_columns_in_any_order_and_case_and_what_nobody_reads_is_named() -> None:
    table = table_of(b"Cost, Team ,e-mail,TITLE\n5,Firm,a@b.example,Idea\n")
    assert list(table.ignored) == ["e-mail"]
    (row,) = read_rows(table, language="en")
    assert isinstance(row, Row)
    assert (row.title, row.team, str(row.cost)) == ("Idea", "Firm", "5.00")


_SOME = st.text(alphabet="ab c.\n", max_size=60)


@given(_SOME, _SOME)
def test_the_pieces_of_a_comparison_give_both_versions_back(before: str, after: str) -> None:
    pieces = differences(before, after)
    assert "".join(piece.text for piece in pieces if piece.looks != "new") == before
    assert "".join(piece.text for piece in pieces if piece.looks != "gone") == after
