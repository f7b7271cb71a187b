"""Background work on the two streams: ids in, one service call."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import OperationalError

from citytandem.accounts.contract import SYSTEM, DepartmentClosed
from citytandem.core import jobs
from citytandem.core.errors import Unavailable
from citytandem.core.events import RecordChanged
from citytandem.core.translator import has_translator

KINDS = ("problem", "solution")


def on_record_changed(event: RecordChanged) -> None:
    """Each submission and each change: what the machine translates, and what the matcher makes of it, are due again."""
    if event.kind not in KINDS:
        return
    named = f"{event.kind}:{event.object_id}"
    if has_translator():
        jobs.enqueue(
            "streams.translate",
            queue="heavy",
            once=f"streams.translate:{named}",
            priority=jobs.LATER,
            kind=event.kind,
            object_id=str(event.object_id),
        )
    # Later than all vectors that are waiting: before that the matcher would miss something.
    jobs.enqueue(
        "streams.suggest",
        queue="heavy",
        once=f"streams.suggest:{named}",
        priority=jobs.LATER,
        kind=event.kind,
        object_ids=[str(event.object_id)],
    )


def on_records_changed(happened: Sequence[RecordChanged]) -> None:
    """As `on_record_changed`; the matcher looks at all of a kind in one job."""
    if has_translator() or len(happened) == 1:
        for event in happened:
            on_record_changed(event)
        return
    for kind in KINDS:
        ids = [str(event.object_id) for event in happened if event.kind == kind]
        if ids:
            jobs.enqueue("streams.suggest", queue="heavy", priority=jobs.LATER, kind=kind, object_ids=ids)


@jobs.task(name="streams.translate", queue="heavy", retry=jobs.patiently(Unavailable))
def translate(kind: str, object_id: str) -> None:
    """Let the translator add what people have not written."""
    from citytandem.streams.services.translation import record_translate_all

    record_translate_all(kind=kind, key=UUID(object_id), by=SYSTEM)


@jobs.task(name="streams.suggest", queue="heavy", retry=jobs.patiently(Unavailable))
def suggest(kind: str, object_ids: list[str]) -> None:
    """Let the matcher look for links of some records."""
    from citytandem.streams.services.suggestions import suggest_links

    suggest_links(kind, ids=[UUID(value) for value in object_ids])


def on_department_closed(event: DepartmentClosed) -> None:
    """What it had not answered goes to others."""
    jobs.enqueue("streams.reroute", department_id=str(event.department_id))


@jobs.task(name="streams.reroute", queue="default", retry=jobs.patiently(OperationalError))
def reroute(department_id: str) -> None:
    """Find another department for what a closed one has not answered."""
    from citytandem.streams.services.routing import problems_reroute

    problems_reroute(department_id=UUID(department_id))


@jobs.app.periodic(cron="0 5 * * *")
@jobs.task(name="streams.escalate", queue="default", queueing_lock="streams.escalate")
def escalate(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Each morning: what is due soon, and what is overdue."""
    from citytandem.streams.services.routing import problems_escalate

    problems_escalate()
