"""Background work of challenges: each takes ids and calls one service."""

from __future__ import annotations

from uuid import UUID

from django.db import OperationalError

from citytandem.core import jobs


@jobs.task(name="challenges.rank", queue="heavy", retry=jobs.patiently(OperationalError))
def rank(challenge_id: str) -> None:
    """Work out what an assessment came to. After an error that is not tried again the unit sees that it failed."""
    from citytandem.challenges.services.results import result_compute, result_failed

    try:
        result_compute(UUID(challenge_id))
    except OperationalError:
        raise
    except Exception:
        result_failed(UUID(challenge_id))
        raise


@jobs.app.periodic(cron="*/10 * * * *")
@jobs.task(name="challenges.resume_rankings", queue="default", queueing_lock="challenges.resume_rankings")
def resume_rankings(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Rankings that are still not there ten minutes after the assessment ended."""
    from citytandem.challenges.services.results import results_resume

    results_resume()


@jobs.task(name="challenges.pilot_findings", queue="heavy", retry=jobs.patiently(OperationalError))
def pilot_findings(pilot_id: str) -> None:
    """Compute what a pilot shows."""
    from citytandem.challenges.services.findings import findings_refresh

    findings_refresh(UUID(pilot_id))


@jobs.task(name="challenges.read_measurements", queue="heavy", retry=jobs.patiently(OperationalError))
def read_measurements(import_id: str) -> None:
    """Read a large table of measurements."""
    from citytandem.challenges.services.measuring_tables import import_run

    import_run(UUID(import_id))


@jobs.task(name="challenges.import", queue="heavy", retry=jobs.patiently(OperationalError))
def import_proposals(import_id: str) -> None:
    """Read a table of proposals on where it stands."""
    from citytandem.challenges.services.importing import import_run

    import_run(UUID(import_id))


@jobs.task(name="challenges.index_proposals", queue="heavy", retry=jobs.patiently(OperationalError))
def index_proposals(challenge_id: str) -> None:
    """Put some imported proposals into the index; the next job follows by itself."""
    from citytandem.challenges.services.importing import proposals_index

    proposals_index(UUID(challenge_id))


@jobs.app.periodic(cron="10 5 * * *")
@jobs.task(name="challenges.waiting", queue="default", queueing_lock="challenges.waiting")
def waiting(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Each morning: proposals that nobody has moved on for 30 days."""
    from citytandem.challenges.services.waiting import proposals_tell_waiting

    proposals_tell_waiting()


@jobs.app.periodic(cron="*/10 * * * *")
@jobs.task(name="challenges.show_proposals", queue="heavy", queueing_lock="challenges.show_proposals")
def show_proposals(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Proposals of calls that have closed can be found by everybody."""
    from citytandem.challenges.services.waiting import proposals_show

    proposals_show()
