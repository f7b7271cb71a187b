"""Reading what everybody may read, in slices, so that memory stays bounded however much there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.challenges.models import (
    Challenge,
    Gate,
    Indicator,
    Measurement,
    Pilot,
    PilotCost,
    Proposal,
    Question,
    StepTaken,
    Tender,
)
from citytandem.challenges.reading_challenges import ORDERS, challenges_in
from citytandem.challenges.selectors import pilot_get, visible_proposals
from citytandem.core.paging import Page, keyset_page

SLICE = 1_000
Step = dict[str, Any]
NEWEST_FIRST = ("-published_at", "-id")


def open_challenges(*, phase: str = "", theme: str = "") -> QuerySet[Challenge]:
    """Published challenges; `phase`: a part of the list (`open`, `running`, `decided`, `withdrawn`), `theme`: an id."""
    parts = [phase] if phase else [part for part in ORDERS if part != "draft"]
    rows = Challenge.objects.none()
    for part in parts:
        rows = rows | challenges_in(ANYBODY, part, theme=theme)
    return rows.order_by(*NEWEST_FIRST)


def challenges_page(*, phase: str = "", theme: str = "", after: str = "", size: int) -> Page[Challenge]:
    """Published challenges, the newest first; drafts are not in the list, whoever asks."""
    return keyset_page(open_challenges(phase=phase, theme=theme), order=NEWEST_FIRST, after=after, size=size)


def sliced(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """Rows as they come through a cursor of the database, so many at a time."""
    found = rows.iterator(chunk_size=SLICE)
    while part := list(islice(found, SLICE)):
        yield part


def open_proposals_with_steps(challenge: Challenge) -> Iterator[tuple[Proposal, list[Step]]]:
    """The proposals that everybody may read, in the order in which they came."""
    rows = visible_proposals(ANYBODY, challenge).select_related("organisation").order_by("created_at", "id")
    for part in sliced(rows):
        steps = steps_by_proposal([row.id for row in part])
        for row in part:
            row.challenge = challenge
            yield row, steps.get(row.id, [])


def steps_by_proposal(ids: Sequence[UUID]) -> dict[UUID, list[Step]]:
    """The ways of some proposals, without who took the steps; one query, and no object for each of many rows."""
    found: dict[UUID, list[Step]] = {}
    rows = StepTaken.objects.filter(proposal__in=list(ids)).order_by("id")
    names = ("before", "step", "reason", "language", "at")
    for proposal, *told in rows.values_list("proposal_id", *names):
        found.setdefault(proposal, []).append(dict(zip(names, told, strict=True)))
    return found


def proposals_of(actor: Actor, challenge: Challenge, *, after: str, size: int) -> Page[Proposal]:
    """One page of what the actor may read, the newest first."""
    rows = visible_proposals(actor, challenge).select_related("organisation", "challenge")
    return keyset_page(rows, order=("-created_at", "-id"), after=after, size=size)


def visible_pilots(actor: Actor) -> QuerySet[Pilot]:
    """`challenges.read_pilot` for many: what runs or ran, and what is being prepared for those who prepare it."""
    rows = Pilot.objects.select_related("challenge", "proposal").prefetch_related(*_PARTS)
    if actor.curates:
        return rows
    seen = Q(started_at__isnull=False)
    if actor.departments:
        seen |= Q(challenge__department_id__in=list(actor.departments))
    if actor.id is not None:
        seen |= Q(proposal__created_by_id=actor.id)
    if actor.organisations:
        seen |= Q(proposal__organisation_id__in=list(actor.organisations))
    return rows.filter(seen)


_PARTS: Sequence[Any] = (
    Prefetch("gates", queryset=Gate.objects.order_by("kind")),
    "indicators",
    Prefetch("costs", queryset=PilotCost.objects.order_by("on", "id")),
)


def pilots_page(actor: Actor, *, challenge: UUID | None = None, state: str = "", after: str, size: int) -> Page[Pilot]:
    """One page of pilots, the newest first; of one challenge, or in one state."""
    rows = visible_pilots(actor)
    if challenge is not None:
        rows = rows.filter(challenge_id=challenge)
    if state:
        rows = rows.filter(state=state)
    return keyset_page(rows, order=("-created_at", "-id"), after=after, size=size)


def pilot_with_parts(actor: Actor, key: str) -> Pilot:
    """A pilot with its reviews, indicators and costs at hand. Raises NotFound where the actor may not know of it."""
    found = pilot_get(actor, key)
    prefetch_related_objects([found], *_PARTS)
    return found


def open_pilots(challenge: Challenge) -> list[Pilot]:
    """The pilots of a challenge that everybody may see, the oldest first."""
    return list(visible_pilots(ANYBODY).filter(challenge=challenge).order_by("created_at", "id"))


def measurements_of(indicator: Indicator) -> Iterator[Measurement]:
    """All values of an indicator, the oldest first."""
    for part in sliced(Measurement.objects.filter(indicator=indicator).order_by("at", "id")):
        yield from part


def open_questions(challenge: Challenge) -> Iterator[Question]:
    """Questions as all bidders read them, in the order in which they were asked."""
    for part in sliced(Question.objects.filter(challenge=challenge, moderation="").order_by("asked_at", "id")):
        yield from part


def open_tenders(challenge: Challenge) -> list[Tender]:
    """The tender packages that went to the procurement office: from then on everybody may have their open data."""
    return list(challenge.tenders.exclude(handed_over_at=None).order_by("handed_over_at", "id"))
