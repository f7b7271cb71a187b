"""Closing the assessment, and working out what it came to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from citytandem.accounts.contract import Actor
from citytandem.challenges.funnel import Phase, Step
from citytandem.challenges.models import Challenge, Criterion, Declaration, Juror, Proposal, Score
from citytandem.challenges.ranking.criteria import Criterion as Measure
from citytandem.challenges.ranking.criteria import Scores
from citytandem.challenges.ranking.outcome import STAGES, Outcome, digest, draws_for, outcome_of
from citytandem.challenges.services.log import log_append
from citytandem.challenges.services.phases import challenge_locked, phase_enter
from citytandem.challenges.services.steps import steps_take
from citytandem.core import clock, jobs
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.permissions import require
from citytandem.core.text import clean_text

TASK = "challenges.rank"
SEED = 1
# Two thousand proposals take a minute.
LONGEST = timedelta(minutes=10)
# Scored, and still in the race or decided since.
_GONE = (Step.SUBMITTED.value, Step.WITHDRAWN.value)


@transaction.atomic
def assessment_close(challenge_id: UUID, *, told: str = "", reason: str = "", by: Actor) -> Challenge:
    """End the assessment: nobody scores any more, and the ranking is worked out in the background.

    `told`: what the senders of assessed proposals get to read; empty: the usual words in the challenge's language.
    `reason`: why although somebody is not done, nothing was scored (the ranking says so), or a proposal lacks a score for
    a criterion that counts; needed then. Raises Forbidden, Conflict, Invalid.
    """
    challenge = challenge_locked(challenge_id)
    require("challenges.run", by, challenge)
    if challenge.phase != Phase.ASSESSMENT:
        raise Conflict("assessment.closed", gettext_lazy("The assessment is not open."))
    jurors = Juror.objects.filter(challenge=challenge)
    undone, why = jurors.filter(done_at=None).count(), clean_text(reason)
    if (undone or not jurors.exists()) and not why:
        raise Invalid("reason.missing", gettext_lazy("Not everybody is done. Say why it ends now."), field="reason")
    scores, lacking = _counted(challenge).count(), scored_in_part(challenge)
    if not scores and not why:
        raise Conflict(
            "assessment.no_scores", gettext_lazy("Nobody has scored anything. Say why it ends now."), field="reason"
        )
    if lacking and not why:
        raise Conflict(
            "assessment.incomplete",
            gettext_lazy("Not every criterion was scored. Say why it ends now."),
            field="reason",
            proposals=lacking,
        )
    rows = list(
        Proposal.objects.select_for_update(of=("self",))
        .select_related("challenge")
        .filter(challenge=challenge, step=Step.SCREENED, id__in=_counted(challenge).values("proposal"))
        .exclude(moderation="merged")
        .order_by("id")
    )
    steps_take(rows, step=Step.ASSESSED, reason=clean_text(told) or usual_words(challenge.language), by=by)
    # Whoever saves at this moment holds the challenge until they are through; from here on nobody does.
    phase_enter(challenge, Phase.DECISION, result=progress(0))
    facts = {
        "criteria": [{"key": one.key, "weight": str(one.weight)} for one in challenge.criteria.all()],
        "jurors": jurors.count(),
        "not_done": undone,
        "scores": scores,
        "in_part": lacking,
        "proposals": len(rows),
        "reason": why,
    }
    log_append(challenge, "assessment.closed", facts)
    _enqueue(challenge)
    return challenge


def scored_in_part(challenge: Challenge) -> int:
    """How many proposals were scored, but not on each criterion that counts. One query."""
    counting = Criterion.objects.filter(challenge=challenge, weight__gt=0).order_by().values("challenge")
    given = _counted(challenge).values("proposal")
    kinds = Count("criterion", filter=Q(criterion__weight__gt=0), distinct=True)
    return given.annotate(kinds=kinds).filter(kinds__lt=Subquery(counting.values(n=Count("id")))).count()


def usual_words(language: str) -> str:
    """What the senders are told where the city says nothing else, in the challenge's language."""
    with override(language):
        return _("The jury has assessed your proposal. Next the city decides which proposals go on.")


def progress(done: int) -> dict[str, Any]:
    """What stands in place of a result while it is worked out."""
    return {"state": "computing", "done": done, "of": STAGES}


