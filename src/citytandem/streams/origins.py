"""Where something of the two streams comes from, as lists and pages say it."""

from __future__ import annotations

from citytandem.streams.contract import FromNode
from citytandem.streams.models_shared import Mirrored

_WEB = "did:web:"


def from_node_of(thing: Mirrored) -> FromNode | None:
    """The partner node that writes it; None for what was written here."""
    if not thing.is_from_partner:
        return None
    return FromNode(thing.origin_name or host_of(thing.origin), thing.origin_page)


def host_of(did: str) -> str:
    """The name of a node's host, for a node that nobody has named: better than nothing."""
    return did.removeprefix(_WEB).partition(":")[0].replace("%3A", ":")
