"""From problem to effect, in the reader's words: for the council with money and filter, for everybody in fewer numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citytandem.challenges.dashboards.money import MoneyYear, Part
from citytandem.challenges.dashboards.stages import StageTime
from citytandem.challenges.dashboards.way import layers
from citytandem.challenges.finding_words import VERDICTS, headline, target
from citytandem.challenges.funnel import Step
from citytandem.challenges.models import Pilot
from citytandem.challenges.models_pilots import PilotDecision
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.challenges.reading_dashboards import Figures, figures, pilots_finished
from citytandem.challenges.reading_pilots import title_shown
from citytandem.core.versions import Reading, read

# The stages that everybody is shown; the council sees all.
PUBLIC_STAGES = ("open", "assessment", "submitted", "pilot")


@dataclass(frozen=True, slots=True)
class Stage:
    """A layer of the funnel. `share` of challenges in [0, 1] with at least one; `reach` says so in words."""

    key: str
    label: str
    things: int
    share: float
    points: str
    reach: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How many proposals have come to this; `share` of the largest such number."""

    label: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a stage takes. `usual`: median, `middle`: the middle half, `cases`: of how many, in words.

    start, width: of the bar of the middle half, in percent of the longest; width is None where there is none.
    """

    label: str
    usual: str
    middle: str
    cases: str
    start: float
    width: float | None
    mark: float | None


@dataclass(frozen=True, slots=True)
class Money:
    """A year in a currency; each cell is a label, an amount, and of how many things."""

    year: int
    currency: str
    cells: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Effect:
    """One indicator of a pilot in plain words. `verdict`: better, worse, no_clear_change, too_few; empty: cannot be told."""

    told: str
    verdict: str
    verdict_label: str
    target: str


@dataclass(frozen=True, slots=True)
class PilotShown:
    """What a pilot showed and what follows from it."""

    code: str
    title: Reading
    decision: str
    ended_at: datetime | None
    effects: Sequence[Effect]


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that a dashboard shows."""

    at: datetime
    challenges: int
    funnel: Sequence[Stage]
    endings: Sequence[Ending]
    durations: Sequence[Duration]
    money: Sequence[Money]
    pilots: Sequence[PilotShown]
    year: int | None
    years: Sequence[int]


def council_page(wishes: Mapping[str, str], *, reader: str) -> Page:
    """All figures of a year (`year`, of publication), or of all years where none or an unknown one is asked for."""
    wanted = wishes.get("year", "")
    year = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) == 4 else None
    found = figures(year=year, public=False)
    if year is not None and year not in found.years:
        year, found = None, figures(year=None, public=False)
    return _page(found, year=year, reader=reader)


def public_page(*, reader: str) -> Page:
    """What everybody may know, of all years."""
    return _page(figures(year=None, public=True), year=None, reader=reader, stages=PUBLIC_STAGES)


def _page(found: Figures, *, year: int | None, reader: str, stages: Sequence[str] | None = None) -> Page:
    return Page(
        at=found.at,
        challenges=found.challenges,
        funnel=_funnel(found),
        endings=_endings(found.outcomes),
        durations=_durations({key: found.stages[key] for key in stages} if stages else found.stages),
        money=[_money(one) for one in found.money],
        pilots=[_pilot(one, reader=reader) for one in pilots_finished(year=year)],
        year=year,
        years=found.years,
    )


def _funnel(found: Figures) -> list[Stage]:
    labels = {
        "problems": _("Problems taken up"),
        "challenges": _("Challenges published"),
        "proposals": _("Proposals handed in"),
        "pilots": _("Pilots begun"),
        "carried": _("Proposals that will be carried out"),
        "solutions": _("Solutions for other cities"),
    }
    drawn = layers(found.reached, challenges=found.challenges)
    return [
        Stage(one.key, labels[one.key], one.things, layer.share, layer.points, _reach(one.challenges, found.challenges))
        for one, layer in zip(found.reached, drawn, strict=True)
    ]


def _reach(count: int, total: int) -> str:
    told = {"count": number_format(count, force_grouping=True), "total": number_format(total, force_grouping=True)}
    return ngettext("in %(count)s of %(total)s challenge", "in %(count)s of %(total)s challenges", total) % told


# In the order of the way; what was decided last.
_ORDER = (
    Step.SUBMITTED, Step.SCREENED, Step.ASSESSED, Step.SHORTLISTED, Step.PILOT, Step.IMPLEMENT, Step.WITH_PARTNERS,
    Step.CONCEPT_POOL, Step.DECLINED, Step.WITHDRAWN,
)  # fmt: skip


