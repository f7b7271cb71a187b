"""What challenges and pilots do to the two streams: problems move on, and a pilot leaves a solution with evidence."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock, events
from citytandem.core.errors import Invalid
from citytandem.core.ids import short_code, uuid7
from citytandem.core.node import this_node
from citytandem.core.text import MAX_TITLE, clean_line, clean_text, shorten
from citytandem.core.versions import translations
from citytandem.streams import notices
from citytandem.streams.contract import RecordCard, RecordSubmitted, SolutionDraft
from citytandem.streams.listing import record_card
from citytandem.streams.models import (
    FRAME_CONDITIONS,
    Link,
    LinkMaker,
    LinkState,
    Moderation,
    Problem,
    ProblemStatus,
    Solution,
    SolutionUse,
    Visibility,
)
from citytandem.streams.services.checks import checked_value
from citytandem.streams.services.records import STATUS_FIELDS, log_change, set_status

_OVER = frozenset({ProblemStatus.SOLVED.value, ProblemStatus.CLOSED.value})


@transaction.atomic
def problems_advance(ids: Sequence[UUID], *, status: str, reason: str, by: Actor) -> int:
    """Move problems on; what is solved or closed, merged, taken down, or written by a partner node stays as it is."""
    if status not in ProblemStatus.values:
        raise Invalid("status.unknown", _("There is no such status."), field="status")
    rows = (
        Problem.objects.select_for_update()
        .filter(id__in=list(ids), origin="", moderation=Moderation.FINE)
        .order_by("id")
    )
    moved = [row for row in rows if row.status not in {status, *_OVER}]
    for problem in moved:
        before = problem.status
        set_status(problem, status)
        problem.save(update_fields=STATUS_FIELDS)
        log_change(problem, "status", by=by, fields={"status": [before, status]}, reason=reason)
    notices.tell_status(moved, by=by)
    return len(moved)


@transaction.atomic
def solution_draft(draft: SolutionDraft, *, problems: Sequence[UUID], by: Actor) -> RecordCard:
    """A draft: a person reads it through and publishes it."""
    title = shorten(clean_line(draft.title), limit=MAX_TITLE)
    if not title:
        raise Invalid("title.missing", _("Say in a few words what it is about."), field="title")
    now = clock.now()
    row = Solution(id=uuid7(), created_at=now, changed_at=now, created_by_id=by.id, language=draft.language)
    row.code = short_code(row.id)
    row.title = translations(**{draft.language: title})
    row.text = translations(**{draft.language: clean_text(draft.text)})
    row.visibility, row.city = Visibility.DRAFT, this_node().home_city
    row.kind, row.stage, row.themes = draft.kind, "tried", list(draft.themes)
    row.frame_conditions = {
        name: dict(draft.conditions[name]) for name in FRAME_CONDITIONS if draft.conditions.get(name)
    }
    row.source = {"title": draft.source_title, "url": draft.source_url} if draft.source_title else {}
    for name in ("cost_low", "cost_high", "cost_note", "provider", "reuse_notes"):
        setattr(row, name, checked_value(name, getattr(draft, name)))
    row.save(force_insert=True)
    if row.city is not None:
        SolutionUse.objects.create(solution=row, city=row.city)
    _join(row, problems, by=by)
    log_change(row, "submitted", by=by)
    events.emit(RecordSubmitted(kind="solution", object_id=row.id))
    events.emit(events.RecordChanged(kind="solution", object_id=row.id))
    return record_card(row, kind="solution", language=draft.language)


def _join(solution: Solution, problems: Sequence[UUID], *, by: Actor) -> None:
    known = Problem.objects.filter(id__in=list(problems)).values_list("id", flat=True)
    Link.objects.bulk_create(
        Link(
            problem_id=problem,
            solution=solution,
            maker=LinkMaker.PEOPLE,
            made_by_id=by.id,
            state=LinkState.CONFIRMED,
            created_at=clock.now(),
            decided_at=clock.now(),
        )
        for problem in known
    )
