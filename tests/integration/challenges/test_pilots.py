"""Planning, reviewing, starting and ending pilots: who may, when, and what the log keeps of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from citytandem.challenges.models import DecisionEntry, Gate, Measurement, Pilot, StepTaken
from citytandem.challenges.services.gates import gate_decide
from citytandem.challenges.services.log import log_check
from citytandem.challenges.services.measuring import IndicatorDraft, indicators_set
from citytandem.challenges.services.pilots import (
    pilot_abandon,
    pilot_break_off,
    pilot_edit,
    pilot_finish,
    pilot_locked,
    pilot_plan,
    pilot_start,
)
from citytandem.core import clock
from citytandem.core.errors import Conflict, DomainError, Forbidden, Invalid
from tests.integration.challenges.making import a_challenge, a_proposal, resident, second, staff, unit
from tests.integration.challenges.pilot_world import (
    FILL,
    REASON,
    START,
    a_finished_pilot,
    a_pilot,
    a_plan,
    measure,
    through_gates,
)

pytestmark = pytest.mark.django_db


def logged(pilot: Pilot) -> list[str]:
    """What the log of the challenge tells, in order; and that it holds together."""
    pilot.challenge.refresh_from_db()
    assert log_check(pilot.challenge) is None
    rows = DecisionEntry.objects.filter(challenge=pilot.challenge).order_by("number")
    return [body.split('"what":"')[1].split('"')[0] for body in rows.values_list("body", flat=True)]


def test_a_pilot_takes_its_proposal_along_and_opens_both_gates() -> None:
    proposal = a_proposal(a_challenge("decided"), "shortlisted")
    pilot = pilot_plan(a_plan(), proposal_id=proposal.id, reason=REASON, by=unit())
    proposal.refresh_from_db()
    assert proposal.step == "pilot"
    assert StepTaken.objects.get(proposal=proposal, step="pilot").reason == REASON
    assert dict(Gate.objects.filter(pilot=pilot).values_list("kind", "state")) == {
        "data_protection": "open",
        "ethics": "open",
    }
    assert (pilot.state, pilot.language, set(pilot.conditions)) == ("planned", "en", {"staff", "infrastructure"})
    assert logged(pilot)[-2:] == ["proposal.step", "pilot.planned"]


def test_without_a_reason_nothing_happens() -> None:
    proposal = a_proposal(a_challenge("decided"), "shortlisted")
    with pytest.raises(Invalid, match=r".") as refused:
        pilot_plan(a_plan(), proposal_id=proposal.id, reason=" ", by=unit())
    assert refused.value.code == "reason.missing"
    proposal.refresh_from_db()
    assert proposal.step == "shortlisted"
    assert not Pilot.objects.exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"hypothesis": " "}, "hypothesis.missing"),
        ({"ends_on": date(2026, 3, 1)}, "pilot.days"),
        ({"ai_class": "harmless"}, "ai_class.unknown"),
        ({"hourly_rate": Decimal(-1)}, "hourly_rate.range"),
        ({"hourly_rate": Decimal("NaN")}, "hourly_rate.range"),
        ({"risks": "x" * 5_001}, "text.too_long"),
    ],
)
def test_a_plan_that_does_not_hold_is_refused(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_pilot(**fields)
    assert refused.value.code == code


def test_only_the_unit_plans_and_only_from_the_shortlist() -> None:
    proposal = a_proposal(a_challenge("decided"), "shortlisted")
    for actor in (resident(), staff()):
        with pytest.raises(Forbidden):
            pilot_plan(a_plan(), proposal_id=proposal.id, reason=REASON, by=actor)
    early = a_proposal(a_challenge("decided"), "assessed")
    with pytest.raises(Conflict) as refused:
        pilot_plan(a_plan(), proposal_id=early.id, reason=REASON, by=unit())
    assert refused.value.code == "step.order"


def test_a_second_pilot_follows_only_when_the_first_is_over() -> None:
    first = a_pilot()
    with pytest.raises(Conflict) as refused:
        pilot_plan(a_plan(), proposal_id=first.proposal_id, reason=REASON, by=unit())
    assert refused.value.code == "pilot.another"
    pilot_break_off(first.id, reason="The market is being rebuilt.", by=unit())
    again = pilot_plan(a_plan(), proposal_id=first.proposal_id, reason="", by=unit())
    assert again.state == "planned"


def test_who_changes_what_was_reviewed_has_it_reviewed_again() -> None:
    pilot = a_pilot()
    through_gates(pilot)
    changed = pilot_edit(pilot.id, a_plan(hourly_rate=Decimal(60)), version=1, by=unit())
    assert set(pilot.gates.values_list("state", flat=True)) == {"not_needed", "passed"}
    pilot_edit(pilot.id, a_plan(risks="Cameras."), version=changed.version, by=unit())
    assert set(pilot.gates.values_list("state", flat=True)) == {"open"}
    assert logged(pilot)[-1] == "pilot.gates_reopened"


def test_nobody_overwrites_what_they_have_not_seen() -> None:
    pilot = a_pilot()
    pilot_edit(pilot.id, a_plan(risks="Fewer."), version=1, by=second())
    with pytest.raises(Conflict) as refused:
        pilot_edit(pilot.id, a_plan(), version=1, by=unit())
    assert (refused.value.code, refused.value.details["current_version"]) == ("pilot.changed_meanwhile", 2)


def test_whoever_planned_a_pilot_does_not_review_it() -> None:
    pilot = a_pilot()
    with pytest.raises(Conflict) as refused:
        gate_decide(pilot.id, kind="ethics", state="passed", note="Fine.", by=unit())
    assert refused.value.code == "gate.same_person"
    # Nor does whoever changed it last.
    pilot_edit(pilot.id, a_plan(risks="Fewer."), version=1, by=second())
    with pytest.raises(Conflict) as refused:
        gate_decide(pilot.id, kind="ethics", state="passed", note="Fine.", by=second())
    assert refused.value.code == "gate.same_person"
    assert set(pilot.gates.values_list("state", flat=True)) == {"open"}


@pytest.mark.parametrize(
    ("ai_class", "kind", "state", "note", "code"),
    [
        ("", "ethics", "passed", "Fine.", "gate.ai_class_missing"),
        ("high", "ethics", "not_needed", "Fine.", "gate.board_needed"),
        ("prohibited", "ethics", "passed", "Fine.", "gate.prohibited"),
        ("prohibited", "data_protection", "not_needed", "Fine.", "gate.prohibited"),
        ("none", "ethics", "open", "Fine.", "gate.result"),
        ("none", "weather", "passed", "Fine.", "gate.unknown"),
        ("none", "ethics", "passed", " ", "reason.missing"),
    ],
)
def test_what_a_review_cannot_say(ai_class: str, kind: str, state: str, note: str, code: str) -> None:
    pilot = a_pilot(ai_class=ai_class)
    with pytest.raises(DomainError) as refused:
        gate_decide(pilot.id, kind=kind, state=state, note=note, by=second())
    assert refused.value.code == code


def test_a_review_is_in_the_log_with_its_reason() -> None:
    pilot = a_pilot(ai_class="high")
    gate_decide(pilot.id, kind="ethics", state="refused", note="It watches people.", by=second())
    body = DecisionEntry.objects.filter(challenge=pilot.challenge).latest("number").body
    assert all(part in body for part in ("pilot.gate", "refused", "It watches people.", "high"))
    assert str(second().id) not in body
    assert second().name not in body


def start_code(pilot: Pilot) -> tuple[str, list[str]]:
    with pytest.raises(Conflict) as refused:
        pilot_start(pilot.id, by=unit())
    return refused.value.code, refused.value.details.get("missing", [])


def test_a_pilot_starts_only_through_both_gates_with_something_to_compare() -> None:
    pilot = a_pilot(ai_class="", drafts=())
    expected = ["ai_class_missing", "data_protection_open", "ethics_open", "no_indicator"]
    assert start_code(pilot) == ("pilot.not_ready", expected)
    pilot_edit(pilot.id, a_plan(), version=1, by=unit())
    indicators_set(pilot.id, [FILL], by=unit())
    gate_decide(pilot.id, kind="data_protection", state="refused", note="No.", by=second())
    assert start_code(pilot)[1] == ["data_protection_refused", "ethics_open", "no_baseline"]
    through_gates(pilot)
    assert start_code(pilot)[1] == ["no_baseline"]
    measure(pilot.indicators.get(), [50.0], first=clock.now() - timedelta(days=3))
    assert pilot_start(pilot.id, by=unit()).state == "running"
    assert logged(pilot)[-1] == "pilot.started"


def test_what_is_prohibited_never_starts() -> None:
    pilot = a_pilot(ai_class="prohibited", drafts=(IndicatorDraft("Fill", "%", "up", baseline=1),))
    pilot.gates.update(state="passed", note="Slipped through.")
    assert start_code(pilot)[1] == ["prohibited"]


def test_high_risk_does_not_start_past_the_board() -> None:
    pilot = a_pilot(drafts=(IndicatorDraft("Fill", "%", "up", baseline=1),))
    through_gates(pilot, ethics="not_needed")
    Pilot.objects.filter(id=pilot.id).update(ai_class="high")
    assert start_code(pilot)[1] == ["board_needed"]


def test_a_start_is_today_and_after_the_last_value_of_before() -> None:
    pilot = a_pilot()
    through_gates(pilot)
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    measure(pilot.indicators.get(), [50.0], first=noon - timedelta(hours=2))
    with clock.at(noon):
        for moment in (noon - timedelta(days=1), noon + timedelta(minutes=1)):
            with pytest.raises(Invalid) as wrong:
                pilot_start(pilot.id, by=unit(), at=moment)
            assert wrong.value.code == "pilot.start_day"
        with pytest.raises(Conflict) as late:
            pilot_start(pilot.id, by=unit(), at=noon - timedelta(hours=3))
        assert late.value.code == "measurement.baseline_after_start"
        assert pilot_start(pilot.id, by=unit(), at=noon - timedelta(hours=1)).started_at == noon - timedelta(hours=1)


def test_after_the_start_plan_and_indicators_stay() -> None:
    pilot = a_finished_pilot()
    for change in (
        lambda: pilot_edit(pilot.id, a_plan(), version=pilot.version, by=unit()),
        lambda: indicators_set(pilot.id, [FILL], by=unit()),
        lambda: gate_decide(pilot.id, kind="ethics", state="refused", note="Too late.", by=second()),
        lambda: pilot_start(pilot.id, by=unit()),
        lambda: pilot_finish(pilot.id, by=unit()),
    ):
        with pytest.raises(Conflict):
            change()


def test_a_withdrawn_proposal_ends_its_pilot_with_what_was_measured_so_far() -> None:
    with clock.at(START - timedelta(days=2)):
        pilot = a_pilot()
        through_gates(pilot)
        measure(pilot.indicators.get(), [50.0, 51.0], first=START - timedelta(days=2))
    with clock.at(START):
        pilot_start(pilot.id, by=unit())
    with clock.at(START + timedelta(days=9)):
        row = pilot_locked(pilot.id)
        pilot_abandon(row, reason="The sender has withdrawn the proposal.", by=resident())
        # A second time changes nothing.
        pilot_abandon(row, reason="Again.", by=resident())
    pilot.refresh_from_db()
    assert (pilot.state, pilot.ended_at) == ("abandoned", START + timedelta(days=9))
    assert pilot.because["en"]["text"] == "The sender has withdrawn the proposal."
    assert logged(pilot).count("pilot.abandoned") == 1
    assert Measurement.objects.count() == 2
    with pytest.raises(Conflict):
        pilot_finish(pilot.id, by=unit())


def test_what_is_decided_is_not_broken_off() -> None:
    pilot = a_finished_pilot()
    Pilot.objects.filter(id=pilot.id).update(state="decided", decision="scale", decided_at=clock.now())
    with pytest.raises(Conflict) as refused:
        pilot_break_off(pilot.id, reason="Changed our mind.", by=unit())
    assert refused.value.code == "pilot.decided"


def test_strangers_run_nothing() -> None:
    pilot = a_pilot()
    for act in (
        lambda: pilot_edit(pilot.id, a_plan(), version=1, by=resident()),
        lambda: pilot_start(pilot.id, by=resident()),
        lambda: pilot_finish(pilot.id, by=resident()),
        lambda: pilot_break_off(pilot.id, reason="No.", by=resident()),
        lambda: gate_decide(pilot.id, kind="ethics", state="passed", note="Yes.", by=resident()),
        lambda: indicators_set(pilot.id, [], by=resident()),
    ):
        with pytest.raises(Forbidden):
            act()