def _endings(outcomes: Mapping[str, int]) -> list[Ending]:
    most = max(outcomes.values(), default=0)
    return [
        Ending(str(ProposalStep(step.value).label), outcomes[step], outcomes[step] / most)
        for step in _ORDER
        if outcomes.get(step)
    ]


def _durations(stages: Mapping[str, StageTime]) -> list[Duration]:
    labels = {
        "told": _("From a problem being told to its challenge"),
        "open": _("Open for proposals"),
        "assessment": _("From closing to the decision"),
        "submitted": _("A proposal waits for its formal check"),
        "screened": _("A proposal is assessed"),
        "assessed": _("From the assessment to the shortlist"),
        "shortlisted": _("From the shortlist to a pilot or a decision"),
        "pilot": _("A pilot runs"),
        "pilot_decision": _("From the end of a pilot to its decision"),
        "tender": _("A tender package is prepared"),
    }
    there = {key: stage for key, stage in stages.items() if stage.cases}
    most = max((_end(stage) for stage in there.values()), default=0.0)
    return [_duration(labels[key], stage, most=most) for key, stage in there.items()]


def _end(stage: StageTime) -> float:
    return float(max(stage.high or 0, stage.median or 0, (stage.longest or 0) if stage.is_few else 0))


def _duration(label: str, stage: StageTime, *, most: float) -> Duration:
    """The middle half as a bar with a mark at the median; of few cases from the shortest to the longest, without a mark."""
    ends = (stage.shortest, stage.longest) if stage.is_few else (stage.low, stage.high)
    start, width = 0.0, None
    if most and ends[0] is not None and ends[1] is not None:
        start, width = round(100 * ends[0] / most, 1), round(100 * (ends[1] - ends[0]) / most, 1)
    mark = round(100 * stage.median / most, 1) if most and stage.median is not None else None
    return Duration(label, _usual(stage), _middle(stage), _cases(stage), start, width, mark)


def _usual(stage: StageTime) -> str:
    if stage.is_few:
        return _("too few to tell")
    return _days(stage.median)


def _middle(stage: StageTime) -> str:
    if stage.is_few:
        if stage.shortest is None or stage.longest is None:
            return _("none is over yet")
        return _span(stage.shortest, stage.longest)
    if stage.low is None:
        return _("not known yet")
    if stage.high is None:
        return _("from %(low)s, the end is not known yet") % {"low": _days(stage.low)}
    return _span(stage.low, stage.high)


def _span(low: float | None, high: float | None) -> str:
    ends = {"low": _days(low), "high": _days(high)}
    return ends["low"] if ends["low"] == ends["high"] else _("from %(low)s to %(high)s") % ends


def _days(days: float | None) -> str:
    if days is None:
        return _("not known yet")
    return ngettext("%(count)s day", "%(count)s days", round(days)) % {
        "count": number_format(round(days), force_grouping=True)
    }


def _cases(stage: StageTime) -> str:
    told = number_format(stage.cases, force_grouping=True)
    if not stage.waiting:
        return str(told)
    return _("%(cases)s, %(waiting)s of them not over") % {
        "cases": told,
        "waiting": number_format(stage.waiting, force_grouping=True),
    }


def _money(one: MoneyYear) -> Money:
    parts = {
        _("Budgets of challenges"): one.budget,
        _("Pilots"): one.pilot,
        _("Handed over to procurement"): one.tender,
    }
    cells = [(label, _amount(part, one.currency), _of(part)) for label, part in parts.items()]
    return Money(one.year, one.currency, cells)


def _amount(part: Part, currency: str) -> str:
    if not part.count:
        return "–"
    return f"{number_format(part.amount, decimal_pos=0, force_grouping=True)}\u00a0{currency}"


def _of(part: Part) -> str:
    if part.unknown:
        told = {"count": part.count, "unknown": part.unknown}
        return _("of %(count)s, and %(unknown)s without an amount") % told
    return _("of %(count)s") % {"count": part.count} if part.count else ""


def _pilot(one: Pilot, *, reader: str) -> PilotShown:
    found = one.findings or {}
    return PilotShown(
        code=one.code,
        title=read(title_shown(one.proposal), reader=reader, original=one.proposal.language),
        decision=str(PilotDecision(one.decision).label) if one.decision else "",
        ended_at=one.ended_at,
        effects=[_effect(told) for told in found.get("indicators", [])],
    )


def _effect(told: Mapping[str, Any]) -> Effect:
    verdict = told["finding"]["verdict"] if told["finding"] else ""
    return Effect(headline(told), verdict, str(VERDICTS[verdict]) if verdict else "", target(told))
