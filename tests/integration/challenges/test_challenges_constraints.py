"""What the database refuses of challenges, proposals, assessments, pilots and tenders, whatever code stands in front."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from citytandem.accounts.models import Person
from citytandem.challenges.models import (
    Challenge,
    ChallengeProblem,
    Criterion,
    DecisionEntry,
    Declaration,
    Gate,
    Indicator,
    Juror,
    Measurement,
    MeasurementImport,
    PartnerChallenge,
    PartnerProposal,
    Pilot,
    PilotCost,
    Proposal,
    ProposalImport,
    ProposalVersion,
    Question,
    Score,
    StepTaken,
    Tender,
)
from citytandem.core.ids import short_code, stable_id, uuid7
from tests.constraints import NOW, Fault, check_refused, table, untested

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PERSON, OTHER, THING = (stable_id("test", name) for name in ("person", "other", "thing"))


def named(**fields: Any) -> dict[str, Any]:
    """A row with a code of its own."""
    return {"code": short_code(uuid7()), "language": "en", "created_at": NOW, "changed_at": NOW, **fields}


def partners(**fields: Any) -> dict[str, Any]:
    """A challenge of a partner."""
    said = {"title": {"en": {"text": "Heat", "by": "human"}}, "state": "open", "origin": "did:web:sofia.example"}
    told = {"id": THING, "uri": "https://sofia.example/1", "code": "partners", "language": "en"}
    return {**told, **said, "published_at": NOW, "changed_at": NOW, **fields}


def a_challenge() -> Challenge:
    return Challenge.objects.create(**named(phase_since=NOW))


def a_proposal(challenge: Challenge) -> Proposal:
    return Proposal.objects.create(**named(challenge=challenge, step_since=NOW))


def a_pilot(challenge: Challenge) -> Pilot:
    return Pilot.objects.create(**GOOD[Pilot](challenge))


def about(challenge: Challenge) -> dict[str, Any]:
    """What somebody of the jury says of a proposal."""
    juror = Juror.objects.create(challenge=challenge, number=1, invited_at=NOW)
    return {"juror": juror, "proposal": a_proposal(challenge), "at": NOW}


IMPORTING = {"table": b"", "created_at": NOW, "changed_at": NOW}
GOOD: dict[type[Any], Callable[[Challenge], dict[str, Any]]] = {
    Challenge: lambda _one: named(phase_since=NOW),
    ChallengeProblem: lambda one: {"challenge": one, "problem": THING},
    Criterion: lambda one: {"challenge": one, "key": "impact", "weight": 1},
    Juror: lambda one: {"challenge": one, "person_id": PERSON, "number": 1, "invited_at": NOW},
    Declaration: lambda one: {**about(one), "has_interest": False},
    Score: lambda one: {**about(one), "criterion": Criterion.objects.create(**GOOD[Criterion](one)), "value": 3},
    DecisionEntry: lambda one: {"challenge": one, "number": 1, "body": "{}", "digest": "0"},
    Proposal: lambda one: named(challenge=one, step_since=NOW),
    ProposalVersion: lambda one: {"proposal": a_proposal(one), "number": 1, "said": {}, "until": NOW},
    StepTaken: lambda one: {"proposal": a_proposal(one), "step": "submitted", "language": "en", "at": NOW},
    Question: lambda one: {"challenge": one, "language": "en", "text": "Until when?", "asked_at": NOW},
    ProposalImport: lambda one: {"challenge": one, **IMPORTING},
    Pilot: lambda one: named(
        challenge=one, proposal=a_proposal(one), state_since=NOW, starts_on=NOW.date(), ends_on=NOW.date()
    ),
    Gate: lambda one: {"pilot": a_pilot(one), "kind": "ethics"},
    Indicator: lambda one: {"pilot": a_pilot(one), "name": "Bins", "unit": "per week", "direction": "down"},
    Measurement: lambda one: {
        "indicator": Indicator.objects.create(**GOOD[Indicator](one)), "at": NOW, "value": 1, "is_after": True,
    },
    MeasurementImport: lambda one: {"pilot": a_pilot(one), **IMPORTING},
    PilotCost: lambda one: {"pilot": a_pilot(one), "kind": "work", "on": NOW.date()},
    PartnerChallenge: lambda _one: partners(),
    PartnerProposal: lambda _one: named(challenge=PartnerChallenge.objects.create(**partners())),
    Tender: lambda one: named(challenge=one, title="Sensors", contract="services"),
}  # fmt: skip


def good(model: type[Any]) -> dict[str, Any]:
    """A row that is taken."""
    for person in (PERSON, OTHER):
        Person.objects.create(id=person, email=f"{person}@test.example")
    return GOOD[model](a_challenge())


NAN, ENDLESS = float("nan"), float("inf")
PUBLISHED = {"closes_at": NOW, "published_at": NOW}
RUNNING = {"state": "running", "started_at": NOW, "ai_class": "none"}
DECIDED = {**RUNNING, "state": "decided"}
FAULTS = table(
    Fault("challenge_language_known", Challenge, {"language": "es"}),
    Fault("challenge_phase_known", Challenge, {"phase": "lost", **PUBLISHED}),
    Fault("challenge_form_known", Challenge, {"form": "lottery"}),
    Fault("challenge_openness_known", Challenge, {"openness": "never"}),
    Fault("challenge_sharing_known", Challenge, {"sharing": "all"}),
    Fault("challenge_budget_ordered", Challenge, {"budget_low": 2, "budget_high": 1}),
    Fault("challenge_budget_ordered", Challenge, {"budget_low": -1}),
    Fault("challenge_budget_ordered", Challenge, {"budget_high": -1}),
    Fault("challenge_questions_before_end", Challenge, {"questions_until": NOW + DAY, "closes_at": NOW}),
    Fault("challenge_published_has_dates", Challenge, {"phase": "open"}),
    Fault("challenge_published_has_dates", Challenge, {"phase": "open", "closes_at": NOW}),
    Fault("challenge_published_has_dates", Challenge, {"phase": "withdrawn", "published_at": NOW}),
    Fault("challenge_second_person", Challenge, {"sent_by_id": PERSON, "published_by_id": PERSON}),
    Fault("challenge_criteria_frozen", Challenge, {"phase": "assessment", **PUBLISHED}),
    Fault("challenge_criteria_frozen", Challenge, {"phase": "decision", **PUBLISHED}),
    Fault("challenge_criteria_frozen", Challenge, {"phase": "decided", "decided_at": NOW, **PUBLISHED}),
    Fault("challenge_decided_has_date", Challenge, {"phase": "decided", "frozen_at": NOW, **PUBLISHED}),
    Fault("challenge_problem_once", ChallengeProblem, first={}),
    Fault("criterion_once", Criterion, first={}),
    Fault("criterion_weight_not_negative", Criterion, {"weight": -1}),
    Fault("criterion_direction_known", Criterion, {"direction": "up"}),
    Fault("criterion_scale_ordered", Criterion, {"low": 5, "high": 0}),
    Fault("criterion_scale_ordered", Criterion, {"low": 5, "high": 5}),
    Fault("criterion_scale_ordered", Criterion, {"low": NAN}),
    Fault("criterion_scale_ordered", Criterion, {"high": NAN}),
    Fault("criterion_scale_ordered", Criterion, {"low": -ENDLESS}),
    Fault("criterion_scale_ordered", Criterion, {"high": ENDLESS}),
    Fault("juror_once", Juror, {"number": 2}, first={}),
    Fault("juror_number_once", Juror, {"person_id": OTHER}, first={}),
    Fault("declaration_once", Declaration, first={}),
    Fault("score_once", Score, first={}),
    Fault("score_is_finite", Score, {"value": NAN}),
    Fault("score_is_finite", Score, {"value": ENDLESS}),
    Fault("score_is_finite", Score, {"value": -ENDLESS}),
    Fault("decision_entry_once", DecisionEntry, first={}),
    Fault("proposal_language_known", Proposal, {"language": "es"}),
    Fault("proposal_step_known", Proposal, {"step": "lost"}),
    Fault("proposal_origin_has_uri", Proposal, {"origin": "did:web:sofia.example"}),
    Fault("proposal_origin_has_uri", Proposal, {"origin_uri": "https://sofia.example/1"}),
    Fault("proposal_cost_not_negative", Proposal, {"cost": -1}),
    Fault(
        "proposal_not_into_itself",
        Proposal,
        {"id": THING, "merged_into_id": THING, "moderation": "merged"},
    ),
    Fault("proposal_moderation_known", Proposal, {"moderation": "lost"}),
    Fault("proposal_merged_has_target", Proposal, {"moderation": "merged"}),
    Fault("proposal_merged_has_target", Proposal, {"merged_into_id": THING}, first={"id": THING}),
    Fault("proposal_reference_once", Proposal, {"reference": "7", "code": "other"}, first={"reference": "7"}),
    Fault("proposal_version_once", ProposalVersion, first={}),
    Fault("step_known", StepTaken, {"step": "lost", "reason": "So."}),
    Fault("step_has_a_reason", StepTaken, {"step": "declined"}),
    Fault("question_language_known", Question, {"language": "es"}),
    Fault("question_moderation_known", Question, {"moderation": "merged"}),
    Fault("proposal_import_state_known", ProposalImport, {"state": "lost"}),
    Fault("proposal_import_not_beyond", ProposalImport, {"total": 1, "done": 2}),
    Fault("pilot_language_known", Pilot, {"language": "es"}),
    Fault("pilot_state_known", Pilot, {"state": "lost"}),
    Fault("pilot_ai_class_known", Pilot, {"ai_class": "secret"}),
    Fault("pilot_days_ordered", Pilot, {"starts_on": NOW.date() + DAY, "ends_on": NOW.date()}),
    Fault("pilot_times_ordered", Pilot, {"started_at": NOW + DAY, "ended_at": NOW}),
    Fault("pilot_running_was_started", Pilot, {**RUNNING, "started_at": None}),
    Fault("pilot_running_was_started", Pilot, {**RUNNING, "ai_class": ""}),
    Fault("pilot_running_was_started", Pilot, {**RUNNING, "ai_class": "prohibited"}),
    Fault("pilot_running_was_started", Pilot, {**RUNNING, "state": "finished", "started_at": None}),
    Fault("pilot_decided_has_decision", Pilot, DECIDED),
    Fault("pilot_decided_has_decision", Pilot, {**DECIDED, "decision": "scale"}),
    Fault("pilot_decided_has_decision", Pilot, {**DECIDED, "decision": "maybe", "decided_at": NOW}),
    Fault("pilot_decided_has_decision", Pilot, {**RUNNING, "decision": "scale", "decided_at": NOW}),
    Fault("pilot_rate_not_negative", Pilot, {"hourly_rate": -1}),
    Fault("gate_once", Gate, first={}),
    Fault("gate_kind_known", Gate, {"kind": "taste"}),
    Fault("gate_state_known", Gate, {"state": "lost", "note": "So."}),
    Fault("gate_has_a_reason", Gate, {"state": "passed"}),
    Fault("indicator_once", Indicator, first={}),
    Fault("indicator_direction_known", Indicator, {"direction": "max"}),
    Fault("indicator_kind_known", Indicator, {"kind": "share"}),
    Fault("indicator_source_known", Indicator, {"source": "dream"}),
    Fault("indicator_is_finite", Indicator, {"baseline": NAN}),
    Fault("indicator_is_finite", Indicator, {"target": -ENDLESS}),
    Fault("measurement_once", Measurement, first={}),
    Fault("measurement_is_finite", Measurement, {"value": NAN}),
    Fault("measurement_is_finite", Measurement, {"value": -ENDLESS}),
    Fault("measurement_exposure_positive", Measurement, {"exposure": 0}),
    Fault("measurement_exposure_positive", Measurement, {"exposure": NAN}),
    Fault("measurement_exposure_positive", Measurement, {"exposure": ENDLESS}),
    Fault("measurement_import_state_known", MeasurementImport, {"state": "lost"}),
    Fault("measurement_import_not_beyond", MeasurementImport, {"total": 1, "done": 2}),
    Fault("pilot_cost_kind_known", PilotCost, {"kind": "cake"}),
    Fault("pilot_cost_not_negative", PilotCost, {"amount": -1}),
    Fault("pilot_cost_not_negative", PilotCost, {"hours": -1}),
    Fault("partner_challenge_language_known", PartnerChallenge, {"language": "es"}),
    Fault("partner_challenge_state_known", PartnerChallenge, {"state": "draft"}),
    Fault("partner_challenge_version_from_1", PartnerChallenge, {"version": 0}),
    Fault("partner_challenge_budget_ordered", PartnerChallenge, {"budget_low": 2, "budget_high": 1}),
    Fault("partner_challenge_budget_ordered", PartnerChallenge, {"budget_low": -1}),
    Fault("partner_challenge_budget_ordered", PartnerChallenge, {"budget_high": -1}),
    Fault("partner_challenge_gone_says_nothing", PartnerChallenge, {"gone_at": NOW}),
    Fault("partner_proposal_language_known", PartnerProposal, {"language": "es"}),
    Fault("partner_proposal_cost_not_negative", PartnerProposal, {"cost": -1}),
    Fault("tender_language_known", Tender, {"language": "es"}),
    Fault("tender_contract_known", Tender, {"contract": "gift"}),
    Fault("tender_value_not_negative", Tender, {"value": -1}),
)
MODULES = {
    "citytandem.challenges.models",
    "citytandem.challenges.models_assessment",
    "citytandem.challenges.models_partners",
    "citytandem.challenges.models_pilots",
    "citytandem.challenges.models_proposals",
    "citytandem.challenges.models_tenders",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_row_that_must_not_be_is_refused(fault: Fault) -> None:
    check_refused(fault, good)


def test_every_constraint_has_such_a_row() -> None:
    assert untested(FAULTS, MODULES) == set()
