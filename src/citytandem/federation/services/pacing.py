"""When a partner is asked again, when it has had its share of the hour, and when it is not asked any more."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from citytandem.core import clock
from citytandem.federation import notices
from citytandem.federation.models import Doubt, Exchange, Peer, PeerState, Usage

LONGEST_PAUSE = 3600.0
KEPT_EXCHANGES = timedelta(days=30)
KEPT_USAGE = timedelta(days=100)
# A partner brings so many doubts a day about nodes that are none; after that nothing more is read from it.
MOST_DOUBTS = 100
_MEGABYTE = 1_000_000
# Who is asked once a minute would otherwise be asked in one second with everybody else.
_SPREAD = 0.1
_COUNT = """
    INSERT INTO federation_usage (peer_id, hour, requests, bytes_out, bytes_in, objects_in)
    VALUES (%s, %s, 0, 0, %s, %s)
    ON CONFLICT (peer_id, hour) DO UPDATE
    SET bytes_in = federation_usage.bytes_in + excluded.bytes_in,
        objects_in = federation_usage.objects_in + excluded.objects_in
"""


def seconds_until_again(failures: int, *, chance: float) -> float:
    """Twice as long after each failure, an hour at most, less up to half by chance (0 to 1) so that not all come at once."""
    if failures == 0:
        return settings.FEDERATION_PULL_SECONDS * (1 - _SPREAD * chance)
    longest = min(LONGEST_PAUSE, settings.FEDERATION_PULL_SECONDS * 2.0 ** min(failures, 20))
    return longest * (1 - chance / 2)


def _chance() -> float:
    return secrets.randbelow(1000) / 1000


def hour_of(moment: datetime) -> datetime:
    """The hour that a quota counts in."""
    return moment.replace(minute=0, second=0, microsecond=0)


def used_add(peer: Peer, *, objects: int, size: int) -> None:
    """Count what came from a partner in this hour."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [peer.id, hour_of(clock.now()), size, objects])


def quota_code(peer: Peer) -> str:
    """Which share of the hour a partner has used up: `quota.objects`, `quota.megabytes`, or empty."""
    used = Usage.objects.filter(peer=peer, hour=hour_of(clock.now())).values_list("objects_in", "bytes_in").first()
    objects, size = used or (0, 0)
    if objects >= settings.FEDERATION_OBJECTS:
        return "quota.objects"
    return "quota.megabytes" if size >= settings.FEDERATION_MEGABYTES * _MEGABYTE else ""


def succeeded(peer: Peer, *, is_done: bool = True) -> None:
    """A partner answered, and what it said holds. Unless `is_done` there is more, and it is due again at once."""
    now = clock.now()
    pause = timedelta(seconds=seconds_until_again(0, chance=_chance()) if is_done else 0)
    Peer.objects.filter(id=peer.id).update(last_success_at=now, failures=0, last_error_code="")
    if peer.failures:
        # It can be reached again: what could not be delivered meanwhile waits no longer.
        peer.agreements.filter(signed_by_us=True, delivered_at=None).update(next_try_at=None)
    # Where a time stands already, somebody wanted to read meanwhile and could not.
    Peer.objects.filter(id=peer.id, next_pull_at=None).update(next_pull_at=now + pause)


def failed(peer: Peer, code: str, *, retry_after: float = 0) -> None:
    """It could not be asked, or said no: it is asked again later, at the earliest when it says so itself."""
    now = clock.now()
    pause = max(seconds_until_again(peer.failures + 1, chance=_chance()), min(retry_after, LONGEST_PAUSE))
    Peer.objects.filter(id=peer.id).update(
        failures=F("failures") + 1, last_error_at=now, last_error_code=code, next_pull_at=now + timedelta(seconds=pause)
    )


def waits(peer: Peer, code: str) -> None:
    """It has had its share; it goes on with the next hour, which is no fault."""
    now = clock.now()
    again = hour_of(now) + timedelta(hours=1, seconds=60 * _chance())
    Peer.objects.filter(id=peer.id).update(last_error_at=now, last_error_code=code, next_pull_at=again)


@transaction.atomic
def pause_for(peer: Peer, code: str) -> None:
    """What a partner sent does not hold: nothing more is read from it until a person has looked. Others are not touched."""
    now = clock.now()
    changed = Peer.objects.filter(id=peer.id, state=PeerState.ACTIVE).update(
        state=PeerState.PAUSED, paused_at=now, paused_code=code, last_error_at=now, last_error_code=code
    )
    if changed:
        peer.refresh_from_db()
        notices.tell_paused(peer)


@transaction.atomic
def doubt_add(*, node: str, code: str, first: object, second: object, told_by: str = "") -> bool:
    """Keep two signed documents of a node that contradict each other, and stop reading from it. Each pair once.

    Nobody reads from a node that is no partner: who brings more such pairs than `MOST_DOUBTS` a day is stopped instead, and
    the rest is not kept.
    """
    if Doubt.objects.filter(node=node, code=code, first=first, second=second).exists():
        return False
    peer = Peer.objects.filter(did=node).first()
    if peer is None and _brings_too_many(told_by):
        for teller in Peer.objects.filter(did=told_by):
            # Its own histories are not at fault, but what it tells of those of others.
            pause_for(teller, "log.head" if code.startswith("log.") else code)
        return False
    Doubt.objects.create(node=node, code=code, first=first, second=second, told_by=told_by, at=clock.now())
    if peer is not None:
        pause_for(peer, code)
        notices.tell_doubt(peer)
    return True


def _brings_too_many(told_by: str) -> bool:
    today = Doubt.objects.filter(told_by=told_by, at__gt=clock.now() - timedelta(days=1))
    return bool(told_by) and today.exclude(node__in=Peer.objects.values("did")).count() >= MOST_DOUBTS


def exchange_add(peer: Peer, *, way: str, code: str, taken: int, size: int) -> None:
    """One line of the partner's latest history; what brought nothing new and no trouble is none."""
    if taken or code:
        Exchange.objects.create(peer=peer, at=clock.now(), way=way, code=code, taken=taken, size=size)


def forget_old() -> None:
    """Histories are kept for a month, sums of hours for a quarter."""
    now = clock.now()
    Exchange.objects.filter(at__lt=now - KEPT_EXCHANGES).delete()
    Usage.objects.filter(hour__lt=now - KEPT_USAGE).delete()
