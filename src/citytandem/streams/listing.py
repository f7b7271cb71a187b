"""Records as other modules' pages show them: short, in the reader's language, with their address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q

from citytandem.accounts.contract import Actor
from citytandem.core.node import this_node
from citytandem.core.versions import read
from citytandem.streams.contract import Belongings, RecordCard
from citytandem.streams.counting import remembered
from citytandem.streams.models import Link, LinkState, Problem, Record, Visibility, record_model
from citytandem.streams.origins import from_node_of
from citytandem.streams.selectors import NEWEST_FIRST, is_ours, visible_to

KINDS = ("problem", "solution")


def belongings_of(actor: Actor, *, city: UUID, language: str, most: int = 8) -> dict[str, Belongings]:
    """The newest records of a city by stream, and how many there are; four queries at most."""
    return _belongings(actor, Q(city=city), language=language, most=most)


def belongings_of_partnership(actor: Actor, *, slug: str, language: str, most: int = 12) -> dict[str, Belongings]:
    """The newest records that a partnership brought about, by stream."""
    return _belongings(actor, Q(partnership=slug), language=language, most=most)


def _belongings(actor: Actor, own: Q, *, language: str, most: int) -> dict[str, Belongings]:
    found = {}
    for kind in KINDS:
        rows = visible_to(actor, record_model(kind)).filter(own).order_by(*NEWEST_FIRST)
        first = list(rows[: most + 1])
        total = len(first) if len(first) <= most else rows.count()
        found[kind] = Belongings([record_card(record, kind=kind, language=language) for record in first[:most]], total)
    return found


def record_card(record: Record, *, kind: str, language: str) -> RecordCard:
    """What a list shows of a record."""
    title = read(record.title, reader=language, original=record.language)
    label = "get_status_display" if kind == "problem" else "get_stage_display"
    return RecordCard(
        kind=kind,
        code=record.code,
        title=title.text,
        language=title.language,
        is_machine=title.is_machine,
        state=getattr(record, "status" if kind == "problem" else "stage"),
        state_label=str(getattr(record, label)()),
        themes=tuple(record.themes),
        city=record.city,
        basis=record.basis,
        from_node=from_node_of(record),
    )


def themes_of_cities(actor: Actor, cities: Sequence[UUID]) -> dict[UUID, Counter[str]]:
    """How often each theme occurs in the records of some cities."""
    found: dict[UUID, Counter[str]] = {city: Counter() for city in cities}
    for kind in KINDS:
        rows: Iterable[tuple[UUID, list[str]]] = (
            visible_to(actor, record_model(kind)).filter(city__in=cities).values_list("city", "themes")
        )
        for city, themes in rows:
            found[city].update(themes)
    return found


def problems_to_match(*, most: int) -> list[Problem]:
    """Open problems of our own city, or of no city, the newest first: those for which solutions are sought."""
    rows = Problem.objects.filter(is_ours(), status__in=("open", ""))
    return list(rows.exclude(visibility=Visibility.DRAFT).order_by(*NEWEST_FIRST)[:most])


def problems_unanswered(actor: Actor, *, most: int) -> tuple[list[Problem], int]:
    """The newest problems that are not solved and have no confirmed solution, our own city's first; and how many."""
    joined = Link.objects.filter(state=LinkState.CONFIRMED).values("problem_id")
    rows = visible_to(actor, Problem).exclude(id__in=joined).exclude(status__in=("solved", "closed"))
    home = this_node().home_city
    newest = rows.order_by(*NEWEST_FIRST)
    # Twice so that an index serves each: together they would have to be sorted.
    found = {row.id: row for row in newest.filter(city=home)[:most].union(newest[:most])}.values()
    first = sorted(found, key=lambda row: (row.city == home, row.created_at, row.id), reverse=True)[:most]
    return first, len(first) if len(found) < most else remembered("unanswered", actor, rows.count, size=int)


def links_waiting_total() -> int:
    """How many suggested links wait for people."""
    return Link.objects.filter(state=LinkState.SUGGESTED).count()
