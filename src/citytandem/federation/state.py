"""How this node stands with each partner, as one document: for the command line and whatever watches over the node."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from citytandem.federation.models import Doubt, HeldBack, LogEntry, OwnKey, Peer, PeerState, SetAside, SharedObject
from citytandem.federation.protocol.did import base_address
from citytandem.federation.selectors import is_silent
from citytandem.federation.services.identity import own_did


def state_now() -> dict[str, Any]:
    """The node and its partners; the same few queries for any number of them."""
    did = own_did()
    key = OwnKey.objects.filter(expires=None, revoked=None).values_list("multikey", flat=True).first()
    last = LogEntry.objects.order_by("-number").values_list("number", flat=True).first()
    own = SharedObject.objects.filter(is_own=True, is_tombstone=False).count()
    return {
        "node": did,
        "address": base_address(did) if did else "",
        "key": key or "",
        "entries": last or 0,
        "published": own,
        "held_back": HeldBack.objects.count(),
        "partners": _partners(last or 0),
    }


def _partners(end: int) -> list[dict[str, Any]]:
    taken = dict(
        SharedObject.objects.filter(from_peer__isnull=False, is_tombstone=False)
        .values_list("from_peer")
        .annotate(found=Count("id"))
    )
    waiting = dict(
        SharedObject.objects.filter(Q(from_peer__isnull=False, refusal="", applied_version=0))
        .values_list("from_peer")
        .annotate(found=Count("id"))
    )
    aside = dict(SetAside.objects.values_list("peer").annotate(found=Count("id")))
    doubts = dict(Doubt.objects.values_list("node").annotate(found=Count("id")))
    return [
        {
            "id": str(row.id),
            "did": row.did,
            "name": row.name,
            "state": row.state,
            "is_silent": is_silent(row),
            "read": row.cursor_number,
            "behind": max(0, row.head_number - row.cursor_number),
            "is_rereading": row.rereads_number is not None,
            "sent": row.sent_number,
            "to_send": max(0, end - row.sent_number),
            "objects": taken.get(row.id, 0),
            "to_show": waiting.get(row.id, 0),
            "set_aside": aside.get(row.id, 0),
            "doubts": doubts.get(row.did, 0),
            "last_success_at": _text(row.last_success_at),
            "last_error": row.paused_code or row.last_error_code,
            "last_error_at": _text(row.paused_at or row.last_error_at),
            "next_pull_at": _text(row.next_pull_at),
        }
        for row in Peer.objects.order_by("name", "id")
    ]


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def partner_named(text: str) -> Peer | None:
    """The partner that somebody means: its id, DID, address, host, or name."""
    rows = list(Peer.objects.exclude(state=PeerState.ENDED))
    wanted = text.strip().rstrip("/").casefold()
    for row in rows:
        address = base_address(row.did)
        known = {str(row.id), row.did, address, address.partition("://")[2], row.name}
        if wanted in {name.casefold() for name in known}:
            return row
    return None


def pulled_peers(named: str) -> list[tuple[UUID, str]]:
    """Whom to ask: the partner named, else all active ones that are not exchanged with by file."""
    if named:
        found = partner_named(named)
        return [(found.id, found.name)] if found else []
    rows = Peer.objects.filter(state=PeerState.ACTIVE, by_file=False).order_by("name")
    return list(rows.values_list("id", "name"))
