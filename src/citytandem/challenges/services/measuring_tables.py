"""Tables of measurements: small ones at once, large ones in a job, part by part. Bad rows are told, the rest is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.finding_words import refusal
from citytandem.challenges.models import Indicator, MeasurementImport, Pilot
from citytandem.challenges.models_pilots import PilotState
from citytandem.challenges.models_proposals import ImportState
from citytandem.challenges.pilots.indicators import BadPilot
from citytandem.challenges.pilots.reading import BadRow, Reading, read_measurements
from citytandem.challenges.services.findings import findings_due, period_of, pure_indicator
from citytandem.challenges.services.measuring import Added, late_log, rows_add
from citytandem.challenges.services.pilots import pilot_locked
from citytandem.core import clock, jobs
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.permissions import require
from citytandem.core.text import clean_text

MOST_AT_ONCE = 20_000
MOST_ROWS = 1_000_000
MOST_BYTES = 100_000_000
# So many bad rows are shown one by one; of the rest the number.
MOST_BAD = 200


@dataclass(frozen=True, slots=True)
class TableRead:
    """What a table brought. `waiting`: the import that reads it in the background; then nothing is known yet."""

    added: Added = field(default_factory=Added)
    bad: Sequence[BadRow] = ()
    waiting: UUID | None = None


def decoded(table: bytes) -> str:
    """The text of a table: UTF-8, UTF-16 with its mark, else as Windows writes western Europe. Without NUL and the like."""
    if table[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return clean_text(table.decode("utf-16", errors="replace"))
    try:
        return clean_text(table.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return clean_text(table.decode("cp1252", errors="replace"))


def table_read(pilot_id: UUID, table: bytes, *, name: str, is_baseline: bool, by: Actor, reason: str = "") -> TableRead:
    """Read a table of measurements of one pilot. Raises Invalid where it cannot be read at all, or where the pilot has
    ended and nobody says why; Conflict if it is over."""
    if len(table) > MOST_BYTES:
        raise Invalid("measurements.large", _("This table is too large: at most 100 MB."), field="file")
    text = decoded(table)
    count = text.count("\n")
    if not text:
        raise Invalid("measurements.empty", _("There is nothing in this table."), field="table")
    if count > MOST_ROWS:
        raise Invalid("measurements.many", _("This table is too long: at most a million rows."), field="file")
    with transaction.atomic():
        pilot = pilot_locked(pilot_id)
        require("challenges.run_pilot", by, pilot)
        digest = {"sha256": hashlib.sha256(table).hexdigest()}
        if count > MOST_AT_ONCE:
            late_log(pilot, "measurements.added", {"count": count, **digest}, reason)
            return TableRead(waiting=_leave(pilot, text, count, name=name, is_baseline=is_baseline, by=by))
        try:
            reading, added = _take(pilot, text, is_baseline=is_baseline)
        except BadPilot as error:
            raise refusal(error, field="table") from error
        if added.kept:
            late_log(pilot, "measurements.added", {"count": added.kept, **digest}, reason)
            findings_due(pilot_id)
    return TableRead(added, reading.bad)


def import_run(import_id: UUID) -> None:
    """Read a waiting table to its end. Each part commits with how far it is, so that after a kill the next goes on there."""
    row = MeasurementImport.objects.filter(id=import_id).first()
    if row is None or row.state in (ImportState.DONE, ImportState.FAILED):
        return
    text = bytes(row.table).decode()
    for start, part in parts(text, size=MOST_AT_ONCE):
        if start - 2 < row.done:
            continue
        with transaction.atomic():
            pilot, read = pilot_locked(row.pilot_id), row.done
            # Two may run this import at once: each part is taken by one of them.
            row = MeasurementImport.objects.select_for_update().get(id=import_id)
            if row.done != read or row.state in (ImportState.DONE, ImportState.FAILED):
                return
            try:
                reading, added = _take(pilot, part, is_baseline=row.is_baseline)
            except (BadPilot, Conflict) as error:
                _end(row, ImportState.FAILED, error=error.code, told=getattr(error, "told", ""))
                break
            bad = [{"line": start + one.line - 2, "code": one.code, "told": one.told[:200]} for one in reading.bad]
            row.bad = [*row.bad, *bad][:MOST_BAD]
            row.bad_count += len(bad)
            row.kept, row.known = row.kept + added.kept, row.known + added.known
            row.differing += added.differing
            row.done = min(row.total, start - 2 + part.count("\n"))
            row.state, row.changed_at = ImportState.RUNNING, clock.now()
            row.save()
            findings_due(row.pilot_id, later=True)
    else:
        _end(row, ImportState.DONE)


def parts(text: str, *, size: int) -> Iterator[tuple[int, str]]:
    """A table in parts of about so many lines, each below the header: (line of the file where its rows begin, part).

    A line within quotes stays with the one that it continues.
    """
    lines = iter(text.split("\n"))
    header = next(lines, "")
    part: list[str] = []
    line = begun = 2
    is_open = False
    for told in lines:
        part.append(told)
        line += 1
        is_open ^= told.count('"') % 2 == 1
        if len(part) >= size and not is_open:
            yield begun, "\n".join([header, *part])
            part, begun = [], line
    if part or begun == 2:
        yield begun, "\n".join([header, *part])


def _take(pilot: Pilot, text: str, *, is_baseline: bool) -> tuple[Reading, Added]:
    if pilot.state not in {PilotState.PLANNED, PilotState.RUNNING, PilotState.FINISHED}:
        raise Conflict("pilot.over", _("This pilot is over: nothing is added or taken out any more."))
    rows: dict[str, Indicator] = {row.name: row for row in pilot.indicators.all()}
    if not rows:
        raise Conflict("pilot.no_indicator", _("This pilot has no indicator yet: say first what is measured."))
    reading = read_measurements(
        text,
        indicators=[pure_indicator(row) for row in rows.values()],
        period=period_of(pilot),
        is_baseline=is_baseline,
    )
    added = Added()
    for name, measurements in reading.measurements.items():
        rows[name].pilot = pilot
        added += rows_add(rows[name], measurements)
    return reading, added


def _leave(pilot: Pilot, text: str, count: int, *, name: str, is_baseline: bool, by: Actor) -> UUID:
    # A header that does not fit is told at once, not after a wait.
    try:
        _take(pilot, text.split("\n", 1)[0], is_baseline=is_baseline)
    except BadPilot as error:
        raise refusal(error, field="table") from error
    now = clock.now()
    row = MeasurementImport.objects.create(
        pilot=pilot, name=name[:200], table=text.encode(), is_baseline=is_baseline, total=count,
        started_by_id=by.id, created_at=now, changed_at=now,
    )  # fmt: skip
    jobs.enqueue("challenges.read_measurements", queue="heavy", import_id=str(row.id))
    return row.id


def _end(row: MeasurementImport, state: ImportState, **fields: Any) -> None:
    """What was read needs the table no more."""
    row.state, row.table, row.changed_at = state, b"", clock.now()
    for name, value in fields.items():
        setattr(row, name, value)
    if state == ImportState.DONE:
        row.done = row.total
    row.save()
