"""What the clock asks for each minute. Costs a few small queries while nobody is paired."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Q

from citytandem.core import clock, jobs
from citytandem.federation import notices
from citytandem.federation.known import forget_unused
from citytandem.federation.models import Changed, Nonce, Peer, PeerState
from citytandem.federation.services import pacing, relaying
from citytandem.federation.services.agreeing import agreements_begin, exchanges_due
from citytandem.federation.services.applying import take_up_shown, waiting
from citytandem.federation.services.dropping import drop_again, drop_expired, drops_due
from citytandem.federation.services.pulling import pull_later
from citytandem.federation.services.rereading import second_readings_due

logger = logging.getLogger(__name__)
_AN_HOUR = 3600
# The clock strikes once a minute: who is due before it strikes again is asked now.
_SOON = timedelta(seconds=5)


def do_what_is_due() -> None:
    """Leave jobs for what is due, and do at once what is small. Doing it twice changes nothing.

    What fails stops nothing else. Raises ExceptionGroup at the end, with what has failed.
    """
    if not Peer.objects.exists():
        return
    failed = []
    for task in _tasks():
        try:
            task()
        except Exception as error:
            logger.exception("not done: %s", task.__name__)
            failed.append(error)
    if failed:
        raise ExceptionGroup("what was due", failed)


def _tasks() -> Iterator[Callable[[], object]]:
    yield from (agreements_begin, second_readings_due, exchanges_due, _pulls_due)
    if cache.add("federation.hourly", 1, _AN_HOUR):
        yield from (take_up_shown, drop_again, pacing.forget_old, forget_unused)
    yield from (_jobs_left, drop_expired, drops_due, _forget_nonces, notices.alerts_due)


def _pulls_due() -> None:
    active = Peer.objects.filter(state=PeerState.ACTIVE, by_file=False)
    due = active.filter(Q(next_pull_at=None) | Q(next_pull_at__lte=clock.now() + _SOON))
    for number in due.values_list("id", flat=True):
        pull_later(number)


def _jobs_left() -> None:
    """What was noted or stored and has no job any more."""
    if Changed.objects.exists():
        jobs.enqueue("federation.publish", queue="federation", once="federation.publish")
    if waiting().exists():
        jobs.enqueue("federation.apply", queue="federation", once="federation.apply")
    relaying.relay_due()


def _forget_nonces() -> None:
    Nonce.objects.filter(keep_until__lt=clock.now()).delete()
