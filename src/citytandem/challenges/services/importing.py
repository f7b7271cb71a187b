"""Taking over proposals that were collected elsewhere: a table, read row by row, in batches that commit.

A killed worker goes on where it was, and a table that is sent twice brings nothing twice: the id of each proposal comes
from its reference, or else from what it says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges import notices
from citytandem.challenges.funnel import Phase, Step
from citytandem.challenges.intake.rows import Bad, Row, read_rows
from citytandem.challenges.intake.table import Table, TableError, count_rows, table_of
from citytandem.challenges.models import Challenge, Proposal, ProposalImport, StepTaken
from citytandem.challenges.models_proposals import ImportState
from citytandem.challenges.rules import takes_proposals
from citytandem.challenges.services.log import log_append
from citytandem.core import clock, jobs
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.ids import short_code, uuid7
from citytandem.core.permissions import require
from citytandem.core.text import clean_line, clean_text
from citytandem.search.models import Entry
from citytandem.search.services import index_things

BATCH = 1_000
# Of so many rows that are left out the page tells which; of the others how many.
MOST_BAD = 5_000
SLICE = 200
MOST_REASON = 4_000

Advance = Callable[[int], None]
_PROPOSAL = (
    "id", "code", "challenge_id", "reference", "language", "title", "text", "team", "cost", "step", "step_since",
    "moderation", "created_at", "changed_at", "version",
)  # fmt: skip
_STEP = ("proposal_id", "before", "step", "reason", "language", "by_id", "at")


@transaction.atomic
def import_start(
    challenge_id: UUID, data: bytes, *, name: str, by: Actor, reason: str = "", is_queued: bool = True
) -> ProposalImport:
    """Keep a table and have it read. Only while the challenge is open for proposals: what came by letter, until the
    assessment starts, but after the end only with a `reason`, which the log keeps. Raises Forbidden, Conflict, and Invalid
    where the whole file cannot be read."""
    challenge = Challenge.objects.filter(id=challenge_id).first()
    if challenge is None:
        raise NotFound("challenge.unknown", _("This challenge does not exist, or it is not public."))
    require("challenges.run", by, challenge)
    if challenge.phase != Phase.OPEN:
        raise Conflict("import.phase", _("Proposals can be taken over until the assessment starts."))
    told = _checked_reason(challenge, reason)
    table = checked_table(data)
    now = clock.now()
    made = ProposalImport(
        id=uuid7(), challenge=challenge, name=clean_line(name)[:200], table=data, total=_counted(table),
        started_by_id=by.id, created_at=now, changed_at=now,
    )  # fmt: skip
    made.save(force_insert=True)
    if not takes_proposals(challenge):
        log_append(challenge, "proposals.import_late", {"import": str(made.id), "reason": told})
    if is_queued:
        jobs.enqueue("challenges.import", queue="heavy", once=f"challenges.import:{made.id}", import_id=str(made.id))
    return made


def _checked_reason(challenge: Challenge, reason: str) -> str:
    told = clean_text(reason)
    if not told and not takes_proposals(challenge):
        raise Invalid(
            "import.late", _("The time for handing in is over. Say why this table still counts."), field="reason"
        )
    if len(told) > MOST_REASON:
        raise Invalid("reason.too_long", _("This is too long. Say it shorter."), field="reason")
    return told


def import_run(import_id: UUID, *, advance: Advance | None = None) -> ProposalImport:
    """Read on where it stands, until the end. `advance` is told of each batch how many rows it had."""
    found = ProposalImport.objects.select_related("challenge").filter(id=import_id).first()
    if found is None:
        raise NotFound("import.unknown", _("There is no such import."))
    if found.state in {ImportState.DONE, ImportState.FAILED}:
        return found
    table = table_of(bytes(found.table))
    rows = read_rows(table, language=found.challenge.language)
    at = found.done
    # Those before are read, not kept: a reference that is there twice is seen across all batches.
    for _row in islice(rows, at):
        pass
    while batch := list(islice(rows, BATCH)):
        if not _keep(import_id, batch, at=at):
            break
        at += len(batch)
        if advance is not None:
            advance(len(batch))
    return _finish(import_id)


@transaction.atomic
def _keep(import_id: UUID, batch: Sequence[Row | Bad], *, at: int) -> bool:
    """One batch, whole or not at all. False where somebody else has read it, or the challenge takes nothing any more."""
    found = _locked(import_id)
    if found.done != at or found.state in {ImportState.DONE, ImportState.FAILED}:
        return False
    found.state, now = ImportState.RUNNING, clock.now()
    if found.challenge.phase != Phase.OPEN:
        found.state, found.error = ImportState.FAILED, "import.phase"
        found.save(update_fields=["state", "error"])
        return False
    good = {proposal_id(found.challenge_id, row): row for row in batch if isinstance(row, Row)}
    taken = _known(found.challenge_id, good)
    new = {key: row for key, row in good.items() if key not in taken}
    _write(found, new, now=now)
    bad = [one for one in batch if isinstance(one, Bad)]
    room = max(0, MOST_BAD - len(found.bad))
    found.bad = [*found.bad, *({"line": one.line, "code": one.code, "told": one.told} for one in bad[:room])]
    found.done += len(batch)
    found.kept += len(new)
    found.known += len(taken)
    found.bad_count += len(bad)
    found.changed_at = now
    found.save(update_fields=["state", "bad", "done", "kept", "known", "bad_count", "changed_at"])
    return True


def _locked(import_id: UUID) -> ProposalImport:
    # The challenge first, as everybody does who writes into its log.
    list(Challenge.objects.select_for_update().filter(imports=import_id).values("id"))
    rows = ProposalImport.objects.select_for_update(of=("self",)).select_related("challenge").defer("table")
    return rows.get(id=import_id)


def proposal_id(challenge_id: UUID, row: Row) -> UUID:
    """The same for the same reference, or the same words, in the same challenge."""
    return uuid5(challenge_id, row.key)


def _known(challenge_id: UUID, rows: dict[UUID, Row]) -> set[UUID]:
    """What is there already: under this id, or under its reference."""
    references = [row.reference for row in rows.values() if row.reference]
    there = Proposal.objects.filter(challenge_id=challenge_id)
    used = set(there.filter(reference__in=references).values_list("reference", flat=True))
    same = set(there.filter(id__in=list(rows)).values_list("id", flat=True))
    return same | {key for key, row in rows.items() if row.reference and row.reference in used}


def _write(found: ProposalImport, rows: dict[UUID, Row], *, now: datetime) -> None:
    if not rows:
        return
    by = found.started_by_id
    with connection.cursor() as cursor:
        _copy(cursor, Proposal, _PROPOSAL, (_proposal(found, key, row, now) for key, row in rows.items()))
        steps = ((key, "", Step.SUBMITTED.value, "", row.language, by, now) for key, row in rows.items())
        _copy(cursor, StepTaken, _STEP, steps)
    codes = "\n".join(sorted(short_code(key) for key in rows))
    facts = {
        "count": len(rows),
        "import": str(found.id),
        "codes_sha256": hashlib.sha256(codes.encode()).hexdigest(),
    }
    log_append(found.challenge, "proposals.imported", facts)


def _copy(cursor: Any, model: Any, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> None:
    table = model._meta.db_table  # noqa: SLF001 - its name
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _proposal(found: ProposalImport, key: UUID, row: Row, now: datetime) -> tuple[Any, ...]:
    title = json.dumps({row.language: {"text": row.title, "by": "human"}}, ensure_ascii=False)
    text = json.dumps({row.language: {"text": row.text, "by": "human"}} if row.text else {}, ensure_ascii=False)
    return (
        key, short_code(key), found.challenge_id, row.reference, row.language, title, text, row.team, row.cost,
        Step.SUBMITTED.value, now, "", now, now, 1,
    )  # fmt: skip


@transaction.atomic
def _finish(import_id: UUID) -> ProposalImport:
    found = _locked(import_id)
    if found.state in {ImportState.WAITING, ImportState.RUNNING} and found.done >= found.total:
        found.state, found.table, found.changed_at = ImportState.DONE, b"", clock.now()
        found.save(update_fields=["state", "table", "changed_at"])
        notices.tell_imported(found)
        index_later(found.challenge_id)
    elif found.state == ImportState.FAILED:
        # What was read until then stays, and can be found.
        ProposalImport.objects.filter(id=found.id).update(table=b"")
        index_later(found.challenge_id)
    return found


def index_later(challenge_id: UUID) -> None:
    """What is not in the index goes there when nothing else is to do."""
    jobs.enqueue(
        "challenges.index_proposals", queue="heavy", once=f"challenges.index_proposals:{challenge_id}",
        priority=jobs.LATER, challenge_id=str(challenge_id),
    )  # fmt: skip


def proposals_index(challenge_id: UUID) -> int:
    """Put some proposals that are missing in the index into it; a next job follows while some are. Returns how many."""
    there = Entry.objects.filter(kind="proposal", object_id=OuterRef("id"))
    missing = Proposal.objects.filter(challenge_id=challenge_id, moderation="")
    missing = missing.exclude(step=Step.WITHDRAWN.value).exclude(Exists(there))
    ids = list(missing.values_list("id", flat=True)[:SLICE])
    if not ids:
        jobs.enqueue("search.embed", queue="heavy", once="search.embed", priority=jobs.LATER)
        return 0
    index_things("proposal", ids)
    index_later(challenge_id)
    return len(ids)


def columns_left(data: bytes) -> Sequence[str]:
    """The columns of a table that nobody reads. Raises Invalid."""
    return checked_table(data).ignored


def checked_table(data: bytes) -> Table:
    """The table in a file. Raises Invalid for one that cannot be read at all."""
    try:
        return table_of(data)
    except TableError as error:
        raise _refused(error) from None


def _counted(table: Table) -> int:
    try:
        number = count_rows(table)
    except TableError as error:
        raise _refused(error) from None
    if not number:
        raise Invalid("import.empty", _("There is nothing in this file below the names of the columns."), field="file")
    return number


def _refused(error: TableError) -> Invalid:
    if error.code == "too_large":
        return Invalid("import.too_large", _("This file is too large: at most 80 MB. Split it."), field="file")
    if error.code == "too_many_rows":
        return Invalid("import.too_many_rows", _("There are more than 100,000 rows. Split the file."), field="file")
    if error.code == "encoding":
        message = _("Line %(line)s is not in UTF-8. Save the table as “CSV UTF-8” and send it again.")
        return Invalid("import.encoding", message % {"line": error.line}, field="file")
    if error.code == "columns":
        return Invalid(
            "import.columns", _("The first line has to name the columns, “title” among them, each once."), field="file"
        )
    return Invalid("import.empty", _("There is nothing in this file below the names of the columns."), field="file")
