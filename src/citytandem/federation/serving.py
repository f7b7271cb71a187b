"""Pages of our log for one reader, put together in PostgreSQL: the same chain for all, the bodies that are for this one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import Forbidden, Gone, NotFound
from citytandem.federation.agreed import passed_on, terms_with, widths
from citytandem.federation.models import HeadSeen, Identity, Peer, PeerState, SharedObject
from citytandem.federation.protocol.did import base_address
from citytandem.federation.protocol.log import Cursor, start
from citytandem.federation.protocol.reading import PAGE_BYTES
from citytandem.federation.services.identity import own_did, signer
from citytandem.federation.services.log import head_of, signed_head_now

MOST_ENTRIES = 2_000
_MOST_HEADS = 1_000
# What stands around the entries: names of up to 512 letters, four times, and a proof.
_ROOM_FOR_ENTRIES = PAGE_BYTES - 6_000

# One statement, so one state of the log: an entry whose object moved on in between would look as if we kept it back.
# A body is left out in silence only where a later entry has brought it; in all other cases the reader is told.
_PAGE = """
    WITH ending AS (
        SELECT number, digest FROM federation_logentry ORDER BY number DESC LIMIT 1
    ), begun AS (
        SELECT number, digest FROM federation_logentry WHERE number = LEAST(%(after)s, (SELECT number FROM ending))
    ), judged AS (
        SELECT
            link.number,
            '{"number":' || link.number || ',"previous":"' || link.previous || '","at":"'
                || to_char(link.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') || '","kind":"' || link.kind
                || '","id":' || to_json(link.uri)::text || ',"version":' || link.version || ',"object":"'
                || link.object_digest || '","digest":"' || link.digest || '"'
                || COALESCE(',"source":' || link.source::text, '') AS opening,
            CASE WHEN
                held.entry = link.number
                AND (held.visibility <> 'named' OR %(reader)s = ANY (held.audience))
                AND (held.is_tombstone OR (
                    COALESCE(%(widths)s::jsonb -> held.kind, %(widths)s::jsonb -> '*')::int
                        >= CASE held.visibility WHEN 'named' THEN 0 WHEN 'public' THEN 1 ELSE 2 END
                    AND (held.is_own OR (
                        %(passes_on)s AND (held.visibility <> 'partners' OR held.origin = ANY (%(origins)s))
                    ))
                ))
            THEN held.body END AS body,
            CASE
                WHEN held.entry = link.number OR link.kind = 'delete' THEN true
                WHEN held.entry > link.number THEN false
                ELSE NOT EXISTS (
                    SELECT FROM federation_logentry AS later WHERE later.uri = link.uri AND later.number > link.number
                )
            END AS is_withheld
        FROM federation_logentry AS link
        LEFT JOIN federation_sharedobject AS held ON held.uri = link.uri
        WHERE link.number > %(after)s
        ORDER BY link.number
        LIMIT %(limit)s
    ), measured AS (
        SELECT
            number, opening, body, is_withheld,
            sum(octet_length(opening) + COALESCE(octet_length(body), 0) + 20) OVER (ORDER BY number) AS size
        FROM judged
    )
    SELECT
        (SELECT number FROM ending), (SELECT digest FROM ending), (SELECT number FROM begun), (SELECT digest FROM begun),
        string_agg(
            opening || CASE
                WHEN body IS NOT NULL THEN ',"body":' || body
                WHEN is_withheld THEN ',"withheld":true'
                ELSE ''
            END || '}',
            ',' ORDER BY number
        )
    FROM measured WHERE size <= %(room)s
"""


def page_for(peer: Peer, *, after: int, limit: int) -> bytes:
    """Our log from `after` on as `peer` may read it, at most 1 MiB; what goes beyond our end begins at our end.

    Raises Forbidden (`partner.no_agreement`) where nothing may flow now.
    """
    terms = terms_with(peer)
    if terms is None:
        raise Forbidden("partner.no_agreement", _("No agreement between the two cities is in force."))
    by = signer()
    passes_on = Identity.objects.filter(id=1, passes_on=True).exists()
    values: dict[str, Any] = {
        "after": after,
        "limit": max(1, min(limit, MOST_ENTRIES)),
        "reader": peer.did,
        "widths": orjson.dumps(widths(terms, sender=by.did)).decode(),
        "passes_on": passes_on,
        "origins": passed_on() if passes_on else [],
        "room": _ROOM_FOR_ENTRIES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, values)
        last_number, last_digest, number, digest, entries = cursor.fetchone()
    beginning = start(by.did)
    ending = Cursor(last_number, last_digest) if last_number else beginning
    begun = Cursor(number, digest) if number else beginning
    return _page(by.did, begun, entries or "", head_of(ending, by=by))


def _page(node: str, after: Cursor, entries: str, head: dict[str, Any]) -> bytes:
    opening = {"node": node, "after": {"number": after.number, "digest": after.digest}}
    return b"".join(
        [orjson.dumps(opening)[:-1], b',"entries":[', entries.encode(), b'],"head":', orjson.dumps(head), b"}"]
    )


def heads_now(peer: Peer) -> dict[str, Any]:
    """Our own head, and the newest that each partner has told us of itself: so that two histories are noticed.

    Whom we work with is told only to partners that something flows to or from; to all others our own head.
    """
    terms = terms_with(peer) if peer.state == PeerState.ACTIVE else None
    if terms is None or not any(terms.sends.values()):
        return {"heads": [signed_head_now()]}
    known = Peer.objects.filter(state__in=[PeerState.ACTIVE, PeerState.PAUSED]).values("did")
    told = HeadSeen.objects.filter(told_by="", node__in=known).order_by("-at", "id")
    return {"heads": [signed_head_now(), *told.values_list("body", flat=True)[:_MOST_HEADS]]}


def page_of(uuid: UUID) -> str:
    """The path of the page of an object of ours. Raises NotFound, or Gone (`federation.withdrawn`)."""
    did = own_did()
    base = base_address(did) if did else ""
    held = SharedObject.objects.filter(is_own=True, uri=f"{base}/federation/objects/{uuid}").first()
    if held is not None and held.is_tombstone:
        raise Gone("federation.withdrawn", _("What was here has been withdrawn."))
    details = orjson.loads(held.body).get("details", {}) if held else {}
    path = str(details.get("page", "")).removeprefix(base)
    if not path.startswith("/") or path.startswith("//"):
        raise NotFound("federation.no_page", _("There is no page for this."))
    return path
