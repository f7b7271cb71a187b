"""Locking a challenge and its proposals, and leading it from one phase to the next."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from citytandem.challenges.funnel import PHASES, Phase
from citytandem.challenges.models import Challenge, Proposal
from citytandem.challenges.rules import HIDDEN
from citytandem.core import clock
from citytandem.core.errors import Conflict, NotFound
from citytandem.federation.contract import changed as publish_changed


def challenge_locked(challenge_id: UUID) -> Challenge:
    """The challenge, for this transaction alone. Raises NotFound."""
    challenge = Challenge.objects.select_for_update().filter(id=challenge_id).first()
    if challenge is None:
        raise NotFound("challenge.unknown", _("This challenge does not exist, or it is not public."))
    return challenge


def proposal_locked(proposal_id: UUID) -> Proposal:
    """A proposal with its challenge, both locked in the order in which all do. Raises NotFound."""
    list(Challenge.objects.select_for_update().filter(proposals=proposal_id))
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("challenge")
    proposal = rows.filter(id=proposal_id).first()
    if proposal is None:
        raise NotFound("proposal.unknown", _("This proposal does not exist, or it is not public."))
    return proposal


def challenge_held(challenge_id: UUID) -> Challenge:
    """The challenge in the phase that it keeps until this transaction ends: many may hold it, nobody changes it then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM challenges_challenge WHERE id = %s FOR SHARE", [challenge_id])
    challenge = Challenge.objects.filter(id=challenge_id).first()
    if challenge is None:
        raise NotFound("challenge.unknown", _("This challenge does not exist, or it is not public."))
    return challenge


def phase_enter(challenge: Challenge, phase: Phase, **fields: object) -> None:
    """Move a locked challenge on, and set what goes with it. Raises Conflict where this phase cannot follow."""
    if phase not in PHASES[Phase(challenge.phase)]:
        raise Conflict("challenge.phase", _("This cannot follow the phase that the challenge is in."))
    now = clock.now()
    changed = {"phase": phase.value, "phase_since": now, "changed_at": now, **fields}
    for name, value in changed.items():
        setattr(challenge, name, value)
    # Not the whole row: the log notes its head there as well.
    challenge.save(update_fields=list(changed))
    if phase not in HIDDEN:
        tell_partners(challenge.id)


def tell_partners(challenge_id: UUID) -> None:
    """What a call says has changed, or what became of a proposal: nodes of partners that show it learn of it."""
    publish_changed("challenge", challenge_id)
