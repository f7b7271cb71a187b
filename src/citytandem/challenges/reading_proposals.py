"""Reading proposals: lists, where they stand, what waits, what may say the same, questions and imports."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from citytandem.accounts.contract import Actor
from citytandem.challenges.funnel import DAYS_WITHOUT_STEP, FINAL
from citytandem.challenges.models import (
    Challenge,
    Juror,
    Pilot,
    Proposal,
    ProposalImport,
    ProposalVersion,
    Question,
    StepTaken,
)
from citytandem.challenges.rules import jury_may_read, proposals_are_open, was_never_public
from citytandem.challenges.selectors import visible_proposals
from citytandem.core import clock
from citytandem.core.paging import PAGE_SIZE, Page, keyset_page
from citytandem.core.permissions import allowed
from citytandem.core.text import MAX_QUERY
from citytandem.search.selectors import nearest, prepare

NEWEST_FIRST = ("-created_at", "-id")
LONGEST_WAITING = ("step_since", "id")
# As for problems: see `streams.duplicates`.
LEAST_ALIKE = 0.65
MOST_ALIKE = 5
_LOOKED_AT = 60
MOST_VERSIONS = 20
# Beyond this many proposals all against all takes too long for a page.
MOST_COMPARED = 20_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a list is narrowed to. `step` empty: all; `is_late`: what has waited too long; `is_own`: of the reader."""

    step: str = ""
    is_late: bool = False
    is_own: bool = False


def proposals_page(
    rows: QuerySet[Proposal], *, actor: Actor, wish: Wish, after: str | None = None, size: int = PAGE_SIZE
) -> Page[Proposal]:
    """One page of `rows` that fit a wish, the newest first; of those that are late, the longest-waiting first."""
    rows = narrowed(rows, actor, wish)
    order = LONGEST_WAITING if wish.is_late else NEWEST_FIRST
    return keyset_page(rows.select_related("organisation"), order=order, after=after, size=size)


def narrowed(rows: QuerySet[Proposal], actor: Actor, wish: Wish) -> QuerySet[Proposal]:
    """The rows that fit a wish; an unknown step fits none."""
    if wish.step:
        rows = rows.filter(step=wish.step)
    if wish.is_late:
        rows = rows.filter(late())
    return rows.filter(own_of(actor)) if wish.is_own else rows


def own_of(actor: Actor) -> Q:
    """What the actor, or an organisation of theirs, handed in."""
    if actor.id is None:
        return Q(pk__in=[])
    return Q(created_by_id=actor.id) | Q(organisation_id__in=list(actor.organisations))


def hands_in(actor: Actor, challenge: Challenge) -> bool:
    """Whether the actor, or an organisation of theirs, handed in anything here, whatever became of it."""
    return Proposal.objects.filter(own_of(actor), challenge=challenge).exists()


def late() -> Q:
    """What has waited too long for its next step. What is being tried out waits for its pilot."""
    tried = Pilot.objects.filter(proposal=OuterRef("pk"), state__in=["planned", "running", "finished"])
    old = Q(step_since__lte=clock.now() - timedelta(days=DAYS_WITHOUT_STEP)) & ~Q(step__in=sorted(FINAL))
    return old & ~Q(Exists(tried), step="pilot")


def counts_by_step(rows: QuerySet[Proposal]) -> dict[str, int]:
    """How many stand at each step."""
    return dict(rows.order_by().values_list("step").annotate(n=Count("id")))


def late_count(challenge: Challenge) -> int:
    """How many proposals of a challenge wait too long, whoever may read them."""
    rows = Proposal.objects.filter(late(), challenge=challenge)
    return rows.exclude(moderation__in=["merged", "removed"]).count()


def first_of_each_step(challenge: Challenge, *, most: int) -> list[Proposal]:
    """The longest-waiting proposals at each step, so many of each; one query."""
    place = Window(RowNumber(), partition_by=[F("step")], order_by=[F("step_since"), F("id")])
    rows = Proposal.objects.filter(challenge=challenge).exclude(moderation="merged").select_related("organisation")
    return list(rows.annotate(place=place).filter(place__lte=most).order_by("step_since", "id"))


def steps_of(proposal: Proposal) -> list[StepTaken]:
    """The way of a proposal, the first step first."""
    return list(proposal.steps.order_by("id"))


def versions_of(proposal: Proposal) -> list[ProposalVersion]:
    """What it said before, the newest first; at most MOST_VERSIONS."""
    return list(proposal.versions.order_by("-number")[:MOST_VERSIONS])


def merged_with(proposal: Proposal) -> tuple[Proposal | None, list[Proposal]]:
    """Where it went, and what went into it."""
    target = proposal.merged_into if proposal.merged_into_id is not None else None
    merged = list(proposal.merged.order_by("created_at", "id")[:50])
    for one in (target, *merged):
        if one is not None:
            one.challenge = proposal.challenge
    return target, merged


