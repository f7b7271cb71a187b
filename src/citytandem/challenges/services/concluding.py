"""What follows from a pilot: scale, change or stop; and the solution with evidence that it leaves for the stream."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from citytandem.accounts.contract import Actor
from citytandem.challenges import finding_text
from citytandem.challenges.funnel import Step
from citytandem.challenges.models import Pilot, Proposal
from citytandem.challenges.models_pilots import PilotDecision, PilotState
from citytandem.challenges.rules import handed_it_in
from citytandem.challenges.services.findings import findings_refresh
from citytandem.challenges.services.log import log_append
from citytandem.challenges.services.pilots import pilot_locked
from citytandem.challenges.services.steps import checked_reason, steps_take
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.permissions import require
from citytandem.core.versions import read
from citytandem.federation.contract import changed
from citytandem.notifications.contract import absolute
from citytandem.search.detect import detect_language
from citytandem.streams.contract import (
    SolutionDraft,
    SolutionTold,
    problems_advance,
    solution_by_key,
    solution_draft,
)

# What the proposal may become with each decision; none: it stays in its pilot, and another one can be planned.
STEPS: dict[str, tuple[str, ...]] = {
    PilotDecision.SCALE.value: (Step.IMPLEMENT.value, Step.WITH_PARTNERS.value),
    PilotDecision.CHANGE.value: (),
    PilotDecision.STOP.value: (Step.CONCEPT_POOL.value, Step.DECLINED.value),
}


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the unit decides. `step`: what the proposal becomes; `is_solved`: the problems behind it are."""

    decision: str
    reason: str
    step: str = ""
    is_solved: bool = False


@transaction.atomic
def pilot_decide(pilot_id: UUID, conclusion: Conclusion, *, by: Actor) -> Pilot:
    """Decide on a finished pilot: entry in the log, step of the proposal, and its sender is told. All or nothing.

    The entry holds the SHA-256 of what the pilot showed. Raises Conflict for who handed the proposal in.
    """
    pilot = pilot_locked(pilot_id)
    require("challenges.run", by, pilot.challenge)
    if pilot.state != PilotState.FINISHED:
        raise Conflict("pilot.not_finished", gettext_lazy("A pilot is decided when it has ended, and once."))
    if handed_it_in(by, pilot.proposal):
        raise Conflict("pilot.own", gettext_lazy("You handed in this proposal yourself. Somebody else has to do this."))
    _check(conclusion)
    # What is decided on stays: nothing is computed any more once it is decided.
    findings_refresh(pilot.id)
    pilot.refresh_from_db(fields=["findings"])
    told, now = checked_reason(conclusion.reason), clock.now()
    language = detect_language(told, hint=pilot.language)
    proposal = Proposal.objects.select_for_update(of=("self",)).select_related("challenge").get(id=pilot.proposal_id)
    # It may have been moved on by hand in the meantime; then it stays there.
    if conclusion.step and proposal.step == Step.PILOT:
        steps_take([proposal], step=conclusion.step, reason=told, by=by)
    pilot.decision, pilot.decided_at = conclusion.decision, now
    pilot.because = {language: {"text": told, "by": "human"}}
    pilot.state, pilot.state_since, pilot.changed_at = PilotState.DECIDED, now, now
    pilot.version += 1
    pilot.save()
    facts = {"pilot": pilot.code, "proposal": proposal.code, "decision": conclusion.decision, "reason": told}
    facts["findings_sha256"] = _digest(pilot.findings)
    log_append(pilot.challenge, "pilot.decided", {**facts, "language": language, "solved": conclusion.is_solved})
    if conclusion.is_solved:
        problems = list(pilot.challenge.problems.values_list("problem", flat=True))
        problems_advance(problems, status="solved", reason=f"/pilots/{pilot.code}", by=by)
    changed("evidence", pilot.id)
    return pilot


def _digest(findings: object) -> str:
    """SHA-256 of what the pilot showed, as JSON: keys in order, without spaces, UTF-8."""
    text = json.dumps(findings, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def pilot_solution(pilot_id: UUID, *, by: Actor) -> SolutionTold:
    """The solution with evidence that a finished pilot leaves, as a draft; the same one when it is asked for again.

    If the draft was deleted in the meantime a new one is written. Raises Conflict for a pilot that has not ended.
    """
    findings_refresh(pilot_id)
    with transaction.atomic():
        pilot = pilot_locked(pilot_id)
        require("challenges.run_pilot", by, pilot)
        if pilot.state not in (PilotState.FINISHED, PilotState.DECIDED):
            raise Conflict("pilot.not_finished", gettext_lazy("There is evidence when a pilot has ended."))
        known = _known(pilot, by=by)
        if known is not None:
            return known
        problems = list(pilot.challenge.problems.values_list("problem", flat=True))
        card = solution_draft(_draft(pilot), problems=problems, by=by)
        made = solution_by_key(card.code, actor=by, language=pilot.challenge.language)
        pilot.solution, pilot.changed_at = made.id, clock.now()
        pilot.save(update_fields=["solution", "changed_at"])
        changed("evidence", pilot.id)
        log_append(pilot.challenge, "pilot.solution_drafted", {"pilot": pilot.code, "solution": card.code})
        return made


def _known(pilot: Pilot, *, by: Actor) -> SolutionTold | None:
    if pilot.solution is None:
        return None
    try:
        return solution_by_key(pilot.solution, actor=by, language=pilot.challenge.language)
    except NotFound:
        return None


def _draft(pilot: Pilot) -> SolutionDraft:
    challenge, proposal = pilot.challenge, pilot.proposal
    with override(challenge.language):
        costs = finding_text.costs_of(pilot)
        is_euro = pilot.currency == "EUR" and bool(costs.by_kind)
        amount: Decimal | None = costs.total if is_euro else None
        title = read(proposal.title, reader=challenge.language, original=proposal.language).text
        return SolutionDraft(
            language=challenge.language,
            title=title,
            text=finding_text.evidence(pilot, costs),
            themes=list(challenge.themes),
            conditions={name: dict(texts) for name, texts in pilot.conditions.items()},
            cost_low=amount,
            cost_high=amount,
            cost_note=finding_text.cost_note(pilot, costs),
            provider=proposal.organisation.name if proposal.organisation is not None else "",
            source_title=_("What the pilot showed"),
            source_url=absolute(f"/pilots/{pilot.code}"),
        )


def _check(conclusion: Conclusion) -> None:
    if conclusion.decision not in STEPS:
        raise Invalid("pilot.decision", gettext_lazy("Choose what follows from the pilot."), field="decision")
    steps = STEPS[conclusion.decision]
    if (conclusion.step or None) not in (steps or (None,)):
        raise Invalid("pilot.step", gettext_lazy("This does not follow from that decision."), field="step")
    if conclusion.is_solved and conclusion.decision != PilotDecision.SCALE:
        raise Invalid(
            "pilot.solved", gettext_lazy("Problems are solved only where the pilot goes to the whole city."),
            field="is_solved",
        )  # fmt: skip
