"""Thirty assessors who save at the same moment, over connections of their own: each score is there afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection

from citytandem.challenges.models import Juror, Proposal, Score
from citytandem.challenges.services.results import assessment_close
from citytandem.challenges.services.scoring import Given, interest_declare, scores_save
from citytandem.core import clock
from citytandem.core.errors import DomainError
from tests.integration.challenges.juries import a_jury
from tests.integration.challenges.making import a_challenge, a_proposal, resident, unit

JURORS, PROPOSALS = 30, 4


def _value(juror: int, proposal: int, criterion: int) -> float:
    return float((7 * juror + 3 * proposal + criterion) % 6)


@pytest.mark.django_db(transaction=True)
def test_thirty_assessors_who_save_at_once_lose_no_score() -> None:
    challenge = a_challenge("assessment")
    keys = list(challenge.criteria.values_list("key", flat=True))
    proposals = [a_proposal(challenge, "screened") for _ in range(PROPOSALS)]
    people = [resident(f"juror-{number}") for number in range(JURORS)]
    Juror.objects.bulk_create(
        Juror(challenge=challenge, person_id=one.id, number=number + 1, invited_at=clock.now())
        for number, one in enumerate(people)
    )
    backends: set[int] = set()

    def work(juror: int) -> None:
        backends.add(connection.connection.info.backend_pid if connection.connection else 0)
        for place in range(PROPOSALS):
            number = (place + juror) % PROPOSALS
            proposal = proposals[number]
            interest_declare(proposal.id, has_interest=False, by=people[juror])
            for begun in (0, 1):  # first with other scores, then over them
                given = {key: Given(_value(juror + 1 - begun, number, n)) for n, key in enumerate(keys)}
                scores_save(proposal.id, given, by=people[juror])
        backends.add(connection.connection.info.backend_pid)

    told = _at_once(*(lambda juror=juror: work(juror) for juror in range(JURORS)))
    assert told == ["done"] * JURORS
    assert len(backends - {0}) == JURORS
    # Counted by somebody else: a plain connection that knows none of our code.
    settings = connection.get_connection_params()
    wanted = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{name: settings[name] for name in wanted if settings.get(name)}) as other:
        rows = other.execute(
            "SELECT j.number, s.proposal_id, c.key, s.value FROM challenges_score s JOIN challenges_juror j ON"
            " j.id = s.juror_id JOIN challenges_criterion c ON c.id = s.criterion_id"
        ).fetchall()
    found = {(number, proposal, key): value for number, proposal, key, value in rows}
    assert len(rows) == len(found) == JURORS * PROPOSALS * len(keys)
    assert found == {
        (juror + 1, proposal.id, key): _value(juror, place, n)
        for juror in range(JURORS)
        for place, proposal in enumerate(proposals)
        for n, key in enumerate(keys)
    }


@pytest.mark.django_db(transaction=True)
def test_what_is_saved_while_the_assessment_closes_counts_or_is_refused() -> None:
    jury = a_jury(people=8, proposals=1)
    for juror in range(8):
        interest_declare(jury.proposals[0].id, has_interest=False, by=jury.people[juror])

    def save(juror: int) -> Callable[[], Any]:
        return lambda: scores_save(jury.proposals[0].id, {"impact": Given(3)}, by=jury.people[juror])

    close = lambda: assessment_close(jury.challenge.id, reason="Time is over.", by=unit())  # noqa: E731 - beside its likes
    told = _at_once(*(save(juror) for juror in range(4)), close, *(save(juror) for juror in range(4, 8)))
    assert set(told) <= {"done", "assessment.closed"}
    assert told.count("done") == Score.objects.count() + 1
    jury.challenge.refresh_from_db()
    assert jury.challenge.phase == "decision"
    logged = jury.challenge.entries.get(body__contains='"what":"assessment.closed"')
    assert f'"scores":{Score.objects.count()}' in logged.body
    has_scores = Score.objects.exists()
    assert Proposal.objects.get().step == ("assessed" if has_scores else "screened")


def _at_once(*work: Callable[[], Any]) -> list[str]:
    """What becomes of pieces of work that begin together, each with a connection of its own."""
    told = ["no answer"] * len(work)
    gate = threading.Barrier(len(work))

    def run(place: int, one: Callable[[], Any]) -> None:
        connection.ensure_connection()
        gate.wait()
        try:
            one()
            told[place] = "done"
        except DomainError as error:
            told[place] = error.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, one)) for place, one in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return told
