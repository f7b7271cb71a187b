"""Reading a partner's log: page by page from the cursor on, verified, stored; and what to do when that fails."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypedDict
from uuid import UUID

import orjson
from django.db import OperationalError, connection

from citytandem.core import clock, jobs
from citytandem.core.errors import DomainError
from citytandem.core.guarded import FetchFailed
from citytandem.federation.client import Refused, ask, document_fetch
from citytandem.federation.known import every_key, keys_for
from citytandem.federation.models import KnownNode, OpenEntry, Peer, PeerState
from citytandem.federation.protocol.errors import BadDocument, BadLog, BadSignature, ProtocolError
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.proofs import Keyring
from citytandem.federation.protocol.signatures import SKEW_SECONDS
from citytandem.federation.services import heads, pacing, relaying
from citytandem.federation.services.asides import PASSING, ask_again
from citytandem.federation.services.storing import HELD_BACK, Stored, store
from citytandem.federation.verifying import PROCESSES, Ready, Workers, merged, ready, side_by_side

logger = logging.getLogger(__name__)
PER_PAGE = 1_000
# From here on it pays to start processes.
MANY_ENTRIES = 2_000
# How many pages share a transaction when there are many, and how many are on their way at once: enough that no process
# waits for another one, and memory stays as it is however long the log.
_TOGETHER = 4
_AHEAD = _TOGETHER + 2 * PROCESSES
# An entry may come before the one that completes it; a node that never sends that one keeps something back.
_PATIENCE = timedelta(hours=1)
_MOST_DOCUMENTS, _SECONDS_FOR_DOCUMENTS = 20, 20.0
_SECONDS_OF_KEYS = 2.0
# Seconds. A turn ends between two pages: who answers slowly has one page more.
_TURN, _LONGEST_TURN = 20.0, 600.0
_LOCKS = 0x66_65_64  # with the number of the partner
_processes = threading.Lock()


@dataclass(frozen=True, slots=True)
class Pulled:
    """What one attempt brought. `code` is empty when all is read; `busy` while another process reads this partner."""

    objects: int = 0
    pages: int = 0
    code: str = ""


class _Enough(Exception):
    """Stops a reading that is to go on later, for a reason that is no failure."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Tally:
    """What a reading has brought so far."""

    objects: int = 0
    pages: int = 0
    size: int = 0
    changed: int = 0

    def add(self, stored: Stored, *, size: int, pages: int = 1) -> None:
        """What was stored of so many pages."""
        self.objects += stored.objects
        self.pages += pages
        self.size += size
        self.changed += stored.changed


def pull(peer_id: UUID) -> Pulled:
    """Read what is new in a partner's log. Never raises for a fault of the partner or the network.

    What does not hold pauses this partner, what cannot be reached or is refused waits, twice as long each time. One
    reading of a partner at a time; a second one says `busy`.
    """
    with _alone(peer_id) as is_alone:
        peer = Peer.objects.filter(id=peer_id, state=PeerState.ACTIVE, by_file=False).first()
        if peer is None:
            return Pulled()
        # The one who reads finds the other time when it is done, and goes on.
        Peer.objects.filter(id=peer_id).update(next_pull_at=None if is_alone else clock.now())
        if not is_alone:
            _look_after(peer_id)
            return Pulled(code="busy")
        tally = Tally()
        code = _tried(peer, tally, _Turn())
        pacing.exchange_add(peer, way="pull", code=code, taken=tally.objects, size=tally.size)
        if tally.changed:
            relaying.relay_later()
    if Peer.objects.filter(id=peer_id, state=PeerState.ACTIVE, next_pull_at__lte=clock.now()).exists():
        pull_later(peer_id)
    return Pulled(tally.objects, tally.pages, code)


@contextmanager
def _alone(peer_id: UUID) -> Iterator[bool]:
    """A lock of the session, since each page is a transaction of its own; it goes with the process."""
    number = peer_id.int & 0x7FFFFFFF
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCKS, number])
        is_alone = cursor.fetchone()[0]
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, number])


def _look_after(peer_id: UUID) -> None:
    """Should the one who was reading have ended before it could see that somebody wanted to read: leave a job."""
    with _alone(peer_id) as is_over:
        pass
    if is_over:
        pull_later(peer_id)


