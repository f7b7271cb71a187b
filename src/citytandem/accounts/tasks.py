"""Background work on accounts: ids in, one service call."""

from __future__ import annotations

from uuid import UUID

from citytandem.accounts.contract import SYSTEM
from citytandem.core import jobs


@jobs.task(name="accounts.export", queue="heavy")
def export(export_id: str) -> None:
    """Put together everything about somebody who asked for it."""
    from citytandem.accounts.privacy.services.exports import export_make

    export_make(export_id=UUID(export_id), by=SYSTEM)


@jobs.app.periodic(cron="23 2 * * *")
@jobs.task(name="accounts.sweep", queue="heavy", queueing_lock="accounts.sweep")
def sweep(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Delete what has been kept long enough."""
    from citytandem.accounts.privacy.services.sweeping import sweep_all

    sweep_all(by=SYSTEM)
