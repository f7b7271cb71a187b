"""The steps of a challenge and of a proposal: which may follow which. Pure.

A proposal never falls out silently: each way on has a step, and a proposal that waits for one too long is shown.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

# After so many days without a step a proposal is shown to the innovation unit, and to everybody as late.
DAYS_WITHOUT_STEP = 30


class Phase(StrEnum):
    """How far a challenge has come."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    OPEN = "open"
    ASSESSMENT = "assessment"
    DECISION = "decision"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """How far a proposal has come."""

    SUBMITTED = "submitted"
    SCREENED = "screened"
    ASSESSED = "assessed"
    SHORTLISTED = "shortlisted"
    PILOT = "pilot"
    IMPLEMENT = "implement"
    WITH_PARTNERS = "with_partners"
    CONCEPT_POOL = "concept_pool"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


PHASES: dict[Phase, frozenset[Phase]] = {
    Phase.DRAFT: frozenset({Phase.IN_REVIEW}),
    Phase.IN_REVIEW: frozenset({Phase.DRAFT, Phase.OPEN}),
    Phase.OPEN: frozenset({Phase.ASSESSMENT, Phase.WITHDRAWN}),
    Phase.ASSESSMENT: frozenset({Phase.DECISION, Phase.WITHDRAWN}),
    Phase.DECISION: frozenset({Phase.DECIDED, Phase.WITHDRAWN}),
    Phase.DECIDED: frozenset(),
    Phase.WITHDRAWN: frozenset(),
}

OUTCOMES = frozenset({Step.IMPLEMENT, Step.WITH_PARTNERS, Step.CONCEPT_POOL, Step.DECLINED})
FINAL = OUTCOMES | {Step.WITHDRAWN}
# What did not fit now may be taken up again: out of the pool of concepts, with a reason like any other step.
STEPS: dict[Step, frozenset[Step]] = {
    Step.SUBMITTED: frozenset({Step.SCREENED, Step.DECLINED, Step.WITHDRAWN}),
    Step.SCREENED: frozenset({Step.ASSESSED, Step.DECLINED, Step.WITHDRAWN}),
    Step.ASSESSED: frozenset({Step.SHORTLISTED, Step.CONCEPT_POOL, Step.DECLINED, Step.WITHDRAWN}),
    Step.SHORTLISTED: frozenset({Step.PILOT, *OUTCOMES, Step.WITHDRAWN}),
    Step.PILOT: frozenset({*OUTCOMES, Step.WITHDRAWN}),
    Step.CONCEPT_POOL: frozenset({Step.SHORTLISTED, Step.DECLINED, Step.WITHDRAWN}),
    Step.IMPLEMENT: frozenset(),
    Step.WITH_PARTNERS: frozenset(),
    Step.DECLINED: frozenset(),
    Step.WITHDRAWN: frozenset(),
}


def may_follow(now: Step, then: Step) -> bool:
    """Whether a proposal may go from one step to another."""
    return then in STEPS[now]


def is_late(step: Step, *, since: datetime, now: datetime) -> bool:
    """Whether a proposal has waited too long for its next step."""
    return step not in FINAL and now - since >= timedelta(days=DAYS_WITHOUT_STEP)
