"""Our own log: one lock, one end, entries for what is ours and for what we pass on, and the head that we sign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import orjson
from django.db import connection, transaction

from citytandem.core import clock
from citytandem.federation.models import LogEntry
from citytandem.federation.protocol import log as chain
from citytandem.federation.protocol.instants import instant, moment
from citytandem.federation.protocol.log import Cursor, Link, Source
from citytandem.federation.services.identity import Signer, own_did, signer

# One number for one lock: who writes to the log waits for whoever does.
_LOCK = 0x66_65_64_6C_6F_67
_HEAD_LIVES = timedelta(seconds=60)
_COLUMNS = ("number", "previous", "digest", "at", "kind", "uri", "version", "object_digest", "source")
_POINT = """
    UPDATE federation_sharedobject AS held SET entry = newest.number
    FROM (
        SELECT uri, version, max(number) AS number FROM federation_logentry WHERE number > %s GROUP BY uri, version
    ) AS newest
    WHERE held.uri = newest.uri AND held.version = newest.version
"""


@dataclass(frozen=True, slots=True)
class Passed:
    """What an entry is made of: an object as it is held, and where we took it from if it is not ours."""

    uri: str
    digest: str
    version: int
    is_tombstone: bool = False
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class _Remembered:
    cursor: Cursor
    key: str
    body: dict[str, Any]


_remembered: list[_Remembered] = []


@contextmanager
def appending() -> Iterator[Cursor]:
    """Alone with the log until the transaction ends; gives its end. What is read inside is not older than the log."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield end_of_log()


def end_of_log() -> Cursor:
    """The cursor after the last entry."""
    last = LogEntry.objects.order_by("-number").values_list("number", "digest").first()
    return Cursor(*last) if last else chain.start(own_did())


def append(rows: Sequence[Passed]) -> list[int]:
    """Put objects that are stored already at the end of our log, in this order; returns the numbers of their entries.

    The stored objects point to their entries from then on. Three queries and one COPY, whatever the number of rows; the
    partners get a hint once the transaction has committed.
    """
    from citytandem.federation.services.nudging import nudge_later

    if not rows:
        return []
    with appending() as before:
        end, at = before, instant(clock.now())
        links: list[Link] = []
        for row in rows:
            made = chain.linked(
                end, row.uri, version=row.version, digest=row.digest, kind="delete" if row.is_tombstone else "put",
                at=at, source=row.source,
            )  # fmt: skip
            links.append(made)
            end = made.cursor
        _write(links, before.number)
        nudge_later()
    return [made.number for made in links]


def _write(links: Sequence[Link], before: int) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY federation_logentry ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
            for one in links:
                source = orjson.dumps(asdict(one.source)).decode() if one.source else None
                copy.write_row((
                    one.number, one.previous, one.digest, moment(one.at), one.kind, one.id, one.version, one.object, source,
                ))  # fmt: skip
        cursor.execute(_POINT, [before])


def signed_head_now() -> dict[str, Any]:
    """Our word on how long our log is."""
    return head_of(end_of_log(), by=signer())


def head_of(cursor: Cursor, *, by: Signer) -> dict[str, Any]:
    """Our word that the log ends there; made anew when the log has grown, the key has changed, or a minute has passed."""
    now = clock.now()
    for one in _remembered:
        made = moment(one.body["at"])
        if one.cursor == cursor and one.key == by.key.multikey and made <= now < made + _HEAD_LIVES:
            return one.body
    body = chain.signed_head(cursor, by.key, node=by.did, at=instant(now))
    _remembered[:] = [_Remembered(cursor, by.key.multikey, body)]
    return body
