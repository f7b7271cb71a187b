"""The one door to background work (procrastinate on PostgreSQL), so that a later change of engine is this file.

A task takes ids only, and calls one service. Deferring is part of the surrounding transaction: rolled back, never run.
"""

from __future__ import annotations

from typing import Any, Literal

from procrastinate.contrib.django import app

Queue = Literal["default", "federation", "heavy"]

task = app.task
__all__ = ["app", "enqueue", "task"]


def enqueue(name: str, *, queue: Queue = "default", once: str | None = None, **ids: Any) -> None:
    """Run the task registered as `name` later; with `once`, a job already waiting under that key is enough."""
    from procrastinate import exceptions

    deferrer = app.configure_task(name, queue=queue, queueing_lock=once, allow_unknown=False)
    if once is None:
        deferrer.defer(**ids)
        return
    try:
        from django.db import transaction

        with transaction.atomic():  # a refused duplicate must not spoil the caller's transaction
            deferrer.defer(**ids)
    except exceptions.AlreadyEnqueued:
        return
