"""What of our partners' objects we pass on: into our own log, with their proofs and where we took them from."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Sum

from citytandem.core import clock, jobs
from citytandem.federation.agreed import passed_on
from citytandem.federation.models import Identity, Peer, PeerState, Usage
from citytandem.federation.protocol.log import Source
from citytandem.federation.services.log import Passed, append, appending
from citytandem.federation.services.pacing import hour_of

A_TIME = 2_000
_AN_HOUR = 3600
# All that is held has to be looked through: where that takes long, not more than a twentieth of the time goes into it.
_LONG, _REST = 1.0, 20
_LOOKED, _RESTS = "federation.relay:looked", "federation.relay:rests"
# What has no entry yet and may go further, or has gone further before in another version: then readers learn at least
# that there is a newer one. An origin's objects for partners are passed on only as they came from itself.
_WAITING = """
    SELECT held.uri, held.digest, held.version, held.is_tombstone, peer.did, held.source_number, held.source_digest
    FROM federation_sharedobject AS held
    JOIN federation_peer AS peer ON peer.id = held.from_peer_id
    WHERE (%(among)s::text[] IS NULL OR held.uri = ANY (%(among)s))
      AND held.entry IS NULL AND NOT held.is_own AND held.source_number IS NOT NULL
      AND (held.is_tombstone OR NOT held.is_gone OR (
          held.body = '{}'
          AND EXISTS (SELECT FROM federation_logentry AS link WHERE link.uri = held.uri AND link.version < held.version)
      ))
      AND (held.is_tombstone OR held.expires IS NULL OR held.expires > %(now)s)
      AND (
          held.visibility = 'public'
          OR (held.visibility = 'partners' AND held.origin = peer.did AND held.origin = ANY (%(passes)s))
          OR (held.visibility = 'named' AND held.audience && %(readers)s AND NOT held.audience <@ ARRAY[peer.did]::varchar[])
          OR EXISTS (SELECT FROM federation_logentry AS link WHERE link.uri = held.uri)
      )
    ORDER BY held.id LIMIT %(limit)s
"""


def relay_later() -> None:
    """Leave a job, if this node passes anything on."""
    if Identity.objects.filter(id=1, passes_on=True).exists():
        jobs.enqueue("federation.relay", queue="federation", once="federation.relay")


def relay_due() -> None:
    """Leave a job if anything has come, or may go further, since it was all looked through."""
    if Identity.objects.filter(id=1, passes_on=True).exists() and cache.get(_LOOKED) != _state():
        jobs.enqueue("federation.relay", queue="federation", once="federation.relay")


def relay_waiting(limit: int = A_TIME) -> int:
    """Put what waits into our log; returns how many. Needs two queries to find them, however many partners there are.

    What may not be passed on is looked through again only after something has come or the rules have changed, and while
    others can write to the log.
    """
    if cache.get(_RESTS) or not Identity.objects.filter(id=1, passes_on=True).exists():
        return 0
    # What comes from here on is a state of its own.
    state, began = _state(), time.monotonic()
    if cache.get(_LOOKED) == state:
        return 0
    readers = Peer.objects.filter(state__in=[PeerState.ACTIVE, PeerState.PAUSED]).values_list("did", flat=True)
    values: dict[str, Any] = {"now": clock.now(), "passes": passed_on(), "readers": list(readers), "limit": limit}
    found = _waiting({**values, "among": None})
    took = time.monotonic() - began
    if found:
        with appending():
            passed = _waiting({**values, "among": [one.uri for one in found]})
            if passed:
                append(passed)
    else:
        passed = found
    if len(found) < limit:
        cache.set(_LOOKED, state, _AN_HOUR)
        if took > _LONG:
            cache.set(_RESTS, 1, min(took * _REST, _AN_HOUR))
    return len(passed)


def _waiting(values: dict[str, Any]) -> list[Passed]:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, values)
        return [
            Passed(uri, digest, version, is_tombstone, Source(node, number, source))
            for uri, digest, version, is_tombstone, node, number, source in cursor.fetchall()
        ]


def _state() -> tuple[Any, ...]:
    """What decides on what waits: who reads, what may go further, and how much has come in this hour and the one before.

    Whoever stores something counts it within the same transaction.
    """
    peers = Peer.objects.order_by("id").values_list("id", "state")
    hour = hour_of(clock.now())
    used = Usage.objects.filter(
        peer__in=[number for number, _state in peers], hour__in=[hour, hour - timedelta(hours=1)]
    )
    return tuple(peers), tuple(passed_on()), hour, used.aggregate(came=Sum("objects_in"))["came"]
