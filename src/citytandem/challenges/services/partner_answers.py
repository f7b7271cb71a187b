"""What this city proposes to the challenge of a partner: handed in here, read and decided there."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import PartnerChallenge, PartnerProposal
from citytandem.challenges.rules import partner_takes_proposals
from citytandem.challenges.services.proposals import Offer, Told, offer_checked
from citytandem.core import clock
from citytandem.core.errors import Conflict, NotFound
from citytandem.core.ids import short_code, uuid7
from citytandem.core.permissions import require
from citytandem.federation.contract import changed

# Each of them is read by people of another city, and it takes no more than 30 (`partner_proposals`).
MOST_ANSWERS = 30


@transaction.atomic
def answer_send(challenge_id: UUID, offer: Offer, *, by: Actor) -> PartnerProposal:
    """Propose something to a partner's challenge. It is handed in there when that city's node fetches it from ours.

    Raises Forbidden, NotFound, Invalid, Conflict.
    """
    require("challenges.answer_partners", by)
    challenge = _locked(challenge_id)
    _check_open(challenge)
    told = offer_checked(offer, by=by)
    if challenge.answers.count() >= MOST_ANSWERS:
        raise Conflict("partner_answer.many", _("You have handed in as many proposals as one city can: 30."))
    now, key = clock.now(), uuid7()
    answer = PartnerProposal(
        id=key, code=short_code(key), challenge=challenge, created_by_id=by.id, created_at=now, changed_at=now
    )
    _write(answer, told)
    answer.save(force_insert=True)
    changed("proposal_out", answer.id)
    return answer


@transaction.atomic
def answer_edit(answer_id: UUID, offer: Offer, *, version: int, by: Actor) -> PartnerProposal:
    """Change what this city proposes, while the call is open. `version` is the one the editor saw; raises Conflict."""
    require("challenges.answer_partners", by)
    answer = _answer_locked(answer_id)
    _check_open(answer.challenge)
    if answer.version != version:
        raise Conflict(
            "proposal.changed_meanwhile",
            _(
                "Somebody else has changed this proposal in the meantime. Your text is kept below; compare and save again."
            ),
            current_version=answer.version,
        )
    _write(answer, offer_checked(offer, by=by))
    answer.version += 1
    answer.changed_at = clock.now()
    answer.save()
    changed("proposal_out", answer.id)
    return answer


@transaction.atomic
def answer_withdraw(answer_id: UUID, *, by: Actor) -> PartnerProposal:
    """Take back what this city proposed; that city's node drops every version of it. Raises Conflict the second time."""
    require("challenges.answer_partners", by)
    answer = _answer_locked(answer_id)
    answer.withdrawn_at = answer.changed_at = clock.now()
    answer.save(update_fields=["withdrawn_at", "changed_at"])
    changed("proposal_out", answer.id)
    return answer


def _locked(challenge_id: UUID) -> PartnerChallenge:
    challenge = PartnerChallenge.objects.select_for_update().filter(id=challenge_id, gone_at=None).first()
    if challenge is None:
        raise NotFound("challenge.unknown", _("This challenge does not exist, or it is not public."))
    return challenge


def _answer_locked(answer_id: UUID) -> PartnerProposal:
    rows = PartnerProposal.objects.select_for_update(of=("self",)).select_related("challenge")
    answer = rows.filter(id=answer_id).first()
    if answer is None:
        raise NotFound("proposal.unknown", _("This proposal does not exist, or it is not public."))
    if answer.withdrawn_at is not None:
        raise Conflict("partner_answer.withdrawn", _("This proposal is taken back already."))
    return answer


def _check_open(challenge: PartnerChallenge) -> None:
    if not partner_takes_proposals(challenge):
        raise Conflict("challenge.closed", _("The time for handing in is over. What you typed is still here."))


def _write(answer: PartnerProposal, told: Told) -> None:
    answer.language = told.language
    answer.title = {told.language: {"text": told.title, "by": "human"}}
    answer.text = {told.language: {"text": told.text, "by": "human"}}
    answer.team, answer.cost, answer.solution = told.team, told.cost, told.solution
