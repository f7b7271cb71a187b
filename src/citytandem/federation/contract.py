"""What other modules have to do with partners: publish, take over, and know who is one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from citytandem.core import clock
from citytandem.core.events import Event
from citytandem.core.ids import stable_id
from citytandem.federation import renewal
from citytandem.federation.registry import (
    Incoming,
    Outgoing,
    Source,
    Taker,
    register_screen,
    register_source,
    register_taker,
    source_of,
)

__all__ = [
    "Incoming", "Outgoing", "PartnerCard", "PartnerConfirmed", "PartnerLeft", "Source", "Taker", "addresses_of",
    "changed", "copy_id", "is_partner", "own_did", "own_ids_of", "own_since", "partners", "published",
    "register_screen", "register_source", "register_taker", "renewed_until", "take_again", "uri_of", "uris_of",
]  # fmt: skip

_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class PartnerConfirmed(Event):
    """An administrator has compared the words of a node: it is a partner now. `did` is its name."""

    did: str


@dataclass(frozen=True, slots=True)
class PartnerLeft(Event):
    """A partner has ended, or was unpaired: what came from it is dropped."""

    did: str


@dataclass(frozen=True, slots=True)
class PartnerCard:
    """A partner node as others see it. `is_silent`: nothing heard of it for a day."""

    did: str
    name: str
    address: str
    state: str
    last_success_at: datetime | None
    is_silent: bool = False


def changed(local_kind: str, object_id: UUID) -> None:
    """Something that may be published was written, or must no longer be: call it within the transaction that writes.

    Costs one small job; nothing is published while there is no partner.
    """
    from citytandem.federation.services.publishing import publish_later

    publish_later(local_kind, object_id)


def partners() -> list[PartnerCard]:
    """Active partner nodes by name; one query."""
    from citytandem.federation.selectors import partner_cards

    return partner_cards()


def is_partner(did: str) -> bool:
    """Whether an administrator here has confirmed a node as a partner, and that has not ended. One query."""
    from citytandem.federation.selectors import is_confirmed

    return is_confirmed(did)


def take_again(kind: str, *, refused: Collection[str]) -> None:
    """Let a module see once more what it has refused with one of these codes: for when the reason has gone."""
    from citytandem.federation.services.taking_again import take_again as again

    again(kind, refused=refused)


def own_did() -> str:
    """The name of this node in the federation; empty where its address cannot be one."""
    from citytandem.federation.services.identity import own_did as did

    return did()


def uri_of(local_kind: str, object_id: UUID) -> str:
    """The address under which a thing of ours is published; empty where it is not."""
    from citytandem.federation.selectors import published_uri

    return published_uri(local_kind, object_id)


def uris_of(local_kind: str, ids: Collection[UUID]) -> dict[UUID, str]:
    """As `uri_of`, for many; what is not published is left out. One query."""
    from citytandem.federation.selectors import published_uris

    return published_uris(local_kind, ids)


def addresses_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """The addresses under which things of ours are published, or would be: for naming one in another. One query."""
    from citytandem.federation.services.identity import own_prefix

    prefix = own_prefix()
    return {one: f"{prefix}{one}" for one in ids} if prefix else {}


def own_ids_of(uris: Iterable[str]) -> dict[str, UUID]:
    """The things of ours that addresses name; those of others, and what is no such address, are left out. One query."""
    from citytandem.federation.services.identity import own_prefix

    prefix = own_prefix()
    return {
        uri: UUID(end) for uri in uris if prefix and (end := uri.removeprefix(prefix)) != uri and _ID.fullmatch(end)
    }


def copy_id(uri: str) -> UUID:
    """The id here of something that another node publishes: the same each time it comes."""
    return stable_id("shared", uri)


def published(local_kind: str, ids: Collection[UUID]) -> dict[UUID, Outgoing]:
    """Those of some things of ours that partners may read, as their module publishes them."""
    source = source_of(local_kind)
    return source.read(sorted(set(ids))) if source is not None and ids else {}


def own_since() -> datetime:
    """When this node began to be one in the federation: the date of what has none of its own."""
    from citytandem.federation.selectors import began_at

    return began_at()


def renewed_until(object_id: UUID) -> datetime:
    """Until when an object published today counts, unless it is published anew: a year at least (`renewal`)."""
    return renewal.renewed_until(object_id, today=clock.now())
