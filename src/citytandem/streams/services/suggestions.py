"""Asking the matcher for joins: what it suggests waits until people confirm or reject it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import override

from citytandem.accounts.contract import Actor
from citytandem.core.languages import LANGUAGES
from citytandem.core.node import this_node
from citytandem.core.permissions import require
from citytandem.streams import match, wording
from citytandem.streams.contract import MatchHit
from citytandem.streams.listing import problems_to_match
from citytandem.streams.matching import LIKELY
from citytandem.streams.models import Link, LinkState, Problem, ProblemStatus, Record, Visibility
from citytandem.streams.selectors import records_by_id
from citytandem.streams.services.links import link_suggest

PER_PROBLEM = 2
MOST_PROBLEMS = 15
# What waits for people about one record at a time, when the matcher suggests by itself.
MOST_WAITING = 3
_LOOKED_AT = 10


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
        made += sum(_suggest(problem.id, hit.id, hit) for hit in hits)
    return made


def suggest_links(kind: str, *, ids: Sequence[UUID], progress: Callable[[int], None] | None = None) -> int:
    """Let the matcher suggest, unasked, what very likely helps; returns how many new suggestions wait now.

    For problems it looks for solutions, for solutions the other way round. At most three suggestions about a record
    wait at a time; drafts, problems that are closed or on their way, and pairs that were ever linked are left alone.
    """
    made = 0
    for record in records_by_id(ids, kind=kind).values():
        if _wants_help(record):
            made += _suggest_for(record, kind=kind)
        if progress is not None:
            progress(1)
    return made


def _suggest_for(record: Record, *, kind: str) -> int:
    links = list(Link.objects.filter(**{kind: record.id}))
    room = MOST_WAITING - sum(link.state == LinkState.SUGGESTED for link in links)
    if room <= 0:
        return 0
    known = {link.solution_id if kind == "problem" else link.problem_id for link in links}
    found = match.match(match.question_of_record(record), reader="en", top=_LOOKED_AT, phrases=False)
    hits = found.solutions if kind == "problem" else found.problems
    fresh = [hit for hit in hits if hit.score >= LIKELY and hit.id not in known]
    if kind == "problem":
        return sum(_suggest(record.id, hit.id, hit) for hit in fresh[:room])
    return sum(_suggest(hit.id, record.id, hit) for hit in _with_room(fresh)[:room])


def _wants_help(record: Any) -> bool:
    is_open = not isinstance(record, Problem) or record.status in {"", ProblemStatus.OPEN}
    return is_open and record.visibility != Visibility.DRAFT


def _with_room(hits: Sequence[MatchHit]) -> list[MatchHit]:
    """The problems among the hits for which something is sought, and about which not enough waits already."""
    ids = [hit.id for hit in hits]
    problems = records_by_id(ids, kind="problem")
    suggested = Link.objects.filter(problem__in=ids, state=LinkState.SUGGESTED)
    waiting = Counter(suggested.values_list("problem_id", flat=True))
    return [
        hit for hit in hits if hit.id in problems and _wants_help(problems[hit.id]) and waiting[hit.id] < MOST_WAITING
    ]


def _hits(problem: Problem) -> Sequence[MatchHit]:
    """The best solutions of other cities."""
    found = match.match(match.question_of_record(problem), reader="en", top=8, phrases=False).solutions
    own = this_node().home_slug
    return [hit for hit in found if hit.city_slug != own]


def _suggest(problem: UUID, solution: UUID, hit: MatchHit) -> int:
    why = {language: _reasons(hit, language=language) for language in LANGUAGES}
    link = link_suggest(problem=problem, solution=solution, score=min(max(hit.score, 0.0), 1.0), why=why)
    return int(link is not None)


def _reasons(hit: MatchHit, *, language: str) -> str:
    """Whoever reads the suggestion later has a language of their own."""
    with override(language):
        return "; ".join(wording.sentence(reason, language=language) for reason in hit.told[:3])
