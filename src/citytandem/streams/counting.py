"""How many there are: exact where there are few, cut off or up to half a minute old where there are many.

Large numbers are the same for everybody of the same roles; what somebody has written and only they may read is counted
anew each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import CharField, Count, F, Func, QuerySet, Value
from django.db.models.functions import Cast

from citytandem.accounts.contract import Actor
from citytandem.streams.models import Link, LinkState, Problem, Solution, record_model
from citytandem.streams.rules import visibilities_for
from citytandem.streams.selectors import Filters, open_to, parts_visible_to

T = TypeVar("T")
# Nobody reads further, and counting a hundred thousand rows at each visit costs more than the page.
MOST_COUNTED = 10_000
# Smaller numbers are counted at each visit: whoever has just written something sees it counted.
MANY = 1_000
SECONDS = 30


def capped(rows: QuerySet[Any], *, most: int = MOST_COUNTED) -> int:
    """How many rows there are, counted no further than one beyond `most`: a page says “more than” then."""
    return rows.order_by().values("pk")[: most + 1].count()


def capped_each(parts: Sequence[QuerySet[Any]], *, most: int = MOST_COUNTED) -> list[int]:
    """The same for several sets of rows, all in one query."""
    counted: list[tuple[str, tuple[Any, ...]]] = []
    empty = set()
    for number, part in enumerate(parts):
        try:
            counted.append(part.order_by().values("pk")[: most + 1].query.sql_with_params())
        except EmptyResultSet:
            empty.add(number)
    found: Iterator[int] = iter(())
    if counted:
        numbers = ", ".join(f"(SELECT count(*) FROM ({sql}) AS part)" for sql, _values in counted)  # noqa: S608 - by Django
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {numbers}", [value for _sql, values in counted for value in values])
            found = iter(cursor.fetchone())
    return [0 if number in empty else next(found) for number in range(len(parts))]


def remembered(what: str, actor: Actor, make: Callable[[], T], *, size: Callable[[T], int]) -> T:
    """What `make` counts for the roles of the actor; kept for a while if its `size` is large."""
    roles = f"{int(actor.is_staff)}{int(actor.moderates)}{sorted(visibilities_for(actor))}"
    key = "streams.count." + hashlib.sha256(f"{what} {roles}".encode()).hexdigest()[:40]
    known: T | None = cache.get(key)
    if known is None:
        known = make()
        if size(known) > MANY:
            cache.set(key, known, SECONDS)
    return known


def record_count(actor: Actor, *, kind: str, filters: Filters | None = None) -> int:
    """How many records of a stream the actor may read; MOST_COUNTED + 1 and more mean: more than that."""
    wanted = filters or Filters()
    parts = [wanted.apply(part) for part in parts_visible_to(actor, record_model(kind))]
    own: list[int] = []

    def count() -> int:
        known, *rest = capped_each(parts)
        own.append(sum(rest))
        return known

    shared = remembered(f"{kind} {wanted}", actor, count, size=int)
    return shared + (own[0] if own else sum(capped_each(parts[1:])))


def theme_counts(actor: Actor) -> dict[str, dict[str, int]]:
    """Numbers of problems and solutions per theme, `{"waste": {"problem": 3, "solution": 5}}`; two queries."""

    def count() -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for kind in ("problem", "solution"):
            rows = open_to(actor, record_model(kind)).values(theme=Func(F("themes"), function="unnest"))
            for row in rows.annotate(n=Count("*")).order_by():
                found.setdefault(row["theme"], {"problem": 0, "solution": 0})[kind] = row["n"]
        return found

    return remembered("themes", actor, count, size=_most)


def cities_with_records(actor: Actor) -> dict[UUID, dict[str, int]]:
    """Numbers of problems and solutions per city."""

    def count() -> dict[UUID, dict[str, int]]:
        found: dict[UUID, dict[str, int]] = {}
        for kind in ("problem", "solution"):
            rows = open_to(actor, record_model(kind)).exclude(city=None).values("city").annotate(n=Count("*"))
            for row in rows.order_by():
                found.setdefault(row["city"], {"problem": 0, "solution": 0})[kind] = row["n"]
        return found

    return remembered("cities", actor, count, size=_most)


def _most(found: dict[Any, dict[str, int]]) -> int:
    return sum(n for numbers in found.values() for n in numbers.values())


def counts(actor: Actor) -> dict[str, int]:
    """How many problems, solutions, confirmed and waiting links there are for this reader."""
    return remembered("all", actor, lambda: _counts(actor), size=lambda found: found["problems"] + found["solutions"])


def _counts(actor: Actor) -> dict[str, int]:
    """All numbers in one query: rows of (what, state, how many)."""
    readable, offered = open_to(actor, Problem), open_to(actor, Solution)
    links = Link.objects.filter(problem__in=readable, solution__in=offered)
    confirmed = links.filter(state=LinkState.CONFIRMED)
    parts = [
        _by_state(readable, "problem", F("status"), Count("*")),
        _by_state(offered, "solution", F("stage"), Count("*")),
        _by_state(links, "link", F("state"), Count("*")),
        _by_state(confirmed, "matched", Value(""), Count("problem", distinct=True)),
    ]
    found = {(what, state): n for what, state, n in parts[0].union(*parts[1:], all=True)}
    total = {kind: sum(n for (what, _state), n in found.items() if what == kind) for kind in ("problem", "solution")}
    return {
        "problems": total["problem"],
        "problems_open": found.get(("problem", "open"), 0),
        "problems_in_challenge": found.get(("problem", "in_challenge"), 0),
        "problems_in_pilot": found.get(("problem", "pilot"), 0),
        "problems_solved": found.get(("problem", "solved"), 0),
        "problems_matched": found.get(("matched", ""), 0),
        "solutions": total["solution"],
        "solutions_in_use": found.get(("solution", "in_use"), 0),
        "links_joined": found.get(("link", LinkState.CONFIRMED), 0),
        "links_waiting": found.get(("link", LinkState.SUGGESTED), 0),
    }


def _by_state(rows: QuerySet[Any], what: str, state: Any, number: Count) -> QuerySet[Any]:
    text = CharField()
    named = rows.order_by().annotate(what=Value(what, output_field=text), state_=Cast(state, text))
    return named.values("what", "state_").annotate(n=number).values_list("what", "state_", "n")
