"""Background work on the two streams: ids in, one service call."""

from __future__ import annotations

from uuid import UUID

from citytandem.accounts.contract import SYSTEM
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
