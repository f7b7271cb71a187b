"""Steps of many proposals, two people at once, mergers, and what waits too long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from citytandem.challenges.models import DecisionEntry, Proposal, Score
from citytandem.challenges.reading_proposals import late_count
from citytandem.challenges.selectors import visible_proposals
from citytandem.challenges.services.log import log_check
from citytandem.challenges.services.merging import proposal_merge, proposal_split
from citytandem.challenges.services.proposals import Offer, proposal_submit, proposal_withdraw
from citytandem.challenges.services.steps import Seen, proposals_step, proposals_step_all
from citytandem.challenges.services.waiting import proposals_tell_waiting
from citytandem.core import clock
from citytandem.core.errors import DomainError
from citytandem.notifications.models import Notice
from tests.integration.challenges.making import a_challenge, a_juror, a_proposal, resident, second, staff, unit

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_two_who_step_the_same_proposals_at_once_stand_one_after_the_other() -> None:
    challenge = a_challenge()
    ids = [a_proposal(challenge, by=resident(f"s{number % 3}")).id for number in range(12)]
    one, other = unit(), second()
    told = _at_once(
        lambda: proposals_step(ids, step="screened", reason="All is there.", by=one),
        lambda: proposals_step(list(reversed(ids)), step="screened", reason="Complete.", by=other),
    )
    assert sorted(told) == ["done", "step.order"]
    assert set(Proposal.objects.values_list("step", flat=True)) == {"screened"}
    challenge.refresh_from_db()
    assert log_check(challenge) is None
    assert DecisionEntry.objects.filter(body__contains="proposal.step").count() == 12


@pytest.mark.django_db(transaction=True)
def test_many_who_hand_in_at_once_all_come_in_and_the_log_holds() -> None:
    challenge = a_challenge()
    people = [resident(f"p{number}") for number in range(8)]
    told = _at_once(*(
        lambda by=by: proposal_submit(challenge.id, Offer(f"Idea of {by.name}", "Sensors in bins."), by=by)
        for by in people
    ))  # fmt: skip
    assert told == ["done"] * 8
    challenge.refresh_from_db()
    assert log_check(challenge) is None
    assert challenge.log_count == 9


@pytest.mark.django_db(transaction=True)
def test_a_step_and_a_withdrawal_at_once_leave_one_truth() -> None:
    challenge = a_challenge()
    made = a_proposal(challenge, by=resident())
    unit(), second()
    told = _at_once(
        lambda: proposals_step([made.id], step="declined", reason="Not about bins.", by=unit()),
        lambda: proposal_withdraw(made.id, reason="We changed our mind.", by=resident()),
    )
    made.refresh_from_db()
    assert (made.step, sorted(told)) in [
        ("declined", ["done", "proposal.final"]),
        ("withdrawn", ["done", "step.order"]),
    ]


def _at_once(*work: Callable[[], Any]) -> list[str]:
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
        thread.join()
    return told


@pytest.mark.parametrize("name", ["resident", "staff"])
def test_only_the_innovation_unit_moves_proposals_on(name: str) -> None:
    actor = resident() if name == "resident" else staff()
    made = a_proposal(a_challenge(department_id=next(iter(staff().departments))))
    for write in (
        lambda: proposals_step([made.id], step="screened", reason="x", by=actor),
        lambda: proposal_merge(made.id, into=a_proposal(made.challenge).id, by=actor),
    ):
        with pytest.raises(DomainError) as refused:
            write()
        assert refused.value.code == "permission.missing"


def test_nobody_judges_what_they_handed_in_but_takes_it_back() -> None:
    challenge = a_challenge("assessment")
    own, other = a_proposal(challenge, by=unit()), a_proposal(challenge)
    with pytest.raises(DomainError) as caught:
        proposals_step([other.id, own.id], step="screened", reason="All is there.", by=unit())
    assert (caught.value.code, caught.value.details["proposal"]) == ("step.own", own.code)
    assert set(Proposal.objects.values_list("step", flat=True)) == {"submitted"}
    proposals_step([other.id, own.id], step="screened", reason="All is there.", by=second())
    proposal_withdraw(own.id, reason="It does not fit any more.", by=unit())
    own.refresh_from_db()
    assert own.step == "withdrawn"


def test_thousands_move_on_in_few_queries(django_assert_max_num_queries: Any) -> None:
    challenge = a_challenge()
    sender = resident("many")
    now = clock.now()
    rows = [
        Proposal(
            code=f"c{number:09}", challenge=challenge, language="en", title={}, text={}, step_since=now,
            created_at=now, changed_at=now, created_by_id=sender.id,
        )
        for number in range(2_500)
    ]  # fmt: skip
    Proposal.objects.bulk_create(rows)
    unit()
    with django_assert_max_num_queries(32):
        seen = Seen(2_500, clock.now())
        assert (
            proposals_step_all(challenge.id, now="submitted", seen=seen, step="screened", reason="Ok.", by=unit())
            == 2_500
        )
    assert Notice.objects.get().parameters["count"] == "2500"


def test_what_was_not_seen_is_not_moved() -> None:
    challenge = a_challenge()
    a_proposal(challenge)
    seen = Seen(1, clock.now())
    a_proposal(challenge)
    proposals_step_all(challenge.id, now="submitted", seen=seen, step="screened", reason="Ok.", by=unit())
    assert sorted(Proposal.objects.values_list("step", flat=True)) == ["screened", "submitted"]
    with pytest.raises(DomainError) as refused:
        proposals_step_all(
            challenge.id, now="submitted", seen=Seen(2, clock.now()), step="screened", reason="Ok.", by=unit()
        )
    assert refused.value.code == "funnel.changed_meanwhile"


def test_a_merged_proposal_leads_to_the_other_and_can_be_split_off() -> None:
    challenge = a_challenge()
    one, other = a_proposal(challenge, by=resident("one")), a_proposal(challenge, by=resident("other"))
    proposal_merge(one.id, into=other.id, by=unit())
    assert list(visible_proposals(unit(), challenge).values_list("id", flat=True)) == [other.id]
    assert {(n.person_id, n.template) for n in Notice.objects.all()} == {
        (resident("one").id, "proposal_merged"), (resident("other").id, "proposal_merged"),
    }  # fmt: skip
    Notice.objects.all().delete()
    proposals_step([other.id], step="screened", reason="All is there.", by=unit())
    assert {n.person_id for n in Notice.objects.filter(template="proposal_step")} == {
        resident("one").id,
        resident("other").id,
    }
    proposal_split(one.id, by=unit())
    one.refresh_from_db()
    assert (one.merged_into_id, one.moderation, one.step) == (None, "", "submitted")
    challenge.refresh_from_db()
    assert log_check(challenge) is None
    bodies = "".join(DecisionEntry.objects.values_list("body", flat=True))
    assert "proposal.merged" in bodies
    assert "proposal.split" in bodies


def test_a_scored_proposal_goes_into_no_other_one() -> None:
    challenge = a_challenge("assessment")
    one, other = a_proposal(challenge, "screened"), a_proposal(challenge, "screened")
    juror = a_juror(challenge, by=resident("juror"))
    criterion = challenge.criteria.first()
    assert criterion is not None
    Score.objects.create(juror=juror, proposal=one, criterion=criterion, value=3, at=clock.now())
    with pytest.raises(DomainError) as refused:
        proposal_merge(one.id, into=other.id, by=unit())
    assert refused.value.code == "merge.scored"
    # The other way round nobody's work is lost.
    proposal_merge(other.id, into=one.id, by=unit())


def test_mergers_that_make_no_sense_are_refused() -> None:
    challenge = a_challenge()
    one, other, third = (a_proposal(challenge) for _ in range(3))
    elsewhere, gone = a_proposal(a_challenge()), a_proposal(challenge, "declined")
    proposal_merge(one.id, into=other.id, by=unit())
    for source, into, code in (
        (third, third, "merge.target"), (third, one, "merge.target"), (one, third, "merge.source"),
        (other, third, "merge.source"), (third, elsewhere, "proposals.several_challenges"), (third, gone, "merge.gone"),
    ):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            proposal_merge(source.id, into=into.id, by=unit())
        assert refused.value.code == code
    with pytest.raises(DomainError) as refused:
        proposal_split(third.id, by=unit())
    assert refused.value.code == "merge.none"


def test_who_takes_a_proposal_back_takes_nobody_else_down() -> None:
    challenge = a_challenge()
    one, other = a_proposal(challenge, by=resident("one")), a_proposal(challenge, by=resident("other"))
    proposal_merge(one.id, into=other.id, by=unit())
    proposal_withdraw(other.id, reason="No time.", by=resident("other"))
    one.refresh_from_db()
    assert (one.merged_into_id, one.step) == (None, "submitted")
    again = a_proposal(challenge)
    proposal_merge(one.id, into=again.id, by=unit())
    proposal_withdraw(one.id, reason="No time either.", by=resident("one"))
    one.refresh_from_db()
    assert (one.merged_into_id, one.step) == (None, "withdrawn")


def test_what_waits_for_thirty_days_is_counted_and_told_until_it_is_the_same() -> None:
    challenge = a_challenge()
    since = clock.now() - timedelta(days=30)
    a_proposal(challenge, step_since=since)
    a_proposal(challenge, step_since=since + timedelta(minutes=5))
    a_proposal(challenge, "declined", step_since=since - timedelta(days=9))
    unit(), second()
    assert late_count(challenge) == 1
    assert proposals_tell_waiting() == 1
    assert proposals_tell_waiting() == 1
    told = Notice.objects.filter(template="proposals_waiting")
    assert {one.person_id for one in told} == {unit().id, second().id}
    assert told.count() == 2
    a_proposal(challenge, step_since=since - timedelta(days=3))
    proposals_tell_waiting()
    assert told.count() == 2
