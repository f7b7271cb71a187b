"""Shapes of answers of the API: challenges, proposals and pilots, as `open_data` tells them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, Self
from uuid import UUID

from citytandem.challenges import open_data
from citytandem.challenges.models import (
    Challenge,
    ChallengePhase,
    Criterion,
    Form,
    Openness,
    Pilot,
    Proposal,
)
from citytandem.challenges.models_pilots import AiClass, GateKind, GateState, PilotDecision, PilotState
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.challenges.rules import log_is_open
from citytandem.core.api import Shape


class TextOut(Shape):
    """A text in one language. `by` tells whether people or a machine wrote it."""

    text: str
    by: Literal["human", "machine"] = "human"


Texts = dict[str, TextOut]


class ChallengeOut(Shape):
    """A published challenge. `path` is the address of the page; what is said at its end is there once it has ended."""

    id: UUID
    code: str
    slug: str | None
    path: str
    original: str
    title: Texts
    text: Texts
    conditions: Texts
    sites: Texts
    data: Texts
    targets: list[dict[str, Any]]
    themes: list[str]
    form: Form
    openness: Openness
    languages: list[str]
    budget_low: float | None
    budget_high: float | None
    currency: str
    phase: ChallengePhase
    published_at: datetime | None
    questions_until: datetime | None
    closes_at: datetime | None
    assess_until: date | None
    decide_until: date | None
    pilot_until: date | None
    criteria_fixed_at: datetime | None
    decided_at: datetime | None
    jury_says: Texts
    decided_because: Texts
    withdrawn_because: Texts
    version: int

    @classmethod
    def of(cls, row: Challenge, **more: Any) -> Self:
        """From a challenge; `more` for what a page of details adds."""
        return cls(**open_data.challenge_told(row), **more)


class CriterionOut(Shape):
    """A criterion. Weights sum to 1, to four decimals; `low` and `high` are the ends of its scale."""

    key: str
    name: Texts
    hint: Texts
    anchors: dict[str, Texts]
    weight: float
    direction: Literal["max", "min"]
    low: float
    high: float


class LogOut(Shape):
    """The log of decisions: how many entries it has, and the hash of the last one. Nothing while proposals are sealed."""

    entries: int
    head: str


class ChallengeDetail(ChallengeOut):
    """A challenge with its criteria and the head of its log."""

    criteria: list[CriterionOut]
    log: LogOut

    @classmethod
    def whole(cls, row: Challenge, criteria: Sequence[Criterion]) -> Self:
        """From a challenge and its criteria."""
        return cls.of(
            row,
            criteria=[CriterionOut(**open_data.criterion_told(one)) for one in criteria],
            log=LogOut(entries=row.log_count, head=row.log_head) if log_is_open(row) else LogOut(entries=0, head=""),
        )


class ChallengePage(Shape):
    """Some challenges, and the address of the next ones."""

    items: list[ChallengeOut]
    next: str | None


class StepOut(Shape):
    """A step of a proposal, and why it was taken, in the language in which that was written."""

    before: ProposalStep | Literal[""]
    step: ProposalStep
    reason: str
    language: str
    at: datetime


class ProposalOut(Shape):
    """A proposal with its way so far. `challenge` is the code of the challenge that it answers."""

    id: UUID
    code: str
    path: str
    challenge: str
    original: str
    title: Texts
    text: Texts
    team: str
    organisation: str
    cost: float | None
    currency: str
    step: ProposalStep
    step_since: datetime
    created_at: datetime
    changed_at: datetime
    version: int
    steps: list[StepOut]

    @classmethod
    def of(cls, row: Proposal, steps: Sequence[dict[str, Any]]) -> Self:
        """From a proposal and the steps that it took."""
        return cls(**open_data.proposal_told(row, steps))


class ProposalPage(Shape):
    """Some proposals, and the address of the next ones."""

    items: list[ProposalOut]
    next: str | None


class GateOut(Shape):
    """A review before a pilot, and what it said."""

    kind: GateKind
    state: GateState
    note: str
    at: datetime | None


class IndicatorOut(Shape):
    """What is measured."""

    name: str
    unit: str
    direction: Literal["up", "down"]
    kind: Literal["level", "count"]
    baseline: float | None
    target: float | None
    source: Literal["hand", "csv", "datastream"]


class CostOut(Shape):
    """What was paid, or how many hours people of the city worked."""

    kind: Literal["devices", "software", "service", "work", "other"]
    on: date
    amount: float
    hours: float
    note: str


class PilotOut(Shape):
    """A trial. `challenge` and `proposal` are codes; `findings`: per indicator what its measurements show."""

    id: UUID
    code: str
    path: str
    challenge: str
    proposal: str
    original: str
    title: Texts
    hypothesis: Texts
    site: Texts
    legal_basis: Texts
    risks: Texts
    conditions: dict[str, Texts]
    starts_on: date
    ends_on: date
    started_at: datetime | None
    ended_at: datetime | None
    ai_class: AiClass | Literal[""]
    state: PilotState
    gates: list[GateOut]
    indicators: list[IndicatorOut]
    costs: list[CostOut]
    hourly_rate: float | None
    currency: str
    findings: dict[str, Any] | None
    decision: PilotDecision | Literal[""]
    because: Texts
    decided_at: datetime | None
    version: int

    @classmethod
    def of(cls, row: Pilot) -> Self:
        """From a pilot with all that belongs to it."""
        return cls(**open_data.pilot_told(row))


class PilotPage(Shape):
    """Some pilots, and the address of the next ones."""

    items: list[PilotOut]
    next: str | None
