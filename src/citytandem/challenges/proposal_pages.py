"""Pages of proposals: the list, one proposal with its way through the funnel, what it said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.differences import Piece, differences
from citytandem.challenges.frame import path_of
from citytandem.challenges.funnel import Step, is_late
from citytandem.challenges.models import Challenge, Openness, Proposal, StepTaken
from citytandem.challenges.models_proposals import ProposalStep
from citytandem.challenges.reading_proposals import (
    Wish,
    counts_by_step,
    late_count,
    merged_with,
    proposals_page,
    steps_of,
    versions_of,
)
from citytandem.challenges.rules import proposals_are_open, takes_proposals
from citytandem.challenges.selectors import visible_proposals
from citytandem.challenges.services.proposals import EDITABLE, said_by
from citytandem.challenges.subjects import proposal_subject
from citytandem.conversation.contract import Conversation, conversation_of
from citytandem.core import clock
from citytandem.core.errors import NotFound
from citytandem.core.permissions import allowed
from citytandem.core.text import shorten
from citytandem.core.versions import Reading, read
from citytandem.federation.protocol.did import base_address
from citytandem.files.contract import AttachmentView, attachments_of
from citytandem.moderation.contract import Notice, notices_of
from citytandem.streams.contract import RecordCard, solution_by_key

_EXCERPT = 180


@dataclass(frozen=True, slots=True)
class Row:
    """A proposal in a list. `origin`: the partner city that sent it; `standing`: how moderation stands to it, in words."""

    id: UUID
    code: str
    title: Reading
    excerpt: Reading
    original: str
    step: str
    step_label: str
    since: datetime
    at: datetime
    is_late: bool
    is_own: bool
    is_changed: bool
    organisation: str
    origin: str
    team: str
    standing: str

    @property
    def path(self) -> str:
        """Address of the proposal's page."""
        return f"/proposals/{self.code}"


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of the list, with how many fit."""

    label: str
    url: str
    count: int | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """The proposals of a challenge that the reader may read. `opens`: as `openness_of`; `late`: how many wait."""

    rows: Sequence[Row]
    total: int
    filters: Sequence[Filter]
    is_filtered: bool
    late: int
    opens: str
    closes_at: datetime | None
    is_open: bool
    takes: bool
    may_import: bool
    path: str
    next_url: str
    first_url: str


def row_of(row: Proposal, *, actor: Actor, reader: str) -> Row:
    """A proposal in a list; its organisation has to be read along."""
    text = read(row.text, reader=reader, original=row.language)
    return Row(
        id=row.id,
        code=row.code,
        title=read(row.title, reader=reader, original=row.language),
        excerpt=Reading(shorten(text.text, limit=_EXCERPT), text.language, text.by, text.is_original),
        original=row.language,
        step=row.step,
        step_label=str(row.get_step_display()),
        since=row.step_since,
        at=row.created_at,
        is_late=is_late(Step(row.step), since=row.step_since, now=clock.now()),
        is_own=actor.id is not None and row.created_by_id == actor.id,
        is_changed=row.step == ProposalStep.SCREENED and row.changed_at > row.step_since,
        organisation=row.organisation.name if row.organisation is not None else "",
        origin=row.origin_name,
        team=row.team,
        standing=standing_words().get(row.moderation, ""),
    )


def standing_words() -> dict[str, str]:
    """How moderation stands to something, in words."""
    return {"held": _("waits for moderation"), "removed": _("taken down"), "merged": _("went into another one")}


def list_page_of(actor: Actor, challenge: Challenge, *, wishes: Any, reader: str) -> ListPage:
    """`wishes`: from the address. Raises Invalid for the address of a page that we did not write."""
    wish = Wish(
        step=str(wishes.get("step", ""))[:20], is_late=wishes.get("late") == "1", is_own=wishes.get("own") == "1"
    )
    visible = visible_proposals(actor, challenge)
    page = proposals_page(visible, actor=actor, wish=wish, after=wishes.get("after"))
    counts = counts_by_step(visible)
    path = f"{path_of(challenge)}/proposals"
    chosen = _query(wish)
    # While they are sealed, nobody else learns how many there are.
    is_told = proposals_are_open(challenge) or allowed("challenges.read_all_proposals", actor, challenge)
    return ListPage(
        rows=[row_of(row, actor=actor, reader=reader) for row in page.items],
        total=sum(counts.values()),
        filters=_filters(actor, wish, counts, path=path),
        is_filtered=bool(chosen),
        late=late_count(challenge) if is_told else 0,
        opens=challenge.openness,
        closes_at=challenge.closes_at,
        is_open=proposals_are_open(challenge),
        takes=takes_proposals(challenge),
        may_import=challenge.phase == "open" and allowed("challenges.run", actor, challenge),
        path=path,
        next_url=_url(path, {**chosen, "after": page.next_cursor}) if page.next_cursor else "",
        first_url="" if page.is_first else _url(path, chosen),
    )


def _query(wish: Wish) -> dict[str, str]:
    told = {"step": wish.step, "late": "1" if wish.is_late else "", "own": "1" if wish.is_own else ""}
    return {name: value for name, value in told.items() if value}


def _filters(actor: Actor, wish: Wish, counts: dict[str, int], *, path: str) -> list[Filter]:
    told = [Filter(_("All"), path, sum(counts.values()), wish == Wish())]
    for step in ProposalStep:
        if counts.get(step.value) or wish.step == step.value:
            url = _url(path, {"step": step.value})
            told.append(Filter(str(step.label), url, counts.get(step.value, 0), wish.step == step.value))
    if not actor.is_anonymous:
        told.append(Filter(_("Mine"), _url(path, {"own": "1"}), None, wish.is_own))
    if wish.is_late:
        told.append(Filter(_("Waiting for 30 days"), _url(path, {"late": "1"}), None, is_chosen=True))
    return told


def _url(path: str, values: dict[str, Any]) -> str:
    return f"{path}?{urlencode(values)}" if values else path


@dataclass(frozen=True, slots=True)
class Stop:
    """A step on the way: what, why, when, and in which role somebody took it. Never who."""

    step: str
    label: str
    reason: str
    language: str
    at: datetime
    role: str


@dataclass(frozen=True, slots=True)
class Other:
    """Another proposal that this one belongs together with. `path` is empty where the reader may not read it."""

    path: str
    title: Reading


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """One proposal, ready for the template. `origin`: the partner city that sent it, `origin_host`: where its node is."""

    id: UUID
    code: str
    path: str
    version: int
    title: Reading
    text: Reading
    original: str
    team: str
    cost: str
    organisation: Any
    origin: str
    origin_host: str
    solution: RecordCard | None
    step: str
    step_label: str
    stops: Sequence[Stop]
    at: datetime
    reference: str
    attachments: Sequence[AttachmentView]
    files_path: str
    notice: Notice | None
    standing: str
    is_public: bool
    opens_at: datetime | None
    is_own: bool
    is_late: bool
    may_edit: bool
    may_withdraw: bool
    may_step: bool
    may_split: bool
    may_see_versions: bool
    went_into: Other | None
    took_in: Sequence[Other]
    conversation: Conversation


def proposal_page_of(actor: Actor, proposal: Proposal, *, reader: str) -> ProposalPage:
    """Everything the page of a proposal shows that the actor may read."""
    challenge = proposal.challenge
    thing = proposal_subject(proposal, reader=reader)
    is_own = allowed("challenges.change_proposal", actor, proposal)
    runs = allowed("challenges.run", actor, challenge)
    is_under_way = Step(proposal.step) not in _ENDED and proposal.moderation != "merged"
    may_edit = is_own and proposal.step in EDITABLE and takes_proposals(challenge) and proposal.moderation != "merged"
    target, merged = merged_with(proposal)
    is_public = thing.is_public and thing.moderation in {"", "merged"}
    return ProposalPage(
        id=proposal.id,
        code=proposal.code,
        path=f"/proposals/{proposal.code}",
        version=proposal.version,
        title=read(proposal.title, reader=reader, original=proposal.language),
        text=read(proposal.text, reader=reader, original=proposal.language),
        original=proposal.language,
        team=proposal.team,
        cost=_cost(proposal, challenge),
        organisation=proposal.organisation,
        origin=proposal.origin_name,
        origin_host=base_address(proposal.origin).partition("://")[2] if proposal.origin else "",
        solution=_solution(proposal.solution, actor=actor, reader=reader),
        step=proposal.step,
        step_label=str(proposal.get_step_display()),
        stops=[_stop(step, proposal) for step in steps_of(proposal)],
        at=proposal.created_at,
        reference=proposal.reference,
        attachments=attachments_of("proposal", [proposal.id], actor=actor, vouched=True).get(proposal.id, []),
        files_path=f"/files/of/proposal/{proposal.id}" if may_edit else "",
        notice=notices_of([thing], actor=actor).get(proposal.id),
        standing=standing_words().get(proposal.moderation, ""),
        is_public=is_public,
        opens_at=challenge.closes_at if challenge.openness == Openness.AFTER_CLOSING else None,
        is_own=is_own,
        is_late=is_late(Step(proposal.step), since=proposal.step_since, now=clock.now()),
        may_edit=may_edit,
        may_withdraw=is_own and Step(proposal.step) not in _ENDED,
        may_step=runs and is_under_way,
        may_split=runs and target is not None,
        may_see_versions=proposal.version > 1 and (is_own or runs or actor.moderates),
        went_into=_other(target, actor=actor, reader=reader) if target else None,
        took_in=[_other(one, actor=actor, reader=reader) for one in merged],
        conversation=conversation_of(actor, kind="proposal", object_id=proposal.id, reader=reader, thing=thing),
    )


_ENDED = frozenset({Step.IMPLEMENT, Step.WITH_PARTNERS, Step.DECLINED, Step.WITHDRAWN, Step.CONCEPT_POOL})


def _stop(taken: StepTaken, proposal: Proposal) -> Stop:
    if proposal.origin and taken.step in {ProposalStep.SUBMITTED, ProposalStep.WITHDRAWN}:
        role = proposal.origin_name
    elif taken.step == ProposalStep.SUBMITTED:
        role = (
            _("Sender") if proposal.created_by_id or not proposal.reference else _("Taken over by the innovation unit")
        )
    else:
        role = _("Sender") if taken.step == ProposalStep.WITHDRAWN else _("Innovation unit")
    return Stop(taken.step, str(ProposalStep(taken.step).label), taken.reason, taken.language, taken.at, role)


def _cost(proposal: Proposal, challenge: Challenge) -> str:
    if proposal.cost is None:
        return ""
    places = 0 if proposal.cost == proposal.cost.to_integral_value() else 2
    return f"{number_format(proposal.cost, decimal_pos=places, force_grouping=True)} {challenge.currency}"


def _solution(solution: UUID | None, *, actor: Actor, reader: str) -> RecordCard | None:
    if solution is None:
        return None
    try:
        return solution_by_key(solution, actor=actor, language=reader).card
    except NotFound:
        return None


def _other(proposal: Proposal, *, actor: Actor, reader: str) -> Other:
    is_readable = allowed("challenges.read_proposal", actor, proposal)
    title = read(proposal.title if is_readable else None, reader=reader, original=proposal.language)
    return Other(f"/proposals/{proposal.code}" if is_readable else "", title)


@dataclass(frozen=True, slots=True)
class Changed:
    """What a version said that the next one says otherwise. `until`: when it was changed; `parts`: (name, language, pieces)."""

    number: int
    until: datetime
    parts: Sequence[tuple[str, str, Sequence[Piece]]]


def changes_of(proposal: Proposal) -> list[Changed]:
    """The versions of a proposal, the newest change first."""
    after, found = said_by(proposal), []
    for version in versions_of(proposal):
        found.append(Changed(version.number, version.until, list(_changed(version.said, after))))
        after = version.said
    return found


def _changed(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, Sequence[Piece]]]:
    names = {"title": _("Title"), "text": _("Text"), "team": _("Team"), "cost": _("Cost"), "solution": _("Solution")}
    parts: list[tuple[str, str, Sequence[Piece]]] = []
    for name, label in names.items():
        old, new = (_plain(one.get(name), one.get("language", "")) for one in (before, after))
        if old != new:
            language = str(after.get("language", "")) if name in {"title", "text"} else ""
            parts.append((label, language, differences(old, new)))
    return parts


def _plain(value: Any, language: str) -> str:
    if isinstance(value, dict):
        return read(value, reader=language, original=language).text
    return "" if value is None else str(value)
