"""Handing in a proposal, changing it while the call is open, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from citytandem.accounts.contract import Actor, actor_by_id
from citytandem.challenges import notices
from citytandem.challenges.funnel import FINAL, Step
from citytandem.challenges.models import Challenge, Juror, Pilot, Proposal, ProposalVersion, StepTaken
from citytandem.challenges.models_pilots import PilotState
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.challenges.rules import takes_proposals
from citytandem.challenges.selectors import challenge_get
from citytandem.challenges.services.log import log_append
from citytandem.challenges.services.merging import let_go, split_off
from citytandem.challenges.services.phases import proposal_locked
from citytandem.challenges.services.pilots import pilot_abandon
from citytandem.challenges.services.steps import checked_reason, steps_take
from citytandem.conversation.contract import follow_from_the_start
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.ids import short_code, uuid7
from citytandem.core.languages import is_language
from citytandem.core.permissions import require
from citytandem.core.subjects import REMOVED
from citytandem.core.text import MAX_TEXT, MAX_TITLE, clean_line, clean_text
from citytandem.moderation.contract import Trace, examine
from citytandem.search.detect import detect_language
from citytandem.streams.contract import solution_by_key

MOST_TEAM = 300
MOST_COST = Decimal(10) ** 10
EDITABLE = frozenset({Step.SUBMITTED.value, Step.SCREENED.value})
_NO_TRACE = Trace()


@dataclass(frozen=True, slots=True)
class Offer:
    """What people write of a proposal, in one language; `language` empty: it is found out. `solution`: key of one."""

    title: str
    text: str
    language: str = ""
    team: str = ""
    cost: Decimal | None = None
    solution: str = ""


@transaction.atomic
def proposal_submit(
    challenge_id: UUID, offer: Offer, *, by: Actor, organisation: UUID | None = None, trace: Trace = _NO_TRACE
) -> Proposal:
    """Hand in a proposal, for an `organisation` of the sender's where it is named. Only while the call is open, and
    never for somebody who assesses it.

    It waits for a person where moderation says so: `moderation` tells. Raises Forbidden, Invalid, Conflict.
    """
    require("challenges.propose", by)
    if organisation is not None and organisation not in by.organisations:
        raise Invalid("organisation.not_yours", _("You do not belong to this organisation."), field="organisation")
    told = offer_checked(offer, by=by)
    challenge = _locked_challenge(challenge_id, by=by)
    _check_open(challenge)
    _check_no_juror(challenge, organisation, by=by)
    now = clock.now()
    proposal = Proposal(
        id=uuid7(), challenge=challenge, organisation_id=organisation, created_by_id=by.id, created_at=now,
        changed_at=now, step_since=now,
    )  # fmt: skip
    proposal.code = short_code(proposal.id)
    _write(proposal, told)
    proposal.save(force_insert=True)
    StepTaken.objects.create(
        proposal=proposal, step=Step.SUBMITTED.value, language=proposal.language, by_id=by.id, at=now
    )
    proposal_screen(proposal, by=by, trace=trace)
    follow_from_the_start(kind="proposal", object_id=proposal.id)
    log_append(challenge, "proposal.submitted", {"proposal": proposal.code})
    events.emit(events.RecordChanged(kind="proposal", object_id=proposal.id))
    return proposal


@transaction.atomic
def proposal_edit(proposal_id: UUID, offer: Offer, *, version: int, by: Actor, trace: Trace = _NO_TRACE) -> Proposal:
    """Change a proposal while the call is open; what it said before is kept. `version` is the one the editor saw.

    Raises Forbidden, Invalid, Conflict.
    """
    proposal = proposal_locked(proposal_id)
    require("challenges.change_proposal", by, proposal)
    _check_open(proposal.challenge)
    check_editable(proposal)
    if proposal.version != version:
        raise Conflict(
            "proposal.changed_meanwhile",
            _(
                "Somebody else has changed this proposal in the meantime. Your text is kept below; compare and save again."
            ),
            current_version=proposal.version,
        )
    told = offer_checked(offer, by=by)
    before = said_by(proposal)
    _write(proposal, told)
    if said_by(proposal) == before:
        return proposal
    now = clock.now()
    ProposalVersion.objects.create(proposal=proposal, number=proposal.version, said=before, until=now)
    proposal.version += 1
    proposal.changed_at = now
    proposal.save()
    # A comma is put right within a second: how long the form was open tells nothing here.
    proposal_screen(proposal, by=by, trace=replace(trace, shown_at=""))
    log_append(proposal.challenge, "proposal.changed", {"proposal": proposal.code, "version": proposal.version})
    events.emit(events.RecordChanged(kind="proposal", object_id=proposal.id))
    return proposal


@transaction.atomic
def proposal_withdraw(proposal_id: UUID, *, reason: str, by: Actor) -> Proposal:
    """Take a proposal back, whenever its sender wants; a pilot of it is broken off, and the city is told.

    What went into it stands on its own again; if it went into another one, it is split off. Raises Forbidden, Conflict.
    """
    proposal = proposal_locked(proposal_id)
    require("challenges.change_proposal", by, proposal)
    told = checked_reason(reason)
    if Step(proposal.step) in FINAL:
        raise Conflict(
            "proposal.final", _("This proposal has reached its last step. It cannot be taken back any more.")
        )
    proposal_take_back(proposal, told, by=by)
    return proposal


def proposal_take_back(proposal: Proposal, told: str, *, by: Actor) -> None:
    """As `proposal_withdraw`, for one that the caller has locked and may take back."""
    if proposal.merged_into_id is not None:
        split_off(proposal, by=by)
    let_go(proposal, by=by)
    rows = Pilot.objects.select_for_update(of=("self",)).select_related("challenge", "proposal")
    pilots = list(rows.filter(proposal=proposal).exclude(state__in=[PilotState.DECIDED, PilotState.ABANDONED]))
    for pilot in pilots:
        # Fixed words: what a sender says stays with the proposal.
        with override(pilot.language):
            pilot_abandon(pilot, reason=str(ProposalStep.WITHDRAWN.label), by=by)
    steps_take([proposal], step=Step.WITHDRAWN.value, reason=told, by=by)
    notices.tell_withdrawn(proposal, by=by, pilots=len(pilots))
    events.emit(events.RecordChanged(kind="proposal", object_id=proposal.id))


@transaction.atomic
def proposal_moderate(proposal_id: UUID, *, state: str, by: Actor) -> None:  # noqa: ARG001 - as all kinds are moderated
    """Set how moderation stands to a proposal; the module `moderation` has checked who may, and keeps the reasons.

    Its text is hidden, and the log says so. It stays in the race, with its scores, until a step with a reason ends that.
    """
    list(Challenge.objects.select_for_update().filter(proposals=proposal_id).values("id"))
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("challenge")
    proposal = rows.filter(id=proposal_id).first()
    if proposal is None or proposal.moderation in {state, "merged"}:
        return
    proposal.moderation = state
    proposal.save(update_fields=["moderation"])
    log_append(proposal.challenge, "proposal.moderated", {"proposal": proposal.code, "state": state})
    events.emit(events.RecordChanged(kind="proposal", object_id=proposal.id))


def check_editable(proposal: Proposal) -> None:
    """Raises Conflict for what the jury reads already, what was taken back, taken down, or went into another one."""
    if proposal.moderation in {REMOVED, "merged"} or proposal.step not in EDITABLE:
        raise Conflict("proposal.fixed", _("This proposal cannot be changed any more: others go by what it says."))


def said_by(proposal: Proposal) -> dict[str, Any]:
    """What its sender wrote, as a version keeps it."""
    return {
        "title": proposal.title,
        "text": proposal.text,
        "language": proposal.language,
        "team": proposal.team,
        "cost": None if proposal.cost is None else str(proposal.cost),
        "solution": None if proposal.solution is None else str(proposal.solution),
    }


@dataclass(frozen=True, slots=True)
class Told:
    """An offer that was checked."""

    title: str
    text: str
    language: str
    team: str
    cost: Decimal | None
    solution: UUID | None


def _locked_challenge(challenge_id: UUID, *, by: Actor) -> Challenge:
    # Whoever writes into its log locks the challenge first: two who hand in at once stand one after the other.
    list(Challenge.objects.select_for_update().filter(id=challenge_id).values("id"))
    return challenge_get(by, challenge_id)


def _check_open(challenge: Challenge) -> None:
    if not takes_proposals(challenge):
        raise Conflict("challenge.closed", _("The time for handing in is over. What you typed is still here."))


def _check_no_juror(challenge: Challenge, organisation: UUID | None, *, by: Actor) -> None:
    jury = list(Juror.objects.filter(challenge=challenge).exclude(person=None).values_list("person_id", flat=True))
    if by.id in jury:
        raise Conflict("proposal.juror", _("You are in the jury of this challenge, so you cannot hand in a proposal."))
    if organisation is not None and any(organisation in actor_by_id(person).organisations for person in jury):
        raise Conflict(
            "proposal.juror", _("Somebody of this organisation is in the jury of this challenge."), field="organisation"
        )


def offer_checked(offer: Offer, *, by: Actor) -> Told:
    """What was written, clean. Raises Invalid."""
    title, text, team = clean_line(offer.title), clean_text(offer.text), clean_line(offer.team)
    if not title:
        raise Invalid("title.missing", _("Say in a few words what it is about."), field="title")
    if not text:
        raise Invalid("text.missing", _("Say what you propose."), field="text")
    if len(title) > MAX_TITLE:
        raise Invalid("title.too_long", _("This title is too long: at most 200 characters."), field="title")
    if len(text) > MAX_TEXT:
        raise Invalid("text.too_long", _("This text is too long: at most 20,000 characters."), field="text")
    if len(team) > MOST_TEAM:
        raise Invalid("team.too_long", _("This is too long: at most 300 characters."), field="team")
    if offer.cost is not None and not (offer.cost.is_finite() and 0 <= offer.cost < MOST_COST):
        raise Invalid("cost.range", _("This is not an amount from 0 to 10,000,000,000."), field="cost")
    language = offer.language or detect_language(f"{title}\n{text}")
    if not is_language(language):
        raise Invalid("language.unknown", _("This language is not one of the nine."), field="language")
    return Told(title, text, language, team, offer.cost, _solution(offer.solution, by=by, language=language))


def _solution(key: str, *, by: Actor, language: str) -> UUID | None:
    # Whole addresses are pasted as well.
    plain = clean_line(key).rstrip("/").rpartition("/")[2]
    if not plain:
        return None
    try:
        return solution_by_key(plain, actor=by, language=language).id
    except NotFound:
        raise Invalid(
            "solution.unknown", _("There is no such solution, or you may not read it."), field="solution"
        ) from None


def _write(proposal: Proposal, told: Told) -> None:
    proposal.language = told.language
    proposal.title = {told.language: {"text": told.title, "by": "human"}}
    proposal.text = {told.language: {"text": told.text, "by": "human"}}
    proposal.team, proposal.cost, proposal.solution = told.team, told.cost, told.solution


def proposal_screen(proposal: Proposal, *, by: Actor, trace: Trace = _NO_TRACE) -> None:
    """Hold it if somebody has to look at it first."""
    versions = (proposal.title, proposal.text)
    words = "\n".join([*(one[proposal.language]["text"] for one in versions), proposal.team])
    state = examine(kind="proposal", object_id=proposal.id, text=words, language=proposal.language, by=by, trace=trace)
    if state != proposal.moderation:
        proposal.moderation = state
        proposal.save(update_fields=["moderation"])
