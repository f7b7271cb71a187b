"""What nodes say of how long their logs are, and what partners tell each other of it: so two histories come to light."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q

from citytandem.core import clock
from citytandem.federation.client import ask
from citytandem.federation.known import keyring_of
from citytandem.federation.models import Doubt, HeadSeen, LogEntry, Peer, PulledPage
from citytandem.federation.protocol.errors import BadLog, ProtocolError
from citytandem.federation.protocol.instants import instant, moment
from citytandem.federation.protocol.log import Head, equivocates, read_head, start
from citytandem.federation.protocol.reading import PAGE_BYTES, parsed
from citytandem.federation.protocol.signatures import SKEW_SECONDS
from citytandem.federation.services import pacing
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.log import signed_head_now

DIGEST_BYTES = 32
MOST_HEADS = 1_000
SECONDS_BETWEEN = 300
# A node with several processes reads its length and the time one after the other; that is no history taken back.
_TOLERANCE = timedelta(seconds=SKEW_SECONDS)


@dataclass(frozen=True, slots=True)
class Told:
    """A verified head with the document that proves it. `by`: who told us, empty for the node itself."""

    head: Head
    body: dict[str, Any]
    by: str = ""


def heads_ask(peer: Peer) -> int:
    """Ask a partner for the heads that it knows, at most every five minutes; returns how many are of nodes we know.

    Raises what `client.ask` raises, and BadLog(`log.head`) for an answer that is none.
    """
    if not cache.add(f"federation.heads:{peer.id}", 1, SECONDS_BETWEEN):
        return 0
    return heads_take(ask(peer.did, "GET", "/heads").body, told_by=peer.did)


def heads_take(data: bytes, *, told_by: str) -> int:
    """Keep and compare the heads that a partner tells. One that is not proven is passed over: it says nothing of anybody."""
    value = parsed(data, most_bytes=PAGE_BYTES)
    told = value.get("heads") if isinstance(value, dict) else None
    if not isinstance(told, list) or len(told) > MOST_HEADS:
        raise BadLog("log.head")
    named = [item.get("attributedTo") for item in told if isinstance(item, dict)]
    keys = keyring_of([did for did in named if isinstance(did, str) and did.isprintable()], with_own=True)
    now = clock.now()
    taken = 0
    for item in told:
        try:
            head = read_head(item, keys=keys, received=instant(now), latest=instant(now + _TOLERANCE))
        except ProtocolError:
            continue
        head_keep(head, item, told_by=told_by)
        taken += 1
    return taken


@transaction.atomic
def head_keep(head: Head, body: dict[str, Any], *, told_by: str) -> None:
    """Keep a verified head as the newest that `told_by` tells of its node, after comparing it with all others of it."""
    teller = "" if told_by == head.node else told_by
    rows = {row.told_by: row for row in HeadSeen.objects.filter(node=head.node)}
    mine = rows.get(teller)
    if mine is not None and (mine.number, mine.digest) == (head.number, head.digest) and mine.body == body:
        return
    others = [_told(row) for row in rows.values()]
    if head.node == own_did():
        others.append(_own())  # somebody may sign with our key, or we were restored from an old backup
    dropped = compare(Told(head, body, teller), others)
    if mine is None or teller in dropped or moment(head.at) >= mine.at:
        HeadSeen.objects.update_or_create(
            node=head.node,
            told_by=teller,
            defaults={"number": head.number, "digest": head.digest, "at": moment(head.at), "body": body},
        )


def _told(row: HeadSeen) -> Told:
    return Told(Head(row.node, row.number, row.digest, instant(row.at)), row.body, row.told_by)


def _own() -> Told:
    body = signed_head_now()
    return Told(Head(body["attributedTo"], body["number"], body["digest"], body["at"]), body)


def compare(came: Told, others: Iterable[Told]) -> set[str]:
    """Keep as a doubt what two heads of one node prove against it, once.

    A head that others told and that stands in a doubt is no news: somebody may have gone on over it. One under a key that
    was revoked since proves nothing and is dropped. Returns by whom those were told.
    """
    dropped: set[str] = set()
    for other in others:
        late = max(came.head, other.head, key=lambda head: head.number)
        found = equivocates(came.head, other.head, partial(_leading_to, late))
        if found is None or (found.because == "log.shrunk" and _is_close(came.head, other.head)):
            continue
        if not _is_proven_now(other):
            HeadSeen.objects.filter(node=other.head.node, told_by=other.by).delete()
            dropped.add(other.by)
            continue
        if _stands_in_doubt(came) or _stands_in_doubt(other):
            continue
        first, second = (came, other) if found.first == came.head else (other, came)
        pacing.doubt_add(node=came.head.node, code=found.because, first=first.body, second=second.body, told_by=came.by)
        break
    return dropped


def _is_proven_now(told: Told) -> bool:
    keys, now = keyring_of([told.head.node], with_own=True), clock.now()
    try:
        read_head(told.body, keys=keys, received=instant(now), latest=instant(now + _TOLERANCE))
    except ProtocolError:
        return False
    return True


def _stands_in_doubt(told: Told) -> bool:
    """Whether a head that others told is part of a doubt already. What a node says of itself is always compared."""
    number, digest = told.head.number, told.head.digest
    found = Q(first__number=number, first__digest=digest) | Q(second__number=number, second__digest=digest)
    return bool(told.by) and Doubt.objects.filter(found, node=told.head.node).exists()


def _is_close(first: Head, second: Head) -> bool:
    return abs(moment(first.at) - moment(second.at)) <= _TOLERANCE


def is_later(head: Head) -> bool:
    """Whether a head of a node was made after the newest that the node has told us, beyond what clocks may differ."""
    newest = HeadSeen.objects.filter(node=head.node, told_by="").values_list("at", flat=True).first()
    return newest is not None and moment(head.at) > newest + _TOLERANCE


def _leading_to(late: Head, number: int) -> str | None:
    """Digest of an entry in the chain that leads to `late`, as far as we have it; None where we have another chain or none."""
    return held_digest(late.node, number) if held_digest(late.node, late.number) == late.digest else None


def held_digest(node: str, number: int) -> str | None:
    """Digest of an entry of our own log or of a partner's."""
    if node == own_did():
        return LogEntry.objects.filter(number=number).values_list("digest", flat=True).first()
    peer = Peer.objects.filter(did=node).first()
    return pulled_digest(peer, number) if peer else None


def pulled_digest(peer: Peer, number: int) -> str | None:
    """Digest of an entry of a partner's log as we have pulled it, of the beginning with 0; None where we have not."""
    if number == 0:
        return start(peer.did).digest
    if number == peer.cursor_number:
        return peer.cursor_digest
    row = PulledPage.objects.filter(peer=peer, first__lte=number, last__gte=number).first()
    if row is None:
        return None
    place = (number - row.first) * DIGEST_BYTES
    return bytes(row.digests)[place : place + DIGEST_BYTES].hex()


def doubt_past(head: Head, body: dict[str, Any], *, code: str) -> None:
    """A partner signs a head over another past than the one we have read under an earlier head of it: keep both heads."""
    row = HeadSeen.objects.filter(node=head.node, told_by="").first()
    if row is not None and row.body != body:
        pacing.doubt_add(node=head.node, code=code, first=row.body, second=body)
