"""What people are told about proposals and questions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import override

from citytandem.accounts.contract import Actor, Role, people_of_department, people_with_role
from citytandem.challenges.models import Challenge, Proposal, ProposalImport, Question, StepTaken
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.challenges.notices_words import (
    ANSWERED,
    ASKED,
    DESK,
    IMPORTED,
    MERGED,
    PROPOSAL,
    QUESTIONS,
    SPLIT,
    STEP,
    STEPS,
    WAITING,
    WITHDRAWN,
    register_words,
)
from citytandem.conversation.contract import followers_of
from citytandem.notifications.contract import AUTHOR, FOLLOWING, ROLE, Told, notify, notify_each


def register_all() -> None:
    """Called once when Django is ready."""
    register_words()


def tell_steps(taken: Sequence[StepTaken], *, by: Actor) -> None:
    """The senders learn which step their proposal took, and why; whoever took it knows.

    Those of a proposal that went into another one hear of that one. Who has several is told once. Three queries at most,
    whatever the number. All steps are the same one, with the same reason.
    """
    if not taken:
        return
    of_person = _by_sender([step.proposal for step in taken], but=by.id)
    told = step_parameters(taken[0].step, reason=taken[0].reason, language=taken[0].language)
    single, several = [], []
    for person, proposals in of_person.items():
        if len(proposals) == 1:
            one = proposals[0]
            single.append(Told(person, ("proposal", one.id), told, f"/proposals/{one.code}"))
        else:
            challenge = proposals[0].challenge
            path = f"/challenges/{challenge.slug or challenge.code}/proposals?own=1"
            count = {"count": str(len(proposals))}
            several.append(Told(person, ("challenge", challenge.id), {**told, **count}, path))
    notify_each(single, kind=PROPOSAL, template=STEP, why=AUTHOR)
    notify_each(several, kind=PROPOSAL, template=STEPS, why=AUTHOR)


def step_parameters(step: str, *, reason: str, language: str) -> dict[str, str]:
    """What a notice of a step says. The reason is the city's, stands in the log for good, and keeps its words."""
    with override("en"):
        # As its msgid: it is worded when it is sent.
        label = str(ProposalStep(step).label)
    return {"step": label, "reason": reason, "reason_language": language}


def _by_sender(proposals: Sequence[Proposal], *, but: UUID | None) -> dict[UUID, list[Proposal]]:
    """The proposals by each person who handed in one, or one that went into it."""
    known = {one.id: one for one in proposals}
    pairs = [(one.created_by_id, one.id) for one in proposals]
    pairs += Proposal.objects.filter(merged_into__in=list(known)).values_list("created_by_id", "merged_into_id")
    found: dict[UUID, list[Proposal]] = {}
    for person, proposal_id in dict.fromkeys(pairs):
        if person is not None and person != but:
            found.setdefault(person, []).append(known[proposal_id])
    return found


def tell_merged(proposal: Proposal, target: Proposal, *, by: Actor) -> None:
    """Both senders learn that the one went into the other."""
    _tell_both(MERGED, proposal, target, by=by)


def tell_split(proposal: Proposal, target: Proposal, *, by: Actor) -> None:
    """Both senders learn that each stands on its own again."""
    _tell_both(SPLIT, proposal, target, by=by)


def _tell_both(template: str, proposal: Proposal, target: Proposal, *, by: Actor) -> None:
    told = [
        Told(person, ("proposal", about.id), {"other": other.code}, f"/proposals/{about.code}")
        for about, other in ((proposal, target), (target, proposal))
        if (person := about.created_by_id) is not None and person != by.id
    ]
    notify_each(told, kind=PROPOSAL, template=template, why=AUTHOR)


def tell_withdrawn(proposal: Proposal, *, by: Actor, pilots: int) -> None:
    """The innovation unit learns that a sender took a proposal back, and how many pilots were broken off by that."""
    _tell_desk(
        WITHDRAWN, proposal.challenge, but=by.id, about=("proposal", proposal.id),
        path=f"/proposals/{proposal.code}", parameters={"pilots": str(pilots)},
    )  # fmt: skip


def tell_asked(question: Question) -> None:
    """Those who can answer learn of a question."""
    challenge = question.challenge
    path = f"{_path(challenge)}/questions#question-{question.id}"
    _tell_desk(ASKED, challenge, but=question.asked_by_id, about=("challenge", challenge.id), path=path, parameters={
        "quote": f"challenge_question:{question.id}",
    })  # fmt: skip


def tell_answered(question: Question, *, by: Actor) -> None:
    """All who handed something in, who follow the challenge, and who asked learn of the answer: the same for everybody."""
    challenge = question.challenge
    bidders = Proposal.objects.filter(challenge=challenge).exclude(step=ProposalStep.WITHDRAWN)
    people = set(bidders.exclude(created_by=None).values_list("created_by_id", flat=True).distinct())
    people |= {*followers_of("challenge", challenge.id), *filter(None, [question.asked_by_id])}
    notify(
        kind=QUESTIONS,
        template=ANSWERED,
        to=sorted(people - {by.id}),
        about=("challenge", challenge.id),
        path=f"{_path(challenge)}/questions#question-{question.id}",
        parameters={"quote": f"challenge_question:{question.id}"},
        why=FOLLOWING,
    )


def tell_waiting(challenge: Challenge, *, count: int, key: str) -> None:
    """The innovation unit learns how many proposals nobody has moved on for too long; once under a key."""
    _tell_desk(
        WAITING, challenge, but=None, about=("challenge", challenge.id), path=f"{_path(challenge)}/funnel",
        parameters={"count": str(count)}, once=f"challenges.waiting:{challenge.id}:{key}",
    )  # fmt: skip


def tell_imported(done: ProposalImport) -> None:
    """Whoever sent a table learns that it is read."""
    if done.started_by_id is None:
        return
    notify(
        kind=DESK,
        template=IMPORTED,
        to=[done.started_by_id],
        about=("challenge", done.challenge_id),
        path=f"{_path(done.challenge)}/proposals/import/{done.id}",
        parameters={"kept": str(done.kept), "bad": str(done.bad_count)},
        why=ROLE,
        once=f"challenges.imported:{done.id}",
    )


def _tell_desk(
    template: str,
    challenge: Challenge,
    *,
    but: UUID | None,
    about: tuple[str, UUID],
    path: str,
    parameters: Mapping[str, Any],
    once: str = "",
) -> None:
    people: Collection[UUID] = set(people_with_role(Role.INNOVATION_UNIT))
    if challenge.department_id is not None:
        people = {*people, *people_of_department(challenge.department_id)}
    to = sorted(person for person in people if person != but)
    if to:
        notify(kind=DESK, template=template, to=to, about=about, path=path, parameters=parameters, why=ROLE, once=once)


def _path(challenge: Challenge) -> str:
    return f"/challenges/{challenge.slug or challenge.code}"
