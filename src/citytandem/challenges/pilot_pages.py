"""What the pages of pilots show, worded and drawn: from rows and stored findings, without computing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.accounts.contract import Actor
from citytandem.challenges import finding_words as words
from citytandem.challenges.finding_shown import SIGNS, Shown, shown
from citytandem.challenges.frame import path_of
from citytandem.challenges.measuring_pages import IndicatorLine, indicator_line
from citytandem.challenges.models import Gate, Indicator, Pilot, PilotCost
from citytandem.challenges.models_pilots import GateState, PilotState
from citytandem.challenges.pilots.costs import Cost, CostSum, summed
from citytandem.challenges.reading_pilots import title_shown
from citytandem.challenges.services.gates import is_planner
from citytandem.core.permissions import allowed
from citytandem.core.versions import Reading, read

_CONDITIONS: dict[str, str | Promise] = {
    "law": gettext_lazy("Law"),
    "responsibilities": gettext_lazy("Responsibilities"),
    "staff": gettext_lazy("Staff"),
    "data": gettext_lazy("Data"),
    "infrastructure": gettext_lazy("Infrastructure"),
}


@dataclass(frozen=True, slots=True)
class GateShown:
    """A review: what it came to, and whether the reader may say it."""

    kind: str
    label: str
    state: str
    state_label: str
    sign: str
    note: str
    at: datetime | None
    path: str


@dataclass(frozen=True, slots=True)
class May:
    """What the reader may do now."""

    run: bool
    edit: bool
    review: bool
    start: bool
    finish: bool
    measure: bool
    break_off: bool
    decide: bool
    plan_again: bool
    draft_solution: bool
    is_planner: bool


@dataclass(frozen=True, slots=True)
class PilotCard:
    """A pilot in a list."""

    path: str
    title: Reading
    hypothesis: Reading
    state: str
    state_label: str
    when: str
    headlines: Sequence[tuple[str, str]]
    decision: str


@dataclass(frozen=True, slots=True)
class PilotPage:
    """The page of a pilot."""

    code: str
    path: str
    proposal_code: str
    proposal_title: Reading
    state: str
    state_label: str
    hypothesis: Reading
    texts: Sequence[tuple[str, Reading]]
    conditions: Sequence[tuple[str, Reading]]
    ai_class: str
    planned: str
    ran: str
    gates: Sequence[GateShown]
    missing: Sequence[str]
    shown: Sequence[Shown]
    indicators: Sequence[IndicatorLine]
    costs: Sequence[PilotCost]
    sums: CostSum
    currency: str
    hourly_rate: Any
    as_of: datetime | None
    decision: str
    because: Reading
    has_solution: bool
    may: May


def pilot_card(pilot: Pilot, *, reader: str) -> PilotCard:
    """For the list of a challenge."""
    found = (pilot.findings or {}).get("indicators", ())
    return PilotCard(
        path=f"/pilots/{pilot.code}",
        title=read(title_shown(pilot.proposal), reader=reader, original=pilot.proposal.language),
        hypothesis=read(pilot.hypothesis, reader=reader, original=pilot.language),
        state=pilot.state,
        state_label=str(pilot.get_state_display()),
        when=_ran(pilot) or _planned(pilot),
        headlines=[(SIGNS[one["finding"]["verdict"]], words.headline(one)) for one in found if one["finding"]],
        decision=str(pilot.get_decision_display()) if pilot.decision else "",
    )


def pilot_page(
    actor: Actor,
    pilot: Pilot,
    *,
    reader: str,
    gates: Sequence[Gate],
    indicators: Sequence[Indicator],
    costs: Sequence[PilotCost],
    missing: Sequence[str],
) -> PilotPage:
    """From what the selectors read."""
    found = pilot.findings or {}
    entries = [Cost(one.kind, one.amount, one.hours, pilot.currency) for one in costs]
    texts = {
        _("Where"): pilot.site,
        _("Legal basis"): pilot.legal_basis,
        _("Risks"): pilot.risks,
    }
    named = {str(label): pilot.conditions.get(name) for name, label in _CONDITIONS.items()}
    return PilotPage(
        code=pilot.code,
        path=f"/pilots/{pilot.code}",
        proposal_code=pilot.proposal.code,
        proposal_title=read(title_shown(pilot.proposal), reader=reader, original=pilot.proposal.language),
        state=pilot.state,
        state_label=str(pilot.get_state_display()),
        hypothesis=read(pilot.hypothesis, reader=reader, original=pilot.language),
        texts=_told(texts, pilot, reader),
        conditions=_told(named, pilot, reader),
        ai_class=str(pilot.get_ai_class_display()) if pilot.ai_class else "",
        planned=_planned(pilot),
        ran=_ran(pilot),
        gates=[gate_shown(gate, pilot) for gate in gates],
        missing=[str(words.OBSTACLES[code]) for code in missing],
        shown=[shown(number, one, currency=pilot.currency) for number, one in enumerate(found.get("indicators", ()))],
        indicators=[indicator_line(row) for row in indicators],
        costs=costs,
        sums=summed(entries, hourly_rate=pilot.hourly_rate),
        currency=pilot.currency,
        hourly_rate=pilot.hourly_rate,
        as_of=datetime.fromisoformat(found["as_of"]) if found else None,
        decision=str(pilot.get_decision_display()) if pilot.decision else "",
        because=read(pilot.because, reader=reader, original=pilot.language),
        has_solution=pilot.solution is not None,
        may=_may(actor, pilot, missing=missing),
    )


def gate_shown(gate: Gate, pilot: Pilot) -> GateShown:
    """A review as its page and the pilot's show it."""
    signs = {GateState.PASSED: "check", GateState.NOT_NEEDED: "check", GateState.REFUSED: "cross"}
    return GateShown(
        kind=gate.kind,
        label=str(gate.get_kind_display()),
        state=gate.state,
        state_label=str(gate.get_state_display()),
        sign=next((sign for state, sign in signs.items() if state.value == gate.state), "time"),
        note=gate.note,
        at=gate.at,
        path=f"/pilots/{pilot.code}/gates/{gate.kind}",
    )


