"""Objects of a partner's log that could not be used when they came, but may be later: they are asked for again."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection

from citytandem.federation.models import Peer, SetAside

# What may be our clock, our network, or keys on their way.
PASSING = frozenset(["proof.key_unknown", "proof.future"])
_MOST, _SECONDS, _SECONDS_BETWEEN = 20, 30.0, 60
_PAGE = 200
# An origin is asked for each minute at first, so that one who was away for a moment is not missed; in the end once a day.
_FREE_ATTEMPTS, _LONGEST_PAUSE = 10, 86_400
# One of each origin and reason, whichever was asked for longest ago.
_ONE_EACH = """
    SELECT code, host, number FROM (
        SELECT DISTINCT ON (code, host) code, host, number, at FROM (
            SELECT code, split_part(uri, '/', 3) AS host, number, at FROM federation_setaside
            WHERE peer_id = %s AND code = ANY (%s)
        ) AS aside ORDER BY code, host, at, number
    ) AS one ORDER BY at, number
"""


def ask_again(peer: Peer, take: Callable[[int, int], int]) -> None:
    """Let `take` read some entries of a partner's log anew, once a minute at most; it gets the first number and how
    many, and returns the last one that it has read.

    One object of each origin first, so that an origin that is gone keeps nobody else from being asked for. Those of whom one
    could be used are read page by page, for many of theirs stand side by side; what time does not suffice for comes with the
    next reading. Who stays away is asked for ever more rarely.
    """
    pause = f"federation.again:{peer.id}"
    if not cache.add(pause, 1, _SECONDS_BETWEEN):
        return
    until, left = time.monotonic() + _SECONDS, _MOST
    back: list[tuple[str, str]] = []
    for code, host, number in _one_of_each(peer):
        if left == 0 or time.monotonic() > until:
            break
        key = f"federation.again:{peer.id}:{code}:{host}"
        if cache.get(f"{key}:rests"):
            continue
        take(number, 1)
        left -= 1
        if SetAside.objects.filter(peer=peer, number=number, code=code).exists():
            _rest(key)
        else:
            cache.delete(key)
            back.append((code, host))
    are_read = [_read_rest(peer, code, host, take=take, until=until) for code, host in back]
    if not all(are_read):
        cache.delete(pause)


def _one_of_each(peer: Peer) -> list[tuple[str, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_ONE_EACH, [peer.id, sorted(PASSING)])
        return list(cursor.fetchall())


def _read_rest(peer: Peer, code: str, host: str, *, take: Callable[[int, int], int], until: float) -> bool:
    """What else waits of an origin that is back, in pages; False where time was over before."""
    after = 0
    rest = SetAside.objects.filter(peer=peer, code=code, uri__contains=f"//{host}/").order_by("number")
    while (number := rest.filter(number__gt=after).values_list("number", flat=True).first()) is not None:
        if time.monotonic() > until:
            return False
        after = max(number, take(number, _PAGE))
    return True


def _rest(key: str) -> None:
    cache.add(key, 0, 3 * _LONGEST_PAUSE)
    beyond = cache.incr(key) - _FREE_ATTEMPTS
    if beyond > 0:
        cache.set(f"{key}:rests", 1, min(_SECONDS_BETWEEN * 2 ** min(beyond, 20), _LONGEST_PAUSE))
