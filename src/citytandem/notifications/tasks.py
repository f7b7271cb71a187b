"""Background work on notices: one service call each."""

from __future__ import annotations

from citytandem.core import jobs


# Also by the clock: for what has to wait after a failure, and what a kill left, of a worker or before there was a job.
@jobs.app.periodic(cron="* * * * *")
@jobs.task(name="notifications.deliver", queue="default", queueing_lock="notifications.deliver")
def deliver(timestamp: int = 0) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Send what is due at once, for a while; the rest is the next job's."""
    from citytandem.notifications.services.delivery import deliver_due

    if deliver_due():
        jobs.enqueue("notifications.deliver", once="notifications.deliver")


@jobs.app.periodic(cron="0 * * * *")
@jobs.task(name="notifications.digest", queue="default", queueing_lock="notifications.digest")
def digest(timestamp: int = 0) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Send the collected mails whose hour has come."""
    from citytandem.notifications.services.digests import digest_due

    if digest_due():
        jobs.enqueue("notifications.digest", once="notifications.digest")


@jobs.app.periodic(cron="23 3 * * *")
@jobs.task(name="notifications.clear_away", queue="default", queueing_lock="notifications.clear_away")
def clear_away(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Soft bounces that nobody repeated are forgotten."""
    from citytandem.notifications.services.bouncing import clear_away

    clear_away()
