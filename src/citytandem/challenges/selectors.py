"""Reading challenges, proposals and pilots: one thing by its key, and who may read what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import Challenge, Criterion, Indicator, Openness, Pilot, Proposal, Tender
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.challenges.rules import HIDDEN, proposals_are_open
from citytandem.core.errors import NotFound
from citytandem.core.permissions import allowed


def visible_challenges(actor: Actor) -> QuerySet[Challenge]:
    """The challenges that the actor may read."""
    rows = Challenge.objects.all()
    return rows if actor.is_staff else rows.exclude(phase__in=sorted(HIDDEN))


def challenge_get(actor: Actor, key: str | UUID, *, permission: str = "challenges.read") -> Challenge:
    """A challenge by id, short code or slug; raises NotFound also where the actor may not know of it."""
    challenge = Challenge.objects.filter(_key(key, has_slug=True)).first()
    if challenge is None or not allowed(permission, actor, challenge):
        raise NotFound("challenge.unknown", _("This challenge does not exist, or it is not public."))
    return challenge


def challenge_exists(challenge_id: UUID) -> bool:
    """Whether there is one under this id, whoever may read it."""
    return Challenge.objects.filter(id=challenge_id).exists()


def criteria_keys(challenge_id: UUID) -> list[str]:
    """Keys of the criteria of a challenge, in their order."""
    return list(Criterion.objects.filter(challenge=challenge_id).values_list("key", flat=True))


def indicator_numbers(pilot_id: UUID) -> list[int]:
    """Numbers of the indicators of a pilot, in their order."""
    return list(Indicator.objects.filter(pilot=pilot_id).values_list("id", flat=True))


def visible_proposals(actor: Actor, challenge: Challenge) -> QuerySet[Proposal]:
    """The proposals of a challenge that the actor may read: all for the unit, and for the jury once it has
    closed, else what is open, and one's own."""
    rows = Proposal.objects.filter(challenge=challenge).exclude(moderation="merged")
    if allowed("challenges.read_all_proposals", actor, challenge):
        return rows
    own = Q(created_by_id=actor.id) if actor.id is not None else Q(pk__in=[])
    if actor.organisations:
        own |= Q(organisation_id__in=list(actor.organisations))
    return rows.filter(own | open_proposals(challenge))


def open_proposals(challenge: Challenge) -> Q:
    """Which of its proposals everybody may read. What was taken back before that stays unread."""
    if not proposals_are_open(challenge):
        return Q(pk__in=[])
    if challenge.openness == Openness.AT_ONCE or challenge.closes_at is None:
        return Q(moderation="")
    return Q(moderation="") & ~Q(step=ProposalStep.WITHDRAWN, step_since__lt=challenge.closes_at)


def proposal_get(actor: Actor, key: str | UUID, *, permission: str = "challenges.read_proposal") -> Proposal:
    """A proposal by id or short code, with its challenge; raises NotFound also where the actor may not know of it."""
    proposal = Proposal.objects.select_related("challenge", "organisation").filter(_key(key)).first()
    if proposal is None or not allowed(permission, actor, proposal):
        raise NotFound("proposal.unknown", _("This proposal does not exist, or it is not public."))
    return proposal


def pilot_get(actor: Actor, key: str | UUID, *, permission: str = "challenges.read_pilot") -> Pilot:
    """A pilot by id or short code, with its challenge and proposal; raises NotFound where the actor may not know of it."""
    pilot = Pilot.objects.select_related("challenge", "proposal").filter(_key(key)).first()
    if pilot is None or not allowed(permission, actor, pilot):
        raise NotFound("pilot.unknown", _("This pilot does not exist, or it is not public."))
    return pilot


def tender_get(actor: Actor, key: str | UUID, *, permission: str = "challenges.hand_over") -> Tender:
    """A tender package by id or short code, with its challenge and pilot; raises NotFound where the actor may not know."""
    tender = Tender.objects.select_related("challenge", "pilot").filter(_key(key)).first()
    if tender is None or not allowed(permission, actor, tender.challenge):
        raise NotFound("tender.unknown", _("This tender package does not exist, or it is not public."))
    return tender


def _key(key: str | UUID, *, has_slug: bool = False) -> Any:
    if isinstance(key, UUID):
        return Q(id=key)
    text = key.strip()
    try:
        return Q(id=UUID(text))
    except ValueError:
        if "\x00" in text or len(text) > 80:
            return Q(pk__in=[])
        return Q(code=text) | Q(slug=text) if has_slug else Q(code=text)
