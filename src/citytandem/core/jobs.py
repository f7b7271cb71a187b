"""The one door to background work (procrastinate on PostgreSQL), so that a later change of engine is this file.

A task takes ids only, and calls one service. Deferring is part of the surrounding transaction: rolled back, never run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from procrastinate import RetryStrategy, exceptions
from procrastinate.contrib.django import app

from citytandem.core import clock

# `partners`: what waits for the answer of a partner node, who may take its time.
Queue = Literal["default", "federation", "heavy", "partners"]
# For jobs that build on others or can wait: they run when nothing else does.
LATER = -1
# For what is quickly done and keeps others waiting.
SOONER = 1

task = app.task
__all__ = [
    "LATER",
    "SOONER",
    "app",
    "are_waiting",
    "enqueue",
    "enqueue_after_commit",
    "patiently",
    "take_up_left",
    "task",
]
# A worker that lives says so every ten seconds.
SECONDS_OF_SILENCE = 60
# A job that kills its worker each time has to end some day.
MOST_ATTEMPTS = 5


def patiently(*errors: type[Exception]) -> RetryStrategy:
    """For `task(retry=…)`: after such errors try again five times, after 5 seconds first and after an hour last."""
    return RetryStrategy(max_attempts=5, exponential_wait=5, retry_exceptions=errors)


def enqueue(
    name: str, *, queue: Queue = "default", once: str | None = None, priority: int = 0, gather: bool = False, **ids: Any
) -> None:
    """Run the task registered as `name` later; with `once`, a job already waiting under that key is enough.

    With `gather` it waits a moment first, so that on a lively evening one job does the work of many.
    """
    pause = timedelta(seconds=settings.SECONDS_TO_GATHER if gather else 0)
    deferrer = app.configure_task(
        name, queue=queue, queueing_lock=once, priority=priority, allow_unknown=False,
        schedule_at=clock.now() + pause if pause else None,
    )  # fmt: skip
    if once is None:
        deferrer.defer(**ids)
        return
    try:
        with transaction.atomic():  # a refused duplicate must not spoil the caller's transaction
            deferrer.defer(**ids)
    except exceptions.AlreadyEnqueued:
        return


@dataclass(frozen=True, slots=True)
class _Deferred:
    """A job to leave once the transaction has committed. Equal ones do the same."""

    name: str
    once: str
    queue: Queue
    gather: bool

    def __call__(self) -> None:
        enqueue(self.name, queue=self.queue, once=self.once, gather=self.gather)


def enqueue_after_commit(name: str, *, once: str, queue: Queue = "default", gather: bool = False) -> None:
    """As `enqueue`, after the surrounding transaction has committed, and once for each: for keys that many share.

    A job that waits under the key by then begins later, so it sees what was committed: nothing is left out, which `once`
    within a transaction cannot promise.

    Inside, each writer would wait for the others at the key until they commit, and two who use two keys in opposite
    orders for ever. Should the process end in between there is no job: another one has to come by and look.
    """
    job = _Deferred(name, once, queue, gather)
    if not any(waiting[1] == job for waiting in connection.run_on_commit):
        transaction.on_commit(job)


def are_waiting(name: str) -> bool:
    """Whether jobs of this name could begin now."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    is_due = Q(scheduled_at=None) | Q(scheduled_at__lte=clock.now())
    return ProcrastinateJob.objects.filter(is_due, status="todo", task_name=name).exists()


def take_up_left() -> int:
    """Put back jobs whose worker was killed over them, so that they run again; returns how many were seen to.

    Several may do this at once: each job is seen to by one of them, and only while it is nobody's.
    """
    from procrastinate.contrib.django.models import ProcrastinateJob

    # The library can ask this only from within an event loop.
    silent = Q(worker=None) | Q(worker__last_heartbeat__lt=clock.now() - timedelta(seconds=SECONDS_OF_SILENCE))
    left = ProcrastinateJob.objects.filter(silent, status="doing")
    seen_to = 0
    for number in left.values_list("id", flat=True):
        with transaction.atomic():
            job = left.filter(id=number).select_for_update(skip_locked=True, of=("self",)).first()
            if job is not None:
                _put_back(number, attempts=job.attempts)
                seen_to += 1
    return seen_to


def _put_back(number: int, *, attempts: int) -> None:
    if attempts < MOST_ATTEMPTS:
        try:
            with transaction.atomic():
                app.job_manager.retry_job_by_id(number, retry_at=clock.now())
        except exceptions.UniqueViolation:
            pass  # its like waits already under the same key, and does the same
        else:
            return
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [number])
