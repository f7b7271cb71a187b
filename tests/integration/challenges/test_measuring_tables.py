"""Tables of measurements: what is taken, what is refused, and what a background import does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from citytandem.challenges.models import Measurement, MeasurementImport, Pilot
from citytandem.challenges.services import measuring, measuring_tables
from citytandem.challenges.services.measuring import (
    Added,
)
from citytandem.challenges.services.measuring_tables import import_run, parts, table_read
from citytandem.core import clock
from citytandem.core.errors import DomainError, Invalid
from tests.integration.challenges.making import unit
from tests.integration.challenges.pilot_world import (
    START,
    a_running_pilot,
)

pytestmark = pytest.mark.django_db
NOW = START + timedelta(days=10)


@pytest.fixture
def running() -> Pilot:
    return a_running_pilot()


TABLE = """\ufeffat;value;place;note
2026-02-20;48,5;Bin 1;
2026-03-03T08:00;61,2;Bin 1;after rain
2026-03-04;nonsense;Bin 1;
2026-03-05;1.000;Bin 1;
2026-03-06;63;Bin 1
2026-03-03T08:00;70;Bin 1;twice
2027-01-01;63;Bin 1;
2026-03-08;64;Bin 2;
"""


def test_bad_rows_of_a_table_are_told_and_the_rest_is_kept(running: Pilot) -> None:
    with clock.at(NOW):
        read = table_read(running.id, TABLE.encode(), name="bins.csv", is_baseline=False, by=unit())
        again = table_read(running.id, TABLE.encode(), name="bins.csv", is_baseline=False, by=unit())
    assert [(row.line, row.code) for row in read.bad] == [
        (4, "measurement.number"),
        (5, "measurement.number"),
        (6, "row.cells"),
        (7, "measurement.twice"),
        (8, "measurement.after_end"),
    ]
    assert (read.added, again.added) == (Added(3, 0, 0), Added(0, 3, 0))
    assert Measurement.objects.filter(is_after=True).count() == 2


def test_a_table_of_baselines_holds_none_from_after_the_start(running: Pilot) -> None:
    with clock.at(NOW):
        read = table_read(running.id, TABLE.encode(), name="", is_baseline=True, by=unit())
    codes = {row.line: row.code for row in read.bad}
    assert codes[3] == codes[9] == "measurement.baseline_after_start"
    assert read.added.kept == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_tables_come_in_the_encodings_of_spreadsheets(running: Pilot, encoding: str) -> None:
    table = "at;value;place\n2026-03-03;60;Südwall\n".encode(encoding)
    with clock.at(NOW):
        table_read(running.id, table, name="", is_baseline=False, by=unit())
    assert Measurement.objects.get(is_after=True).place == "Südwall"


@pytest.mark.parametrize(
    ("table", "code", "reason"),
    [
        (b"", "measurements.empty", None),
        (b"\x00\x00", "measurements.empty", None),
        (b"when,what\n1,2\n", "pilot.unusable", "measurements.column_missing"),
        (b"at,value,value\n", "pilot.unusable", "measurements.column_twice"),
        (b"at,value,mood\n", "pilot.unusable", "measurements.column_unknown"),
    ],
)
def test_what_is_no_table_is_refused(running: Pilot, table: bytes, code: str, reason: str | None) -> None:
    with clock.at(NOW), pytest.raises(DomainError) as refused:
        table_read(running.id, table, name="", is_baseline=False, by=unit())
    assert (refused.value.code, refused.value.details.get("reason")) == (code, reason)


def a_long_table(rows: int) -> str:
    lines = [f"{(START + timedelta(minutes=10 * row)).isoformat()},{row % 90},Bin {row % 3}" for row in range(rows)]
    lines[4] = "2026-03-03,none,Bin 1"
    lines[rows // 2] = '2026-03-03,"no\nnumber",Bin 1'
    return "at,value,place\n" + "\n".join(lines) + "\n"


def test_a_long_table_is_read_in_the_background_part_by_part(running: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring_tables, "MOST_AT_ONCE", 100)
    table = a_long_table(1_000)
    with clock.at(NOW):
        read = table_read(running.id, table.encode(), name="long.csv", is_baseline=False, by=unit())
        row = MeasurementImport.objects.get(id=read.waiting)
        assert (row.state, row.total) == ("waiting", 1_001)  # lines, one of which goes on in the next
        # Killed after some parts, it goes on where it was.
        seen = []

        def some(*args: Any, **kwargs: Any) -> Added:
            seen.append(1)
            if len(seen) == 4:
                raise KeyboardInterrupt
            return measuring.rows_add(*args, **kwargs)

        with monkeypatch.context() as patched:
            patched.setattr(measuring_tables, "rows_add", some)
            with pytest.raises(KeyboardInterrupt):
                import_run(row.id)
        row.refresh_from_db()
        assert (row.state, row.done, row.kept) == ("running", 300, 299)
        import_run(row.id)
        import_run(row.id)
    row.refresh_from_db()
    assert (row.state, row.done, row.kept, row.bad_count) == ("done", 1_001, 998, 2)
    assert [(one["line"], one["code"]) for one in row.bad] == [(6, "measurement.number"), (502, "measurement.number")]
    assert bytes(row.table) == b""
    assert Measurement.objects.filter(is_after=True).count() == 998


def test_parts_of_a_table_hold_all_of_its_lines() -> None:
    table = a_long_table(57)
    found = list(parts(table, size=10))
    lines = table.split("\n")
    assert [line for _start, part in found for line in part.split("\n")[1:]] == lines[1:]
    for start, part in found:
        assert lines[start - 1] == part.split("\n")[1]
        assert part.count('"') % 2 == 0


def test_a_wrong_header_of_a_long_table_is_told_at_once(running: Pilot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring_tables, "MOST_AT_ONCE", 3)
    with clock.at(NOW), pytest.raises(Invalid):
        table_read(running.id, b"when,what\n" + b"1,2\n" * 9, name="", is_baseline=False, by=unit())
    assert not MeasurementImport.objects.exists()
