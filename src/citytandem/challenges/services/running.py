"""While a challenge is public: giving people more time, and ending it without a decision."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges import notices_challenges as notices
from citytandem.challenges.funnel import FINAL, Phase
from citytandem.challenges.models import Challenge, Openness, Pilot, Proposal
from citytandem.challenges.rules import takes_proposals
from citytandem.challenges.services.drafts import Dates, check_dates
from citytandem.challenges.services.log import log_append
from citytandem.challenges.services.phases import challenge_locked, phase_enter
from citytandem.challenges.services.published import told_time
from citytandem.challenges.services.steps import MOST_REASON, steps_take
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.permissions import require
from citytandem.core.text import clean_text
from citytandem.search.detect import detect_language

_RUNNING = frozenset({Phase.OPEN, Phase.ASSESSMENT, Phase.DECISION})


@transaction.atomic
def challenge_extend(challenge_id: UUID, dates: Dates, *, by: Actor) -> Challenge:
    """Give more time. Bidders rely on the dates: the end for questions and proposals only ever moves to later.

    Where the end has passed and nobody has begun to assess, a later one opens the challenge again, but only where
    proposals were open from the first: what was sealed has been read by then. All who handed in or follow are told, and
    the log keeps the dates. Raises Invalid, Conflict.
    """
    challenge = challenge_locked(challenge_id)
    require("challenges.run", by, challenge)
    if Phase(challenge.phase) not in _RUNNING:
        raise Conflict("challenge.phase", _("This cannot follow the phase that the challenge is in."))
    before = _dates_of(challenge)
    dates = replace(dates, closes_at=dates.closes_at or before.closes_at)
    if dates == before:
        return challenge
    _check_later(challenge, before, dates)
    check_dates(dates)
    for name, value in asdict(dates).items():
        setattr(challenge, name, value)
    challenge.changed_at = clock.now()
    challenge.version += 1
    challenge.save()
    facts = {name: _told(value) for name, value in asdict(dates).items()}
    log_append(challenge, "challenge.dates", {**facts, "closed_before": told_time(before.closes_at)})
    notices.tell_dates(challenge, by=by)
    events.emit(events.RecordChanged(kind="challenge", object_id=challenge.id))
    return challenge


@transaction.atomic
def challenge_withdraw(challenge_id: UUID, *, reason: str, by: Actor) -> Challenge:
    """End a published challenge without a decision; everybody can read why.

    Nobody falls out silently: each proposal without an outcome takes the step *declined*, and its reason says that the
    city has withdrawn the challenge and judged nothing. It is not *withdrawn*, for that is what senders do, and not kept
    as a concept, for nobody has assessed it as one. What was decided before stays decided. Raises Conflict while a pilot
    is prepared or runs: people work in it, so it is finished or broken off first.
    """
    challenge = challenge_locked(challenge_id)
    require("challenges.run", by, challenge)
    told = clean_text(reason)
    if not told:
        raise Invalid("reason.missing", _("Say why: everybody can read it."), field="reason")
    if len(told) > MOST_REASON - 200:
        raise Invalid("reason.too_long", _("This is too long. Say it shorter."), field="reason")
    if Pilot.objects.filter(challenge=challenge, state__in=["planned", "running"]).exists():
        raise Conflict("challenge.has_pilot", _("A pilot is being prepared or runs. Finish it or break it off first."))
    _decline_all(challenge, told, by=by)
    language = detect_language(told, hint=challenge.language)
    phase_enter(challenge, Phase.WITHDRAWN, withdrawn_because={language: {"text": told, "by": "human"}})
    log_append(challenge, "challenge.withdrawn", {"reason": told})
    notices.tell_withdrawn(challenge, by=by)
    events.emit(events.RecordChanged(kind="challenge", object_id=challenge.id))
    return challenge


def _decline_all(challenge: Challenge, told: str, *, by: Actor) -> None:
    rows = (
        Proposal.objects.select_for_update().filter(challenge=challenge).exclude(step__in=[one.value for one in FINAL])
    )
    waiting = list(rows.exclude(moderation="merged").order_by("id"))
    for row in waiting:
        # The same object: the log is written through it, and it must know the newest entry.
        row.challenge = challenge
    with override(detect_language(told, hint=challenge.language)):
        reason = gettext("The city has withdrawn the challenge. Your proposal was not judged. The reason:")
    steps_take(waiting, step="declined", reason=f"{reason} {told}", by=by)


def _dates_of(challenge: Challenge) -> Dates:
    return Dates(
        challenge.questions_until,
        challenge.closes_at,
        challenge.assess_until,
        challenge.decide_until,
        challenge.pilot_until,
    )


def _check_later(challenge: Challenge, before: Dates, dates: Dates) -> None:
    for name in ("questions_until", "closes_at"):
        old, new = getattr(before, name), getattr(dates, name)
        if new == old:
            continue
        if challenge.phase != Phase.OPEN or (name == "closes_at" and _has_unsealed(challenge)):
            raise Conflict("dates.closed", _("Nobody can hand in any more: this end stays as it was."), field=name)
        # Without an end of their own, questions end with proposals.
        old = old or before.closes_at
        if new is None or (old is not None and new < old):
            raise Invalid("dates.earlier", _("Bidders rely on this date. It can only become later."), field=name)
        if new <= clock.now():
            raise Invalid("dates.past", _("This is in the past."), field=name)


def _has_unsealed(challenge: Challenge) -> bool:
    return challenge.openness == Openness.AFTER_CLOSING and not takes_proposals(challenge)


def _told(value: datetime | date | None) -> str:
    return value.isoformat() if value is not None else ""
