"""What is kept about people in cases: handed over, taken back, and deleted when its time is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from citytandem.accounts.contract import Exported
from citytandem.core import clock
from citytandem.moderation.models import Appeal, Case, Decision, Report, State, Verdict
from citytandem.moderation.services.appeals import DAYS_TO_APPEAL


def export_person(person_id: UUID) -> Exported:
    """Cases about what somebody wrote, their reports and their appeals; nothing about other people."""
    mine = Case.objects.filter(author_id=person_id).order_by("opened_at").prefetch_related("decisions")
    rows = {
        "cases": [_case_told(case) for case in mine],
        "reports": [
            {"number": r.code, "ground": r.ground, "explanation": r.explanation, "at": r.at.isoformat()}
            for r in Report.objects.filter(by_id=person_id).order_by("at")
        ],
        "appeals": [
            {"text": a.text, "at": a.at.isoformat(), "outcome": a.outcome, "explanation": a.explanation}
            for a in Appeal.objects.filter(by_id=person_id).order_by("at")
        ],
    }
    return Exported(rows if any(rows.values()) else {})


def _case_told(case: Case) -> dict[str, Any]:
    return {
        "about": {"kind": case.kind, "id": str(case.object_id)},
        "opened_at": case.opened_at.isoformat(),
        "state": case.state,
        "reasons": case.codes,
        "text": case.text,
        "decisions": [
            {
                "verdict": d.verdict,
                "ground": d.ground,
                "facts": d.facts,
                "explanation": d.explanation,
                "at": d.at.isoformat(),
            }
            for d in case.decisions.all()
        ],
    }


@transaction.atomic
def erase_person(person_id: UUID) -> dict[str, int]:
    """Cases, reports and appeals stay as facts, without the person and without words."""
    reports = _clear_reports(Report.objects.filter(by_id=person_id))
    appeals = Appeal.objects.filter(by_id=person_id).update(text="")
    mine = Case.objects.filter(author_id=person_id)
    cases = mine.count()
    _clear_cases(mine)
    _clear_reports(Report.objects.filter(case__in=mine).exclude(case__state=State.OPEN))
    Report.objects.filter(by_id=person_id).update(by=None)
    Appeal.objects.filter(by_id=person_id).update(by=None)
    mine.update(author=None)
    return {"cases": cases, "reports": reports, "appeals": appeals}


@transaction.atomic
def clear_before(before: datetime) -> int:
    """Delete names, addresses and words of cases whose last decision is older; returns how many cases."""
    old = Case.objects.filter(state__in=[State.DECIDED, State.CLOSED], decided_at__lt=before).exclude(
        decisions__at__gte=before
    )
    old = Case.objects.filter(id__in=list(old.values_list("id", flat=True)))
    gone = old.exclude(text="").count() + old.filter(text="", reports__cleared_at=None, reports__isnull=False).count()
    _clear_reports(Report.objects.filter(case__in=old))
    Appeal.objects.filter(case__in=old).update(text="", explanation="")
    _clear_cases(old)
    return gone


def close_old() -> int:
    """Close decided cases against which nobody can appeal any more; returns how many."""
    late = clock.now() - timedelta(days=DAYS_TO_APPEAL + 1)
    rows = Case.objects.filter(state=State.DECIDED).exclude(decisions__at__gte=late)
    # A removal for a time has its end still to come.
    temporary = Decision.objects.filter(superseded_by=None, verdict=Verdict.REMOVE, until__isnull=False)
    return rows.exclude(id__in=temporary.values("case_id")).update(state=State.CLOSED)


def _clear_reports(rows: QuerySet[Report]) -> int:
    return rows.filter(cleared_at=None).update(name="", email="", explanation="", cleared_at=clock.now())


def _clear_cases(rows: QuerySet[Case]) -> None:
    """Their words go, with the places in them; the codes of the reasons stay to be counted."""
    ids = list(rows.values_list("id", flat=True))
    for case in Case.objects.filter(id__in=ids).iterator():
        case.text, case.snapshot = "", ""
        case.reasons = [{"code": reason["code"]} for reason in case.reasons]
        case.save(update_fields=["text", "snapshot", "reasons"])
    with connection.cursor() as cursor:
        # The database lets nobody change a decision, but forget its words.
        cursor.execute("UPDATE moderation_decision SET facts = '', explanation = '' WHERE case_id = ANY(%s)", [ids])


def overdue(*, on: Any) -> list[Case]:
    """Cases that wait for longer than they should."""
    return list(Case.objects.filter(Q(state=State.OPEN), due_on__lt=on).order_by("opened_at", "id")[:200])
