"""Verified pages into the database: objects, links, what is set aside and the new cursor, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from citytandem.core import clock, jobs
from citytandem.federation.agreed import terms_with, widths
from citytandem.federation.models import OpenEntry, Peer, PulledPage, SetAside
from citytandem.federation.protocol.errors import BadLog
from citytandem.federation.services import heads, pacing
from citytandem.federation.services.identity import own_did
from citytandem.federation.verifying import COLUMNS, OpenLink, Ready, Refusal, Withheld, newest_withheld

TWO_VERSIONS = "partner.two_versions"
NOT_ALLOWED = "agreement.not_allowed"
HELD_BACK = "partner.held_back"
# A log that was proven anew or renewed has each of its objects twice. More than this is no log that anybody can use.
MOST_OPEN = 500_000
_BROKEN_WORD = frozenset(["log.rewritten", "log.shrunk"])
# Pages of few entries share a row, so that a lively log does not leave a row for each.
_ENTRIES_A_ROW = 1000
_TABLE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS federation_page (
        number bigint, uri text, origin text, kind text, schema integer, version bigint, digest text, visibility text,
        audience text[], in_reply_to text, published timestamptz, expires timestamptz, is_tombstone boolean,
        source_digest text, body text
    ) ON COMMIT DROP
"""
# What a partner sends beyond the agreement, whoever wrote it. A tombstone says nothing but that something is gone.
_NOT_AGREED = """
    DELETE FROM federation_page
    WHERE NOT is_tombstone AND origin <> %(own)s
      AND COALESCE(COALESCE(%(widths)s::jsonb -> kind, %(widths)s::jsonb -> '*')::int, -1)
          < CASE visibility WHEN 'named' THEN 0 WHEN 'public' THEN 1 ELSE 2 END
    RETURNING number, uri, version, digest, source_digest
"""
# The higher version holds. The same one again is written only if its origin brings it itself (first hand after second
# hand, or proven anew), if the partner it came from has left, or if it was not agreed. What we write ourselves nobody
# else writes.
_TAKE = """
    INSERT INTO federation_sharedobject AS held (
        uri, origin, kind, schema, version, digest, visibility, audience, in_reply_to, published, expires, is_tombstone,
        body, from_peer_id, source_number, source_digest, is_own, local_kind, received_at, applied_version, is_gone, refusal
    )
    SELECT DISTINCT ON (uri)
        uri, origin, kind, schema, version, digest, visibility, audience, in_reply_to, published, expires, is_tombstone,
        body, %(peer)s, number, source_digest, false, '', %(now)s, 0, false, ''
    FROM federation_page WHERE origin <> %(own)s
    ORDER BY uri, version DESC, number DESC  -- of a version that was proven anew the newer proof
    ON CONFLICT (uri) DO UPDATE SET
        kind = excluded.kind, schema = excluded.schema, version = excluded.version, digest = excluded.digest,
        visibility = excluded.visibility, audience = excluded.audience, in_reply_to = excluded.in_reply_to,
        published = excluded.published, expires = excluded.expires, is_tombstone = excluded.is_tombstone,
        body = excluded.body, from_peer_id = excluded.from_peer_id, source_number = excluded.source_number,
        source_digest = excluded.source_digest, received_at = excluded.received_at,
        entry = CASE WHEN held.version = excluded.version AND held.body = excluded.body THEN held.entry END,
        is_gone = held.is_gone AND held.version = excluded.version AND held.from_peer_id IS NOT NULL AND held.body <> '{}',
        applied_version = CASE
            WHEN held.from_peer_id IS NULL OR held.body = '{}' OR held.refusal = %(not_allowed)s THEN 0
            ELSE held.applied_version
        END,
        refusal = CASE WHEN held.version = excluded.version AND held.refusal <> %(not_allowed)s THEN held.refusal ELSE '' END
    WHERE NOT held.is_own AND held.origin = excluded.origin AND (
        excluded.version > held.version
        OR (
            excluded.version = held.version AND excluded.digest = held.digest AND (
                held.from_peer_id IS NULL
                OR held.refusal = %(not_allowed)s
                OR (excluded.origin = %(node)s AND (held.from_peer_id <> %(peer)s OR held.body <> excluded.body))
            )
        )
    )
"""
# One look at the index for each: without figures about a table of a moment the planner would read all that we hold.
_CONTRADICTIONS = """
    SELECT came.origin, held.body, came.body FROM federation_page AS came
    CROSS JOIN LATERAL (
        SELECT version, digest, origin, is_own, body FROM federation_sharedobject WHERE uri = came.uri LIMIT 1
    ) AS held
    WHERE held.version = came.version AND held.digest <> came.digest AND held.origin = came.origin AND NOT held.is_own
      AND held.body <> '{}'
    ORDER BY came.number LIMIT 20
"""
# Of an object that has changed and is not for us any more, the version that we hold counts no more: at the word of its
# origin, whose link then stands for it, so that a hub can tell its readers; at the word of a relay only what came from
# that one, and without its number, which is proven by nobody.
_TAKE_AWAY = """
    UPDATE federation_sharedobject AS held SET
        is_gone = true, body = '{}', entry = NULL, applied_version = 0, refusal = '', visibility = 'named', audience = '{}',
        from_peer_id = %(peer)s,
        version = CASE WHEN held.origin = %(node)s THEN kept.version ELSE held.version END,
        digest = CASE WHEN held.origin = %(node)s THEN kept.object ELSE held.digest END,
        source_number = CASE WHEN held.origin = %(node)s THEN kept.number ELSE held.source_number END,
        source_digest = CASE WHEN held.origin = %(node)s THEN kept.digest ELSE held.source_digest END
    FROM unnest(%(uris)s::text[], %(versions)s::bigint[], %(numbers)s::bigint[], %(objects)s::text[], %(digests)s::text[])
        AS kept(uri, version, number, object, digest)
    WHERE held.uri = kept.uri AND held.version < kept.version AND NOT held.is_own
      AND (held.origin = %(node)s OR held.from_peer_id = %(peer)s) AND NOT held.is_gone AND NOT held.is_tombstone
"""
_LENGTHEN = """
    UPDATE federation_pulledpage SET last = %s, digests = digests || %s
    WHERE peer_id = %s AND last = %s AND first > %s
"""
_CLOSE = """
    DELETE FROM federation_openentry AS held USING unnest(%s::text[], %s::bigint[]) AS closed(uri, version)
    WHERE held.peer_id = %s AND held.uri = closed.uri AND held.version <= closed.version
"""
_OPEN = """
    INSERT INTO federation_openentry AS held (peer_id, uri, version, number, since)
    SELECT %s, uri, version, number, %s FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS opened(uri, version, number)
    ON CONFLICT (peer_id, uri) DO UPDATE SET version = excluded.version, number = excluded.number
    WHERE held.version < excluded.version
"""
_ASIDE = """
    INSERT INTO federation_setaside (peer_id, number, uri, version, code, at)
    SELECT %s, number, uri, version, code, %s
    FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[]) AS told(number, uri, version, code)
    ON CONFLICT (peer_id, number) DO UPDATE SET code = excluded.code
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a page brought: objects that came, rows that changed, objects set aside, and where to go on."""

    objects: int
    changed: int
    aside: int
    number: int
    is_last: bool


