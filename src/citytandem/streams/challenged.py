"""Problems and solutions as the way from a challenge to a contract reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.text import MAX_QUERY
from citytandem.core.versions import read
from citytandem.search.selectors import nearest, prepare
from citytandem.streams.contract import ProblemTold, RecordCard, SolutionTold
from citytandem.streams.listing import record_card
from citytandem.streams.models import Moderation, Problem, Solution, Visibility
from citytandem.streams.publiccode.told import software_told
from citytandem.streams.selectors import NEWEST_FIRST, is_ours, record_get, visible_to

# So many hits are looked at, for some of them belong to other cities.
_LOOKED_AT = 60


def problems_told(ids: Sequence[UUID], *, actor: Actor, language: str) -> dict[UUID, ProblemTold]:
    """Those that the actor may read, by id."""
    rows = visible_to(actor, Problem).filter(id__in=list(ids), moderation=Moderation.FINE)
    return {one.id: one for one in _told(rows, language)}


def problems_told_at(ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When they were entered; those that came from a source were told to nobody here."""
    rows = Problem.objects.filter(id__in=list(ids), slug=None)
    return dict(rows.values_list("id", "created_at"))


def problems_like(text: str, *, actor: Actor, language: str, most: int) -> list[ProblemTold]:
    """Near in meaning, most alike first; without a text the newest that nobody has solved."""
    rows = visible_to(actor, Problem).filter(is_ours(), moderation=Moderation.FINE)
    rows = rows.exclude(visibility=Visibility.DRAFT)
    asked = text.strip()[:MAX_QUERY]
    if not asked:
        return _told(rows.exclude(status__in=("solved", "closed")).order_by(*NEWEST_FIRST)[:most], language)
    hits = nearest(
        prepare(asked, language=language, kind="problem"), kinds=["problem"], limit=_LOOKED_AT, public_only=False
    )
    order = {identifier: place for place, identifier in enumerate(dict.fromkeys(hit.object_id for hit in hits))}
    found = sorted(rows.filter(id__in=list(order)), key=lambda row: order[row.id])
    return _told(found[:most], language)


def _told(rows: Iterable[Problem], language: str) -> list[ProblemTold]:
    return [
        ProblemTold(
            id=row.id,
            card=record_card(row, kind="problem", language=language),
            text=read(row.text, reader=language, original=row.language).text,
            author=row.created_by_id,
            department=row.department_id,
        )
        for row in rows
    ]


def solution_told(key: str | UUID, *, actor: Actor, language: str) -> SolutionTold:
    """Raises NotFound where the actor may not read it."""
    row = record_get(actor, kind="solution", key=key)
    return SolutionTold(
        id=row.id,
        card=record_card(row, kind="solution", language=language),
        text=read(row.text, reader=language, original=row.language).text,
        conditions={
            name: read(versions, reader=language, original=row.language).text
            for name, versions in row.frame_conditions.items()
        },
        standards=tuple(row.standards),
        licence=row.licence,
        url=row.url,
        reuse_notes=row.reuse_notes,
        is_public=row.visibility == Visibility.PUBLIC,
        stage=row.stage,
        cost=(row.cost_low, row.cost_high),
        software=software_told(row.publiccode, today=clock.now().date()),
    )


def solution_cards(ids: Sequence[UUID], *, actor: Actor, language: str) -> dict[UUID, RecordCard]:
    """Those that the actor may read, by id."""
    rows = visible_to(actor, Solution).filter(id__in=list(ids), moderation=Moderation.FINE)
    return {row.id: record_card(row, kind="solution", language=language) for row in rows}
