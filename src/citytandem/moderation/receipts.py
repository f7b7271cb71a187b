"""A report as who made it sees it: its number, how far it has come, what was decided, what one can do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise

from citytandem.core.subjects import FINE, Subject, subject
from citytandem.moderation.grounds import GROUNDS
from citytandem.moderation.keys import key_of
from citytandem.moderation.models import Appeal, Decision, Outcome, Report, Side, State, Verdict
from citytandem.moderation.presenters import kind_label
from citytandem.moderation.services.appeals import AGAINST, last_day_to_appeal
from citytandem.moderation.services.decisions import last_decision
from citytandem.moderation.things import whole_text


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """`thing` is None where it cannot be read any more. `appeal_query`: what proves who appeals."""

    code: str
    case_id: UUID
    at: datetime
    kind: str | Promise
    thing: Subject | None
    ground: str | Promise
    explanation: str
    due_on: date
    decision: str | Promise
    decided_at: datetime | None
    is_waiting: bool
    appeal: Appeal | None
    outcome: str | Promise
    can_appeal: bool
    appeal_until: date | None
    appeal_query: str


def receipt_of(report: Report, *, reader: str, key: str) -> ReceiptPage:
    """The page of a report. What is not open to everybody is not shown here."""
    case = report.case
    found = subject(case.kind, case.object_id, reader=reader)
    decision = _since(report, last_decision(case))
    appeal = report.appeals.order_by("-at").first()
    return ReceiptPage(
        code=report.code,
        case_id=case.id,
        at=report.at,
        kind=kind_label(case.kind),
        thing=found if found is not None and _is_open(found) else None,
        ground=GROUNDS[report.ground].label,
        explanation=report.explanation,
        due_on=case.due_on,
        decision=Verdict(decision.verdict).label if decision else "",
        decided_at=decision.at if decision else None,
        is_waiting=case.state == State.OPEN,
        appeal=appeal,
        outcome=Outcome(appeal.outcome).label if appeal and appeal.outcome else "",
        can_appeal=_can_appeal(report, decision),
        appeal_until=last_day_to_appeal(decision) if decision else None,
        appeal_query=f"report={report.code}&key={key or key_of(report.code)}",
    )


def _is_open(found: Subject) -> bool:
    return found.is_public and found.moderation == FINE and bool(whole_text(found))


def _since(report: Report, decision: Decision | None) -> Decision | None:
    return decision if decision is not None and decision.at >= report.at else None


def _can_appeal(report: Report, decision: Decision | None) -> bool:
    return (
        decision is not None
        and report.case.state in {State.DECIDED, State.APPEALED}
        and AGAINST[Verdict(decision.verdict)] == Side.REPORTER
        and timezone.localdate() <= last_day_to_appeal(decision)
        and not report.appeals.filter(decision=decision).exists()
    )