def store(peer_id: UUID, page: Ready) -> Stored:
    """Keep a verified page of a partner's log, and move the cursor; in one transaction.

    A page may begin where we know the log already (a second reading, a file that overlaps or is an old one): then it has
    to tell the same past. Storing a page again changes nothing. What goes beyond the agreement in force is set aside with
    `agreement.not_allowed`. Raises BadLog with `log.node`, `log.after` (it does not go on from anywhere we know),
    `log.rewritten` or `log.shrunk`; then nothing of it is kept but the two heads that prove it.
    """
    try:
        with transaction.atomic():
            return _stored(Peer.objects.select_for_update(no_key=True).get(id=peer_id), page)
    except BadLog as error:
        if error.code in _BROKEN_WORD:
            heads.doubt_past(page.head, orjson.loads(page.signed_head), code=error.code)
        raise


def _stored(peer: Peer, page: Ready) -> Stored:
    _continues(peer, page)
    changed, beyond = _take(peer, page) if page.count or page.withheld else (0, [])
    _set_aside(peer, page, [*page.refusals, *beyond])
    _remember_digests(peer, page)
    _move(peer, page)
    heads.head_keep(page.head, orjson.loads(page.signed_head), told_by=peer.did)
    pacing.used_add(peer, objects=page.entries, size=page.size)
    if changed:
        jobs.enqueue("federation.apply", queue="federation", once="federation.apply")
    aside = len(page.refusals) + len(beyond)
    return Stored(page.count - len(beyond), changed, aside, page.cursor.number, page.is_last)


def _continues(peer: Peer, page: Ready) -> None:
    """The page tells what we know of the log in the same way, and leaves no gap."""
    after, known = page.after, peer.cursor_number
    if page.node != peer.did:
        raise BadLog("log.node")
    # A file may come late; a log does not become shorter.
    if page.head.number < known and heads.is_later(page.head):
        raise BadLog("log.shrunk", number=page.head.number)
    if after.number > known:
        raise BadLog("log.after", number=after.number)
    if after.digest != heads.pulled_digest(peer, after.number):
        raise BadLog("log.rewritten", number=after.number)
    overlap = min(page.cursor.number, known) - after.number
    if overlap > 0 and _digests(peer, after.number + 1, overlap) != page.digests[: overlap * heads.DIGEST_BYTES]:
        raise BadLog("log.rewritten", number=after.number)


