"""The one door to background work (procrastinate on PostgreSQL), so that a later change of engine is this file.

A task takes ids only, and calls one service. Deferring is part of the surrounding transaction: rolled back, never run.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from django.db import connection, transaction
from django.db.models import Q
from procrastinate import RetryStrategy, exceptions
from procrastinate.contrib.django import app

from citytandem.core import clock

Queue = Literal["default", "federation", "heavy"]
# For jobs that build on others or can wait: they run when nothing else does.
LATER = -1

task = app.task
__all__ = ["LATER", "app", "enqueue", "patiently", "take_up_left", "task"]
# A worker that lives says so every ten seconds.
SECONDS_OF_SILENCE = 60
# A job that kills its worker each time has to end some day.
MOST_ATTEMPTS = 5


def patiently(*errors: type[Exception]) -> RetryStrategy:
    """For `task(retry=…)`: after such errors try again five times, after 5 seconds first and after an hour last."""
    return RetryStrategy(max_attempts=5, exponential_wait=5, retry_exceptions=errors)


def enqueue(name: str, *, queue: Queue = "default", once: str | None = None, priority: int = 0, **ids: Any) -> None:
    """Run the task registered as `name` later; with `once`, a job already waiting under that key is enough."""
    deferrer = app.configure_task(name, queue=queue, queueing_lock=once, priority=priority, allow_unknown=False)
    if once is None:
        deferrer.defer(**ids)
        return
    try:
        with transaction.atomic():  # a refused duplicate must not spoil the caller's transaction
            deferrer.defer(**ids)
    except exceptions.AlreadyEnqueued:
        return


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
