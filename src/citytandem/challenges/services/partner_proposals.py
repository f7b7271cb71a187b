"""Proposals that partner cities send from nodes of their own: they stand in the funnel like any other, and follow theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import SYSTEM
from citytandem.challenges.funnel import FINAL, Step
from citytandem.challenges.models import Challenge, Proposal, ProposalVersion, Sharing, StepTaken
from citytandem.challenges.partner_details import currency, title_of
from citytandem.challenges.rules import HIDDEN, takes_proposals
from citytandem.challenges.services.log import log_append
from citytandem.challenges.services.partner_challenges import name_of
from citytandem.challenges.services.phases import proposal_locked
from citytandem.challenges.services.proposals import (
    MOST_TEAM,
    check_editable,
    proposal_screen,
    proposal_take_back,
    said_by,
)
from citytandem.conversation.contract import follow_from_the_start
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.ids import short_code, uuid7
from citytandem.federation import details
from citytandem.federation.contract import Incoming, copy_id, own_ids_of

# A city that sends more to one call floods it; each of them is read by people.
MOST_OF_ONE_CITY = 30


@transaction.atomic
def proposal_take(incoming: Incoming) -> Proposal:
    """Put a partner's proposal into the funnel of the challenge that it answers, or follow its newest version.

    What counts is when it is here: once the call has closed none comes in and none is changed, as for everybody. The
    version that came before the end stays, and with the challenge it answered. Raises NotFound, Invalid, Conflict.
    """
    challenge = _asked(incoming.in_reply_to)
    known = Proposal.objects.select_for_update(of=("self",)).filter(origin_uri=incoming.uri).first()
    if known is not None and known.origin_version >= incoming.version:
        return known
    if known is not None and known.challenge_id != challenge.id:
        raise Conflict("partner_proposal.moved", _("A proposal stays with the challenge for which it was handed in."))
    if not takes_proposals(challenge):
        raise Conflict("challenge.closed", _("The time for handing in is over. What you typed is still here."))
    if known is None:
        return _hand_in(incoming, challenge)
    known.challenge = challenge  # the one that is locked
    check_editable(known)
    return _follow(incoming, known)


@transaction.atomic
def proposals_drop(uris: Sequence[str]) -> None:
    """Their cities have taken them back: they leave the funnel, and no word of them stays.

    What has reached its last step stays as it was: the city's decision was made on it, and has to be understood.
    """
    waiting = Proposal.objects.filter(origin_uri__in=list(uris)).exclude(step__in=[one.value for one in FINAL])
    for key in waiting.order_by("challenge_id", "id").values_list("id", flat=True):
        _take_back(key)


def _take_back(key: UUID) -> None:
    proposal = proposal_locked(key)
    if Step(proposal.step) in FINAL:
        return
    language = proposal.challenge.language
    with override(language):
        reason = gettext("The city that handed it in has taken it back.")
        name = gettext("Proposal of %(city)s") % {"city": proposal.origin_name}
    proposal_take_back(proposal, reason, by=SYSTEM)
    ProposalVersion.objects.filter(proposal=proposal).delete()
    told = {"title": {language: {"text": name, "by": "human"}}, "text": {}, "team": "", "solution": None}
    Proposal.objects.filter(id=key).update(**told, language=language)


def _asked(uri: str) -> Challenge:
    """The challenge that is answered, locked: whoever writes into its log does so first."""
    key = own_ids_of([uri]).get(uri)
    challenge = Challenge.objects.select_for_update().filter(id=key).first() if key is not None else None
    if challenge is None or challenge.phase in HIDDEN or challenge.sharing == Sharing.NOBODY:
        raise NotFound("challenge.unknown", _("This challenge does not exist, or it is not public."))
    return challenge


def _hand_in(incoming: Incoming, challenge: Challenge) -> Proposal:
    if Proposal.objects.filter(challenge=challenge, origin=incoming.origin).count() >= MOST_OF_ONE_CITY:
        raise Conflict(
            "partner_proposal.many", _("This city has sent as many proposals as one call takes from one node.")
        )
    now, key = clock.now(), uuid7()
    proposal = Proposal(
        id=key, code=short_code(key), challenge=challenge, created_at=now, step_since=now, origin=incoming.origin,
        origin_uri=incoming.uri,
    )  # fmt: skip
    _write(incoming, proposal, at=now)
    proposal.save(force_insert=True)
    StepTaken.objects.create(proposal=proposal, step=Step.SUBMITTED.value, language=proposal.language, at=now)
    proposal_screen(proposal, by=SYSTEM)
    follow_from_the_start(kind="proposal", object_id=proposal.id)
    log_append(challenge, "proposal.submitted", {"proposal": proposal.code, "node": incoming.origin})
    events.emit(events.RecordChanged(kind="proposal", object_id=proposal.id))
    return proposal


def _follow(incoming: Incoming, proposal: Proposal) -> Proposal:
    before, now = said_by(proposal), clock.now()
    _write(incoming, proposal, at=now)
    if said_by(proposal) != before:
        ProposalVersion.objects.create(proposal=proposal, number=proposal.version, said=before, until=now)
        proposal.version += 1
        log_append(proposal.challenge, "proposal.changed", {"proposal": proposal.code, "version": proposal.version})
    proposal.save()
    proposal_screen(proposal, by=SYSTEM)
    events.emit(events.RecordChanged(kind="proposal", object_id=proposal.id))
    return proposal


def _write(incoming: Incoming, proposal: Proposal, *, at: datetime) -> None:
    title = title_of(incoming.texts.get("name"))
    text = details.words(incoming.texts.get("content") or incoming.texts.get("summary"))
    told = incoming.details
    # Both in one language at least: that is the one in which it is read and screened.
    languages = [
        code for code in (details.original_of(text, told.get("language")), *text) if code in title and code in text
    ]
    if not languages:
        raise Invalid("partner_proposal.unreadable", _("This proposal lacks a title or a text."))
    cost = details.mapping(told.get("cost"))
    is_same = currency(cost.get("currency")) == proposal.challenge.currency
    solution = details.line(told.get("solution"), limit=700)
    proposal.language, proposal.title, proposal.text = languages[0], title, text
    proposal.team = details.line(told.get("team"), limit=MOST_TEAM)
    proposal.cost = details.amount(cost.get("amount")) if is_same else None
    # Where that city's solution is not here, nothing is shown of it.
    proposal.solution = (own_ids_of([solution]).get(solution) or copy_id(solution)) if solution else None
    proposal.origin_name, proposal.origin_version = name_of(incoming), incoming.version
    proposal.changed_at = at
