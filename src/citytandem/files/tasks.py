"""Background work on files: ids in, one service call."""

from __future__ import annotations

import logging
from uuid import UUID

from citytandem.core import jobs
from citytandem.core.errors import Unavailable

logger = logging.getLogger(__name__)


@jobs.task(name="files.prepare", queue="default")
def prepare(file_id: str) -> None:
    """Check an upload and make of it what may be shown."""
    from citytandem.files.services.checking import file_prepare

    try:
        file_prepare(UUID(file_id))
    except Unavailable as error:
        # `try_again` comes back to it, however long the scanner stays away.
        logger.warning("file %s waits: %s (%s)", file_id, error, error.details.get("why", ""))


@jobs.app.periodic(cron="*/5 * * * *")
@jobs.task(name="files.try_again", queue="default", queueing_lock="files.try_again")
def try_again(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Files whose check did not come to an end are due again."""
    from citytandem.files.services import clearing

    clearing.try_again()


@jobs.app.periodic(cron="23 * * * *")
@jobs.task(name="files.clear_away", queue="default", queueing_lock="files.clear_away")
def clear_away(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Refused, removed and forgotten files go."""
    from citytandem.files.services import clearing

    clearing.clear_away()
