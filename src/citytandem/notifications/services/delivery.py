"""Sending what is due at once.

A batch is taken by moving its rows' `send_after` a quarter of an hour on: nobody else sees them until then. Each mail
gets its Message-ID before it is sent and keeps it; it is noted as sent right after the server took it. If this process
is killed, the rows that were not sent are due again after that time. At most one mail for each killed process, the one
that the server had taken and that was not noted yet, goes out twice, under the same Message-ID; none is lost.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from citytandem.accounts.contract import masked
from citytandem.core import clock
from citytandem.core.text import shorten
from citytandem.notifications.addresses import address_key
from citytandem.notifications.models import Notice, State
from citytandem.notifications.pacing import retry_after
from citytandem.notifications.services.bouncing import refused_at_once
from citytandem.notifications.services.letters import letter_of, written
from citytandem.notifications.services.postman import Answer, Postman
from citytandem.notifications.services.sorting import Ready, new_message_id, sort

BATCH = 250
LEASE = timedelta(minutes=15)
# One mail may take a slow server a few minutes; after so many seconds no further one of a batch is begun.
_SECONDS_FOR_A_BATCH = 300
_SECONDS_FOR_A_JOB = 120
_PAUSE_WHEN_DOWN = timedelta(minutes=5)
_ADDRESS = re.compile(r"[^\s<>@:;,]+@[^\s<>@:;,]+")


def deliver_due(*, seconds: float = _SECONDS_FOR_A_JOB) -> bool:
    """Send what is due, for at most about so long. True: something is left, and the server works."""
    until = time.monotonic() + seconds
    while True:
        batch = take(Notice.objects.filter(in_digest=False), most=BATCH)
        if not batch:
            return False
        ready = sort(batch, now=clock.now())
        identify([one.notice for one in ready])
        end = min(until, time.monotonic() + _SECONDS_FOR_A_BATCH)
        left, is_down = _send_all(ready, until=end)
        if left:
            release(left, after=clock.now() + (_PAUSE_WHEN_DOWN if is_down else timedelta()))
        if is_down:
            return False
        if time.monotonic() >= until:
            return True


@transaction.atomic
def take(rows: QuerySet[Notice], *, most: int) -> list[Notice]:
    """Some of the rows that are due, ours for a quarter of an hour."""
    now = clock.now()
    due = rows.filter(state=State.WAITING, send_after__lte=now)
    taken = list(due.select_for_update(skip_locked=True, of=("self",)).order_by("send_after", "id")[:most])
    Notice.objects.filter(id__in=[notice.id for notice in taken]).update(send_after=now + LEASE)
    return taken


def identify(notices: Sequence[Notice]) -> None:
    """Give each a Message-ID, before it is sent for the first time."""
    new = [notice for notice in notices if not notice.message_id]
    for notice in new:
        notice.message_id = new_message_id()
    Notice.objects.bulk_update(new, ["message_id"])


def release(notices: Sequence[Notice], *, after: datetime) -> None:
    """Give back what was taken and not tried."""
    Notice.objects.filter(id__in=[notice.id for notice in notices], state=State.WAITING).update(send_after=after)


def _send_all(ready: Sequence[Ready], *, until: float) -> tuple[list[Notice], bool]:
    """Returns the notices that were not tried, and whether the server is down."""
    with Postman() as postman:
        for position, one in enumerate(ready):
            if time.monotonic() >= until:
                return [rest.notice for rest in ready[position:]], False
            mail = written(partial(letter_of, one))
            answer = Answer("refused", text=mail) if isinstance(mail, str) else postman.send(mail)
            if answer.what == "down":
                return [rest.notice for rest in ready[position:]], True
            settle([one.notice], one.to, answer)
    return [], False


def settle(notices: Sequence[Notice], to: str, answer: Answer) -> None:
    """Note what became of the mail in which these notices went out."""
    now = clock.now()
    rows = Notice.objects.filter(id__in=[notice.id for notice in notices])
    tries = notices[0].tries + 1
    if answer.what == "sent":
        rows.update(state=State.SENT, sent_at=now, tries=tries, note="", in_digest=False, sent_to=address_key(to))
        if notices[0].person_id is None:
            # A link in it may open something; it is in the receiver's hands now, and in nobody else's.
            rows.update(parameters={}, path="")
        return
    note = shorten(_ADDRESS.sub(lambda found: masked(found[0]), answer.text), limit=200)
    pause = retry_after(tries) if answer.what == "later" else None
    if pause is not None:
        rows.update(send_after=now + pause, tries=tries, note=note)
        return
    rows.update(state=State.FAILED, tries=tries, note=note, in_digest=False, sent_to=address_key(to))
    refused_at_once(to, reply=answer.reply, status=answer.status)
