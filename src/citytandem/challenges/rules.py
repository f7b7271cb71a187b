"""Who may do what with challenges and proposals. Whether it is the time for it, the services say."""

from __future__ import annotations

import rules

from citytandem.accounts.contract import Actor, Role
from citytandem.challenges.models import (
    Challenge,
    ChallengePhase,
    Juror,
    Openness,
    PartnerChallenge,
    Pilot,
    Proposal,
)
from citytandem.challenges.models_partners import PartnerState
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.core import clock

# Nobody outside reads what was not published; what was withdrawn stays, with the reason.
HIDDEN = frozenset({ChallengePhase.DRAFT.value, ChallengePhase.IN_REVIEW.value})


OPEN_TO_PROPOSALS = frozenset({ChallengePhase.OPEN.value})


def proposals_are_open(challenge: Challenge) -> bool:
    """Whether everybody may read the proposals by now. What was sealed when the city withdrew its call stays so."""
    if challenge.phase in HIDDEN or ended_sealed(challenge):
        return False
    return challenge.openness == Openness.AT_ONCE or not takes_proposals(challenge)


def takes_proposals(challenge: Challenge) -> bool:
    """Whether one can be handed in now: until the very second that was published."""
    if challenge.phase not in OPEN_TO_PROPOSALS:
        return False
    return challenge.closes_at is None or clock.now() < challenge.closes_at


def ended_sealed(challenge: Challenge) -> bool:
    """The city withdrew it while proposals were handed in that nobody else could read."""
    if challenge.phase != ChallengePhase.WITHDRAWN or challenge.openness == Openness.AT_ONCE:
        return False
    return challenge.closes_at is not None and challenge.phase_since < challenge.closes_at


def log_is_open(challenge: Challenge) -> bool:
    """Whether everybody may read the log: before the end it would tell how many proposals there are."""
    if challenge.phase in HIDDEN:
        return False
    return challenge.openness == Openness.AT_ONCE or not takes_proposals(challenge)


def was_never_public(proposal: Proposal) -> bool:
    """Its sender took it back before anybody else could read it: so it stays."""
    challenge = proposal.challenge
    if proposal.step != ProposalStep.WITHDRAWN or challenge.openness == Openness.AT_ONCE:
        return False
    return challenge.closes_at is not None and proposal.step_since < challenge.closes_at


def partner_takes_proposals(challenge: PartnerChallenge) -> bool:
    """Whether a partner's call is open, as far as we know: its node alone says what came in time."""
    if challenge.gone_at is not None or challenge.state != PartnerState.OPEN:
        return False
    return challenge.closes_at is None or clock.now() < challenge.closes_at


@rules.predicate
def curates(actor: Actor) -> bool:
    """The innovation unit and the administrator."""
    return actor.curates


@rules.predicate
def works_for_the_city(actor: Actor) -> bool:
    """Staff read drafts."""
    return actor.is_staff


@rules.predicate
def is_of_own_department(actor: Actor, challenge: Challenge | None) -> bool:
    """The actor's department has the need."""
    return challenge is not None and challenge.department_id in actor.departments


@rules.predicate
def is_published(_actor: Actor, challenge: Challenge | None) -> bool:
    """Everybody may read it."""
    return challenge is not None and challenge.phase not in HIDDEN


@rules.predicate
def is_another_than_the_sender(actor: Actor, challenge: Challenge | None) -> bool:
    """Two people: who sent it for review does not publish it."""
    return challenge is not None and actor.id is not None and challenge.sent_by_id != actor.id


@rules.predicate
def is_signed_in(actor: Actor) -> bool:
    """Anybody with a sign-in."""
    return not actor.is_anonymous


@rules.predicate
def handed_it_in(actor: Actor, proposal: Proposal | None) -> bool:
    """Its author, or a member of the organisation that it was handed in for."""
    if proposal is None or actor.id is None:
        return False
    return proposal.created_by_id == actor.id or proposal.organisation_id in actor.organisations


