"""The end of an assessment: frozen, told, worked out in the background, and kept with its hash in the log."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.challenges.models import Challenge, DecisionEntry, Proposal, Score, StepTaken
from citytandem.challenges.ranking.outcome import canonical, digest, outcome_from
from citytandem.challenges.ranking.report import rank
from citytandem.challenges.services import results
from citytandem.challenges.services.jury import juror_done
from citytandem.challenges.services.results import assessment_close, result_compute, results_resume, scores_of
from citytandem.challenges.services.scoring import interest_declare
from citytandem.challenges.tasks import rank as rank_job
from citytandem.core import clock
from citytandem.core.errors import Conflict, Forbidden, Invalid
from tests.integration.challenges.juries import Jury, a_jury, all_scored
from tests.integration.challenges.making import a_challenge, a_proposal, resident, second, unit
from tests.integration.challenges.test_decision_record import browser

pytestmark = pytest.mark.django_db


def closed(jury: Jury) -> dict[str, Any]:
    """The result after the end, worked out as the job does."""
    assessment_close(jury.challenge.id, reason="Time is over.", by=unit())
    rank_job(challenge_id=str(jury.challenge.id))
    jury.challenge.refresh_from_db()
    assert jury.challenge.result is not None
    result: dict[str, Any] = jury.challenge.result
    return result


def _facts(challenge: Challenge, what: str) -> dict[str, Any]:
    entry = DecisionEntry.objects.get(challenge=challenge, body__contains=f'"what":"{what}"')
    facts: dict[str, Any] = json.loads(entry.body)["facts"]
    return facts


def test_closing_moves_what_was_scored_and_leaves_a_job_that_ranks() -> None:
    jury = a_jury(proposals=3)
    jury.gives(0, 0, impact=3)
    jury.gives(1, 1, cost=2)
    assessment_close(jury.challenge.id, told="The jury has looked.", reason="Time is over.", by=unit())
    jury.challenge.refresh_from_db()
    assert jury.challenge.phase == "decision"
    steps = dict(Proposal.objects.values_list("id", "step"))
    assert [steps[one.id] for one in jury.proposals] == ["assessed", "assessed", "screened"]
    assert StepTaken.objects.filter(step="assessed", reason="The jury has looked.").count() == 2
    assert jury.challenge.result == {"state": "computing", "done": 0, "of": 5}
    jobs = ProcrastinateJob.objects.filter(task_name="challenges.rank", args={"challenge_id": str(jury.challenge.id)})
    assert jobs.get().queue_name == "heavy"
    facts = _facts(jury.challenge, "assessment.closed")
    assert (facts["jurors"], facts["not_done"], facts["scores"], facts["reason"]) == (2, 2, 2, "Time is over.")
    assert facts["criteria"] == [
        {"key": "impact", "weight": "0.5000"},
        {"key": "cost", "weight": "0.3000"},
        {"key": "risk", "weight": "0.2000"},
    ]


def test_the_result_is_that_of_the_scores_and_its_hash_stands_in_the_log() -> None:
    jury = a_jury(people=4, proposals=5)
    all_scored(jury)
    scores, _jurors = scores_of(jury.challenge)
    result = closed(jury)
    found = rank(scores)
    assert [one["code"] for one in result["proposals"]] == [scores.proposals[number] for number in found.order]
    outcome = outcome_from(result)
    for one in outcome.standings:
        number = scores.proposals.index(one.code)
        assert one.scores["wsm"] == pytest.approx(found.scores[number], abs=1e-8)
        assert one.means == pytest.approx(scores.means()[number], abs=1e-8)
    facts = _facts(jury.challenge, "assessment.ranked")
    assert facts["sha256"] == digest(result)
    assert facts["draws"] == 100_000
    assert [one["weight"] for one in facts["weights"]] == ["0.5", "0.3", "0.2"]


def test_the_result_holds_means_and_no_single_scores() -> None:
    jury = a_jury(people=2, proposals=1)
    jury.gives(0, 0, impact=1.25)
    jury.gives(1, 0, impact=4.5)
    text = canonical(closed(jury)).decode()
    assert "2.875" in text
    assert "1.25" not in text
    assert "4.5" not in text


def test_working_it_out_twice_changes_nothing() -> None:
    jury = a_jury()
    all_scored(jury)
    first = closed(jury)
    count = DecisionEntry.objects.count()
    Score.objects.all().delete()
    result_compute(jury.challenge.id)
    jury.challenge.refresh_from_db()
    assert jury.challenge.result == first
    assert DecisionEntry.objects.count() == count


def test_scores_of_somebody_with_an_interest_and_of_what_was_withdrawn_do_not_count() -> None:
    jury = a_jury(people=2, proposals=3)
    all_scored(jury)
    interest_declare(jury.proposals[0].id, has_interest=True, text="A cousin.", by=jury.people[0])
    Proposal.objects.filter(id=jury.proposals[1].id).update(step="withdrawn")
    given = dict(
        Score.objects.filter(proposal=jury.proposals[0], juror__number=2).values_list("criterion__key", "value")
    )
    result = closed(jury)
    told = {one["code"]: one["means"] for one in result["proposals"]}
    assert set(told) == {jury.proposals[0].code, jury.proposals[2].code}
    assert told[jury.proposals[0].code] == [given["impact"], given["cost"], given["risk"]]


def test_it_ends_without_a_reason_only_where_all_are_done() -> None:
    jury = a_jury(people=2)
    juror_done(jury.challenge.id, by=jury.people[0])
    with pytest.raises(Invalid) as caught:
        assessment_close(jury.challenge.id, by=unit())
    assert caught.value.field == "reason"
    jury.gives(1, 0, impact=1, cost=2, risk=3)
    juror_done(jury.challenge.id, by=jury.people[1])
    assessment_close(jury.challenge.id, by=unit())
    with pytest.raises(Conflict) as twice:
        assessment_close(jury.challenge.id, by=unit())
    assert twice.value.code == "assessment.closed"


def test_it_ends_without_any_score_only_with_a_reason_which_the_log_tells() -> None:
    jury = a_jury(people=1, proposals=1)
    juror_done(jury.challenge.id, by=jury.people[0])
    with pytest.raises(Conflict) as caught:
        assessment_close(jury.challenge.id, by=unit())
    assert (caught.value.code, caught.value.field) == ("assessment.no_scores", "reason")
    assessment_close(jury.challenge.id, reason="The jury has met in person.", by=unit())
    facts = _facts(jury.challenge, "assessment.closed")
    assert (facts["scores"], facts["reason"]) == (0, "The jury has met in person.")


def test_proposals_that_were_scored_in_part_ask_for_a_reason() -> None:
    jury = a_jury(people=2, proposals=3)
    jury.gives(0, 0, impact=3, cost=2)
    jury.gives(1, 0, risk=1)
    jury.gives(0, 1, impact=5)
    for person in jury.people:
        juror_done(jury.challenge.id, by=person)
    with pytest.raises(Conflict) as caught:
        assessment_close(jury.challenge.id, by=unit())
    assert (caught.value.code, caught.value.details) == ("assessment.incomplete", {"proposals": 1})
    assessment_close(jury.challenge.id, reason="The second one could not be tried.", by=unit())
    assert _facts(jury.challenge, "assessment.closed")["in_part"] == 1


def test_a_criterion_that_weighs_nothing_need_not_be_scored() -> None:
    criteria = [{"key": "impact", "weight": "1"}, {"key": "extra", "weight": "0"}]
    jury = a_jury(people=1, proposals=1, criteria=criteria)
    jury.gives(0, 0, impact=3)
    juror_done(jury.challenge.id, by=jury.people[0])
    assert assessment_close(jury.challenge.id, by=unit()).phase == "decision"


def test_who_handed_a_proposal_in_does_not_end_its_assessment() -> None:
    jury = a_jury(people=1, proposals=2)
    all_scored(jury)
    Proposal.objects.filter(id=jury.proposals[0].id).update(created_by_id=unit().id)
    with pytest.raises(Conflict) as caught:
        assessment_close(jury.challenge.id, reason="Time is over.", by=unit())
    assert caught.value.code == "step.own"
    assessment_close(jury.challenge.id, reason="Time is over.", by=second())


def test_only_the_unit_ends_it() -> None:
    jury = a_jury()
    for actor in (jury.people[0], resident("other")):
        with pytest.raises(Forbidden):
            assessment_close(jury.challenge.id, reason="Mine.", by=actor)


@pytest.mark.parametrize(("proposals", "people"), [(0, 0), (0, 1), (1, 0), (1, 1), (2, 1)])
def test_hardly_anything_to_rank_is_ranked_as_well(proposals: int, people: int) -> None:
    jury = a_jury(people=people, proposals=proposals)
    all_scored(jury)
    result = closed(jury)
    scored = proposals if people else 0
    assert result["state"] == "done"
    assert len(result["proposals"]) == scored
    assert result["jurors"] == (people if scored else 0)
    assert [one["alpha"] for one in result["criteria"]] == [None, None, None]


def test_the_senders_are_told_in_the_language_of_the_challenge() -> None:
    jury = a_jury(people=1, proposals=1)
    Challenge.objects.filter(id=jury.challenge.id).update(language="de")
    jury.gives(0, 0, impact=3)
    assessment_close(jury.challenge.id, reason="Zeit.", by=unit())
    assert StepTaken.objects.get(step="assessed").reason


def test_what_a_large_result_says_survives_the_database() -> None:
    jury = a_jury(people=3, proposals=12)
    all_scored(jury, seed=7)
    result = closed(jury)
    assert digest(result) == _facts(jury.challenge, "assessment.ranked")["sha256"]
    shares = np.array([one["shares"]["uniform"][0] for one in result["proposals"]])
    assert shares.sum() == pytest.approx(1, abs=1e-6)


def test_the_ranking_is_read_only_where_somebody_looks_at_it(django_assert_num_queries: Any) -> None:
    made = a_proposal(a_challenge("decision", result={"state": "done"}))
    challenges = [Challenge.objects.get(), Proposal.objects.select_related("challenge").get(id=made.id).challenge]
    challenges.append(made.challenge.proposals.select_related("challenge").get().challenge)
    for challenge in challenges:
        assert "result" in challenge.get_deferred_fields() or challenge is made.challenge
    with django_assert_num_queries(2):
        challenges[0].save()
        assert challenges[0].result == {"state": "done"}


def test_a_ranking_that_failed_is_told_and_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    jury = a_jury()
    all_scored(jury)
    assessment_close(jury.challenge.id, reason="Time is over.", by=unit())
    rows = Challenge.objects.filter(id=jury.challenge.id)
    with monkeypatch.context() as patch:
        patch.setattr(results, "outcome_of", lambda *_told, **_more: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rank_job(challenge_id=str(jury.challenge.id))
    assert rows.get().result == {"state": "failed"}
    page = f"/challenges/{jury.challenge.slug}/assessment"
    assert "Work it out again" in browser(unit()).get(page).content.decode()
    assert (
        "could not be worked out" in browser(unit()).get(f"/challenges/{jury.challenge.slug}/ranking").content.decode()
    )
    ProcrastinateJob.objects.all().delete()
    assert browser(jury.people[0]).post(f"{page}/rank").status_code == 403
    assert browser(unit()).post(f"{page}/rank").status_code == 302
    assert ProcrastinateJob.objects.filter(task_name="challenges.rank").count() == 1
    rank_job(challenge_id=str(jury.challenge.id))
    assert (rows.get().result or {})["state"] == "done"


def test_a_ranking_whose_job_is_lost_is_taken_up_after_ten_minutes() -> None:
    jury = a_jury(proposals=0)
    assessment_close(jury.challenge.id, reason="None came.", by=unit())
    ProcrastinateJob.objects.all().delete()
    assert results_resume() == 0
    Challenge.objects.filter(id=jury.challenge.id).update(phase_since=clock.now() - timedelta(minutes=11))
    assert results_resume() == 1
    assert ProcrastinateJob.objects.filter(task_name="challenges.rank").count() == 1
    result_compute(jury.challenge.id)
    assert results_resume() == 0
