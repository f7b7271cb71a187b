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


def ask_again(peer: Peer, take: Callable[[int], None]) -> None:
    """Let `take` read some entries of a partner's log anew, once a minute at most; it gets their numbers.

    One object of each origin first, so that an origin that is gone keeps nobody else from being asked for; then more of
    those whose object could be used. Who stays away is asked for ever more rarely.
    """
    if not cache.add(f"federation.again:{peer.id}", 1, _SECONDS_BETWEEN):
        return
    until, left = time.monotonic() + _SECONDS, _MOST
    with connection.cursor() as cursor:
        cursor.execute(_ONE_EACH, [peer.id, sorted(PASSING)])
        groups = cursor.fetchall()
    back: list[tuple[str, str]] = []
    for code, host, number in groups:
        if left == 0 or time.monotonic() > until:
            return
        key = f"federation.again:{peer.id}:{code}:{host}"
        if cache.get(f"{key}:rests"):
            continue
        take(number)
        left -= 1
        if SetAside.objects.filter(peer=peer, number=number, code=code).exists():
            _rest(key)
        else:
            cache.delete(key)
            back.append((code, host))
    for code, host in back:
        more = SetAside.objects.filter(peer=peer, code=code, uri__contains=f"//{host}/").order_by("at", "number")
        for number in more.values_list("number", flat=True)[:left]:
            if time.monotonic() > until:
                return
            take(number)
            left -= 1


def _rest(key: str) -> None:
    cache.add(key, 0, 3 * _LONGEST_PAUSE)
    beyond = cache.incr(key) - _FREE_ATTEMPTS
    if beyond > 0:
        cache.set(f"{key}:rests", 1, min(_SECONDS_BETWEEN * 2 ** min(beyond, 20), _LONGEST_PAUSE))
