"""The steps of the funnel: nobody falls out silently, and nothing that is over goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.challenges.funnel import FINAL, OUTCOMES, PHASES, STEPS, Phase, Step, is_late, may_follow

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def reachable(start: Step) -> set[Step]:
    seen, waiting = {start}, [start]
    while waiting:
        for then in STEPS[waiting.pop()] - seen:
            seen.add(then)
            waiting.append(then)
    return seen


def test_each_step_and_each_phase_has_its_ways_on() -> None:
    assert set(STEPS) == set(Step)
    assert set(PHASES) == set(Phase)


@pytest.mark.parametrize("step", [step for step in Step if step not in FINAL])
def test_from_each_step_every_end_is_in_reach_and_the_sender_may_leave(step: Step) -> None:
    assert {Step.DECLINED, Step.WITHDRAWN} <= STEPS[step]
    assert reachable(step) >= OUTCOMES - ({Step.IMPLEMENT} if step in FINAL else set())


def test_there_is_no_way_around_the_formal_check_and_the_assessment() -> None:
    assert not may_follow(Step.SUBMITTED, Step.ASSESSED)
    assert not may_follow(Step.SCREENED, Step.SHORTLISTED)
    assert not any(may_follow(step, Step.PILOT) for step in Step if step != Step.SHORTLISTED)
    assert {step for step in Step if may_follow(step, Step.IMPLEMENT)} == {Step.SHORTLISTED, Step.PILOT}


def test_a_concept_may_be_taken_up_again_and_all_other_ends_are_ends() -> None:
    assert may_follow(Step.CONCEPT_POOL, Step.SHORTLISTED)
    assert all(not STEPS[step] for step in FINAL - {Step.CONCEPT_POOL})


def test_publishing_needs_a_review_and_what_is_published_never_becomes_a_draft() -> None:
    assert {phase for phase in Phase if Phase.OPEN in PHASES[phase]} == {Phase.IN_REVIEW}
    assert {phase for phase in Phase if Phase.DRAFT in PHASES[phase]} == {Phase.IN_REVIEW}


@given(step=st.sampled_from(Step), days=st.floats(0, 90))
def test_who_waits_for_thirty_days_is_late(step: Step, days: float) -> None:
    assert is_late(step, since=NOW, now=NOW + timedelta(days=days)) == (days >= 30 and step not in FINAL)