def result_compute(challenge_id: UUID) -> None:
    """Work out and keep what the assessment came to, unless it is there. The log gets its hash, so that it stays as it is."""
    challenge = Challenge.objects.filter(id=challenge_id).first()
    if challenge is None or not _is_due(challenge):
        return

    def advance(done: int) -> None:
        Challenge.objects.filter(id=challenge_id, result__state="computing").update(result=progress(done))

    outcome = outcome_for(challenge, advance=advance)
    kept = outcome.as_json()
    with transaction.atomic():
        locked = challenge_locked(challenge_id)
        if not _is_due(locked):
            return
        locked.result = kept
        locked.save(update_fields=["result"])
        facts = {
            "sha256": digest(kept),
            "weights": [{"key": one["key"], "weight": str(one["weight"])} for one in kept["criteria"]],
            "proposals": len(kept["proposals"]),
            "draws": kept["draws"],
            "seed": SEED,
        }
        log_append(locked, "assessment.ranked", facts)


def result_failed(challenge_id: UUID) -> None:
    """Keep that it could not be worked out: the unit sees it, and has it done again."""
    Challenge.objects.filter(id=challenge_id, result__state="computing").update(result={"state": "failed"})


@transaction.atomic
def result_again(challenge_id: UUID, *, by: Actor) -> None:
    """Have a result that failed worked out again. One that is there stays. Raises Forbidden."""
    challenge = challenge_locked(challenge_id)
    require("challenges.run", by, challenge)
    if _is_due(challenge):
        _compute_again(challenge)


def results_resume() -> int:
    """Have those worked out again that should have been there long ago: their job is lost. Returns how many."""
    late = clock.now() - LONGEST
    ids = Challenge.objects.filter(phase=Phase.DECISION, phase_since__lt=late, result__state="computing")
    rows = list(ids.values_list("id", flat=True))
    for challenge_id in rows:
        with transaction.atomic():
            challenge = challenge_locked(challenge_id)
            if _is_due(challenge):
                _compute_again(challenge)
    return len(rows)


def _compute_again(challenge: Challenge) -> None:
    challenge.result = progress(0)
    challenge.save(update_fields=["result"])
    _enqueue(challenge)


def _enqueue(challenge: Challenge) -> None:
    jobs.enqueue(TASK, queue="heavy", once=f"{TASK}:{challenge.id}", challenge_id=str(challenge.id))


def outcome_for(
    challenge: Challenge, *, draws: int | None = None, advance: Callable[[int], None] = lambda _done: None
) -> Outcome:
    """The outcome of the scores that are there now: of assessors without an interest, of proposals that are not gone."""
    scores, jurors = scores_of(challenge)
    tried = draws if draws is not None else draws_for(len(scores.proposals))
    return outcome_of(scores, jurors=jurors, seed=SEED, draws=tried, advance=advance)


def scores_of(challenge: Challenge) -> tuple[Scores, list[int]]:
    """The table of all scores that count, and the numbers of its assessors. Three queries."""
    criteria = list(Criterion.objects.filter(challenge=challenge))
    rows = list(
        _counted(challenge).values_list("juror__number", "proposal__code", "criterion_id", "value").order_by("juror_id")
    )
    jurors = sorted({row[0] for row in rows})
    codes = list(
        Proposal.objects.filter(challenge=challenge, code__in={row[1] for row in rows})
        .order_by("created_at", "id")
        .values_list("code", flat=True)
    )
    place = {code: number for number, code in enumerate(codes)}
    column = {one.id: number for number, one in enumerate(criteria)}
    assessor = {number: position for position, number in enumerate(jurors)}
    values = np.full((len(jurors), len(codes), len(criteria)), np.nan)
    for juror, code, criterion, value in rows:
        values[assessor[juror], place[code], column[criterion]] = value
    measures = tuple(
        Measure(one.key, float(one.weight), "min" if one.direction == "min" else "max", one.low, one.high)
        for one in criteria
    )
    return Scores(tuple(codes), measures, values), jurors


def _counted(challenge: Challenge) -> QuerySet[Score]:
    """Scores that count."""
    declared = Declaration.objects.filter(
        juror_id=OuterRef("juror_id"), proposal_id=OuterRef("proposal_id"), has_interest=True
    )
    rows = Score.objects.filter(juror__challenge=challenge, proposal__challenge=challenge)
    rows = rows.exclude(proposal__moderation="merged").exclude(proposal__step__in=_GONE)
    return rows.exclude(Exists(declared))


def _is_due(challenge: Challenge) -> bool:
    return challenge.phase in {Phase.DECISION, Phase.DECIDED} and (challenge.result or {}).get("state") != "done"