def _tried(peer: Peer, tally: Tally, turn: _Turn) -> str:
    """Read, and put down how it went; returns the code of what was in the way."""
    try:
        is_done = _read(peer, tally, turn)
        if is_done:
            ask_again(peer, partial(_take_anew, peer, tally))
    except _Enough as reason:
        if reason.code:
            pacing.waits(peer, reason.code)
        return reason.code
    except Refused as error:
        pacing.failed(peer, error.code, retry_after=error.retry_after)
        return error.code
    except (FetchFailed, BadSignature, BadDocument, DomainError) as error:
        # Without the partner's signature we do not know who said it, so it is nothing to pause the partner for.
        pacing.failed(peer, error.code)
        return error.code
    except ProtocolError as error:
        logger.warning("the log of %s: %s", peer.did, error)
        if error.code in PASSING:
            pacing.failed(peer, error.code)
        else:
            pacing.pause_for(peer, error.code)
        return error.code
    except OperationalError:
        raise  # ours, not the partner's: the job is tried again
    except Exception:
        # Whatever a partner has sent to bring this about: it waits as after any failure, and the job tells the rest.
        pacing.failed(peer, "network.broken")
        raise
    return _end_well(peer, is_done=is_done)


def _end_well(peer: Peer, *, is_done: bool) -> str:
    """Put down that the log was read, and ask for heads: that nobody answers there is no fault of the log.

    Returns the code of an answer that its partner signed and that is none.
    """
    pacing.succeeded(peer, is_done=is_done)
    if not is_done:
        return ""
    try:
        heads.heads_ask(peer)
    except (Refused, FetchFailed, BadSignature, BadDocument, DomainError) as error:
        logger.warning("the heads that %s knows: %s", peer.did, error)
    except ProtocolError as error:
        pacing.pause_for(peer, error.code)
        return error.code
    return ""


class _Turn:
    """How long a reading may go on: only for a moment where others wait for theirs."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def is_over(self) -> bool:
        """Whether it is time to let others read, and go on behind them."""
        seconds = time.monotonic() - self._began
        return seconds > _LONGEST_TURN or (seconds > _TURN and jobs.are_waiting("federation.pull"))


def _read(peer: Peer, tally: Tally, turn: _Turn) -> bool:
    """All pages there are; False where the turn was over before. Raises what is in the way."""
    while True:
        _within_quota(peer)
        peer.refresh_from_db()
        page = _verified(peer, _page(peer, _position(peer)))
        tally.add(store(peer.id, page), size=page.size)
        peer.refresh_from_db()
        if peer.state != PeerState.ACTIVE:
            raise _Enough("")  # two histories, or somebody has paused it meanwhile
        if _is_done(peer, page):
            _nothing_held_back(peer)
            return True
        if page.entries == 0:
            raise BadLog("log.gap", number=page.after.number)  # there is more, and it does not come
        if turn.is_over():
            return False
        if page.head.number - page.cursor.number > MANY_ENTRIES and peer.rereads_number is None:
            _catch_up(peer, tally, turn, until_number=page.head.number)


def _take_anew(peer: Peer, tally: Tally, number: int, count: int) -> int:
    """Read so many entries anew, from this one on, or as many as there is room for; returns the last one's number."""
    _within_quota(peer)
    page = _verified(peer, ask(peer.did, "GET", "/log", query=f"after={number - 1}&limit={count}").body)
    tally.add(store(peer.id, page), size=page.size)
    peer.refresh_from_db()
    if peer.state != PeerState.ACTIVE:
        raise _Enough("")
    return page.cursor.number


def pull_later(peer_id: UUID) -> None:
    """Leave a job that reads a partner's log."""
    jobs.enqueue("federation.pull", queue="partners", once=f"federation.pull:{peer_id}", peer_id=str(peer_id))


def _position(peer: Peer) -> int:
    return peer.cursor_number if peer.rereads_number is None else peer.rereads_number


def _is_done(peer: Peer, page: Ready) -> bool:
    return (
        peer.rereads_number is None
        and page.cursor.number <= peer.cursor_number
        and peer.cursor_number >= page.head.number
    )


def _within_quota(peer: Peer) -> None:
    code = pacing.quota_code(peer)
    if code:
        raise _Enough(code)


def _page(peer: Peer, after: int) -> bytes:
    """A page as the partner gives it, its signature checked. Raises as `client.ask`."""
    limit = PER_PAGE
    if peer.rereads_number is not None:
        limit = max(1, min(limit, peer.cursor_number - peer.rereads_number))
    return ask(peer.did, "GET", "/log", query=f"after={after}&limit={limit}").body


def _verified(peer: Peer, data: bytes) -> Ready:
    """Verified here. Where keys are missing, the documents of their nodes are fetched and the page is read again."""

    def read() -> Ready:
        return ready(data, None, keys_for(data, node=peer.did), node=peer.did, **_stamp())

    try:
        page = read()
    except ProtocolError as error:
        if error.code not in ("proof.key_unknown", "proof.key_not_valid"):
            raise
        _documents([peer.did])  # its head is signed by a key that may be new
        return read()
    return read() if page.unknown and _documents(page.unknown) else page


