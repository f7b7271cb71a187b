"""Appeals: free of charge, within six months, decided by another person (DSA art. 20)."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Forbidden, Invalid
from citytandem.core.permissions import allowed, require
from citytandem.core.text import clean_text
from citytandem.moderation import notices
from citytandem.moderation.happened import AppealDecided, AppealReceived
from citytandem.moderation.keys import fits
from citytandem.moderation.models import Appeal, Case, Decision, Outcome, Report, Side, State, Verdict
from citytandem.moderation.services.decisions import MOST_EXPLAINED, Reasoning, case_for_update, decide, last_decision
from citytandem.moderation.services.mergers import split
from citytandem.moderation.things import unknown

# Six months are at most 184 days (art. 20(1)); nobody is to be a day too late because a month is short.
DAYS_TO_APPEAL = 184
DAYS_TO_ANSWER = 14
LEAST_SAID, MOST_SAID = 15, 4_000
# Who is worse off by a decision, and so may appeal against it.
AGAINST = {
    Verdict.REMOVE: Side.AUTHOR,
    Verdict.MERGE: Side.AUTHOR,
    Verdict.KEEP: Side.REPORTER,
    Verdict.RESTORE: Side.REPORTER,
    Verdict.SPLIT: Side.REPORTER,
}
OVERTURNED_BY = {Verdict.REMOVE: Verdict.RESTORE, Verdict.KEEP: Verdict.REMOVE, Verdict.RESTORE: Verdict.REMOVE}


def last_day_to_appeal(decision: Decision) -> date:
    """Until when one may appeal against a decision."""
    return timezone.localdate(decision.at) + timedelta(days=DAYS_TO_APPEAL)


def reporter_of(case: Case, *, code: str, key: str, by: Actor) -> Report | None:
    """The report of this case that is the actor's, or that the key of the address fits; None if there is none."""
    if code and fits(code, key):
        return case.reports.filter(code=code).first()
    return case.reports.filter(by_id=by.id).first() if by.id is not None else None


def standing(case: Case, decision: Decision | None, *, report: Report | None, by: Actor) -> Side:
    """As what somebody may appeal against a decision. Raises Forbidden, Conflict."""
    if report is None and not allowed("moderation.appeal", by, case):
        raise Forbidden("permission.missing", _("You are not allowed to do this."))
    if decision is None or case.state not in {State.DECIDED, State.APPEALED}:
        raise Conflict("appeal.nothing", _("There is no decision here against which one could appeal."))
    if timezone.localdate() > last_day_to_appeal(decision):
        raise Conflict("appeal.late", _("The time for an appeal is over: it was six months."))
    role = AGAINST[Verdict(decision.verdict)]
    is_author = by.id is not None and case.author_id == by.id
    if (role == Side.AUTHOR and not is_author) or (role == Side.REPORTER and report is None):
        raise Conflict("appeal.not_against_you", _("This decision is not against you."))
    mine = decision.appeals.filter(report=report) if role == Side.REPORTER else decision.appeals.filter(by_id=by.id)
    if mine.exists():
        raise Conflict("appeal.again", _("You have appealed already. A second person is looking at it."))
    return role


def appeal_open(*, case_id: UUID, by: Actor, report_code: str = "", key: str = "") -> tuple[Case, Decision, Side]:
    """What somebody may appeal against, before they have written anything. Raises as `appeal_make` does."""
    case = Case.objects.filter(id=case_id).first()
    if case is None:
        raise unknown()
    report = reporter_of(case, code=report_code, key=key, by=by)
    if report is None and not allowed("moderation.appeal", by, case):
        raise unknown()
    decision = last_decision(case)
    role = standing(case, decision, report=report, by=by)
    assert decision is not None  # noqa: S101 - `standing` refuses a case without one
    return case, decision, role


@transaction.atomic
def appeal_make(*, case_id: UUID, text: str, language: str, by: Actor, report_code: str = "", key: str = "") -> Appeal:
    """Appeal against the decision that counts. `report_code` and `key` stand for a reporter without a sign-in.

    Raises Forbidden, Invalid, Conflict. Source: Regulation (EU) 2022/2065, art. 20(1) to (3).
    """
    case = case_for_update(case_id)
    report = reporter_of(case, code=report_code, key=key, by=by)
    decision = last_decision(case)
    role = standing(case, decision, report=report, by=by)
    assert decision is not None  # noqa: S101 - `standing` refuses a case without one
    said = clean_text(text)
    if not LEAST_SAID <= len(said) <= MOST_SAID:
        message = _("Say in a sentence or two why the decision is wrong; at most %(most)s characters.")
        raise Invalid("appeal.text", message % {"most": MOST_SAID}, field="text")
    appeal = Appeal.objects.create(
        case=case,
        decision=decision,
        role=role,
        by_id=by.id,
        report=report if role == Side.REPORTER else None,
        against_id=decision.by_id,
        text=said,
        language=language,
        at=clock.now(),
        due_on=timezone.localdate() + timedelta(days=DAYS_TO_ANSWER),
    )
    case.state = State.APPEALED
    case.save(update_fields=["state"])
    notices.appeal_received(case, appeal)
    events.emit(AppealReceived(case_id=case.id))
    return appeal


@transaction.atomic
def appeal_decide(
    *, case_id: UUID, outcome: str, explanation: str, by: Actor, reasoning: Reasoning | None = None
) -> list[Appeal]:
    """Decide all appeals of a case that wait. Whoever decided before, wrote the text or reported it may not.

    Overturned: what was taken down or merged is open again; what was kept is taken down, for the reasons given.
    Raises Forbidden, Invalid, Conflict. Source: Regulation (EU) 2022/2065, art. 20(4) to (6).
    """
    case = case_for_update(case_id)
    _require_second_person(case, by)
    waiting = list(case.appeals.select_for_update().filter(outcome="").order_by("at"))
    last = last_decision(case)
    if not waiting or last is None:
        raise Conflict("appeal.decided_meanwhile", _("Somebody has decided this appeal in the meantime."))
    if outcome not in Outcome.values:
        raise Invalid("decision.unknown", _("This is not one of the choices."), field="outcome")
    why = clean_text(explanation)
    if not why or len(why) > MOST_EXPLAINED:
        raise Invalid("explanation.missing", _("Say why you decide so: both sides read it."), field="explanation")
    if outcome == Outcome.OVERTURNED:
        _overturn(case, last, reasoning or Reasoning(), by=by)
    for appeal in waiting:
        appeal.outcome, appeal.explanation = Outcome(outcome), why
        appeal.decided_by_id, appeal.decided_at = by.id, clock.now()
        appeal.save(update_fields=["outcome", "explanation", "decided_by", "decided_at"])
    case.state = State.CLOSED
    case.save(update_fields=["state"])
    notices.appeal_decided(case, waiting)
    events.emit(AppealDecided(case_id=case.id))
    return waiting


def _require_second_person(case: Case, by: Actor) -> None:
    require("moderation.decide", by)
    if not allowed("moderation.decide_appeal", by, case):
        message = _("A second person has to decide: not whoever decided before, wrote the text or reported it.")
        raise Forbidden("appeal.second_person", message)


def _overturn(case: Case, last: Decision, reasoning: Reasoning, *, by: Actor) -> None:
    if last.verdict == Verdict.MERGE:
        split(case, by=by, on_appeal=True)
    else:
        decide(
            case, verdict=OVERTURNED_BY[Verdict(last.verdict)], reasoning=reasoning, last=last, by=by, on_appeal=True
        )
