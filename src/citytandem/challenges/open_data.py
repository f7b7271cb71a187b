"""Challenges, proposals, questions and pilots as plain values for exports and the API: only what everybody may read.

Never in here: people, single scores, tender packages, notes among staff. Texts come in every language version.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from citytandem.challenges.frame import path_of
from citytandem.challenges.models import (
    Challenge,
    Criterion,
    Gate,
    Indicator,
    Measurement,
    Pilot,
    PilotCost,
    Proposal,
    Question,
)

Told = dict[str, Any]


def challenge_told(row: Challenge) -> Told:
    """A challenge. What is said at its end is there once it has ended."""
    is_decided, is_withdrawn = row.phase == "decided", row.phase == "withdrawn"
    return {
        "id": row.id,
        "code": row.code,
        "slug": row.slug,
        "path": path_of(row),
        "original": row.language,
        "title": row.title,
        "text": row.text,
        "conditions": row.conditions,
        "sites": row.sites,
        "data": row.data,
        "targets": row.targets,
        "themes": row.themes,
        "form": row.form,
        "openness": row.openness,
        "languages": row.languages,
        "budget_low": _number(row.budget_low),
        "budget_high": _number(row.budget_high),
        "currency": row.currency,
        "phase": row.phase,
        "published_at": row.published_at,
        "questions_until": row.questions_until,
        "closes_at": row.closes_at,
        "assess_until": row.assess_until,
        "decide_until": row.decide_until,
        "pilot_until": row.pilot_until,
        "criteria_fixed_at": row.frozen_at,
        "decided_at": row.decided_at if is_decided else None,
        "jury_says": row.jury_says if is_decided else {},
        "decided_because": row.decided_because if is_decided else {},
        "withdrawn_because": row.withdrawn_because if is_withdrawn else {},
        "version": row.version,
    }


def criterion_told(row: Criterion) -> Told:
    """A criterion; weights sum to 1, to four decimals."""
    return {
        "key": row.key,
        "name": row.name,
        "hint": row.hint,
        "anchors": row.anchors,
        "weight": _number(row.weight),
        "direction": row.direction,
        "low": row.low,
        "high": row.high,
    }


def proposal_told(row: Proposal, steps: Sequence[Told] | None = None) -> Told:
    """A proposal, with its challenge at hand. `steps`: the way it has taken, left out where None; nobody is told who took
    them."""
    told = {
        "id": row.id,
        "code": row.code,
        "path": f"/proposals/{row.code}",
        "challenge": row.challenge.code,
        "original": row.language,
        "title": row.title,
        "text": row.text,
        "team": row.team,
        "organisation": row.organisation.name if row.organisation is not None else row.origin_name,
        "cost": _number(row.cost),
        "currency": row.challenge.currency,
        "step": row.step,
        "step_since": row.step_since,
        "created_at": row.created_at,
        "changed_at": row.changed_at,
        "version": row.version,
    }
    return told if steps is None else {**told, "steps": list(steps)}


def question_told(row: Question) -> Told:
    """A question and its answer, once there is one; nobody sees who asked."""
    return {
        "id": row.id,
        "language": row.language,
        "text": row.text,
        "asked_at": row.asked_at,
        "answer": row.answer,
        "answered_at": row.answered_at,
    }


def pilot_told(row: Pilot) -> Told:
    """A pilot, with all that belongs to it at hand. `findings`: what its measurements show, or nothing yet."""
    return {
        "id": row.id,
        "code": row.code,
        "path": f"/pilots/{row.code}",
        "challenge": row.challenge.code,
        "proposal": row.proposal.code,
        "original": row.language,
        "title": row.proposal.title,
        "hypothesis": row.hypothesis,
        "site": row.site,
        "legal_basis": row.legal_basis,
        "risks": row.risks,
        "conditions": row.conditions,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "ai_class": row.ai_class,
        "state": row.state,
        "gates": [gate_told(one) for one in row.gates.all()],
        "indicators": [indicator_told(one) for one in row.indicators.all()],
        "costs": [cost_told(one) for one in row.costs.all()],
        "hourly_rate": _number(row.hourly_rate),
        "currency": row.currency,
        "findings": row.findings,
        "decision": row.decision,
        "because": row.because,
        "decided_at": row.decided_at,
        "version": row.version,
    }


def gate_told(row: Gate) -> Told:
    """A review before the pilot, and what it said; who reviewed is not told."""
    return {"kind": row.kind, "state": row.state, "note": row.note, "at": row.at}


def cost_told(row: PilotCost) -> Told:
    """What was paid, or how many hours people of the city worked."""
    return {
        "kind": row.kind,
        "on": row.on,
        "amount": _number(row.amount),
        "hours": _number(row.hours),
        "note": row.note,
    }


def indicator_told(row: Indicator) -> Told:
    """What is measured."""
    return {
        "name": row.name,
        "unit": row.unit,
        "direction": row.direction,
        "kind": row.kind,
        "baseline": row.baseline,
        "target": row.target,
        "source": row.source,
    }


def measurement_told(row: Measurement) -> Told:
    """One value."""
    return {
        "at": row.at,
        "value": row.value,
        "is_after": row.is_after,
        "place": row.place,
        "exposure": row.exposure,
        "note": row.note,
    }


def _number(amount: Any) -> float | None:
    return None if amount is None else float(amount)
