"""The reviews before a pilot starts: data protection and the ethics board. A second pair of eyes, always."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges import notices_pilots
from citytandem.challenges.models import Gate, Pilot
from citytandem.challenges.models_pilots import AiClass, GateKind, GateState, PilotState
from citytandem.challenges.rules import handed_it_in
from citytandem.challenges.services.log import log_append
from citytandem.challenges.services.pilots import is_editor, pilot_locked
from citytandem.challenges.services.steps import checked_reason
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.permissions import require
from citytandem.search.detect import detect_language


def is_planner(actor: Actor, pilot: Pilot) -> bool:
    """Made the plan, or changed at any time what is reviewed: they do not review it."""
    if actor.id is None:
        return False
    return actor.id in {pilot.created_by_id, pilot.planned_by_id} or is_editor(pilot, actor.id)


@transaction.atomic
def gate_decide(pilot_id: UUID, *, kind: str, state: str, note: str, by: Actor) -> Gate:
    """Say what a review came to, with the reason that everybody can read. Before the start it may be said anew.

    Raises Conflict for whoever planned the pilot or handed the proposal in, without a class of the AI Act, where high
    risk would go without the board, or where a prohibited practice would pass; Invalid where nothing is said why.
    """
    pilot = pilot_locked(pilot_id)
    require("challenges.run_pilot", by, pilot)
    if kind not in GateKind.values:
        raise Invalid("gate.unknown", _("There is no such review."), field="kind")
    if state not in GateState.values or state == GateState.OPEN:
        raise Invalid("gate.result", _("Choose what the review came to."), field="state")
    if pilot.state != PilotState.PLANNED:
        raise Conflict("pilot.started_already", _("The reviews are over once a pilot has started."))
    if is_planner(by, pilot):
        raise Conflict("gate.same_person", _("You have planned this pilot. Somebody else has to review it."))
    if handed_it_in(by, pilot.proposal):
        raise Conflict("gate.own", _("You handed in this proposal yourself. Somebody else has to do this."))
    _check_class(pilot, kind, state)
    told = checked_reason(note)
    gate = Gate.objects.select_for_update().get(pilot=pilot, kind=kind)
    gate.state, gate.note, gate.by_id, gate.at = state, told, by.id, clock.now()
    gate.save()
    log_append(
        pilot.challenge,
        "pilot.gate",
        {
            "pilot": pilot.code,
            "gate": kind,
            "state": state,
            "ai_class": pilot.ai_class,
            "reason": told,
            "language": detect_language(told, hint=pilot.language),
        },
    )
    notices_pilots.tell_reviewed(pilot, gate, by=by)
    return gate


def _check_class(pilot: Pilot, kind: str, state: str) -> None:
    if not pilot.ai_class:
        raise Conflict("gate.ai_class_missing", _("The plan does not say yet which class of the AI Act it belongs to."))
    if state == GateState.REFUSED:
        return
    if pilot.ai_class == AiClass.PROHIBITED:
        raise Conflict("gate.prohibited", _("Article 5 of the AI Act forbids this. It can only be refused."))
    if pilot.ai_class == AiClass.HIGH and kind == GateKind.ETHICS and state == GateState.NOT_NEEDED:
        raise Conflict("gate.board_needed", _("At high risk the ethics board has to look at it."))
