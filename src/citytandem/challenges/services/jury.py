"""Who assesses a challenge: invited by the innovation unit, blind to each other until they are done."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor, actor_by_id, people_by_id, person_by_address
from citytandem.challenges import notices_assessment as notices
from citytandem.challenges.funnel import Phase
from citytandem.challenges.models import Challenge, DecisionEntry, Juror
from citytandem.challenges.reading_proposals import hands_in
from citytandem.challenges.services.log import log_append
from citytandem.challenges.services.phases import challenge_locked
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.permissions import require

_PHASES = frozenset({Phase.OPEN.value, Phase.ASSESSMENT.value})
# So many that a jury stays one whose members know what they compare.
MOST_JURORS = 100


@transaction.atomic
def jury_invite(challenge_id: UUID, *, email: str = "", person_id: UUID | None = None, by: Actor) -> Juror:
    """Add somebody with a sign-in to the jury, by address or by id, and tell them. Raises Invalid, and Conflict: nobody
    assesses rivals."""
    challenge = challenge_locked(challenge_id)
    require("challenges.run", by, challenge)
    _check_phase(challenge)
    person = _person(email, person_id, by=by)
    jurors = Juror.objects.filter(challenge=challenge)
    if jurors.filter(person_id=person).exists():
        raise Conflict("jury.twice", _("This person is in the jury already."), field="email")
    if jurors.count() >= MOST_JURORS:
        raise Conflict("jury.many", _("A jury has at most 100 members."), field="email")
    if hands_in(actor_by_id(person), challenge):
        raise Conflict(
            "jury.bidder", _("They handed in a proposal for this challenge, so they cannot assess it."), field="email"
        )
    number = _next_number(challenge)
    juror = Juror.objects.create(challenge=challenge, person_id=person, number=number, invited_at=clock.now())
    log_append(challenge, "jury.invited", {"juror": number})
    notices.tell_invited(juror, by=by)
    return juror


@transaction.atomic
def jury_remove(challenge_id: UUID, *, number: int, by: Actor) -> None:
    """Take somebody out of the jury who has not begun: scored, declared or said that they are done. Raises Conflict where
    they have, or it is too late."""
    challenge = challenge_locked(challenge_id)
    require("challenges.run", by, challenge)
    _check_phase(challenge)
    juror = _juror(challenge, number)
    if juror.done_at is not None or juror.scores.exists() or juror.declarations.exists():
        raise Conflict("juror.has_scores", _("They have begun already: whoever begins stays in the jury."))
    juror.delete()
    log_append(challenge, "jury.removed", {"juror": number})


@transaction.atomic
def juror_done(challenge_id: UUID, *, by: Actor) -> Juror:
    """Say that one has scored what one will. From now on one sees what the others who are done gave."""
    challenge = challenge_locked(challenge_id)
    require("challenges.assess", by, challenge)
    _check_assessed(challenge)
    assert by.id is not None  # noqa: S101 - is in the jury
    juror = Juror.objects.select_for_update().get(challenge=challenge, person_id=by.id)
    if juror.done_at is None:
        juror.done_at = clock.now()
        juror.save(update_fields=["done_at"])
        log_append(challenge, "juror.done", {"juror": juror.number})
    return juror


@transaction.atomic
def juror_reopen(challenge_id: UUID, *, number: int, by: Actor) -> Juror:
    """Let somebody go on who said that they were done. Everybody can read it, for they may have seen other scores."""
    challenge = challenge_locked(challenge_id)
    require("challenges.run", by, challenge)
    _check_assessed(challenge)
    juror = _juror(challenge, number)
    if juror.done_at is not None:
        juror.done_at = None
        juror.save(update_fields=["done_at"])
        log_append(challenge, "juror.reopened", {"juror": number})
        notices.tell_reopened(juror, by=by)
    return juror


def _next_number(challenge: Challenge) -> int:
    """One that nobody had: whoever was taken out keeps theirs in the log."""
    last: int = Juror.objects.filter(challenge=challenge).aggregate(last=Max("number"))["last"] or 0
    invited = DecisionEntry.objects.filter(challenge=challenge, body__contains='"what":"jury.invited"').count()
    return max(last, invited) + 1


def _person(email: str, person_id: UUID | None, *, by: Actor) -> UUID:
    if person_id is not None:
        card = people_by_id([person_id]).get(person_id)
        # By the address, as below: whoever is of the demo reaches people of the demo only.
        if card is None or not card.email or person_by_address(card.email, by=by) is None:
            raise Invalid("person.unknown", _("There is no such person."), field="person")
        return card.id
    if not email.strip():
        raise Invalid("jury.nobody", _("Write an e-mail address, or choose somebody."), field="email")
    card = person_by_address(email, by=by)
    if card is None:
        raise Invalid(
            "jury.no_sign_in",
            _("Nobody signs in with this address. Ask them to make a sign-in first, then invite them again."),
            field="email",
        )
    return card.id


def _juror(challenge: Challenge, number: int) -> Juror:
    juror = Juror.objects.select_for_update().filter(challenge=challenge, number=number).first()
    if juror is None:
        raise NotFound("juror.unknown", _("The jury has no such member."))
    return juror


def _check_phase(challenge: Challenge) -> None:
    if challenge.phase not in _PHASES:
        raise Conflict("jury.phase", _("The jury can be changed from publishing until the assessment ends."))


def _check_assessed(challenge: Challenge) -> None:
    if challenge.phase != Phase.ASSESSMENT:
        raise Conflict("assessment.closed", _("The assessment is not open."))
