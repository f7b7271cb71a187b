"""The one door to background work (procrastinate on PostgreSQL), so that a later change of engine is this file.

A task takes ids only, and calls one service. Deferring is part of the surrounding transaction: rolled back, never run.
"""

from __future__ import annotations

from typing import Any, Literal

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

Queue = Literal["default", "federation", "heavy"]
# For jobs that build on others or can wait: they run when nothing else does.
LATER = -1

task = app.task
__all__ = ["LATER", "app", "enqueue", "patiently", "take_up_left", "task"]
# A worker that lives says so every ten seconds.
SECONDS_OF_SILENCE = 60


def patiently(*errors: type[Exception]) -> RetryStrategy:
    """For `task(retry=…)`: after such errors try again five times, after 5 seconds first and after an hour last."""
    return RetryStrategy(max_attempts=5, exponential_wait=5, retry_exceptions=errors)


def enqueue(name: str, *, queue: Queue = "default", once: str | None = None, priority: int = 0, **ids: Any) -> None:
    """Run the task registered as `name` later; with `once`, a job already waiting under that key is enough."""
    from procrastinate import exceptions

    deferrer = app.configure_task(name, queue=queue, queueing_lock=once, priority=priority, allow_unknown=False)
    if once is None:
        deferrer.defer(**ids)
        return
    try:
        from django.db import transaction

        with transaction.atomic():  # a refused duplicate must not spoil the caller's transaction
            deferrer.defer(**ids)
    except exceptions.AlreadyEnqueued:
        return


def take_up_left() -> int:
    """Put back jobs whose worker was killed over them, so that they run again; returns how many."""
    from asgiref.sync import async_to_sync
    from django.db import transaction
    from django.utils import timezone
    from procrastinate import exceptions, jobs

    manager = app.job_manager
    left = list(async_to_sync(manager.get_stalled_jobs)(seconds_since_heartbeat=SECONDS_OF_SILENCE))
    for job in left:
        assert job.id is not None  # noqa: S101 - it comes from the database
        try:
            with transaction.atomic():
                manager.retry_job_by_id(job.id, retry_at=timezone.now())
        except exceptions.ConnectorException:
            # Its like waits already under the same key, and does the same.
            async_to_sync(manager.finish_job)(job, status=jobs.Status.FAILED, delete_job=False)
    return len(left)
