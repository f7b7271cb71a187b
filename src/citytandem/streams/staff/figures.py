"""Counting the city's problems: how many, how long until an answer and a solution, answered in time or not.

Two queries over all problems of a period, whatever is asked for; remembered for a minute, since many ask the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from citytandem.core import clock
from citytandem.core.node import this_node
from citytandem.core.statistics import Share, Survival, Waited, kaplan_meier, wilson

SECONDS = 60

# What came from a source was never told to this node, and nobody waits for an answer to it: it has a slug.
_SCOPE = """
    SELECT department_id, language, themes, due_on,
           (created_at AT TIME ZONE %(zone)s)::date AS told,
           (answered_at AT TIME ZONE %(zone)s)::date AS answered,
           (solved_at AT TIME ZONE %(zone)s)::date AS solved
    FROM streams_problem
    WHERE slug IS NULL AND moderation = '' AND visibility <> 'draft'
      AND (city IS NULL AND origin = '' OR city = %(home)s::uuid) AND created_at >= %(since)s
      AND (NOT %(public)s OR visibility = 'public')
      AND (%(department)s::uuid IS NULL OR department_id = %(department)s::uuid)
"""
_COUNTS = f"""
    WITH scope AS ({_SCOPE}), days AS (
        SELECT *, date_trunc('month', told)::date AS month, date_trunc('month', answered)::date AS answer_month,
               greatest(0, coalesce(answered, %(today)s::date) - told) AS answer_days, answered IS NOT NULL AS is_answered,
               greatest(0, coalesce(solved, %(today)s::date) - told) AS solve_days, solved IS NOT NULL AS is_solved
        FROM scope)
    SELECT grouping(month, answer_month, language, department_id, answer_days, solve_days),
           month, answer_month, language, department_id, answer_days, is_answered, solve_days, is_solved,
           count(*), count(answered), count(solved),
           count(*) FILTER (WHERE due_on IS NOT NULL AND (answered IS NOT NULL OR due_on < %(today)s::date)),
           count(*) FILTER (WHERE due_on IS NOT NULL AND answered <= due_on)
    FROM days
    GROUP BY GROUPING SETS ((month), (answer_month), (language), (department_id),
                            (department_id, answer_days, is_answered), (solve_days, is_solved))
"""  # noqa: S608 - only constants are put together
_THEMES = f"""
    WITH scope AS ({_SCOPE})
    SELECT theme, count(*), count(answered) FROM scope, unnest(themes) AS theme GROUP BY theme ORDER BY count(*) DESC, theme
"""  # noqa: S608 - only constants are put together


@dataclass(frozen=True, slots=True)
class Group:
    """The problems of one department, or all of them."""

    told: int
    answered: int
    solved: int
    to_answer: Survival
    in_time: Share


@dataclass(frozen=True, slots=True)
class Figures:
    """What there is to say of the problems told since a day. Months are by their first day."""

    since: date
    at: datetime
    all: Group
    to_solution: Survival
    months: Mapping[date, tuple[int, int]]
    departments: Mapping[UUID | None, Group]
    languages: Mapping[str, int]
    themes: Mapping[str, tuple[int, int]]


def figures(*, since: date, department: UUID | None = None, public_only: bool) -> Figures:
    """The figures of a period, for one department or all; up to a minute old."""
    key = f"streams.figures.{since}.{department}.{int(public_only)}.{this_node().home_city}"
    known: Figures | None = cache.get(key)
    if known is None:
        known = _read(since=since, department=department, public_only=public_only)
        cache.set(key, known, SECONDS)
    return known


def _read(*, since: date, department: UUID | None, public_only: bool) -> Figures:
    now = clock.now()
    zone = timezone.get_current_timezone()
    values = {
        "zone": str(zone),
        "home": this_node().home_city,
        "since": datetime(since.year, since.month, since.day, tzinfo=zone),
        "public": public_only,
        "department": department,
        "today": timezone.localdate(now),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, values)
        rows = cursor.fetchall()
        cursor.execute(_THEMES, values)
        themes = {theme: (told, answered) for theme, told, answered in cursor.fetchall()}
    return _put_together(rows, themes, since=since, at=now)


# Which columns are folded up, as PostgreSQL's `grouping` tells: a bit each, the last column the lowest.
_MONTH, _ANSWER_MONTH, _LANGUAGE, _DEPARTMENT, _ANSWER_DAYS, _SOLVE_DAYS = (
    0b011111, 0b101111, 0b110111, 0b111011, 0b111001, 0b111110,
)  # fmt: skip


def _put_together(
    rows: Sequence[Sequence[Any]], themes: Mapping[str, tuple[int, int]], *, since: date, at: datetime
) -> Figures:
    by_set: dict[int, list[Sequence[Any]]] = {}
    for row in rows:
        by_set.setdefault(row[0], []).append(row)
    waits: dict[UUID | None, list[Waited]] = {}
    for row in by_set.get(_ANSWER_DAYS, []):
        waits.setdefault(row[4], []).append(Waited(row[5], row[6], row[9]))
    counts = {row[4]: tuple(int(n) for n in row[9:]) for row in by_set.get(_DEPARTMENT, [])}
    total = tuple(sum(column) for column in zip(*counts.values(), strict=True)) if counts else (0,) * 5
    told = {row[1]: row[9] for row in by_set.get(_MONTH, [])}
    answered = {row[2]: row[9] for row in by_set.get(_ANSWER_MONTH, []) if row[2] is not None}
    return Figures(
        since=since,
        at=at,
        all=_group(total, [wait for some in waits.values() for wait in some]),
        to_solution=kaplan_meier([Waited(row[7], row[8], row[9]) for row in by_set.get(_SOLVE_DAYS, [])]),
        months={month: (told.get(month, 0), answered.get(month, 0)) for month in sorted({*told, *answered})},
        departments={one: _group(numbers, waits.get(one, [])) for one, numbers in counts.items()},
        languages={row[3]: row[9] for row in by_set.get(_LANGUAGE, [])},
        themes=themes,
    )


def _group(numbers: Sequence[int], waits: Sequence[Waited]) -> Group:
    told, answered, solved, judged, in_time = numbers
    return Group(told, answered, solved, kaplan_meier(waits), wilson(in_time, judged))
