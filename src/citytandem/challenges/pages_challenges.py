"""The page of one challenge: what is looked for, until when, what proposals are measured by, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor, DepartmentCard, department_by_id
from citytandem.challenges import presenters_challenges as presenters
from citytandem.challenges.frame import path_of
from citytandem.challenges.models import Challenge
from citytandem.challenges.presenters_challenges import Card, Measure, Moment
from citytandem.challenges.reading_challenges import criteria_of, problems_and_jury, state_of
from citytandem.challenges.rules import HIDDEN
from citytandem.challenges.subjects import challenge_subject
from citytandem.conversation.contract import FollowBox, follow_box_of
from citytandem.core import clock
from citytandem.core.permissions import allowed
from citytandem.core.subjects import subject_kind
from citytandem.core.versions import Reading, read
from citytandem.files.contract import AttachmentView, attachments_of
from citytandem.streams.contract import ProblemTold, problems_by_id


@dataclass(frozen=True, slots=True)
class Rights:
    """What the reader may do with it now."""

    edit: bool
    edit_criteria: bool
    send: bool
    review: bool
    run: bool
    start: bool
    withdraw: bool


@dataclass(frozen=True, slots=True)
class CallPage:
    """One challenge, ready for the template. `next`: what happens now, in a sentence; `closes`: the end of proposals."""

    id: UUID
    code: str
    version: int
    path: str
    card: Card
    text: Reading
    conditions: Reading
    sites: Reading
    data: Reading
    targets: Sequence[dict[str, Any]]
    themes: Sequence[str]
    openness: str
    sharing: str
    languages: Sequence[str]
    department: DepartmentCard | None
    moments: Sequence[Moment]
    criteria: Sequence[Measure]
    jury: int
    problems: Sequence[ProblemTold]
    next: str
    withdrawn_because: Reading
    returned_because: str
    may: Rights
    follow: FollowBox | None
    attachments: Sequence[AttachmentView]
    files_path: str

    @property
    def closes(self) -> Moment | None:
        """Until when proposals can be handed in."""
        return next((one for one in self.moments if one.key == "closes"), None)

    @property
    def is_open(self) -> bool:
        """Whether proposals can be handed in now."""
        return self.card.state == "open"


def call_page(actor: Actor, challenge: Challenge, *, reader: str) -> CallPage:
    """Everything the page of a challenge shows that the actor may read; six queries at most."""
    now, original = clock.now(), challenge.language
    problems, jury = problems_and_jury(challenge)
    told = problems_by_id(problems, actor=actor, language=reader)
    state = state_of(challenge, now=now)
    may = rights(actor, challenge, state=state)
    return CallPage(
        id=challenge.id,
        code=challenge.code,
        version=challenge.version,
        path=path_of(challenge),
        card=presenters.card(challenge, reader=reader),
        text=read(challenge.text, reader=reader, original=original),
        conditions=read(challenge.conditions, reader=reader, original=original),
        sites=read(challenge.sites, reader=reader, original=original),
        data=read(challenge.data, reader=reader, original=original),
        targets=presenters.targets_of(challenge),
        themes=challenge.themes,
        openness=presenters.openness_words(challenge),
        sharing=presenters.sharing_words(challenge) if actor.is_staff else "",
        languages=challenge.languages,
        department=department_by_id(challenge.department_id),
        moments=presenters.moments(challenge),
        criteria=presenters.measures(criteria_of(challenge), reader=reader, original=original),
        jury=jury,
        problems=list(told.values()),
        next=_next(state),
        withdrawn_because=read(challenge.withdrawn_because, reader=reader, original=original),
        returned_because=challenge.returned_because if allowed("challenges.edit", actor, challenge) else "",
        may=may,
        follow=_follow(actor, challenge, reader=reader),
        attachments=attachments_of("challenge", [challenge.id], actor=actor, vouched=True).get(challenge.id, []),
        files_path=f"/files/of/challenge/{challenge.id}" if may.edit else "",
    )


def rights(actor: Actor, challenge: Challenge, *, state: str) -> Rights:
    """What the actor may do with a challenge in a state."""
    edits, runs = allowed("challenges.edit", actor, challenge), allowed("challenges.run", actor, challenge)
    is_hidden = challenge.phase in HIDDEN
    return Rights(
        edit=edits and is_hidden,
        edit_criteria=(edits and is_hidden) or (runs and challenge.phase == "open"),
        send=edits and challenge.phase == "draft",
        review=challenge.phase == "in_review" and edits,
        run=runs and challenge.phase in {"open", "assessment", "decision"},
        start=runs and state == "closed",
        withdraw=runs and challenge.phase in {"open", "assessment", "decision"},
    )


def _follow(actor: Actor, challenge: Challenge, *, reader: str) -> FollowBox | None:
    kind = subject_kind("challenge")
    if kind is None or not kind.has_conversation or challenge.phase in HIDDEN:
        return None
    return follow_box_of(
        actor,
        kind="challenge",
        object_id=challenge.id,
        reader=reader,
        thing=challenge_subject(challenge, reader=reader),
    )


def _next(state: str) -> str:
    return {
        "draft": _("This is a draft. Only those who work for the city see it."),
        "in_review": _("A second person reads it before it is published."),
        "open": _("Everybody can hand in a proposal: residents, firms, associations, other cities."),
        "closed": _("Nobody can hand in any more. The next step is the assessment of all proposals."),
        "assessment": _("The jury assesses the proposals. Nobody in it sees what the others say until they are done."),
        "decision": _("The proposals are assessed. The city decides which of them go on, and says why."),
        "decided": _("The city has decided. What became of each proposal can be read by everybody."),
        "withdrawn": _("The city has ended this challenge without a decision."),
    }[state]
