"""Background work on the index: ids in, one service call."""

from __future__ import annotations

from uuid import UUID

from django.db import OperationalError

from citytandem.core import jobs
from citytandem.core.events import RecordChanged
from citytandem.search import registry, services

# A slice of waiting texts per job: small enough to leave room for others, and to end soon when the node stops.
SLICE = 64


def promise_indexing(event: RecordChanged) -> None:
    """A job that commits with the change itself: should this process end before it has indexed, the worker does.

    One for each change: a job that waits already may begin before this change is committed.
    """
    if event.kind in registry.kinds():
        jobs.enqueue("search.index", kind=event.kind, object_ids=[str(event.object_id)])


def on_record_changed(event: RecordChanged) -> None:
    """Words at once, so that lists and searches agree; vectors by the worker."""
    if event.kind in registry.kinds():
        services.index_things(event.kind, [event.object_id])
        jobs.enqueue("search.embed", queue="heavy", once="search.embed")


@jobs.task(name="search.embed", queue="heavy", queueing_lock="search.embed", pass_context=False)
def embed() -> None:
    """Embed one slice of waiting entries; a next job follows while some are left."""
    done = services.embed_waiting(limit=SLICE)
    if done == SLICE:
        jobs.enqueue("search.embed", queue="heavy", once="search.embed")
    elif done:
        services.refresh_space()


@jobs.task(name="search.index", queue="default", retry=jobs.patiently(OperationalError))
def index(kind: str, object_ids: list[str]) -> None:
    """Index some things of a kind again."""
    services.index_things(kind, [UUID(value) for value in object_ids])
    jobs.enqueue("search.embed", queue="heavy", once="search.embed")


def resume() -> None:
    """When a worker starts: a kill may have left texts without a vector, and nobody who will ask for them."""
    jobs.enqueue("search.embed", queue="heavy", once="search.embed")


@jobs.app.periodic(cron="*/10 * * * *")
@jobs.task(name="search.look_after", queue="heavy", queueing_lock="search.look_after")
def look_after(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Pick up what a kill left waiting, and follow the growth of the index."""
    jobs.enqueue("search.embed", queue="heavy", once="search.embed")
    services.refresh_space()
