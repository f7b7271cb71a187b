"""Counting the way from problems to an effect: how far challenges come, how long each stage takes, what it costs.

Few queries over everything of a period, whatever is asked for; remembered for a minute, since many ask the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from citytandem.challenges.dashboards.money import MoneyYear, Sum, by_year
from citytandem.challenges.dashboards.stages import StageTime, stage_time, waited
from citytandem.challenges.dashboards.way import Reach
from citytandem.challenges.models import ChallengeProblem, Pilot
from citytandem.core import clock
from citytandem.core.statistics import Waited
from citytandem.streams.contract import problems_told_at

SECONDS = 60
MOST_PILOTS = 12

# Public: nothing of proposals that nobody may read yet, not even how many there are.
_SCOPE = """
    scope AS (
        SELECT id, phase, phase_since, published_at, frozen_at, decided_at, budget_low, budget_high, currency,
               openness = 'at_once' AS is_open_at_once, closes_at,
               (NOT %(public)s OR phase <> 'open' OR openness = 'at_once' OR closes_at <= %(now)s) AS is_shown,
               extract(year FROM published_at AT TIME ZONE %(zone)s)::int AS year
        FROM challenges_challenge
        WHERE phase NOT IN ('draft', 'in_review')
          AND (%(year)s::int IS NULL OR extract(year FROM published_at AT TIME ZONE %(zone)s)::int = %(year)s)),
    handed_in AS (
        SELECT proposal.*, scope.phase, scope.phase_since
        FROM challenges_proposal AS proposal JOIN scope ON scope.id = proposal.challenge_id
        WHERE proposal.moderation = '' AND scope.is_shown
          AND NOT (%(public)s AND NOT is_open_at_once AND step = 'withdrawn' AND step_since < closes_at))
"""
_REACH = f"""
    WITH {_SCOPE}, parts AS (
        SELECT scope.id,
               (SELECT count(*) FROM challenges_challengeproblem AS one WHERE one.challenge_id = scope.id) AS problems,
               coalesce(proposals.n, 0) AS proposals, coalesce(proposals.carried, 0) AS carried,
               coalesce(pilots.n, 0) AS pilots, coalesce(pilots.solutions, 0) AS solutions
        FROM scope
        LEFT JOIN (SELECT challenge_id, count(*) AS n,
                          count(*) FILTER (WHERE step IN ('implement', 'with_partners')) AS carried
                   FROM handed_in GROUP BY challenge_id) AS proposals ON proposals.challenge_id = scope.id
        LEFT JOIN (SELECT challenge_id, count(started_at) AS n, count(solution) AS solutions
                   FROM challenges_pilot GROUP BY challenge_id) AS pilots ON pilots.challenge_id = scope.id)
    SELECT (SELECT count(DISTINCT problem) FROM challenges_challengeproblem JOIN scope ON scope.id = challenge_id),
           count(*) FILTER (WHERE problems > 0), count(*), count(*),
           coalesce(sum(proposals), 0), count(*) FILTER (WHERE proposals > 0),
           coalesce(sum(pilots), 0), count(*) FILTER (WHERE pilots > 0),
           coalesce(sum(carried), 0), count(*) FILTER (WHERE carried > 0),
           coalesce(sum(solutions), 0), count(*) FILTER (WHERE solutions > 0),
           (SELECT jsonb_object_agg(step, n) FROM (SELECT step, count(*) AS n FROM handed_in GROUP BY step) AS steps),
           (SELECT array_agg(DISTINCT extract(year FROM published_at AT TIME ZONE %(zone)s)::int)
            FROM challenges_challenge WHERE phase NOT IN ('draft', 'in_review'))
    FROM parts
"""  # noqa: S608 - only constants are put together
# What nobody goes on with does not wait any more: a withdrawn challenge ends the wait of all its proposals.
_STAGES = f"""
    WITH {_SCOPE}, until AS (
        SELECT id, CASE WHEN phase = 'withdrawn' THEN phase_since ELSE %(now)s END AS until FROM scope),
    taken AS (
        SELECT id AS proposal_id, 'submitted' AS step, created_at AS at, 0::bigint AS place FROM handed_in
        UNION ALL
        SELECT one.proposal_id, one.step, one.at, one.id FROM challenges_steptaken AS one
        JOIN handed_in ON handed_in.id = one.proposal_id WHERE one.step <> 'submitted'),
    stays AS (
        SELECT proposal_id, step, at AS entered,
               lead(at) OVER (PARTITION BY proposal_id ORDER BY place) AS left_at FROM taken),
    closed AS (
        SELECT scope.*, until,
               CASE WHEN least(closes_at, frozen_at) <= until THEN least(closes_at, frozen_at) END AS closed_at
        FROM scope JOIN until USING (id)),
    spans AS (
        SELECT 'open' AS stage, published_at AS entered, closed_at AS left_at, until FROM closed
        UNION ALL
        SELECT 'assessment', closed_at, decided_at, until FROM closed WHERE closed_at IS NOT NULL
        UNION ALL
        SELECT stays.step, entered, left_at, until FROM stays JOIN handed_in ON handed_in.id = proposal_id
        JOIN until ON until.id = handed_in.challenge_id
        WHERE stays.step IN ('submitted', 'screened', 'assessed', 'shortlisted')
        UNION ALL
        SELECT 'pilot', started_at, ended_at, until FROM challenges_pilot JOIN until ON until.id = challenge_id
        WHERE started_at IS NOT NULL
        UNION ALL
        SELECT 'pilot_decision', ended_at, challenges_pilot.decided_at, until
        FROM challenges_pilot JOIN until ON until.id = challenge_id
        WHERE ended_at IS NOT NULL AND state <> 'abandoned'
        UNION ALL
        SELECT 'tender', created_at, handed_over_at, until FROM challenges_tender JOIN until ON until.id = challenge_id
        WHERE NOT %(public)s)
    SELECT stage, greatest(0, (coalesce(left_at, until) AT TIME ZONE %(zone)s)::date
                              - (entered AT TIME ZONE %(zone)s)::date), left_at IS NOT NULL, count(*)
    FROM spans GROUP BY 1, 2, 3
