"""A pilot from its plan to its end: who plans it, when it may start, how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges import notices_pilots
from citytandem.challenges.funnel import Step
from citytandem.challenges.models import Challenge, DecisionEntry, Gate, Pilot
from citytandem.challenges.models_pilots import AiClass, GateKind, GateState, PilotState
from citytandem.challenges.pilot_readiness import Obstacle, obstacles
from citytandem.challenges.services.findings import findings_due
from citytandem.challenges.services.log import log_append
from citytandem.challenges.services.phases import proposal_locked
from citytandem.challenges.services.steps import checked_reason, steps_take
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.ids import short_code, uuid7
from citytandem.core.permissions import require
from citytandem.core.text import clean_text
from citytandem.search.detect import detect_language
from citytandem.streams.contract import problems_advance

FRAME_CONDITIONS = ("law", "responsibilities", "staff", "data", "infrastructure")
MOST_WORDS = 5_000
_WORDS = ("hypothesis", "site", "legal_basis", "risks")
# What the reviewers looked at: who changes it has it reviewed again.
_REVIEWED = (*_WORDS, "conditions", "ai_class", "starts_on", "ends_on")
REVIEWED_OF_INDICATOR = ("name", "unit", "kind", "source")
_AT_WORK = (PilotState.PLANNED, PilotState.RUNNING, PilotState.FINISHED)


@dataclass(frozen=True, slots=True)
class Plan:
    """What people write of a pilot. `conditions`: a text by name of the frame condition; `ai_class` empty: not said."""

    hypothesis: str
    starts_on: date
    ends_on: date
    site: str = ""
    legal_basis: str = ""
    risks: str = ""
    conditions: Mapping[str, str] = field(default_factory=dict)
    ai_class: str = ""
    hourly_rate: Decimal | None = None


@transaction.atomic
def pilot_plan(plan: Plan, *, proposal_id: UUID, reason: str, by: Actor) -> Pilot:
    """Plan a pilot of a proposal on the shortlist, or another one of a proposal in a pilot. Both gates are open then.

    The proposal goes to its step `pilot`, with the reason that its sender is told. Raises Forbidden, Invalid, Conflict.
    """
    proposal = proposal_locked(proposal_id)
    challenge = proposal.challenge
    require("challenges.run", by, challenge)
    if Pilot.objects.filter(proposal=proposal, state__in=_AT_WORK).exists():
        raise Conflict("pilot.another", _("There is a pilot of this proposal that has not come to its end."))
    if proposal.step != Step.PILOT:
        steps_take([proposal], step=Step.PILOT, reason=reason, by=by)
    now = clock.now()
    pilot = Pilot(
        id=uuid7(), challenge=challenge, proposal=proposal, currency=challenge.currency, state_since=now,
        created_at=now, created_by_id=by.id,
    )  # fmt: skip
    pilot.code = short_code(pilot.id)
    _write(pilot, plan, by=by)
    pilot.save(force_insert=True)
    Gate.objects.bulk_create(Gate(pilot=pilot, kind=kind) for kind in GateKind.values)
    log_append(challenge, "pilot.planned", {"pilot": pilot.code, "proposal": proposal.code})
    notices_pilots.tell_gates(pilot, by=by)
    return pilot


@transaction.atomic
def pilot_edit(pilot_id: UUID, plan: Plan, *, version: int, by: Actor) -> Pilot:
    """Change a plan. `version` is the one the editor saw. What was reviewed and is another now, is reviewed again."""
    pilot = pilot_locked(pilot_id)
    require("challenges.run_pilot", by, pilot)
    if pilot.state != PilotState.PLANNED:
        raise Conflict("pilot.started_already", _("The plan of a pilot stays as it was when it started."))
    if pilot.version != version:
        raise Conflict(
            "pilot.changed_meanwhile",
            _("Somebody else has changed this plan in the meantime. Compare, then save again."),
            current_version=pilot.version,
        )
    before = {name: getattr(pilot, name) for name in _REVIEWED}
    _write(pilot, plan, by=by)
    pilot.version += 1
    pilot.save()
    if before != {name: getattr(pilot, name) for name in _REVIEWED}:
        pilot_review_again(pilot, by=by)
    return pilot


def pilot_review_again(pilot: Pilot, *, by: Actor) -> None:
    """What the reviewers look at was changed by `by`: they look again, and it is noted who may not be one of them.

    The caller has locked the pilot. The log names nobody: it holds the mark that `editor_mark` gives.
    """
    mark = editor_mark(pilot, by.id)
    if by.id != pilot.created_by_id and not is_editor(pilot, by.id):
        log_append(pilot.challenge, "pilot.edited", {"pilot": pilot.code, "editor": mark})
    reviewed = pilot.gates.exclude(state=GateState.OPEN)
    if reviewed.exists():
        reviewed.update(state=GateState.OPEN, note="", by=None, at=None)
        log_append(pilot.challenge, "pilot.gates_reopened", {"pilot": pilot.code, "editor": mark})
        notices_pilots.tell_gates(pilot, by=by)


def editor_mark(pilot: Pilot, person: UUID | None) -> str:
    """What stands for a person in the log of one pilot: who knows neither the key of the node nor them learns nothing."""
    return salted_hmac(f"challenges.pilot.{pilot.id}", str(person), algorithm="sha256").hexdigest()[:32]


def is_editor(pilot: Pilot, person: UUID | None) -> bool:
    """Whether they changed at some time what is reviewed, by the log."""
    marked = DecisionEntry.objects.filter(challenge=pilot.challenge_id, body__contains=editor_mark(pilot, person))
    return person is not None and marked.exists()


def pilot_obstacles(pilot: Pilot) -> tuple[tuple[Obstacle, ...], list[str]]:
    """What the pilot still lacks, and the names of indicators that have nothing to compare with."""
    gates = dict(Gate.objects.filter(pilot=pilot).values_list("kind", "state"))
    indicators = {one.name: one for one in pilot.indicators.all()}
    measured = set(pilot.indicators.filter(measurements__is_after=False).values_list("name", flat=True))
    bare = [name for name, one in indicators.items() if one.baseline is None and name not in measured]
    return obstacles(gates=gates, ai_class=pilot.ai_class, indicators=indicators, without_baseline=bare), bare


@transaction.atomic
def pilot_start(pilot_id: UUID, *, by: Actor, at: datetime | None = None) -> Pilot:
    """Begin: now, or earlier today. Raises Conflict with all that is missing, Invalid for another day."""
    pilot = pilot_locked(pilot_id)
    require("challenges.run_pilot", by, pilot)
    if pilot.state != PilotState.PLANNED:
        raise Conflict("pilot.started_already", _("This pilot has started already."))
    missing, bare = pilot_obstacles(pilot)
    if missing:
        raise Conflict(
            "pilot.not_ready",
            _("This pilot cannot start yet: its page says what is missing."),
            missing=list(missing),
            indicators=bare,
        )
    now = clock.now()
    started = now if at is None else at
    if started > now or timezone.localdate(started) != timezone.localdate(now):
        raise Invalid("pilot.start_day", _("A pilot starts today: now, or at a time that has passed."), field="at")
    late = _first_baseline_from(pilot, started)
    if late is not None:
        raise Conflict(
            "measurement.baseline_after_start",
            _("A value that was measured before the pilot is from after this start. Choose a later time."),
            at=late.isoformat(),
        )
    pilot.started_at = started
    _enter(pilot, PilotState.RUNNING)
    log_append(pilot.challenge, "pilot.started", _facts(pilot) | {"at": started.isoformat()})
    problems_advance(
        list(pilot.challenge.problems.values_list("problem", flat=True)),
        status="pilot",
        reason=f"/pilots/{pilot.code}",
        by=by,
    )
    notices_pilots.tell_state(pilot, by=by)
    return pilot


def pilot_finish(pilot_id: UUID, *, by: Actor) -> Pilot:
    """End the measuring, and compute what it showed."""
    with transaction.atomic():
        pilot = pilot_locked(pilot_id)
        require("challenges.run_pilot", by, pilot)
        if pilot.state != PilotState.RUNNING:
            raise Conflict("pilot.not_running", _("Only a pilot that runs can be ended."))
        pilot.ended_at = _not_before_start(pilot, clock.now())
        _enter(pilot, PilotState.FINISHED)
        log_append(pilot.challenge, "pilot.finished", _facts(pilot) | {"at": pilot.ended_at.isoformat()})
        notices_pilots.tell_state(pilot, by=by)
        findings_due(pilot.id)
    return pilot


@transaction.atomic
def pilot_break_off(pilot_id: UUID, *, reason: str, by: Actor) -> Pilot:
    """End a pilot without a result. The proposal stays where it is until the unit decides its next step."""
    pilot = pilot_locked(pilot_id)
    require("challenges.run_pilot", by, pilot)
    if pilot.state == PilotState.ABANDONED:
        raise Conflict("pilot.over", _("This pilot is over."))
    pilot_abandon(pilot, reason=reason, by=by)
    return pilot


@transaction.atomic
def pilot_abandon(pilot: Pilot, *, reason: str, by: Actor) -> None:
    """Break off a pilot that is not decided. The caller has locked it, and `by` may do what it is part of.

    Raises Conflict where it is decided, Invalid where nothing is said why. One that is broken off stays as it is.
    """
    if pilot.state == PilotState.ABANDONED:
        return
    if pilot.state == PilotState.DECIDED:
        raise Conflict("pilot.decided", _("This pilot is decided. What it showed stays."))
    told, before = checked_reason(reason), str(pilot.state)
    language = detect_language(told, hint=pilot.language)
    if pilot.state == PilotState.RUNNING:
        pilot.ended_at = _not_before_start(pilot, clock.now())
    pilot.because = {language: {"text": told, "by": "human"}}
    _enter(pilot, PilotState.ABANDONED)
    facts = _facts(pilot) | {"before": before, "reason": told, "language": language}
    log_append(pilot.challenge, "pilot.abandoned", facts)
    notices_pilots.tell_state(pilot, by=by)


def pilot_locked(pilot_id: UUID) -> Pilot:
    """The pilot with its challenge and proposal, locked in the order in which all do: challenge, then pilot."""
    list(Challenge.objects.select_for_update().filter(pilots=pilot_id))
    rows = Pilot.objects.select_for_update(of=("self",)).select_related("challenge", "proposal")
    pilot = rows.filter(id=pilot_id).first()
    if pilot is None:
        raise NotFound("pilot.unknown", _("This pilot does not exist, or it is not public."))
    return pilot


def _write(pilot: Pilot, plan: Plan, *, by: Actor) -> None:
    texts = {name: clean_text(getattr(plan, name)) for name in _WORDS}
    conditions = {name: clean_text(plan.conditions.get(name, "")) for name in FRAME_CONDITIONS}
    _check(plan, texts, conditions)
    # A plan is in one language: that of what is to be shown.
    language = detect_language(texts["hypothesis"], hint=pilot.language or pilot.challenge.language)
    for name, text in texts.items():
        setattr(pilot, name, {language: {"text": text, "by": "human"}} if text else {})
    pilot.conditions = {name: {language: {"text": text, "by": "human"}} for name, text in conditions.items() if text}
    pilot.language, pilot.ai_class, pilot.hourly_rate = language, plan.ai_class, plan.hourly_rate
    pilot.starts_on, pilot.ends_on = plan.starts_on, plan.ends_on
    pilot.planned_by_id, pilot.changed_at = by.id, clock.now()


def _check(plan: Plan, texts: Mapping[str, str], conditions: Mapping[str, str]) -> None:
    if not texts["hypothesis"]:
        raise Invalid(
            "hypothesis.missing", _("Say what the pilot is to show: what gets better, where, by how much."),
            field="hypothesis",
        )  # fmt: skip
    long = next((name for name, text in {**texts, **conditions}.items() if len(text) > MOST_WORDS), None)
    if long is not None:
        raise Invalid("text.too_long", _("This is too long: at most 5,000 characters."), field=long)
    if plan.starts_on > plan.ends_on:
        raise Invalid("pilot.days", _("The end comes after the start."), field="ends_on")
    if plan.ai_class and plan.ai_class not in AiClass.values:
        raise Invalid("ai_class.unknown", _("There is no such class."), field="ai_class")
    rate = plan.hourly_rate
    if rate is not None and not (rate.is_finite() and 0 <= rate < 1_000_000):
        raise Invalid("hourly_rate.range", _("An hour costs nothing or more."), field="hourly_rate")


def _first_baseline_from(pilot: Pilot, started: datetime) -> datetime | None:
    late = pilot.indicators.filter(measurements__is_after=False, measurements__at__gte=started)
    return late.order_by("measurements__at").values_list("measurements__at", flat=True).first()


def _not_before_start(pilot: Pilot, moment: datetime) -> datetime:
    return moment if pilot.started_at is None else max(moment, pilot.started_at)


def _enter(pilot: Pilot, state: PilotState) -> None:
    now = clock.now()
    pilot.state, pilot.state_since, pilot.changed_at = state, now, now
    pilot.version += 1
    pilot.save()


def _facts(pilot: Pilot) -> dict[str, str]:
    return {"pilot": pilot.code, "proposal": pilot.proposal.code}
