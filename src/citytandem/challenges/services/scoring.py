"""What an assessor declares and gives: saved as it is typed, without waiting for the others."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.funnel import Phase, Step
from citytandem.challenges.models import Challenge, Criterion, Declaration, Juror, Proposal, Score
from citytandem.challenges.reading_proposals import hands_in
from citytandem.challenges.services.log import log_append
from citytandem.challenges.services.phases import challenge_held, challenge_locked
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.permissions import require
from citytandem.core.text import clean_text

ASSESSABLE = (Step.SCREENED.value, Step.ASSESSED.value)
MOST_NOTE = 1_000
MOST_DECLARED = 500


@dataclass(frozen=True, slots=True)
class Given:
    """A score for a criterion; None: not scored."""

    value: float | None
    note: str = ""


@transaction.atomic
def interest_declare(proposal_id: UUID, *, has_interest: bool, text: str = "", by: Actor) -> int:
    """Say whether one has an interest in a proposal; only who has none scores it. Returns how many scores were removed.

    Declared later, it takes away what was scored, and the log says how much. Raises Invalid, Conflict.
    """
    proposal = _proposal(proposal_id)
    challenge = challenge_locked(proposal.challenge_id)
    juror = _juror(challenge, by=by)
    check_open(challenge, juror, _proposal(proposal_id))
    told = clean_text(text)
    if has_interest and not told:
        raise Invalid("interest.missing", _("Say what ties you to it."), field="text")
    if len(told) > MOST_DECLARED:
        raise Invalid("interest.too_long", _("This is too long: at most 500 characters."), field="text")
    if not has_interest:
        _check_no_bidder(challenge, by=by)
    before = Declaration.objects.filter(juror=juror, proposal=proposal).first()
    Declaration.objects.update_or_create(
        juror=juror,
        proposal=proposal,
        defaults={"has_interest": has_interest, "text": told if has_interest else "", "at": clock.now()},
    )
    if not has_interest:
        if before is not None and before.has_interest:
            log_append(challenge, "interest.withdrawn", {"juror": juror.number, "proposal": proposal.code})
        return 0
    removed, _rows = Score.objects.filter(juror=juror, proposal=proposal).delete()
    if removed or before is None or not before.has_interest:
        facts = {"juror": juror.number, "proposal": proposal.code, "scores_removed": removed}
        log_append(challenge, "interest.declared", facts)
    return removed


@transaction.atomic
def scores_save(
    proposal_id: UUID, given: Mapping[str, Given], *, by: Actor, seen: Collection[str] | None = None
) -> tuple[int, int]:
    """Keep an assessor's scores of one proposal, by key of the criterion; returns how many are there now, and of how many.

    What is None is taken away, but only where it is in `seen`: the criteria whose score the assessor had before their
    eyes (None: all). So a page that stood open from before does not undo what another one saved. Nobody waits for
    another assessor. Whoever handed in anything here, alone or with an organisation, scores nothing.
    Raises Invalid with the criterion as field, Conflict.
    """
    proposal = _proposal(proposal_id)
    challenge = challenge_held(proposal.challenge_id)
    juror = _juror(challenge, by=by)
    # Read again, after whoever merges or withdraws it has finished.
    check_open(challenge, juror, _proposal(proposal_id))
    _check_no_bidder(challenge, by=by)
    _check_declared(juror, proposal)
    criteria = {one.key: one for one in Criterion.objects.filter(challenge=challenge)}
    rows, gone = [], []
    now = clock.now()
    for key, one in given.items():
        criterion = criteria.get(key)
        if criterion is None:
            raise Invalid("score.criterion", _("There is no such criterion any more."), field=key)
        note = _checked(one, criterion)
        if one.value is not None:
            rows.append(
                Score(juror=juror, proposal=proposal, criterion=criterion, value=float(one.value), note=note, at=now)
            )
        elif seen is None or key in seen:
            gone.append(criterion)
    Score.objects.filter(juror=juror, proposal=proposal, criterion__in=gone).delete()
    Score.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["juror", "proposal", "criterion"],
        update_fields=["value", "note", "at"],
    )
    return Score.objects.filter(juror=juror, proposal=proposal).count(), len(criteria)


def check_open(challenge: Challenge, juror: Juror, proposal: Proposal) -> None:
    """Raises Conflict where this assessor cannot score this proposal any more, or not yet."""
    if challenge.phase in {Phase.DECISION, Phase.DECIDED, Phase.WITHDRAWN}:
        raise Conflict("assessment.closed", _("The assessment is closed: the scores stay as they are."))
    if challenge.phase != Phase.ASSESSMENT:
        raise Conflict("assessment.not_begun", _("The assessment has not begun: proposals can still be handed in."))
    if juror.done_at is not None:
        raise Conflict("juror.is_done", _("You said that you are done. The innovation unit can let you go on."))
    if proposal.moderation == "merged" or proposal.step not in ASSESSABLE:
        raise Conflict(
            "assessment.proposal_gone",
            _("This proposal is not assessed: it was withdrawn, declined or joined with another."),
        )


def _check_no_bidder(challenge: Challenge, *, by: Actor) -> None:
    # Whoever joined an organisation since they were invited answers for what it handed in.
    if hands_in(by, challenge):
        raise Conflict("juror.bidder", _("You handed in a proposal for this challenge, so you cannot assess it."))


def _check_declared(juror: Juror, proposal: Proposal) -> None:
    declared = Declaration.objects.filter(juror=juror, proposal=proposal).first()
    if declared is None:
        raise Conflict("interest.undeclared", _("Say first whether you have an interest in this proposal."))
    if declared.has_interest:
        raise Conflict("interest.declared", _("You have an interest in this proposal, so your scores do not count."))


def _checked(one: Given, criterion: Criterion) -> str:
    note = clean_text(one.note)
    if len(note) > MOST_NOTE:
        raise Invalid("score.note_too_long", _("This is too long: at most 1,000 characters."), field=criterion.key)
    if one.value is None:
        if note:
            raise Invalid("score.note_alone", _("Give a score to your note as well."), field=criterion.key)
        return ""
    if not math.isfinite(one.value):
        raise Invalid("score.number", _("This is not a number."), field=criterion.key)
    if not criterion.low <= one.value <= criterion.high:
        raise Invalid(
            "score.outside",
            _("This lies outside the scale."),
            field=criterion.key,
            low=criterion.low,
            high=criterion.high,
        )
    return note


def _proposal(proposal_id: UUID) -> Proposal:
    proposal = Proposal.objects.select_related("challenge").filter(id=proposal_id).first()
    if proposal is None:
        raise NotFound("proposal.unknown", _("This proposal does not exist, or it is not public."))
    return proposal


def _juror(challenge: Challenge, *, by: Actor) -> Juror:
    require("challenges.assess", by, challenge)
    assert by.id is not None  # noqa: S101 - is in the jury
    # One's own pages one after the other; nobody waits for another assessor.
    return Juror.objects.select_for_update().get(challenge=challenge, person_id=by.id)
