"""Addresses that take nothing: found out while sending, or told later by a report."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Literal, cast

from django.db import transaction

from citytandem.core import clock
from citytandem.core.errors import DomainError
from citytandem.notifications import bounces
from citytandem.notifications.addresses import address_key
from citytandem.notifications.models import Notice, State, Suppression
from citytandem.notifications.services.choosing import unsubscribe

Result = Literal["hard", "soft", "complaint", "unsubscribed", "known", "foreign", "none"]
_REMEMBERED = 20
_SOFT_FORGOTTEN = timedelta(days=30)


def message_read(message: bytes) -> Result:
    """Take in one message of the mailbox to which mail servers report.

    A report counts only for a mail that this node has sent: its Message-ID cannot be guessed. `foreign`: it names none
    of ours; `known`: counted already; `none`: no report.
    """
    token = bounces.unsubscribe_token(message)
    if token:
        return _stopped(token)
    bounce = bounces.read(message)
    if bounce is None or bounce.verdict == "none":
        return "none"
    notice = Notice.objects.filter(message_id=bounce.message_id).exclude(message_id="").exclude(sent_to="").first()
    if notice is None:
        return "foreign"
    return _count(notice, bounce, report=hashlib.sha256(message).hexdigest()[:32])


def refused_at_once(address: str, *, reply: int, status: str) -> None:
    """The server said no while we were sending; only "there is no such mailbox" speaks against the address."""
    if reply >= 500 and bounces.verdict(reply, status) == "hard":
        now = clock.now()
        known = {"reason": Suppression.Reason.HARD, "code": status or str(reply), "last_at": now}
        Suppression.objects.update_or_create(
            key=address_key(address), defaults=known, create_defaults=known | {"first_at": now}
        )


def clear_away() -> int:
    """Forget soft bounces that were not repeated for a month; returns how many."""
    old = clock.now() - _SOFT_FORGOTTEN
    return Suppression.objects.filter(reason=Suppression.Reason.SOFT, last_at__lt=old).delete()[0]


@transaction.atomic
def _count(notice: Notice, bounce: bounces.Bounce, *, report: str) -> Result:
    now = clock.now()
    code = bounce.status or str(bounce.reply or "")
    row, is_first = Suppression.objects.select_for_update().get_or_create(
        key=notice.sent_to,
        defaults={"reason": bounce.verdict, "code": code, "first_at": now, "last_at": now, "reports": [report]},
    )
    if not is_first:
        if report in row.reports:
            return "known"
        row.count, row.last_at, row.code = row.count + 1, now, code
        row.reports = [*row.reports, report][-_REMEMBERED:]
        row.reason = _worse(row, bounce.verdict, now)
        row.save()
    if bounce.verdict != "complaint":
        same = Notice.objects.filter(message_id=notice.message_id, sent_to=notice.sent_to)
        same.update(state=State.BOUNCED, note=f"{bounce.verdict} {code}".strip())
    return cast("Result", row.reason)


def _worse(row: Suppression, verdict: bounces.Verdict, now: datetime) -> str:
    """The graver of what was known and what is told now; many soft ones over days become a hard one."""
    if "hard" in (row.reason, verdict) or bounces.is_given_up(row.count, first=row.first_at, last=now):
        return Suppression.Reason.HARD
    return Suppression.Reason.COMPLAINT if "complaint" in (row.reason, verdict) else Suppression.Reason.SOFT


def _stopped(token: str) -> Result:
    try:
        unsubscribe(token=token)
    except DomainError:
        return "foreign"
    return "unsubscribed"
