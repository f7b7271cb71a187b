"""Background work of moderation: ids in, one service call."""

from __future__ import annotations

from uuid import UUID

from citytandem.core import jobs


@jobs.app.periodic(cron="0 6 * * 1-5")
@jobs.task(name="moderation.remind", queue="default", queueing_lock="moderation.remind")
def remind(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Moderators hear of cases that wait for too long."""
    from citytandem.moderation.services.reminding import remind_of_overdue

    remind_of_overdue()


@jobs.app.periodic(cron="20 1 * * *")
@jobs.task(name="moderation.close", queue="default", queueing_lock="moderation.close")
def close(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """What was taken down for a time comes back; what nobody can appeal against any more is closed."""
    from citytandem.moderation.services.reminding import end_what_is_over

    end_what_is_over()


@jobs.task(name="moderation.reopen", queue="default")
def reopen(decision_id: str) -> None:
    """One thing that was taken down for a time."""
    from citytandem.moderation.services.decisions import removal_end

    removal_end(decision_id=UUID(decision_id))