def _may(actor: Actor, pilot: Pilot, *, missing: Sequence[str]) -> May:
    run, decides = allowed("challenges.run_pilot", actor, pilot), allowed("challenges.run", actor, pilot.challenge)
    state = pilot.state
    is_planned, is_over = state == PilotState.PLANNED, state in (PilotState.DECIDED, PilotState.ABANDONED)
    has_ended = state in (PilotState.FINISHED, PilotState.DECIDED)
    return May(
        run=run,
        edit=run and is_planned,
        review=run and is_planned and not is_planner(actor, pilot),
        start=run and is_planned and not missing,
        finish=run and state == PilotState.RUNNING,
        measure=run and not is_over,
        break_off=run and not is_over,
        decide=decides and state == PilotState.FINISHED,
        plan_again=decides and pilot.proposal.step == "pilot" and is_over,
        draft_solution=run and has_ended,
        is_planner=is_planner(actor, pilot),
    )


def _told(texts: Mapping[str, Any], pilot: Pilot, reader: str) -> list[tuple[str, Reading]]:
    readings = ((label, read(text, reader=reader, original=pilot.language)) for label, text in texts.items())
    return [(label, reading) for label, reading in readings if reading.text]


def _planned(pilot: Pilot) -> str:
    days = {"start": _long_day(pilot.starts_on), "end": _long_day(pilot.ends_on)}
    return _("%(start)s to %(end)s") % days


def _ran(pilot: Pilot) -> str:
    if pilot.started_at is None:
        return ""
    start = _moment(pilot.started_at)
    if pilot.ended_at is None:
        return _("since %(start)s") % {"start": start}
    return _("%(start)s to %(end)s") % {"start": start, "end": _moment(pilot.ended_at)}


def _moment(moment: datetime) -> str:
    return _long_day(timezone.localdate(moment))


def _long_day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def list_path(pilot: Pilot) -> str:
    """The list of pilots of its challenge."""
    return f"{path_of(pilot.challenge)}/pilots"
