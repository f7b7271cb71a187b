"""Reading measurements as people and devices write them, and keeping what is good."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from citytandem.challenges.pilots.indicators import BadPilot, Indicator
from citytandem.challenges.pilots.reading import BadRow, read_measurements
from tests.unit.challenges.pilots import FILL, PERIOD, START

OVERFLOWS = Indicator("full bins", "per week", "down", kind="count")


@pytest.mark.parametrize(
    "text",
    [
        "at,value\n2024-02-01,70.5\n2024-04-01,50\n",
        "\ufeffat;value;note\r\n2024-02-01;70,5;by hand\r\n\r\n2024-04-01;50,0;\r\n",
        "Value\tAt\n70.5\t2024-02-01T00:00:00+01:00\n5e1\t2024-03-31T22:00Z",
        "at;value\n01.02.2024;70,5\n1.4.2024 00:00;50\n",
        'at,value,indicator\n"2024-02-01T00:00",70.5,fill level\n2024-04-01 00:00:00,+50.,\n',
    ],
)
def test_tables_as_spreadsheets_and_devices_write_them(text: str) -> None:
    reading = read_measurements(text, indicators=[FILL], period=PERIOD)
    assert reading.bad == ()
    first, second = reading.measurements["fill level"]
    assert (first.at, first.value, first.is_after) == (datetime(2024, 1, 31, 23, tzinfo=UTC), 70.5, False)
    assert (second.at, second.value, second.is_after) == (datetime(2024, 3, 31, 22, tzinfo=UTC), 50.0, True)


def test_several_indicators_places_and_exposures() -> None:
    text = (
        "indicator;at;value;place;exposure;unit;note\n"
        "fill level;2024-02-01;70;market;;%;\nfull bins;2024-02-01;3;market;7,5;;after the fair\n"
    )
    reading = read_measurements(text, indicators=[FILL, OVERFLOWS], period=PERIOD)
    assert reading.bad == ()
    (counted,) = reading.measurements["full bins"]
    assert (counted.value, counted.place, counted.exposure, counted.note) == (3, "market", 7.5, "after the fair")
    assert reading.measurements["fill level"][0].exposure == 1.0


def test_the_day_of_the_start_belongs_to_the_pilot() -> None:
    reading = read_measurements("at,value\n2024-03-03,1\n2024-03-04,2\n", indicators=[FILL], period=PERIOD)
    before, after = reading.measurements["fill level"]
    assert (before.is_after, after.is_after, after.at) == (False, True, START)


def test_the_hour_that_comes_twice_is_read_twice() -> None:
    text = "at,value\n2024-10-27T02:30,1\n2024-10-27T02:30,2\n2024-10-27T02:30,3\n2024-10-27T00:30Z,4\n"
    reading = read_measurements(text, indicators=[FILL], period=PERIOD)
    assert [one.at for one in reading.measurements["fill level"]] == [
        datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
        datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
    ]
    assert [(row.line, row.code) for row in reading.bad] == [(4, "measurement.twice"), (5, "measurement.twice")]


@pytest.mark.parametrize(
    ("code", "told", "row"),
    [
        ("row.cells", "1 / 4", "2024-02-01"),
        ("row.cells", "5 / 4", "2024-02-01,1,a,b,c"),
        ("row.quotes", "',' expected after '\"'", '2024-02-01,"1"x,,'),
        ("measurement.date", "01/02/2024", "01/02/2024,1,,"),
        ("measurement.date", "2024-02-30", "2024-02-30,1,,"),
        ("measurement.date", "0001-01-01", "0001-01-01,1,,"),
        ("measurement.date", "9999-12-31T23:00-12:00", "9999-12-31T23:00-12:00,1,,"),
        ("measurement.date", "", ",1,,"),
        ("measurement.number", "", "2024-02-01,,,"),
        ("measurement.number", "much", "2024-02-01,much,,"),
        ("measurement.number", "nan", "2024-02-01,nan,,"),
        ("measurement.number", "1_000", "2024-02-01,1_000,,"),
        ("measurement.number", "1,5", '2024-02-01,"1,5",,'),
        ("measurement.number", "1.234.5", "2024-02-01,1.234.5,,"),
        ("measurement.number", "inf", "2024-02-01,1e999,,"),
        ("measurement.unit", "kg / %", "2024-02-01,1,kg,"),
        ("measurement.after_end", "2025-04-01T00:00:00+02:00", "2025-04-01,1,,"),
        ("measurement.twice", "market", "2024-01-01,1,,market"),
    ],
)
def test_a_bad_row_is_told_and_the_rest_is_kept(code: str, told: str, row: str) -> None:
    text = f"at,value,unit,place\n2024-01-01,1,,market\n{row}\n2024-01-01,2,,school\n"
    reading = read_measurements(text, indicators=[FILL], period=PERIOD)
    assert reading.bad == (BadRow(3, code, told),)
    assert [one.value for one in reading.measurements["fill level"]] == [1, 2]


def test_a_bad_row_names_the_line_it_begins_in() -> None:
    text = 'at,value,note\n2024-01-01,1,"two\nlines"\n2024-01-02,x,\n2024-01-03,3,"never closed\n2024-01-04,4,\n'
    reading = read_measurements(text, indicators=[FILL], period=PERIOD)
    assert [(row.line, row.code) for row in reading.bad] == [(4, "measurement.number"), (5, "row.quotes")]
    assert reading.measurements["fill level"][0].note == "two\nlines"


def test_an_unknown_indicator_is_a_bad_row() -> None:
    text = "indicator,at,value\nmood,2024-01-01,1\n,2024-01-01,1\nfull bins,2024-01-01,1.5\n"
    reading = read_measurements(text, indicators=[FILL, OVERFLOWS], period=PERIOD)
    assert [row.code for row in reading.bad] == ["row.indicator", "row.indicator", "measurement.not_a_count"]
    assert reading.measurements == {}


@pytest.mark.parametrize(
    ("code", "told", "text"),
    [
        ("measurements.column_missing", "at, value", ""),
        ("measurements.column_missing", "value", "at,wert\n"),
        ("measurements.column_twice", "value", "at,value,Value\n"),
        ("measurements.column_unknown", "mood", "at,value,mood\n"),
        ("measurements.column_missing", "at, value", '"at"x,value\n'),
    ],
)
def test_a_wrong_header_is_refused(code: str, told: str, text: str) -> None:
    with pytest.raises(BadPilot) as refused:
        read_measurements(text, indicators=[FILL], period=PERIOD)
    assert (refused.value.code, refused.value.where, refused.value.told) == (code, "line 1", told)


def test_several_indicators_need_their_column() -> None:
    with pytest.raises(BadPilot) as refused:
        read_measurements("at,value\n", indicators=[FILL, OVERFLOWS], period=PERIOD)
    assert (refused.value.code, refused.value.told) == ("measurements.column_missing", "indicator")


@given(
    values=st.lists(st.floats(-1e15, 1e15, exclude_min=True, exclude_max=True), max_size=30),
    delimiter=st.sampled_from(",;\t"),
    has_comma=st.booleans(),
    note=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
)
def test_what_is_written_is_read(values: list[float], delimiter: str, *, has_comma: bool, note: str) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow(["at", "value", "note"])
    times = [START - timedelta(days=100) + timedelta(hours=number, microseconds=1) for number in range(len(values))]
    for at, value in zip(times, values, strict=True):
        text = repr(value)
        # Beside semicolons 1.125 may be a thousand and more: that is refused, and tested with the spreadsheets.
        assume(has_comma or delimiter != ";" or not re.fullmatch(r"-?[1-9][0-9]{0,2}\.[0-9]{3}", text))
        writer.writerow([at.isoformat(), text.replace(".", ",") if has_comma and delimiter != "," else text, note])
    reading = read_measurements(written.getvalue(), indicators=[FILL], period=PERIOD)
    assert reading.bad == ()
    found = reading.measurements.get("fill level", ())
    assert [(one.at, one.value, one.note) for one in found] == [
        (at, value, note.strip()) for at, value in zip(times, values, strict=True)
    ]


@given(text=st.text(max_size=200))
def test_any_text_is_read_or_its_header_is_refused(text: str) -> None:
    rows = [line for line in text.splitlines() if line.strip()]
    reading = read_measurements(f"at,value\n{text}", indicators=[FILL], period=PERIOD)
    assert len(reading.bad) <= len(rows)