def _digests(peer: Peer, first: int, count: int) -> bytes:
    """Digests of entries as we have pulled them."""
    last, size = first + count - 1, heads.DIGEST_BYTES
    rows = PulledPage.objects.filter(peer=peer, first__lte=last, last__gte=first).order_by("first")
    return b"".join(
        bytes(row.digests)[max(first - row.first, 0) * size : (min(last, row.last) - row.first + 1) * size]
        for row in rows
    )


def _take(peer: Peer, page: Ready) -> tuple[int, list[Refusal]]:
    """Objects of the page into the table of all objects; how many rows are other than before, and what is not agreed."""
    values: dict[str, Any] = {
        "peer": peer.id,
        "node": peer.did,
        "own": own_did(),
        "now": clock.now(),
        "not_allowed": NOT_ALLOWED,
        "widths": orjson.dumps(widths(terms_with(peer), sender=peer.did)).decode(),
    }
    changed = 0
    beyond: list[Refusal] = []
    withheld = page.withheld
    with connection.cursor() as cursor:
        if page.count:
            cursor.execute(_TABLE)
            cursor.execute("TRUNCATE federation_page")
            with cursor.copy(f"COPY federation_page ({', '.join(COLUMNS)}) FROM STDIN") as copy:
                copy.write(page.copy)
            cursor.execute(_NOT_AGREED, values)
            rows = cursor.fetchall()
            beyond = [Refusal(number, uri, version, NOT_ALLOWED) for number, uri, version, _object, _digest in rows]
            kept = [(uri, Withheld(version, number, *digests)) for number, uri, version, *digests in rows]
            withheld = newest_withheld([*withheld.items(), *kept])
            cursor.execute(_TAKE, values)
            changed = cursor.rowcount
            cursor.execute(_CONTRADICTIONS)
            for origin, held, came in cursor.fetchall():
                pacing.doubt_add(
                    node=origin,
                    code=TWO_VERSIONS,
                    first=orjson.loads(held),
                    second=orjson.loads(came),
                    told_by=peer.did,
                )
        if withheld:
            told = list(withheld.values())
            columns = {
                f"{name}s": [getattr(one, name) for one in told] for name in ("version", "number", "object", "digest")
            }
            cursor.execute(_TAKE_AWAY, {**values, **columns, "uris": list(withheld)})
            changed += cursor.rowcount
    return changed, beyond


def _set_aside(peer: Peer, page: Ready, refusals: Sequence[Refusal]) -> None:
    """What of the page is not used, and no more what was not used at an earlier reading."""
    SetAside.objects.filter(peer=peer, number__gt=page.after.number, number__lte=page.cursor.number).delete()
    if refusals:
        columns = [[getattr(one, name) for one in refusals] for name in ("number", "uri", "version", "code")]
        with connection.cursor() as cursor:
            cursor.execute(_ASIDE, [peer.id, clock.now(), *columns])


def _remember_digests(peer: Peer, page: Ready) -> None:
    known = max(peer.cursor_number - page.after.number, 0)
    digests = page.digests[known * heads.DIGEST_BYTES :]
    if not digests:
        return
    first = page.after.number + known + 1
    room = first - 1 - _ENTRIES_A_ROW + len(digests) // heads.DIGEST_BYTES
    with connection.cursor() as cursor:
        cursor.execute(_LENGTHEN, [page.cursor.number, digests, peer.id, first - 1, room])
        if not cursor.rowcount:
            PulledPage.objects.create(peer=peer, first=first, last=page.cursor.number, digests=digests)


def _move(peer: Peer, page: Ready) -> None:
    """The cursor of this reading, and what of the log is still open."""
    # What an old file leaves out may be there to read by now.
    is_second = peer.rereads_number == page.after.number and page.head.number >= peer.cursor_number
    _leave_open(peer, page, page.opens if is_second else [one for one in page.opens if one.number > peer.cursor_number])
    if page.cursor.number > peer.cursor_number:
        peer.cursor_number, peer.cursor_digest = page.cursor.number, page.cursor.digest
    if is_second:
        is_done = page.cursor.number >= peer.cursor_number
        peer.rereads_number = None if is_done else page.cursor.number
        peer.rereads_digest = "" if is_done else page.cursor.digest
    peer.head_number = max(peer.head_number, page.head.number)
    peer.save(
        update_fields=[
            "cursor_number",
            "cursor_digest",
            "rereads_number",
            "rereads_digest",
            "head_number",
        ]
    )


def _leave_open(peer: Peer, page: Ready, opens: Sequence[OpenLink]) -> None:
    """Which objects later entries have to bring. Raises BadLog(`partner.held_back`) where there is no end of them."""
    held = OpenEntry.objects.filter(peer=peer)
    with connection.cursor() as cursor:
        if page.closes and held.exists():
            cursor.execute(_CLOSE, [list(page.closes), list(page.closes.values()), peer.id])
        if opens:
            columns = [[getattr(one, name) for one in opens] for name in ("uri", "version", "number")]
            cursor.execute(_OPEN, [peer.id, clock.now(), *columns])
            if held.count() > MOST_OPEN:
                raise BadLog(HELD_BACK)
