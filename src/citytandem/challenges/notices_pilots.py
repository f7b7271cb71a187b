"""What people are told about pilots: reviewers that one waits, its planner what a review said, senders how it goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from citytandem.accounts.contract import Actor, Role, people_with_role
from citytandem.challenges.models import Gate, Pilot
from citytandem.notifications.contract import AUTHOR, ROLE, STATUS, Paragraph, notify, register_template

STATE = "pilot_state"
REVIEW = "pilot_review"
REVIEWED = "pilot_reviewed"


def register_all() -> None:
    """Called once when Django is ready."""
    register_template(
        STATE,
        label=gettext_lazy("How a pilot goes"),
        subject=lambda p: _("Pilot of “%(title)s”: %(state)s") % _worded(p),
        body=lambda p: [Paragraph(_("The pilot of “%(title)s” has a new state: %(state)s.") % _worded(p))],
        action=gettext_lazy("Open the pilot"),
        example={"state": "Running"},
    )
    register_template(
        REVIEW,
        label=gettext_lazy("A pilot waits for its reviews"),
        subject=lambda p: _("Pilot of “%(title)s”: please review the plan") % p,
        body=lambda _p: [
            Paragraph(_("Data protection and the ethics board have to look at the plan before the pilot starts."))
        ],
        action=gettext_lazy("Open the pilot"),
    )
    register_template(
        REVIEWED,
        label=gettext_lazy("What a review of a pilot said"),
        subject=lambda p: _("Pilot of “%(title)s”: %(gate)s: %(state)s") % _worded(p),
        body=lambda p: [Paragraph(_("The review of the pilot of “%(title)s”: %(gate)s: %(state)s.") % _worded(p))],
        action=gettext_lazy("Open the pilot"),
        example={"gate": "Ethics board", "state": "Passed"},
    )


def tell_state(pilot: Pilot, *, by: Actor) -> None:
    """The sender of the proposal learns that the pilot began, ended or was broken off; whoever did it knows."""
    with override("en"):
        # As its msgid: it is worded when it is sent.
        state = str(pilot.get_state_display())
    _tell(pilot, STATE, to={pilot.proposal.created_by_id}, parameters={"state": state}, why=AUTHOR, by=by)


def tell_gates(pilot: Pilot, *, by: Actor) -> None:
    """The others of the innovation unit learn that a plan waits for a second pair of eyes."""
    _tell(pilot, REVIEW, to=set(people_with_role(Role.INNOVATION_UNIT)), parameters={}, why=ROLE, by=by)


def tell_reviewed(pilot: Pilot, gate: Gate, *, by: Actor) -> None:
    """Whoever planned the pilot learns what a review came to."""
    with override("en"):
        told = {"gate": str(gate.get_kind_display()), "state": str(gate.get_state_display())}
    _tell(pilot, REVIEWED, to={pilot.created_by_id, pilot.planned_by_id}, parameters=told, why=ROLE, by=by)


def _tell(
    pilot: Pilot,
    template: str,
    *,
    to: Collection[UUID | None],
    parameters: Mapping[str, Any],
    why: str,
    by: Actor,
) -> None:
    people = sorted(person for person in to if person is not None and person != by.id)
    if people:
        notify(
            kind=STATUS,
            template=template,
            to=people,
            about=("proposal", pilot.proposal_id),
            path=f"/pilots/{pilot.code}",
            parameters=parameters,
            why=why,
        )


def _worded(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Labels that came as their English msgids, in the reader's language."""
    labels = {name: str(parameters.get(name, "")) for name in ("gate", "state")}
    return {**parameters, **{name: _(msgid) if msgid else "" for name, msgid in labels.items()}}
