"""Background work on the index: ids in, one service call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
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
    all_promise_indexing([event])


def all_promise_indexing(happened: Sequence[RecordChanged]) -> None:
    """As `promise_indexing`, one job for each kind."""
    for kind, ids in _by_kind(happened).items():
        jobs.enqueue("search.index", kind=kind, object_ids=[str(key) for key in ids])


def on_record_changed(event: RecordChanged) -> None:
    """Words at once, so that lists and searches agree; vectors by the worker."""
    on_records_changed([event])


def on_records_changed(happened: Sequence[RecordChanged]) -> None:
    """As `on_record_changed`, with one look at all of a kind."""
    found = _by_kind(happened)
    for kind, ids in found.items():
        services.index_things(kind, ids)
    if found:
        jobs.enqueue("search.embed", queue="heavy", once="search.embed")


def _by_kind(happened: Sequence[RecordChanged]) -> Mapping[str, list[UUID]]:
    found: dict[str, list[UUID]] = defaultdict(list)
    for event in happened:
        if event.kind in registry.kinds():
            found[event.kind].append(event.object_id)
    return found


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
