"""Asking the matcher for joins: what it suggests waits until people confirm or reject it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import get_language

from citytandem.accounts.contract import Actor
from citytandem.core.node import this_node
from citytandem.core.permissions import require
from citytandem.streams import match
from citytandem.streams.contract import MatchHit
from citytandem.streams.listing import problems_to_match
from citytandem.streams.models import Link, Problem
from citytandem.streams.services.links import link_suggest

PER_PROBLEM = 2
MOST_PROBLEMS = 15


def suggestions_make(*, by: Actor) -> int:
    """Look for solutions from elsewhere to our own open problems; returns how many new suggestions wait now.

    What was linked, confirmed or rejected before is left alone. Raises Forbidden.
    """
    require("streams.link", by)
    problems = problems_to_match(most=MOST_PROBLEMS)
    linked = set(Link.objects.filter(problem__in=problems).values_list("problem_id", "solution_id"))
    made = 0
    for problem in problems:
        hits = [hit for hit in _hits(problem) if (problem.id, hit.id) not in linked][:PER_PROBLEM]
        made += sum(_suggest(problem, hit) for hit in hits)
    return made


def _hits(problem: Problem) -> Sequence[MatchHit]:
    """The best solutions of other cities, with reasons in the reader's language."""
    found = match.match(match.question_of_record(problem), top=8, phrases=False).solutions
    own = this_node().home_slug
    return [hit for hit in found if hit.city_slug != own]


def _suggest(problem: Problem, hit: MatchHit) -> int:
    language = get_language() or this_node().language
    why = {language: "; ".join(hit.reasons[:3])}
    link = link_suggest(problem=problem.id, solution=hit.id, score=min(max(hit.score, 0.0), 1.0), why=why)
    return int(link is not None)
