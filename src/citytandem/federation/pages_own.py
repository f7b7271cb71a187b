"""What the pages about our own side show: things held back, and our keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from citytandem.core import clock
from citytandem.core.versions import read
from citytandem.federation.models import HeldBack, OwnKey
from citytandem.federation.protocol.keys import fingerprint, public_key
from citytandem.federation.registry import source_of
from citytandem.federation.services.identity import own_did
from citytandem.federation.wording import Said, Words, kind_words, said

MOST_HELD = 200


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A thing that is not published although it would be. `path` to mend it, empty where nobody knows."""

    title: str
    kind: Words
    path: str
    said: Said
    at: datetime


def held_page(*, reader: str) -> list[HeldRow]:
    """What is held back, the newest first; one query, and those of each kind."""
    rows = list(HeldBack.objects.order_by("-at", "id")[:MOST_HELD])
    by_kind: dict[str, list[UUID]] = {}
    for row in rows:
        by_kind.setdefault(row.local_kind, []).append(row.local_id)
    known = {}
    for local_kind, ids in by_kind.items():
        source = source_of(local_kind)
        for object_id, thing in (source.read(ids) if source else {}).items():
            known[local_kind, object_id] = thing
    shown = []
    for row in rows:
        held = known.get((row.local_kind, row.local_id))
        if held is None:
            continue  # withdrawn in the meantime; the next publishing takes the row away
        shown.append(
            HeldRow(
                title=str(read(held.texts.get("name", {}), reader=reader).text) or str(row.local_id),
                kind=kind_words(held.kind),
                path=held.path,
                said=said(row.code),
                at=row.at,
            )
        )
    return shown


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key of this node in time. `looks`: `now`, `old`, `revoked`."""

    multikey: str
    words: Sequence[str]
    looks: str
    valid_from: datetime
    expires: datetime | None
    revoked: datetime | None


def keys_page() -> list[KeyRow]:
    """Our keys, the newest first."""
    did, now = own_did(), clock.now()
    rows = []
    for row in OwnKey.objects.order_by("-valid_from", "-id"):
        looks = "revoked" if row.revoked else "old" if row.expires and row.expires <= now else "now"
        if looks == "now" and row.expires:
            looks = "ending"
        rows.append(
            KeyRow(
                multikey=row.multikey,
                words=fingerprint(public_key(row.multikey), did=did).split("-"),
                looks=looks,
                valid_from=row.valid_from,
                expires=row.expires,
                revoked=row.revoked,
            )
        )
    return rows
