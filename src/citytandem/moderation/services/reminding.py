"""What the calendar does in moderation: reminders, ends of removals, ends of the time for appeals."""

from __future__ import annotations

from django.utils import timezone

from citytandem.core import jobs
from citytandem.moderation import notices
from citytandem.moderation.models import Decision, Verdict
from citytandem.moderation.services import retention
from citytandem.moderation.services.sending import forget_old


def remind_of_overdue() -> int:
    """Tell the moderators of what waits for too long, each case once a day; returns how many."""
    today = timezone.localdate()
    cases = retention.overdue(on=today)
    notices.overdue(cases, day=today.isoformat())
    return len(cases)


def end_what_is_over() -> int:
    """Leave a job for each removal whose time is over, then close old cases; returns how many were closed."""
    over = Decision.objects.filter(superseded_by=None, verdict=Verdict.REMOVE, until__lte=timezone.localdate())
    for decision_id in over.values_list("id", flat=True):
        jobs.enqueue("moderation.reopen", once=f"moderation.reopen:{decision_id}", decision_id=str(decision_id))
    forget_old()
    return retention.close_old()
