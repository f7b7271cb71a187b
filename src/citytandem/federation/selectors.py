"""Reading: partners, what was published, what came."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from citytandem.core import clock
from citytandem.federation.contract import PartnerCard
from citytandem.federation.models import Identity, Peer, PeerState, SharedObject
from citytandem.federation.protocol.did import base_address


def partner_cards() -> list[PartnerCard]:
    """Active partners by name."""
    rows = Peer.objects.filter(state__in=[PeerState.ACTIVE, PeerState.PAUSED]).order_by("name", "id")
    return [
        PartnerCard(
            did=row.did,
            name=row.name,
            address=base_address(row.did),
            state=row.state,
            last_success_at=row.last_success_at,
            is_silent=is_silent(row),
        )
        for row in rows
    ]


def is_confirmed(did: str) -> bool:
    """Whether an administrator has compared the words of a node, and the two have not ended since."""
    return Peer.objects.filter(did=did).exclude(state=PeerState.ENDED).exists()


def is_silent(peer: Peer) -> bool:
    """Whether an active partner has not answered for as long as an alert takes. One exchanged by file is never silent."""
    if peer.by_file or peer.state != PeerState.ACTIVE:
        return False
    since = peer.last_success_at or peer.confirmed_at
    return since < clock.now() - timedelta(hours=settings.FEDERATION_SILENT_HOURS)


def published_uri(local_kind: str, object_id: UUID) -> str:
    """Address of our object made from a thing, empty where it is not published or was withdrawn."""
    rows = SharedObject.objects.filter(is_own=True, local_kind=local_kind, local_id=object_id, is_tombstone=False)
    return rows.values_list("uri", flat=True).first() or ""


def published_uris(local_kind: str, ids: Collection[UUID]) -> dict[UUID, str]:
    """As `published_uri`, for many."""
    rows = SharedObject.objects.filter(is_own=True, local_kind=local_kind, local_id__in=list(ids), is_tombstone=False)
    return {local_id: uri for local_id, uri in rows.values_list("local_id", "uri") if local_id is not None}


def began_at() -> datetime:
    """When this node took its name in the federation; now, where it has none yet."""
    return Identity.objects.filter(id=1).values_list("started_at", flat=True).first() or clock.now()
