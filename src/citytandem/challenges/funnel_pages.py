"""The funnel of a challenge as the innovation unit works in it: where proposals stand, what waits, what says the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from citytandem.accounts.contract import Actor
from citytandem.challenges.frame import path_of
from citytandem.challenges.funnel import STEPS, Phase, Step
from citytandem.challenges.models import Challenge
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.challenges.proposal_pages import Row, row_of
from citytandem.challenges.reading_proposals import (
    MOST_COMPARED,
    Wish,
    counts_by_step,
    first_of_each_step,
    late_count,
    narrowed,
    pairs_alike,
    proposals_by_id,
    proposals_page,
    questions_waiting,
)
from citytandem.challenges.selectors import visible_proposals
from citytandem.challenges.services.steps import in_phase
from citytandem.core.paging import MAX_PAGE_SIZE
from citytandem.ui.charts import Bar, bars

_SHOWN = 8
_MOST_LATE = 12
WAY = (
    Step.SUBMITTED, Step.SCREENED, Step.ASSESSED, Step.SHORTLISTED, Step.PILOT, Step.IMPLEMENT, Step.WITH_PARTNERS,
    Step.CONCEPT_POOL, Step.DECLINED, Step.WITHDRAWN,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """The proposals at one step, those that wait longest first. `next`: the steps that can follow now."""

    step: str
    label: str
    count: int
    rows: Sequence[Row]
    next: Sequence[tuple[str, str]]
    all_url: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two proposals that may say the same."""

    one: Row
    other: Row


@dataclass(frozen=True, slots=True)
class FunnelPage:
    """The funnel. `late`: what has waited longest; `is_large`: too many to compare all with all on one page."""

    total: int
    bars: Sequence[Bar]
    sections: Sequence[Section]
    late: Section | None
    late_total: int
    pairs: Sequence[Pair]
    is_large: bool
    questions: int
    path: str
    questions_path: str
    next_url: str = ""
    first_url: str = ""
    is_one_step: bool = False


def funnel_page_of(actor: Actor, challenge: Challenge, *, reader: str) -> FunnelPage:
    """All steps with the proposals that wait longest at each; what is late first."""
    visible = visible_proposals(actor, challenge)
    counts = counts_by_step(visible)
    late_rows = narrowed(visible, actor, Wish(is_late=True)).select_related("organisation")
    late = [row_of(row, actor=actor, reader=reader) for row in late_rows.order_by("step_since", "id")[:_MOST_LATE]]
    first = [row_of(row, actor=actor, reader=reader) for row in first_of_each_step(challenge, most=_SHOWN)]
    total = sum(counts.values())
    is_large = total > MOST_COMPARED
    path = f"{path_of(challenge)}/funnel"
    return FunnelPage(
        total=total,
        bars=_bars(counts),
        sections=[_section(step, counts, first, challenge, path=path) for step in WAY if counts.get(step.value)],
        late=Section("late", "", len(late), late, (), f"{path}?late=1") if late else None,
        late_total=late_count(challenge) if len(late) == _MOST_LATE else len(late),
        pairs=[] if is_large else _pairs(actor, challenge, first, reader=reader),
        is_large=is_large,
        questions=questions_waiting(challenge),
        path=path,
        questions_path=f"{path_of(challenge)}/questions",
    )


def one_step_of(
    actor: Actor, challenge: Challenge, *, step: str, is_late: bool, after: str | None, reader: str
) -> FunnelPage:
    """All proposals at one step, or all that are late, page by page."""
    visible = visible_proposals(actor, challenge)
    wish = Wish(step=step, is_late=is_late)
    page = proposals_page(visible, actor=actor, wish=wish, after=after, size=MAX_PAGE_SIZE)
    counts = counts_by_step(visible)
    rows = [row_of(row, actor=actor, reader=reader) for row in page.items]
    path = f"{path_of(challenge)}/funnel"
    here = f"{path}?late=1" if is_late else f"{path}?step={step}"
    known = step in ProposalStep.values
    label = str(ProposalStep(step).label) if known else ""
    count = counts.get(step, 0) if known else late_count(challenge)
    return FunnelPage(
        total=sum(counts.values()),
        bars=_bars(counts),
        sections=[Section(step or "late", label, count, rows, steps_now(challenge, {row.step for row in rows}), "")],
        late=None,
        late_total=0,
        pairs=[] if sum(counts.values()) > MOST_COMPARED else _pairs(actor, challenge, rows, reader=reader),
        is_large=False,
        questions=0,
        path=path,
        questions_path=f"{path_of(challenge)}/questions",
        next_url=f"{here}&after={page.next_cursor}" if page.next_cursor else "",
        first_url="" if page.is_first else here,
        is_one_step=True,
    )


def _bars(counts: dict[str, int]) -> list[Bar]:
    told = [(str(ProposalStep(step.value).label), counts.get(step.value, 0)) for step in WAY]
    return bars([(label, count, str(count)) for label, count in told])


def _section(step: Step, counts: dict[str, int], rows: Sequence[Row], challenge: Challenge, *, path: str) -> Section:
    own = [row for row in rows if row.step == step.value]
    label = str(ProposalStep(step.value).label)
    return Section(
        step.value, label, counts[step.value], own, steps_now(challenge, [step.value]), f"{path}?step={step.value}"
    )


def _pairs(actor: Actor, challenge: Challenge, rows: Sequence[Row], *, reader: str) -> list[Pair]:
    asked = [row.id for row in rows if row.step in {Step.SUBMITTED, Step.SCREENED} and not row.standing]
    found = pairs_alike(challenge, asked)[:_SHOWN]
    known = {row.id: row for row in rows}
    missing = {other for _one, other, _near in found} - set(known)
    known |= {key: row_of(row, actor=actor, reader=reader) for key, row in proposals_by_id(missing).items()}
    return [Pair(known[one], known[other]) for one, other, _near in found]


def steps_now(challenge: Challenge, steps: Collection[str]) -> list[tuple[str, str]]:
    """The steps that can follow all of these steps, in the phase in which the challenge is.

    Senders withdraw themselves, and a pilot begins with its plan.
    """
    if not steps:
        return []
    common = frozenset.intersection(*(STEPS[Step(step)] for step in steps)) - {Step.WITHDRAWN, Step.PILOT}
    phase = Phase(challenge.phase)
    return [
        (step.value, str(ProposalStep(step.value).label)) for step in WAY if step in common and in_phase(step, phase)
    ]