class _Stamp(TypedDict):
    received: str
    latest: str


def _stamp() -> _Stamp:
    now = clock.now()
    return {"received": instant(now), "latest": instant(now + timedelta(seconds=SKEW_SECONDS))}


def _documents(dids: Iterable[str]) -> int:
    """Fetch the documents of some nodes again, for a short while: a page may name many that do not exist or never answer.

    Returns how many came.
    """
    wanted = sorted(dids)[:_MOST_DOCUMENTS]
    known = set(KnownNode.objects.filter(did__in=wanted).values_list("did", flat=True))
    until = time.monotonic() + _SECONDS_FOR_DOCUMENTS
    came = 0
    for did in wanted:
        if time.monotonic() > until:
            break
        with suppress(FetchFailed, Refused, ProtocolError):
            document_fetch(did, force=did in known)
            came += 1
    return came


def _catch_up(peer: Peer, tally: Tally, turn: _Turn, *, until_number: int) -> None:
    """Far behind: pages are fetched one after the other, verified side by side, stored in their order.

    One partner at a time has processes; the others are read as usual meanwhile.
    """
    if not _processes.acquire(blocking=False):
        return
    try:
        _side_by_side(peer, tally, turn, until_number=until_number)
    finally:
        _processes.release()


def _side_by_side(peer: Peer, tally: Tally, turn: _Turn, *, until_number: int) -> None:
    with side_by_side(every_key(), node=peer.did) as workers:
        take_pages(peer, _pages(peer, turn, until_number), tally=tally, workers=workers)


class _FreshKeys:
    """All keys that we know, as they are in these seconds: looked up once for many pages, since a page names many nodes."""

    def __init__(self) -> None:
        self._found, self._until = every_key(), time.monotonic() + _SECONDS_OF_KEYS

    def now(self) -> Keyring:
        """For the next page. What is revoked meanwhile counts a moment later, as if the page had come a moment before."""
        if time.monotonic() > self._until:
            self._found, self._until = every_key(), time.monotonic() + _SECONDS_OF_KEYS
        return self._found


def take_pages(peer: Peer, pages: Iterable[bytes], *, tally: Tally, workers: Workers) -> None:
    """Verify pages in some processes while further ones come, and store them in their order."""
    waiting: deque[tuple[bytes, Future[Ready]]] = deque()
    keys = _FreshKeys()
    for data in pages:
        waiting.append((data, workers.take(data, keys=keys.now(), **_stamp())))
        if len(waiting) >= _AHEAD:
            _keep(peer, tally, [waiting.popleft() for _ in range(_TOGETHER)])
    while waiting:
        _keep(peer, tally, [waiting.popleft() for _ in range(min(_TOGETHER, len(waiting)))])


def _pages(peer: Peer, turn: _Turn, until_number: int) -> Iterator[bytes]:
    """Pages as they come, asked for by what the last one says of itself: whether that is true shows when it is stored."""
    after = peer.cursor_number
    while after < until_number and not turn.is_over():
        data = _page(peer, after)
        yield data
        number = _last_number(data)
        if number is None or number <= after:
            return
        after = number


def _last_number(data: bytes) -> int | None:
    try:
        number = orjson.loads(data)["entries"][-1]["number"]
    except (orjson.JSONDecodeError, LookupError, TypeError):
        return None  # it is refused when it is verified
    return number if isinstance(number, int) else None


def _keep(peer: Peer, tally: Tally, batch: Sequence[tuple[bytes, Future[Ready]]]) -> None:
    """Store pages that processes have verified, up to the first that does not hold."""
    good: list[Ready] = []
    try:
        for data, verified in batch:
            page = verified.result()
            # Where a process lacked keys, the page is read here once more.
            good.append(_verified(peer, data) if page.unknown else page)
    finally:
        if good:
            tally.add(store(peer.id, merged(good)), size=sum(page.size for page in good), pages=len(good))
    _within_quota(peer)
    peer.refresh_from_db()
    if peer.state != PeerState.ACTIVE:
        raise _Enough("")


def _nothing_held_back(peer: Peer) -> None:
    """Raise BadLog where an entry has waited for its object for too long although the log has no more entries."""
    if OpenEntry.objects.filter(peer=peer, since__lt=clock.now() - _PATIENCE).exists():
        raise BadLog(HELD_BACK)
