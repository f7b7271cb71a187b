"""Whether the record of a challenge is as it was written: its log, and what it tells of: ranking, criteria, reasons, steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from citytandem.accounts.contract import SYSTEM
from citytandem.challenges.decisions.chain import content_of
from citytandem.challenges.models import Challenge, DecisionEntry, Proposal
from citytandem.challenges.ranking.outcome import digest
from citytandem.challenges.selectors import challenge_get
from citytandem.challenges.services.log import log_check
from citytandem.challenges.services.published import criteria_facts


@dataclass(frozen=True, slots=True)
class Fault:
    """The entry at which the record stops being true. `what`: what it tells, as far as it can still be read. `why`: body,
    number, previous, missing, added; or what is kept now and is not what the entry tells: ranking, criteria, decision or
    step."""

    number: int
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. `fault`: None if all is as it was written."""

    code: str
    entries: int
    head: str
    fault: Fault | None


def verify(key: str) -> Verified:
    """Check a challenge by id, code or slug, whoever may read it. Raises NotFound."""
    challenge = challenge_get(SYSTEM, key)
    broken = log_check(challenge)
    fault = (
        _content_fault(challenge)
        if broken is None
        else Fault(broken.number, _what(challenge, broken.number), broken.why)
    )
    return Verified(challenge.code, challenge.log_count, challenge.log_head, fault)


def _content_fault(challenge: Challenge) -> Fault | None:
    """Of a log that is whole in itself: the first entry that tells something else than what is kept now."""
    last: dict[str, tuple[int, str, dict[str, Any]]] = {}
    for entry in DecisionEntry.objects.filter(challenge=challenge).order_by("number"):
        content = content_of(entry.body)
        what, facts = str(content.get("what", "")), content.get("facts", {})
        if entry.number == 1:
            last["begin"] = (1, what, facts)
        last[f"{what} {facts['proposal']}" if what == "proposal.step" else what] = (entry.number, what, facts)
    # Without its log, or with one that begins later, a published challenge could be made to tell anything.
    if challenge.published_at is not None and ("begin" not in last or last["begin"][1] != "challenge.published"):
        return Fault(1, "challenge.published", "missing")
    steps = dict(Proposal.objects.filter(challenge=challenge).values_list("code", "step"))
    faults = []
    for number, what, facts in last.values():
        why = _differs(challenge, what, facts, steps)
        if why:
            faults.append(Fault(number, what, why))
    return min(faults, key=lambda fault: fault.number, default=None)


def _differs(challenge: Challenge, what: str, facts: dict[str, Any], steps: dict[str, str]) -> str:
    """What is not as the entry tells; empty if all is."""
    if what == "assessment.ranked":
        return "" if facts.get("sha256") == digest(challenge.result or {}) else "ranking"
    if what == "assessment.started":
        return "" if facts.get("criteria") == criteria_facts(challenge) else "criteria"
    if what == "proposal.step":
        return "" if facts.get("step") == steps.get(facts["proposal"]) else "step"
    if what == "challenge.decided":
        kept = (_text(challenge.decided_because, facts), _text(challenge.jury_says, facts))
        return "" if kept == (facts.get("because"), facts.get("jury_says")) else "decision"
    return ""


def _text(versions: Any, facts: dict[str, Any]) -> str:
    """The words as they were written; translations of them are nobody's decision."""
    return str((versions or {}).get(facts.get("language"), {}).get("text", ""))


def _what(challenge: Challenge, number: int) -> str:
    entry = DecisionEntry.objects.filter(challenge=challenge, number=number).first()
    return str(content_of(entry.body).get("what", "")) if entry is not None else ""
