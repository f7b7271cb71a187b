"""How often one may try: counted in the database, so that all processes of a node count together."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from citytandem.core import clock
from citytandem.core.errors import TooMany
from citytandem.core.models import Attempts

_ONE = """
    INSERT INTO core_attempts AS a (key, since, count) SELECT %(key_{place})s, %(now)s::timestamptz, 1 {where}
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN a.since < %(from_{place})s THEN 1 ELSE a.count + 1 END,
        since = CASE WHEN a.since < %(from_{place})s THEN EXCLUDED.since ELSE a.since END
    RETURNING key, count, since
"""
_FIRST_PASSES = "FROM tried_0 WHERE count <= %(most)s"


@cache
def _statement(number: int) -> str:
    """Counts against so many limits, the later ones only where the first passes."""
    parts = [_ONE.format(place=place, where=_FIRST_PASSES if place else "") for place in range(number)]
    named = ", ".join(f"tried_{place} AS ({part})" for place, part in enumerate(parts))
    return f"WITH {named} " + " UNION ALL ".join(f"SELECT * FROM tried_{place}" for place in range(number))  # noqa: S608 - numbers only


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` times within `seconds`, for one subject of one name."""

    name: str
    most: int
    seconds: int


def count(limit: Limit, subject: str, *others: Limit) -> None:
    """Count one try; raises TooMany beyond any of the limits. `subject` (an address, a person) is kept as a keyed hash.

    What `limit` refuses does not count against the `others`: a wild minute must not cost the whole day. Call it outside
    the transaction of the work: a try counts also where the work fails.
    """
    now = clock.now()
    # In one order: two who count the same limits wait for each other, never both at once.
    by_key = {_key(one, subject): one for one in (limit, *sorted(others, key=lambda one: one.name))}
    values: dict[str, Any] = {"now": now, "most": limit.most}
    for place, (key, one) in enumerate(by_key.items()):
        values |= {f"key_{place}": key, f"from_{place}": now - timedelta(seconds=one.seconds)}
    with connection.cursor() as cursor:
        cursor.execute(_statement(len(by_key)), values)
        counted = cursor.fetchall()
    ends = [since + timedelta(seconds=by_key[key].seconds) for key, tries, since in counted if tries > by_key[key].most]
    if ends:
        raise TooMany(
            "too_many",
            _("That was too often in a short time. Please wait a little, then try again."),
            retry_after=max(1, round((max(ends) - now).total_seconds())),
        )


def forget(limit: Limit, subject: str) -> None:
    """Begin anew, for example after the right password."""
    Attempts.objects.filter(key=_key(limit, subject)).delete()


def clear_away(*, days: int = 2) -> int:
    """Delete counts that no limit looks at any more; returns how many."""
    gone, _details = Attempts.objects.filter(since__lt=clock.now() - timedelta(days=days)).delete()
    return gone


def address_of(request: HttpRequest) -> str:
    """The visitor's network address; behind proxies that the operator has told of, what the outermost of them saw."""
    proxies: int = settings.TRUSTED_PROXIES
    direct = str(request.META.get("REMOTE_ADDR", ""))
    forwarded: Sequence[str] = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(forwarded) >= proxies and forwarded[-proxies]:
        return forwarded[-proxies]
    return direct


def _key(limit: Limit, subject: str) -> str:
    digest = hmac.new(settings.SECRET_KEY.encode(), subject.casefold().encode(errors="replace"), hashlib.sha256)
    return f"{limit.name}:{digest.hexdigest()[:40]}"
