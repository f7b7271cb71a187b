"""The collected mail: one for each person, day or week, grouped by what it is about."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db.models import QuerySet

from citytandem.core import clock
from citytandem.notifications.models import Notice, State
from citytandem.notifications.services.delivery import identify, release, settle, take
from citytandem.notifications.services.letters import collected, written
from citytandem.notifications.services.postman import Answer, Postman
from citytandem.notifications.services.sorting import sort

MOST_IN_A_MAIL = 50
_PEOPLE = 50
_SECONDS_FOR_A_JOB = 240
_PAUSE_WHEN_DOWN = timedelta(minutes=5)


def digest_due(*, seconds: float = _SECONDS_FOR_A_JOB) -> bool:
    """Send the collected mails whose hour has come, for about so long. True: some are left, and the server works."""
    until = time.monotonic() + seconds
    with Postman() as postman:
        while people := _people_due():
            for person in people:
                if time.monotonic() >= until:
                    return True
                if not _send_to(person, postman):
                    return False
    return False


def _people_due() -> list[UUID]:
    due = Notice.objects.filter(state=State.WAITING, in_digest=True, send_after__lte=clock.now())
    return list(due.order_by("person_id").values_list("person_id", flat=True).distinct()[:_PEOPLE])


def _send_to(person: UUID, postman: Postman) -> bool:
    """One person's mail; False where the server is down."""
    mine = Notice.objects.filter(person=person, in_digest=True)
    taken = take(mine, most=MOST_IN_A_MAIL)
    ready = sort(taken, now=clock.now(), digest=True)
    if not ready:
        return True
    identify([ready[0].notice])
    mail = written(partial(collected, ready, more=_rest(person).count()))
    answer = Answer("refused", text=mail) if isinstance(mail, str) else postman.send(mail)
    notices = [one.notice for one in ready]
    if answer.what == "down":
        release(notices, after=clock.now() + _PAUSE_WHEN_DOWN)
        return False
    # All of them went out as one mail; a report about it is about all.
    Notice.objects.filter(id__in=[one.id for one in notices]).update(message_id=notices[0].message_id)
    settle(notices, ready[0].to, answer)
    if answer.what == "sent":
        # The mail told how many more there are; they stand in the list.
        _rest(person).update(state=State.SKIPPED, note="summed", in_digest=False)
    return True


def _rest(person: UUID) -> QuerySet[Notice]:
    """What is due as well and did not fit."""
    return Notice.objects.filter(person=person, in_digest=True, state=State.WAITING, send_after__lte=clock.now())
