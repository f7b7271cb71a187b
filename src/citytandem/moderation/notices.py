"""Whom moderation tells what: receipts, decisions with their reasons, appeals (DSA art. 16(4) and (5), 17, 20(5))."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.http import urlencode
from django.utils.translation import override

from citytandem.accounts.contract import Role, people_with_role
from citytandem.core import clock
from citytandem.core.subjects import FINE, subject, subject_kind
from citytandem.core.text import MAX_TITLE, shorten
from citytandem.moderation.keys import key_of, receipt_path
from citytandem.moderation.models import Appeal, Case, Decision, Report, Side, Verdict
from citytandem.notifications import contract as notifications

# What is bad news for the author, and so comes with a statement of reasons.
RESTRICTING = frozenset({Verdict.REMOVE, Verdict.MERGE})


def statement_path(case: Case) -> str:
    """The page with the reasons, for the author."""
    return f"/moderation/{case.id}/statement"


def appeal_path(case: Case, report: Report) -> str:
    """The form for an appeal, for a reporter without a sign-in."""
    return f"/moderation/{case.id}/appeal?{urlencode({'report': report.code, 'key': key_of(report.code)})}"


def held(case: Case) -> None:
    """Tell the moderators that something waits; each at their own pace."""
    _tell_moderators(case, but={case.author_id})


def report_received(report: Report) -> None:
    """The receipt (art. 16(4)), and a word to the moderators."""
    _tell_reporter(report, "report_received", {"number": report.code})
    _tell_moderators(report.case, but={report.by_id, report.case.author_id})


def decided(case: Case, decision: Decision) -> None:
    """Tell author and reporters what was decided (art. 16(5) and 17)."""
    told = {"decision": _english(decision)}
    was_open = decision.supersedes_id is None and decision.verdict == Verdict.KEEP and decision.before == ""
    # Of a report that changed nothing the author has not heard, and need not hear.
    if case.author_id is not None and case.author_id != decision.by_id and not was_open:
        path = statement_path(case) if decision.verdict in RESTRICTING else ""
        _tell_person(case, case.author_id, notifications.DECISION, "moderation_decision", told, path=path)
    for report in case.reports.filter(cleared_at=None):
        _tell_reporter(report, "report_decided", told | {"number": report.code})
    case.reports.filter(informed_at=None).update(informed_at=clock.now())


def appeal_received(case: Case, appeal: Appeal) -> None:
    """The receipt, and a word to those moderators who may decide it."""
    if appeal.by_id is not None:
        path = statement_path(case) if appeal.role == Side.AUTHOR else _receipt(appeal)
        _tell_person(case, appeal.by_id, notifications.APPEAL, "appeal_received", {}, path=path)
    elif appeal.report is not None:
        _tell_visitor(appeal.report, "appeal_received", {}, path=receipt_path(appeal.report.code))
    _tell_moderators(case, but={appeal.by_id, case.author_id, appeal.against_id}, path=f"/moderation/{case.id}/appeals")


def appeal_decided(case: Case, appeals: Sequence[Appeal]) -> None:
    """Tell who appealed, and the author where the decision changed against them (art. 20(5))."""
    last = case.decisions.filter(superseded_by=None).get()
    told = {"decision": _english(last)}
    for appeal in appeals:
        if appeal.by_id is not None:
            path = statement_path(case) if appeal.role == Side.AUTHOR else _receipt(appeal)
            _tell_person(case, appeal.by_id, notifications.APPEAL, "appeal_decided", told, path=path)
        elif appeal.report is not None:
            _tell_visitor(appeal.report, "appeal_decided", told, path=receipt_path(appeal.report.code))
    if last.on_appeal and last.verdict in RESTRICTING and case.author_id is not None:
        path = statement_path(case)
        _tell_person(case, case.author_id, notifications.DECISION, "moderation_decision", told, path=path)


def overdue(cases: Sequence[Case], *, day: str) -> None:
    """Remind the moderators, or who has taken a case over, once a day."""
    for case in cases:
        to = [case.assigned_to_id] if case.assigned_to_id else people_with_role(Role.MODERATOR)
        notifications.notify(
            kind=notifications.QUEUE,
            to=[person for person in to if person not in {None, case.author_id}],
            template="moderation_waiting",
            parameters={},
            about=(case.kind, case.object_id),
            path=f"/moderation/{case.id}",
            why=notifications.ROLE,
            once=f"moderation.overdue:{case.id}:{day}",
        )


def _tell_moderators(case: Case, *, but: set[UUID | None], path: str = "") -> None:
    notifications.notify(
        kind=notifications.QUEUE,
        to=[person for person in people_with_role(Role.MODERATOR) if person not in but],
        template="moderation_waiting",
        parameters={},
        about=(case.kind, case.object_id),
        path=path or f"/moderation/{case.id}",
        why=notifications.ROLE,
        once=f"moderation.waiting:{case.id}:{path and 'appeal'}",
    )


def _tell_reporter(report: Report, template: str, parameters: dict[str, str]) -> None:
    path = receipt_path(report.code)
    if report.by_id is None:
        _tell_visitor(report, template, parameters, path=path)
        return
    _tell_person(report.case, report.by_id, notifications.REPORT, template, parameters, path=path)


def _tell_person(
    case: Case, person: UUID, kind: str, template: str, parameters: dict[str, str], *, path: str = ""
) -> None:
    is_author = person == case.author_id
    notifications.notify(
        kind=kind,
        to=[person],
        template=template,
        # Whoever reported something hears of it also when they may not read it any more.
        parameters=parameters if is_author else {**parameters, "title": _title(case, case.language)},
        about=(case.kind, case.object_id) if is_author else None,
        path=path or _path(case),
        why=notifications.AUTHOR if is_author else notifications.REPORTER,
    )


def _tell_visitor(report: Report, template: str, parameters: dict[str, str], *, path: str) -> None:
    if not report.email:
        return
    told = {**parameters, "title": _title(report.case, report.language)}
    notifications.mail_send(to=report.email, template=template, language=report.language, parameters=told, path=path)


def _receipt(appeal: Appeal) -> str:
    return receipt_path(appeal.report.code) if appeal.report is not None else ""


def _title(case: Case, reader: str) -> str:
    """How a thing is called; what is not open to everybody is not quoted in mails, and named by its kind."""
    found, kind = subject(case.kind, case.object_id, reader=reader), subject_kind(case.kind)
    if found is not None and found.moderation == FINE and found.is_public:
        return shorten(found.title, limit=MAX_TITLE)
    with override(reader):
        return str(kind.label) if kind else ""


def _path(case: Case) -> str:
    found = subject(case.kind, case.object_id, reader=case.language)
    return found.path if found else ""


def _english(decision: Decision) -> str:
    """The decision as its English msgid: it is worded when it is sent."""
    with override("en"):
        return str(Verdict(decision.verdict).label)
