"""The steps of proposals through the funnel: each with a reason that its sender is told, and an entry in the log."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges import notices
from citytandem.challenges.funnel import OUTCOMES, Phase, Step, may_follow
from citytandem.challenges.models import Challenge, Proposal, StepTaken
from citytandem.challenges.rules import handed_it_in
from citytandem.challenges.services.log import log_append_all
from citytandem.challenges.services.phases import tell_partners
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.permissions import require
from citytandem.core.text import clean_text
from citytandem.search.detect import detect_language

# Steps are taken in the phase in which they mean something: nobody is on a shortlist before the assessment has ended.
_PHASES: dict[Step, frozenset[Phase]] = {
    Step.SUBMITTED: frozenset(),
    Step.SCREENED: frozenset({Phase.OPEN, Phase.ASSESSMENT}),
    Step.ASSESSED: frozenset({Phase.ASSESSMENT, Phase.DECISION}),
    Step.SHORTLISTED: frozenset({Phase.DECISION, Phase.DECIDED}),
    Step.PILOT: frozenset({Phase.DECISION, Phase.DECIDED}),
    Step.DECLINED: frozenset({Phase.OPEN, Phase.ASSESSMENT, Phase.DECISION, Phase.DECIDED}),
    Step.WITHDRAWN: frozenset(Phase),
    **dict.fromkeys(OUTCOMES - {Step.DECLINED}, frozenset({Phase.DECISION, Phase.DECIDED})),
}
MOST_AT_ONCE = 5_000
MOST_REASON = 4_000


@transaction.atomic
def proposals_step(ids: Collection[UUID], *, step: str, reason: str, by: Actor) -> int:
    """Move proposals of one challenge on, all or none, with one reason. Returns how many. Raises Invalid, Conflict.

    What their senders are told is the reason, as it was written.
    """
    rows = _locked(ids)
    require("challenges.run", by, rows[0].challenge)
    steps_take(rows, step=step, reason=reason, by=by)
    return len(rows)


@transaction.atomic
def proposals_step_all(challenge_id: UUID, *, now: str, seen: Seen, step: str, reason: str, by: Actor) -> int:
    """As `proposals_step`, for all proposals of a challenge that stand at the step `now`: those that `by` has `seen`.

    Of more than 5,000 the first 5,000 in the order of their arrival: the rest stands there for the next time. Returns how
    many. Raises Conflict where these are not the same any more.
    """
    standing = standing_at(challenge_id, now).filter(step_since__lte=seen.at)
    ids = list(standing.order_by("created_at", "id").values_list("id", flat=True)[:MOST_AT_ONCE])
    if standing.count() != seen.count:
        raise Conflict("funnel.changed_meanwhile", _("Some of these have moved on in the meantime. Look again."))
    return proposals_step(ids, step=step, reason=reason, by=by)


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody had before their eyes: how many, and when."""

    count: int
    at: datetime


def standing_at(challenge_id: UUID, step: str) -> QuerySet[Proposal]:
    """The proposals of a challenge that stand at a step, each on its own."""
    return Proposal.objects.filter(challenge_id=challenge_id, step=step).exclude(moderation="merged")


def steps_take(rows: Sequence[Proposal], *, step: str, reason: str, by: Actor) -> None:
    """As `proposals_step`, for proposals that the caller has locked, and `by` may do what it is part of.

    Nobody judges what they handed in themselves: raises Conflict, but for taking it back.
    """
    if not rows:
        return
    then, told = checked_step(step), checked_reason(reason)
    challenge = rows[0].challenge
    for row in rows:
        if row.challenge_id != challenge.id:
            raise Invalid("proposals.several_challenges", _("These proposals answer different challenges."))
        if then != Step.WITHDRAWN and handed_it_in(by, row):
            raise Conflict(
                "step.own",
                _("You handed in one of these proposals yourself. Somebody else has to do this."),
                proposal=row.code,
            )
        check_step(row, then)
    now = clock.now()
    language = detect_language(told)
    facts: list[dict[str, Any]] = []
    taken: list[StepTaken] = []
    for row in rows:
        taken.append(
            StepTaken(
                proposal=row, before=row.step, step=then.value, reason=told, language=language, by_id=by.id, at=now
            )
        )
        facts.append({"proposal": row.code, "before": row.step, "step": then.value, **_why(then, told, language)})
        row.step, row.step_since = then.value, now
    StepTaken.objects.bulk_create(taken, batch_size=1_000)
    Proposal.objects.filter(id__in=[row.id for row in rows]).update(step=then.value, step_since=now)
    log_append_all(challenge, [("proposal.step", one) for one in facts])
    notices.tell_steps(taken, by=by)
    if any(row.origin for row in rows):
        tell_partners(challenge.id)


def _why(then: Step, told: str, language: str) -> dict[str, str]:
    # The log is never shortened: what a sender says of a withdrawal stands with the proposal, where it can be erased.
    if then == Step.WITHDRAWN:
        return {"reason_sha256": hashlib.sha256(told.encode()).hexdigest()}
    return {"reason": told, "language": language}


def in_phase(step: Step, phase: Phase) -> bool:
    """Whether a step means something in a phase of the challenge."""
    return phase in _PHASES[step]


def checked_step(step: str) -> Step:
    """Raises Invalid for what is none."""
    try:
        return Step(step)
    except ValueError:
        raise Invalid("step.unknown", _("There is no such step."), field="step") from None


def checked_reason(reason: str) -> str:
    """What the sender is told. Raises Invalid where nothing is said."""
    told = clean_text(reason)
    if not told:
        raise Invalid("reason.missing", _("Say why: the sender is told so, and everybody can read it."), field="reason")
    if len(told) > MOST_REASON:
        raise Invalid("reason.too_long", _("This is too long: at most 4,000 characters."), field="reason")
    return told


def check_step(proposal: Proposal, then: Step) -> None:
    """Raises Conflict where this step cannot follow, or not in this phase of the challenge."""
    if proposal.moderation == "merged":
        raise Conflict("proposal.merged", _("This proposal went into another one. Split it off first."))
    if not may_follow(Step(proposal.step), then):
        raise Conflict(
            "step.order",
            _("This step cannot follow the one that the proposal has taken."),
            proposal=proposal.code,
            now=proposal.step,
        )
    if not in_phase(then, Phase(proposal.challenge.phase)):
        raise Conflict("step.phase", _("It is not the time for this step: see how far the challenge is."))


def _locked(ids: Collection[UUID]) -> list[Proposal]:
    if not ids:
        raise Invalid("proposals.none", _("Choose at least one proposal."), field="proposals")
    if len(ids) > MOST_AT_ONCE:
        raise Invalid("proposals.many", _("These are too many at once: choose at most 5,000."), field="proposals")
    wanted = set(ids)
    # The challenge first, as everybody does who writes into its log: two at once wait for each other, never both.
    challenges = Proposal.objects.filter(id__in=wanted).values("challenge")
    locked = {one.id: one for one in Challenge.objects.select_for_update().filter(id__in=challenges).order_by("id")}
    rows = list(Proposal.objects.select_for_update().filter(id__in=wanted).order_by("id"))
    if len(rows) < len(wanted):
        raise NotFound("proposal.unknown", _("This proposal does not exist, or it is not public."))
    for row in rows:
        row.challenge = locked[row.challenge_id]
    return rows
