"""Reading challenges: the lists by how far they are, and what the page of one needs beside its row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Extract, RowNumber

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import Challenge, ChallengePhase, ChallengeProblem, Criterion, Proposal
from citytandem.challenges.rules import HIDDEN
from citytandem.challenges.selectors import visible_challenges
from citytandem.core import clock
from citytandem.core.paging import PAGE_SIZE, Page, keyset_page
from citytandem.core.themes import children_of, themes

# How a list is divided, in this order, and by what each part is sorted: what closes first, else the newest.
ORDERS: Mapping[str, tuple[str, str]] = {
    "draft": ("-changed_at", "-id"),
    "open": ("closes_at", "id"),
    "running": ("-published_at", "-id"),
    "decided": ("-published_at", "-id"),
    "withdrawn": ("-published_at", "-id"),
}
CLOSED = "closed"


def state_of(challenge: Challenge, *, now: datetime) -> str:
    """The phase, or `closed` where it is open in name but its end has passed and nobody has begun to assess."""
    has_ended = challenge.closes_at is not None and challenge.closes_at <= now
    return CLOSED if challenge.phase == ChallengePhase.OPEN and has_ended else str(challenge.phase)


def challenges_in(actor: Actor, part: str, *, theme: str = "") -> QuerySet[Challenge]:
    """The challenges of one part of the list that the actor may read; none for a part or a theme that does not exist."""
    narrowed, rows = _parts().get(part), _of_theme(visible_challenges(actor), theme)
    return rows.none() if narrowed is None else rows.filter(narrowed)


def _parts() -> dict[str, Q]:
    now = clock.now()
    return {
        "draft": Q(phase__in=sorted(HIDDEN)),
        "open": Q(phase=ChallengePhase.OPEN, closes_at__gt=now),
        "running": Q(phase__in=[ChallengePhase.ASSESSMENT, ChallengePhase.DECISION])
        | Q(phase=ChallengePhase.OPEN, closes_at__lte=now),
        "decided": Q(phase=ChallengePhase.DECIDED),
        "withdrawn": Q(phase=ChallengePhase.WITHDRAWN),
    }


def _of_theme(rows: QuerySet[Challenge], theme: str) -> QuerySet[Challenge]:
    if not theme:
        return rows
    if theme not in themes():
        return rows.none()
    return rows.filter(themes__overlap=[theme, *(one.id for one in children_of(theme))])


def first_of_each_part(
    actor: Actor, parts: Collection[str], *, theme: str = "", most: int
) -> dict[str, tuple[list[Challenge], bool]]:
    """The first rows of several parts of the list, each with whether there are more. One query."""
    told = (When(one, then=Value(key)) for key, one in _parts().items() if key in parts)
    rows = _of_theme(visible_challenges(actor), theme).annotate(part=Case(*told, default=Value("")))
    # Each part by its own order, as one number: seconds, counted backwards where the newest come first.
    ranks = (When(part=key, then=_seconds(ORDERS[key][0])) for key in parts)
    rank = Case(*ranks, default=Value(0.0), output_field=FloatField())
    place = Window(RowNumber(), partition_by=[F("part")], order_by=[rank.asc(), F("id").desc()])
    found: dict[str, list[Challenge]] = {key: [] for key in parts}
    for row in rows.exclude(part="").annotate(place=place).filter(place__lte=most + 1).order_by("place"):
        found[row.part].append(row)
    return {key: (listed[:most], len(listed) > most) for key, listed in found.items()}


def _seconds(field: str) -> Any:
    seconds = Cast(Extract(field.removeprefix("-"), "epoch"), FloatField())
    return ExpressionWrapper(seconds * Value(-1.0), FloatField()) if field.startswith("-") else seconds


def challenge_page(
    actor: Actor, part: str, *, theme: str = "", after: str | None = None, size: int = PAGE_SIZE
) -> Page[Challenge]:
    """One page of one part of the list; one query. Raises Invalid for an address of a page that we did not write."""
    order = ORDERS.get(part, ORDERS["running"])
    return keyset_page(challenges_in(actor, part, theme=theme), order=order, after=after, size=size)


def proposal_counts(challenges: Collection[Challenge]) -> dict[UUID, int]:
    """How many proposals each of the challenges got that went neither into another one nor were taken down. One query.

    While people can hand in it is nobody's business: such challenges are left out.
    """
    told = [one.id for one in challenges if one.phase not in {*HIDDEN, ChallengePhase.OPEN}]
    if not told:
        return {}
    rows = Proposal.objects.filter(challenge__in=told, moderation="").values_list("challenge")
    return dict(rows.annotate(number=Count("id")).order_by())


def criteria_of(challenge: Challenge) -> list[Criterion]:
    """In the order of the challenge."""
    return list(challenge.criteria.all())


def problems_and_jury(challenge: Challenge) -> tuple[list[UUID], int]:
    """Ids of the problems that it was made from, and how many assess; one query."""
    problems = ChallengeProblem.objects.filter(challenge=OuterRef("id")).order_by("id").values("problem")
    rows = Challenge.objects.filter(id=challenge.id).annotate(told=ArraySubquery(problems), jury=Count("jurors"))
    told, jury = rows.values_list("told", "jury").get()
    return list(told), int(jury)


def problems_of(challenge: Challenge) -> list[UUID]:
    """Ids of the problems that it was made from."""
    return list(challenge.problems.order_by("id").values_list("problem", flat=True))