@rules.predicate
def is_juror(actor: Actor, challenge: Challenge | None) -> bool:
    """Assesses the proposals of this challenge."""
    if challenge is None or actor.id is None:
        return False
    return Juror.objects.filter(challenge=challenge, person_id=actor.id).exists()


def jury_may_read(challenge: Challenge) -> bool:
    """Whether nobody can hand in any more: until then assessors read no more than bidders do."""
    return not takes_proposals(challenge) and not ended_sealed(challenge)


@rules.predicate
def reads_for_the_jury(actor: Actor, challenge: Challenge | None) -> bool:
    """In the jury of a challenge that has closed."""
    return challenge is not None and jury_may_read(challenge) and bool(is_juror(actor, challenge))


@rules.predicate
def looks_on(actor: Actor) -> bool:
    """Sees how things stand: the council and the coordination of the programme."""
    return actor.has({Role.COUNCIL_VIEWER, Role.PROGRAMME_COORDINATOR})


@rules.predicate
def moderates(actor: Actor) -> bool:
    """Decides what stays readable."""
    return actor.moderates


@rules.predicate
def is_open_proposal(_actor: Actor, proposal: Proposal | None) -> bool:
    """Everybody may read it. One that went into another leads there."""
    if proposal is None or was_never_public(proposal):
        return False
    return proposal.moderation in {"", "merged"} and proposals_are_open(proposal.challenge)


@rules.predicate
def answers_for_its_challenge(actor: Actor, proposal: Proposal | None) -> bool:
    """The actor's department has the need that it answers."""
    return proposal is not None and proposal.challenge.department_id in actor.departments


@rules.predicate
def assesses_it(actor: Actor, proposal: Proposal | None) -> bool:
    """Is in the jury of its challenge, which has closed."""
    return proposal is not None and bool(reads_for_the_jury(actor, proposal.challenge))


@rules.predicate
def is_public_pilot(_actor: Actor, pilot: Pilot | None) -> bool:
    """It runs or ran: everybody may see it. What is being prepared is the city's and the proposer's."""
    return pilot is not None and pilot.started_at is not None


@rules.predicate
def handed_in_what_is_piloted(actor: Actor, pilot: Pilot | None) -> bool:
    """The proposal is theirs."""
    return pilot is not None and bool(handed_it_in(actor, pilot.proposal))


@rules.predicate
def answers_for_the_pilot(actor: Actor, pilot: Pilot | None) -> bool:
    """The actor's department has the need that is behind it."""
    return pilot is not None and pilot.challenge.department_id in actor.departments


@rules.predicate
def is_for_everybody(_actor: Actor, challenge: PartnerChallenge | None) -> bool:
    """Its city shows it to more than its partners."""
    return challenge is not None and challenge.is_public


rules.add_perm("challenges.read", is_published | works_for_the_city)
rules.add_perm("challenges.draft", works_for_the_city)
rules.add_perm("challenges.edit", curates | is_of_own_department)
rules.add_perm("challenges.publish", curates & is_another_than_the_sender)
rules.add_perm("challenges.run", curates)
rules.add_perm("challenges.propose", is_signed_in)
rules.add_perm("challenges.read_all_proposals", curates | is_of_own_department | moderates | reads_for_the_jury)
rules.add_perm(
    "challenges.read_proposal",
    is_open_proposal | handed_it_in | curates | moderates | answers_for_its_challenge | assesses_it,
)
rules.add_perm("challenges.change_proposal", handed_it_in)
rules.add_perm("challenges.ask", is_signed_in)
rules.add_perm("challenges.answer", curates | is_of_own_department)
rules.add_perm("challenges.assess", is_juror)
rules.add_perm("challenges.read_pilot", is_public_pilot | curates | answers_for_the_pilot | handed_in_what_is_piloted)
rules.add_perm("challenges.run_pilot", curates | answers_for_the_pilot)
rules.add_perm("challenges.hand_over", curates | is_of_own_department)
rules.add_perm("challenges.desk", curates)
rules.add_perm("challenges.see_figures", curates | looks_on)
rules.add_perm("challenges.read_partner", is_for_everybody | works_for_the_city | looks_on)
rules.add_perm("challenges.answer_partners", curates)
