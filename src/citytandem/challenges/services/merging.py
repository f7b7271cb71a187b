"""Proposals that say the same: one goes into another, and can be split off again. Only a person does so.

Not where somebody has scored the one that would go: its place in the ranking is their work, and would be gone without a
word. What the other one was scored for stays as it is, so its scores do not stand in the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges import notices
from citytandem.challenges.funnel import FINAL, Phase, Step
from citytandem.challenges.models import Challenge, Proposal
from citytandem.challenges.services.log import log_append
from citytandem.conversation.contract import followers_join, followers_leave
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.permissions import require
from citytandem.core.subjects import FINE

_PHASES = frozenset({Phase.OPEN, Phase.ASSESSMENT})
_BEFORE_ASSESSMENT = frozenset({Step.SUBMITTED, Step.SCREENED})


@transaction.atomic
def proposal_merge(proposal_id: UUID, *, into: UUID, by: Actor) -> Proposal:
    """Let a proposal lead to another one of the same challenge that says the same; both senders are told.

    `proposal_split` undoes it. Raises NotFound, Forbidden, Invalid, Conflict.
    """
    rows = _locked(proposal_id, into)
    proposal, target = rows[proposal_id], rows[into]
    require("challenges.run", by, proposal.challenge)
    _check_target(proposal, target)
    _check_source(proposal)
    proposal.merged_into, proposal.moderation = target, "merged"
    proposal.changed_at = clock.now()
    proposal.save(update_fields=["merged_into", "moderation", "changed_at"])
    followers_join(kind="proposal", source=proposal.id, target=target.id)
    log_append(proposal.challenge, "proposal.merged", {"proposal": proposal.code, "into": target.code})
    notices.tell_merged(proposal, target, by=by)
    events.emit(events.RecordChanged(kind="proposal", object_id=proposal.id))
    return target


@transaction.atomic
def proposal_split(proposal_id: UUID, *, by: Actor) -> Proposal:
    """Take a merger back: it stands on its own again, at the step it had. Raises NotFound, Forbidden, Invalid."""
    proposal = _locked(proposal_id)[proposal_id]
    require("challenges.run", by, proposal.challenge)
    split_off(proposal, by=by)
    return proposal


def split_off(proposal: Proposal, *, by: Actor) -> None:
    """As `proposal_split`, for one that the caller has locked, and `by` may do what it is part of."""
    target = proposal.merged_into
    if target is None:
        raise Invalid("merge.none", _("This entry was not merged."))
    # It was fine or held when it went; whoever held it looks at it again.
    proposal.merged_into, proposal.moderation = None, FINE
    proposal.changed_at = clock.now()
    proposal.save(update_fields=["merged_into", "moderation", "changed_at"])
    followers_leave(kind="proposal", source=proposal.id, target=target.id)
    log_append(proposal.challenge, "proposal.split", {"proposal": proposal.code, "from": target.code})
    notices.tell_split(proposal, target, by=by)
    events.emit(events.RecordChanged(kind="proposal", object_id=proposal.id))


def let_go(target: Proposal, *, by: Actor) -> None:
    """All that went into a proposal stands on its own again: when that is withdrawn, nobody goes down with it."""
    merged: Sequence[Proposal] = list(
        Proposal.objects.select_for_update(of=("self",)).select_related("challenge").filter(merged_into=target)
    )
    for proposal in merged:
        split_off(proposal, by=by)


def _check_target(proposal: Proposal, target: Proposal) -> None:
    if target.id == proposal.id or target.merged_into_id is not None:
        raise Invalid(
            "merge.target", _("An entry cannot go into itself or into one that was merged itself."), field="into"
        )
    if target.challenge_id != proposal.challenge_id:
        raise Invalid("proposals.several_challenges", _("These proposals answer different challenges."), field="into")
    if Step(target.step) in FINAL or target.moderation != FINE:
        raise Conflict("merge.gone", _("The other proposal is not under way any more, or not to be read."))


def _check_source(proposal: Proposal) -> None:
    if proposal.merged_into_id is not None or proposal.merged.exists():
        raise Invalid("merge.source", _("This entry is part of a merger already. Split that one first."), field="into")
    if proposal.moderation != FINE:
        raise Conflict("merge.held", _("Moderation has to decide about this proposal first."))
    if Phase(proposal.challenge.phase) not in _PHASES or Step(proposal.step) not in _BEFORE_ASSESSMENT:
        raise Conflict("merge.too_late", _("Proposals can be merged until they are assessed."))
    if proposal.scores.exists():
        raise Conflict("merge.scored", _("Somebody has assessed this proposal. Their work would be lost."))


def _locked(*ids: UUID) -> dict[UUID, Proposal]:
    """Proposals for this transaction alone, the challenge first, as everybody does who writes into its log."""
    challenges = Proposal.objects.filter(id__in=ids).values("challenge")
    list(Challenge.objects.select_for_update().filter(id__in=challenges).order_by("id"))
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("challenge", "merged_into")
    found = {row.id: row for row in rows.filter(id__in=ids).order_by("id")}
    if not found.keys() >= set(ids):
        raise NotFound("proposal.unknown", _("This proposal does not exist, or it is not public."))
    return found