"""  # noqa: S608 - only constants are put together
_MONEY = f"""
    WITH {_SCOPE}, spent AS (
        SELECT extract(year FROM cost.on)::int AS year, pilot.currency, pilot.id,
               cost.amount + cost.hours * coalesce(pilot.hourly_rate, 0) AS amount,
               cost.hours > 0 AND pilot.hourly_rate IS NULL AS has_unpaid_hours
        FROM challenges_pilotcost AS cost JOIN challenges_pilot AS pilot ON pilot.id = cost.pilot_id
        JOIN scope ON scope.id = pilot.challenge_id)
    SELECT 'budget', year, currency, coalesce(sum(coalesce(budget_high, budget_low)), 0),
           count(coalesce(budget_high, budget_low)), count(*) - count(coalesce(budget_high, budget_low))
    FROM scope GROUP BY 2, 3
    UNION ALL
    SELECT 'pilot', year, currency, sum(amount), count(DISTINCT id), count(DISTINCT id) FILTER (WHERE has_unpaid_hours)
    FROM spent GROUP BY 2, 3
    UNION ALL
    SELECT 'tender', extract(year FROM handed_over_at AT TIME ZONE %(zone)s)::int, tender.currency,
           coalesce(sum(value), 0), count(value), count(*) - count(value)
    FROM challenges_tender AS tender JOIN scope ON scope.id = tender.challenge_id
    WHERE handed_over_at IS NOT NULL AND NOT %(public)s GROUP BY 2, 3
"""  # noqa: S608 - only constants are put together

REACHED = ("problems", "challenges", "proposals", "pilots", "carried", "solutions")
STAGES = (
    "told", "open", "assessment", "submitted", "screened", "assessed", "shortlisted", "pilot", "pilot_decision",
    "tender",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """What there is to say of the challenges published in a year, or in all. `outcomes`: proposals by their step."""

    at: datetime
    challenges: int
    reached: Sequence[Reach]
    outcomes: Mapping[str, int]
    stages: Mapping[str, StageTime]
    money: Sequence[MoneyYear]
    years: Sequence[int]


def figures(*, year: int | None, public: bool) -> Figures:
    """The figures of the challenges published in a year (None: in all); up to a minute old.

    public: only what everybody may know, which leaves out tender packages and proposals that nobody may read yet.
    """
    key = f"challenges.figures.{year}.{int(public)}"
    known: Figures | None = cache.get(key)
    if known is None:
        known = _read(year=year, public=public)
        cache.set(key, known, SECONDS)
    return known


def _read(*, year: int | None, public: bool) -> Figures:
    now = clock.now()
    values = {"zone": str(timezone.get_current_timezone()), "year": year, "public": public, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_REACH, values)
        *counts, outcomes, years = cursor.fetchone()
        cursor.execute(_STAGES, values)
        spans = cursor.fetchall()
        cursor.execute(_MONEY, values)
        money = by_year(Sum(*row) for row in cursor.fetchall())
    reached = [Reach(key, int(counts[2 * n]), counts[2 * n + 1]) for n, key in enumerate(REACHED)]
    return Figures(
        at=now,
        challenges=reached[1].things,
        reached=reached,
        outcomes=_parsed(outcomes),
        stages=_stages(spans, _told(year)),
        money=money,
        years=sorted(years or [], reverse=True),
    )


def _parsed(told: Any) -> dict[str, int]:
    """A JSON object as the driver gives it: as text, or parsed, or nothing at all."""
    found = json.loads(told) if isinstance(told, str) else told
    return dict(found or {})


def _stages(spans: Sequence[Sequence[Any]], told: Sequence[Waited]) -> dict[str, StageTime]:
    waits: dict[str, list[Waited]] = {key: [] for key in STAGES}
    waits["told"].extend(told)
    for stage, days, is_over, count in spans:
        waits[stage].append(Waited(days, is_over, count))
    return {key: stage_time(of_stage) for key, of_stage in waits.items()}


def _told(year: int | None) -> list[Waited]:
    """From a problem being told to the publication of the challenge that was made from it."""
    rows = ChallengeProblem.objects.exclude(challenge__published_at=None)
    if year is not None:
        rows = rows.filter(challenge__published_at__year=year)
    published = rows.values_list("problem", "challenge__published_at")
    told = problems_told_at([problem for problem, _at in published])
    return waited(
        [(timezone.localdate(told[one]), timezone.localdate(at)) for one, at in published if one in told],
        today=timezone.localdate(clock.now()),
    )


def pilots_finished(*, year: int | None) -> list[Pilot]:
    """Pilots that showed something, the newest first, with their proposals; of challenges published in a year or in all."""
    rows = Pilot.objects.filter(state__in=["finished", "decided"]).select_related("proposal", "challenge")
    if year is not None:
        rows = rows.filter(challenge__published_at__year=year)
    return list(rows.order_by("-ended_at", "-id")[:MOST_PILOTS])