def readable_proposals(actor: Actor, ids: Collection[UUID]) -> set[UUID]:
    """Those that the actor may read: `challenges.read_proposal` for many. Two queries."""
    rows = list(Proposal.objects.select_related("challenge").filter(id__in=list(ids)))
    jury: set[UUID] = set()
    if actor.id is not None and rows:
        of_person = Juror.objects.filter(person_id=actor.id, challenge__in={row.challenge_id for row in rows})
        assessed = set(of_person.values_list("challenge_id", flat=True))
        jury = {row.challenge_id for row in rows if row.challenge_id in assessed and jury_may_read(row.challenge)}
    return {row.id for row in rows if row.challenge_id in jury or _is_readable(actor, row)}


def _is_readable(actor: Actor, row: Proposal) -> bool:
    if actor.curates or actor.moderates or row.challenge.department_id in actor.departments:
        return True
    if actor.id is not None and (row.created_by_id == actor.id or row.organisation_id in actor.organisations):
        return True
    is_shown = row.moderation in {"", "merged"} and not was_never_public(row)
    return is_shown and proposals_are_open(row.challenge)


def alike(
    actor: Actor, challenge: Challenge, *, title: str, text: str, language: str, but: UUID | None = None
) -> list[Proposal]:
    """Proposals of the challenge that the actor may read and that may say the same, in any language; most alike first."""
    words = f"{title}\n{text}".strip()[:MAX_QUERY]
    if not words:
        return []
    asked = prepare(words, language=language, kind="proposal")
    hits = nearest(asked, kinds=["proposal"], limit=_LOOKED_AT, public_only=False)
    near = [hit.object_id for hit in hits if hit.similarity >= LEAST_ALIKE and hit.object_id != but]
    rows = {
        row.id: row for row in visible_proposals(actor, challenge).filter(id__in=near).select_related("organisation")
    }
    return [rows[one] for one in dict.fromkeys(near) if one in rows][:MOST_ALIKE]


_PAIRS = """
    SELECT DISTINCT ON (one.object_id) one.object_id, other.object_id, -(one.embedding <#> other.embedding) AS alike
    FROM search_entry AS one
    JOIN search_entry AS other ON other.kind = 'proposal' AND other.embedding IS NOT NULL
        AND other.embedded_with = one.embedded_with AND other.object_id <> one.object_id
    JOIN challenges_proposal AS row ON row.id = other.object_id AND row.challenge_id = %s AND row.moderation = ''
        AND row.step <> 'withdrawn'
    WHERE one.kind = 'proposal' AND one.embedding IS NOT NULL AND one.object_id = ANY(%s)
        AND -(one.embedding <#> other.embedding) >= %s
    ORDER BY one.object_id, alike DESC
"""


def pairs_alike(challenge: Challenge, ids: Sequence[UUID]) -> list[tuple[UUID, UUID, float]]:
    """For each of some proposals the one that is nearest to it in meaning, where that may say the same. One query."""
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, [challenge.id, list(ids), LEAST_ALIKE])
        rows: list[Any] = cursor.fetchall()
    seen: set[frozenset[UUID]] = set()
    found = []
    for one, other, similarity in sorted(rows, key=lambda row: -row[2]):
        if frozenset((one, other)) not in seen:
            seen.add(frozenset((one, other)))
            found.append((one, other, float(similarity)))
    return found


def proposals_by_id(ids: Collection[UUID]) -> dict[UUID, Proposal]:
    """Some proposals, whoever may read them."""
    return {row.id: row for row in Proposal.objects.select_related("organisation").filter(id__in=list(ids))}


def questions_page(actor: Actor, challenge: Challenge, *, after: str | None = None) -> Page[Question]:
    """One page of the questions that the actor may read, the newest first: what is held is for those who decide, and
    for who asked."""
    rows = Question.objects.filter(challenge=challenge)
    if not (actor.moderates or allowed("challenges.answer", actor, challenge)):
        rows = rows.filter(Q(moderation="") | (Q(asked_by_id=actor.id) if actor.id is not None else Q(pk__in=[])))
    return keyset_page(rows, order=("-asked_at", "-id"), after=after, size=PAGE_SIZE)


def questions_waiting(challenge: Challenge) -> int:
    """How many questions nobody has answered."""
    return Question.objects.filter(challenge=challenge, answered_at=None, moderation="").count()


def question_of(challenge: Challenge, question_id: UUID) -> Question | None:
    """A question of a challenge, whoever may read it."""
    return Question.objects.filter(challenge=challenge, id=question_id).first()


def imports_of(challenge: Challenge) -> list[ProposalImport]:
    """The newest imports, without their tables."""
    return list(challenge.imports.defer("table", "bad").order_by("-created_at")[:10])


def import_of(challenge: Challenge, import_id: UUID) -> ProposalImport | None:
    """One import, without its table."""
    found: ProposalImport | None = challenge.imports.defer("table").filter(id=import_id).first()
    return found


def sender_languages(ids: Collection[UUID]) -> dict[str, int]:
    """In which languages the senders of some proposals read their letters, and how many in each."""
    rows = Proposal.objects.filter(id__in=list(ids)).exclude(created_by=None)
    told = rows.order_by().values_list("created_by__language").annotate(n=Count("created_by", distinct=True))
    return dict(told)
