"""What may not be seen any more: withdrawn, at its end, from a partner that has ended, or not agreed."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q, QuerySet

from citytandem.core import clock, jobs
from citytandem.federation.agreed import terms_with
from citytandem.federation.faults import is_passing
from citytandem.federation.models import Peer, PeerState, SharedObject
from citytandem.federation.protocol.agreement import EVERY_TYPE, Flow
from citytandem.federation.protocol.log import start
from citytandem.federation.protocol.objects import Visibility
from citytandem.federation.registry import Taker, takers

logger = logging.getLogger(__name__)
# A module still shows what it may not: it is asked again each hour.
NOT_DROPPED = "object.not_dropped"
_DROPPED_A_TIME = 1_000
_SECONDS_TO_DROP = 20.0
_SECONDS_BETWEEN = 3600
_UP_TO = {
    Visibility.NAMED: ["named"],
    Visibility.PUBLIC: ["named", "public"],
    Visibility.PARTNERS: ["named", "public", "partners"],
}


def drop_shown(rows: Iterable[SharedObject], *, but_as: str = "") -> set[str]:
    """Take objects out of sight, whatever they were shown as, except as one kind; returns the uris that a module could not drop.

    An object may have been of another kind in an older version: who does not know it has nothing to do.
    """
    uris = [row.uri for row in rows]
    return {uri for taker in takers() if taker.kind != but_as for uri in _not_dropped(taker, uris)}


def _not_dropped(taker: Taker, uris: Sequence[str]) -> Sequence[str]:
    """Let a module drop objects, in halves where it fails; returns those that fail alone."""
    if not uris:
        return []
    try:
        with transaction.atomic():
            taker.drop(uris)
    except Exception as error:
        if is_passing(error):
            raise
        if len(uris) > 1:
            half = len(uris) // 2
            return [*_not_dropped(taker, uris[:half]), *_not_dropped(taker, uris[half:])]
        logger.exception("%s cannot drop %s", taker.kind, uris[0])
        return uris
    return []


def drop_expired(limit: int = _DROPPED_A_TIME) -> int:
    """Take out of sight what has come to its end; returns how many. In steps that commit, for a while."""
    until, dropped = time.monotonic() + _SECONDS_TO_DROP, 0
    while True:
        some = _drop_expired(limit)
        dropped += some
        if some < limit or time.monotonic() > until:
            return dropped


@transaction.atomic
def _drop_expired(limit: int) -> int:
    due = SharedObject.objects.filter(is_own=False, is_gone=False, expires__lte=clock.now())
    rows = list(due.order_by("expires", "id").select_for_update(skip_locked=True)[:limit])
    _gone(rows)
    return len(rows)


def _gone(rows: Sequence[SharedObject]) -> set[str]:
    """Drop objects and note it; returns what stays, for `drop_again`."""
    kept = drop_shown(rows)
    SharedObject.objects.filter(id__in=[row.id for row in rows]).update(is_gone=True, applied_version=F("version"))
    if kept:
        SharedObject.objects.filter(uri__in=kept).update(refusal=NOT_DROPPED)
    return kept


def drop_again() -> int:
    """What a module could not drop waits to be seen to once more; returns how many."""
    # Below its version and not 0, so that it is known that something of it may be on show.
    kept = SharedObject.objects.filter(is_own=False, refusal=NOT_DROPPED)
    return kept.update(refusal="", applied_version=F("version") - 1)


def drop_of(peer: Peer) -> int:
    """Take out of sight all that came from a partner, and forget what we have not passed on; returns how many.

    What is in our log stays there under its proof: those we passed it to have it as well. In steps that commit.
    """
    dropped = _drop_in_steps(peer, SharedObject.objects.all())
    # Should the two pair again, all of it is read once more.
    _read_again(Peer.objects.filter(id=peer.id, cursor_number__gt=0))
    return dropped


def drop_beyond(peer: Peer) -> int:
    """As `drop_of` for what the agreement does not allow any more. Made wider again, the log is read from its beginning."""
    terms = terms_with(peer)
    return _drop_in_steps(peer, _not_in(terms.sends.get(peer.did, {}))) if terms else 0


def _drop_in_steps(peer: Peer, which: QuerySet[SharedObject]) -> int:
    dropped = 0
    while True:
        with transaction.atomic():
            # Whoever stores a page locks its partner first, then objects.
            others = Peer.objects.exclude(state=PeerState.ENDED).exclude(id=peer.id).filter(cursor_number__gt=0)
            locked = list(others.order_by("id").select_for_update(no_key=True))
            held = which.filter(from_peer=peer, is_own=False).order_by("id").select_for_update()
            rows = list(held[:_DROPPED_A_TIME])
            if not rows:
                return dropped
            kept = _gone(rows)
            forgotten = [row.id for row in rows if row.entry is None and row.uri not in kept]
            SharedObject.objects.filter(id__in=forgotten).delete()
            SharedObject.objects.filter(id__in=[row.id for row in rows]).update(from_peer=None)
            if any(row.origin != peer.did for row in rows):
                _read_again(locked)  # another one may bring them as well, and has brought them already
            dropped += len(rows)


def _read_again(peers: Iterable[Peer]) -> None:
    for peer in peers:
        again = {"rereads_number": 0, "rereads_digest": start(peer.did).digest}
        Peer.objects.filter(id=peer.id).update(**again)


def _not_in(flow: Flow) -> QuerySet[SharedObject]:
    """What does not flow by these terms; a tombstone says nothing but that something is gone."""
    allowed = Q(is_tombstone=True)
    for kind, width in flow.items():
        named = [other for other in flow if other != EVERY_TYPE]
        of_kind = ~Q(kind__in=named) if kind == EVERY_TYPE else Q(kind=kind)
        allowed |= of_kind & Q(visibility__in=_UP_TO[width])
    return SharedObject.objects.exclude(allowed)


def drops_due() -> int:
    """Leave a job for each partner from whom we hold what an agreement, narrower since, does not allow; how many.

    Terms that were looked at are remembered for an hour, so that a minute costs no more than reading them.
    """
    left = 0
    for peer in Peer.objects.exclude(state=PeerState.ENDED).filter(cursor_number__gt=0):
        terms = terms_with(peer)
        flow = {kind: width.value for kind, width in terms.sends.get(peer.did, {}).items()} if terms else None
        name = f"federation.allowed:{peer.id}"
        if flow is None or terms is None or cache.get(name) == flow:
            continue
        if _not_in(terms.sends.get(peer.did, {})).filter(from_peer=peer, is_own=False).exists():
            drop_later(peer)
            left += 1
        else:
            cache.set(name, flow, _SECONDS_BETWEEN)
    return left


def drop_later(peer: Peer) -> None:
    """Leave a job that takes away what came from a partner and may not be here any more."""
    jobs.enqueue("federation.drop", queue="federation", once=f"federation.drop:{peer.id}", peer_id=str(peer.id))


def drop_left(peer_id: UUID) -> int:
    """All that came from a partner that has ended; of others, also one that has paired again, what is not agreed."""
    peer = Peer.objects.filter(id=peer_id).first()
    if peer is None:
        return 0
    return drop_of(peer) if peer.state == PeerState.ENDED else drop_beyond(peer)
