"""Background work of partnerships: each takes ids and calls one service."""

from __future__ import annotations

from uuid import UUID

from django.db import OperationalError

from citytandem.core import jobs
from citytandem.core.errors import Unavailable


@jobs.task(name="partnerships.solve", queue="heavy", retry=jobs.patiently(OperationalError, Unavailable))
def solve(solution_id: str) -> None:
    """Group the cities of a programme. After an error that is not tried again the coordination sees that it failed."""
    from citytandem.partnerships.programmes.solving import solution_compute, solution_failed

    try:
        solution_compute(UUID(solution_id))
    except (OperationalError, Unavailable):
        raise
    except Exception:
        solution_failed(UUID(solution_id))
        raise


@jobs.task(name="partnerships.survey_texts", queue="heavy", retry=jobs.patiently(OperationalError, Unavailable))
def survey_texts(wave_id: str) -> None:
    """Group what people wrote in a wave that is closed."""
    from citytandem.partnerships.surveys.texts import texts_group

    texts_group(UUID(wave_id))


@jobs.app.periodic(cron="50 3 * * *")
@jobs.task(name="partnerships.registrations_forget", queue="default", queueing_lock="partnerships.registrations_forget")
def registrations_forget(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Registrations that nobody confirmed, needs of events that are over, registrations after their time."""
    from citytandem.partnerships.convening.personal import registrations_forget as forget

    forget()


@jobs.app.periodic(cron="30 5 * * *")
@jobs.task(name="partnerships.remind", queue="default", queueing_lock="partnerships.remind")
def remind(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Actions that are due, meetings that are near, partnerships without contact."""
    from citytandem.partnerships.accompanying.reminding import remind as tell

    tell()
