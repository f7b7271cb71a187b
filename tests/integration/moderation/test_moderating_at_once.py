"""Two who decide or report at the same moment, over connections of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.core.errors import DomainError
from citytandem.core.subjects import FINE, REMOVED
from citytandem.moderation.models import Appeal, Case, Decision
from citytandem.moderation.services.appeals import appeal_decide
from citytandem.moderation.services.decisions import case_decide
from citytandem.moderation.services.reports import report_make
from tests.integration.moderation.board import PERSONAL, PLAIN, Board
from tests.integration.moderation.test_appeals import BY_VISITOR, appeal, removed

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_two_moderators_at_the_same_moment_give_one_answer(
    board: Board, resident: Actor, moderator: Actor, second: Actor, make_actor: Callable[[str], Actor]
) -> None:
    note, case = removed(board, resident, by=moderator)
    appeal(case, by=resident)
    third = make_actor("moderator")
    answers = _at_once(
        lambda: appeal_decide(case_id=case.id, outcome="overturned", explanation="An office.", by=second),
        lambda: appeal_decide(case_id=case.id, outcome="upheld", explanation="Private.", by=third),
        lambda: appeal_decide(case_id=case.id, outcome="overturned", explanation="Mine.", by=moderator),
    )
    assert sorted(answers) == sorted(["done", "appeal.decided_meanwhile", "appeal.second_person"])
    made = Appeal.objects.get()
    assert made.decided_by_id in {second.id, third.id}
    assert board.notes[note.id].moderation == (FINE if made.outcome == "overturned" else REMOVED)


@pytest.mark.django_db(transaction=True)
def test_two_reports_at_the_same_moment_make_one_case(
    board: Board, resident: Actor, reader: Actor, innovation_unit: Actor
) -> None:
    note = board.write(PLAIN, by=resident)
    answers = _at_once(
        *(
            lambda by=by: report_make(kind="note", object_id=note.id, complaint=BY_VISITOR, language="en", by=by)
            for by in (reader, innovation_unit, ANYBODY, ANYBODY)
        )
    )
    assert answers == ["done"] * 4
    assert Case.objects.get().reports.count() == 4


@pytest.mark.django_db(transaction=True)
def test_two_first_decisions_at_the_same_moment_are_one(
    board: Board, resident: Actor, moderator: Actor, second: Actor
) -> None:
    note = board.write(PERSONAL, by=resident)
    case = Case.objects.get(object_id=note.id)
    answers = _at_once(
        lambda: case_decide(case_id=case.id, verdict="keep", by=moderator),
        lambda: case_decide(case_id=case.id, verdict="keep", by=second),
    )
    assert sorted(answers) == ["case.decided_meanwhile", "done"]
    assert Decision.objects.count() == 1


def _at_once(*work: Callable[[], Any]) -> list[str]:
    """What becomes of several pieces of work that begin together, each with a connection of its own."""
    told: list[str] = []
    gate = threading.Barrier(len(work))

    def run(one: Callable[[], Any]) -> None:
        gate.wait()
        try:
            one()
            told.append("done")
        except DomainError as error:
            told.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return told
