"""Background work that belongs to no module."""

from __future__ import annotations

from citytandem.core import jobs


@jobs.app.periodic(cron="*/5 * * * *")
@jobs.task(name="core.take_up_left", queue="default", queueing_lock="core.take_up_left")
def take_up_left(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Jobs whose worker was killed run again."""
    jobs.take_up_left()
