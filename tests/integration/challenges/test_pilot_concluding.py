"""What follows from a pilot: one decision in one transaction, and a solution with evidence that says what was measured."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from citytandem.challenges.models import Challenge, ChallengeProblem, DecisionEntry, Pilot, Proposal, StepTaken
from citytandem.challenges.services.concluding import Conclusion, pilot_decide, pilot_solution
from citytandem.challenges.services.findings import findings_refresh
from citytandem.challenges.services.log import log_check
from citytandem.challenges.services.measuring import cost_add
from citytandem.challenges.services.pilots import pilot_plan
from citytandem.core import clock
from citytandem.core.errors import Conflict, DomainError, Forbidden
from citytandem.streams.models import Problem, Solution
from citytandem.streams.services.records import Wording, record_submit
from tests.integration.challenges.making import a_challenge, a_proposal, resident, second, unit
from tests.integration.challenges.pilot_world import a_finished_pilot, a_pilot, a_plan

pytestmark = pytest.mark.django_db
WHY = "Fewer bins overflow, and the rounds are shorter."


def a_problem(challenge: Challenge) -> Problem:
    record = record_submit(
        kind="problem",
        wording=Wording(title="Bins overflow at weekends", text="At the market.", language="en"),
        by=resident(),
    )
    ChallengeProblem.objects.create(challenge=challenge, problem=record.id)
    return Problem.objects.get(id=record.id)


@pytest.mark.parametrize(
    ("conclusion", "step"),
    [
        (Conclusion("scale", WHY, "implement"), "implement"),
        (Conclusion("scale", WHY, "with_partners"), "with_partners"),
        (Conclusion("change", WHY), "pilot"),
        (Conclusion("stop", WHY, "concept_pool"), "concept_pool"),
        (Conclusion("stop", WHY, "declined"), "declined"),
    ],
)
def test_a_decision_moves_the_proposal_and_is_logged(conclusion: Conclusion, step: str) -> None:
    pilot = a_finished_pilot()
    pilot_decide(pilot.id, conclusion, by=unit())
    pilot.refresh_from_db()
    assert (pilot.state, pilot.decision, pilot.because["en"]["text"]) == ("decided", conclusion.decision, WHY)
    assert pilot.proposal.step == step
    if step != "pilot":
        assert StepTaken.objects.get(proposal=pilot.proposal, step=step).reason == WHY
    pilot.challenge.refresh_from_db()
    assert log_check(pilot.challenge) is None
    entry = json.loads(DecisionEntry.objects.filter(challenge=pilot.challenge).latest("number").body)
    assert entry["what"] == "pilot.decided"
    # What was decided on stays as it was, whatever is computed later.
    with clock.at(clock.now() + timedelta(days=1)):
        findings_refresh(pilot.id)
    found = Pilot.objects.get(id=pilot.id).findings
    text = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert entry["facts"]["findings_sha256"] == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("conclusion", "code"),
    [
        (Conclusion("perhaps", WHY), "pilot.decision"),
        (Conclusion("scale", WHY), "pilot.step"),
        (Conclusion("scale", WHY, "declined"), "pilot.step"),
        (Conclusion("change", WHY, "implement"), "pilot.step"),
        (Conclusion("stop", WHY, "declined", is_solved=True), "pilot.solved"),
        (Conclusion("stop", " ", "declined"), "reason.missing"),
    ],
)
def test_what_does_not_follow_is_refused(conclusion: Conclusion, code: str) -> None:
    pilot = a_finished_pilot()
    with pytest.raises(DomainError) as refused:
        pilot_decide(pilot.id, conclusion, by=unit())
    assert refused.value.code == code
    pilot.refresh_from_db()
    assert (pilot.state, pilot.proposal.step) == ("finished", "pilot")


def test_only_the_unit_decides_and_only_once() -> None:
    pilot = a_finished_pilot()
    with pytest.raises(Forbidden):
        pilot_decide(pilot.id, Conclusion("scale", WHY, "implement"), by=resident())
    pilot_decide(pilot.id, Conclusion("change", WHY), by=unit())
    with pytest.raises(Conflict) as refused:
        pilot_decide(pilot.id, Conclusion("stop", WHY, "declined"), by=unit())
    assert refused.value.code == "pilot.not_finished"
    with pytest.raises(Conflict):
        pilot_decide(a_pilot().id, Conclusion("change", WHY), by=unit())


def test_change_and_try_again() -> None:
    pilot = a_finished_pilot()
    pilot_decide(pilot.id, Conclusion("change", WHY), by=unit())
    again = pilot_plan(a_plan(), proposal_id=pilot.proposal_id, reason="", by=unit())
    assert (again.state, Pilot.objects.filter(proposal=pilot.proposal).count()) == ("planned", 2)


@pytest.mark.usefixtures("quick_embedder")
def test_problems_go_along_and_are_solved_only_where_the_unit_says_so() -> None:
    challenge = a_challenge("decided")
    problem = a_problem(challenge)
    pilot = a_finished_pilot(a_proposal(challenge, "shortlisted"))
    problem.refresh_from_db()
    assert problem.status == "pilot"
    pilot_decide(pilot.id, Conclusion("scale", WHY, "implement", is_solved=True), by=unit())
    problem.refresh_from_db()
    assert problem.status == "solved"


@pytest.mark.usefixtures("quick_embedder")
def test_the_solution_says_what_was_measured_and_what_it_cost() -> None:
    pilot = a_finished_pilot(hourly_rate=Decimal(60))
    told: dict[str, Any] = {"on": date(2026, 3, 1), "by": unit(), "reason": "The bill came late."}
    cost_add(pilot.id, kind="devices", amount=Decimal(2_400), **told)
    cost_add(pilot.id, kind="work", hours=Decimal(20), **told)
    made = pilot_solution(pilot.id, by=unit())
    row = Solution.objects.get(id=made.id)
    text = row.text["en"]["text"]
    for part in (
        "Rounds that follow the fill level",
        "Twelve bins around the market",
        "Fill level when emptied: 1",
        "95\u00a0% interval:",
        "Target reached",
        "Values: 672 before the start, 672 after it.",
        " EUR for each 1 per cent more (95\u00a0% interval: ",
    ):
        assert part in text, part
    assert (row.visibility, row.stage, row.cost_low, row.cost_high) == ("draft", "tried", 3_600, 3_600)
    assert "20 hours" in row.cost_note
    assert row.frame_conditions["staff"]["en"]["text"] == "Two people of the waste service"
    assert row.source["url"].endswith(f"/pilots/{pilot.code}")
    assert row.title["en"]["text"] == "Fill-level sensors in every bin"


@pytest.mark.usefixtures("quick_embedder")
def test_the_solution_is_worded_in_the_language_of_the_challenge() -> None:
    pilot = a_finished_pilot()
    Challenge.objects.filter(id=pilot.challenge_id).update(language="de")
    made = pilot_solution(pilot.id, by=unit())
    row = Solution.objects.get(id=made.id)
    assert row.language == "de"
    # Numbers as German writes them.
    assert "14,8" in row.text["de"]["text"] or "," in row.text["de"]["text"].split("per cent")[0]


@pytest.mark.usefixtures("quick_embedder")
def test_a_second_click_shows_the_same_draft_and_a_deleted_one_is_made_anew() -> None:
    pilot = a_finished_pilot()
    first = pilot_solution(pilot.id, by=unit())
    assert pilot_solution(pilot.id, by=second()).id == first.id
    assert Solution.objects.count() == 1
    Solution.objects.all().delete()
    again = pilot_solution(pilot.id, by=unit())
    assert again.id != first.id
    pilot.refresh_from_db()
    assert pilot.solution == again.id


def test_there_is_no_evidence_before_the_end() -> None:
    pilot = a_pilot()
    with pytest.raises(Conflict):
        pilot_solution(pilot.id, by=unit())
    with pytest.raises(Forbidden):
        pilot_solution(a_finished_pilot().id, by=resident())


def test_who_handed_the_proposal_in_does_not_decide_on_its_pilot() -> None:
    pilot = a_finished_pilot()
    Proposal.objects.filter(id=pilot.proposal_id).update(created_by=second().id)
    with pytest.raises(Conflict) as refused:
        pilot_decide(pilot.id, Conclusion("stop", WHY, "declined"), by=second())
    assert refused.value.code == "pilot.own"
