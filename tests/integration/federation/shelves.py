"""A module that shows what partners publish, and partners from whom something came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from citytandem.core import clock
from citytandem.federation.known import every_key
from citytandem.federation.models import Peer
from citytandem.federation.protocol.instants import instant
from citytandem.federation.registry import Incoming
from citytandem.federation.services.storing import store
from citytandem.federation.verifying import ready
from tests.integration.federation.pairs import agreed
from tests.unit.federation.nodes import Node, sofia


class Shelf:
    """A module that shows problems."""

    def __init__(self) -> None:
        self.shown: dict[str, Incoming] = {}
        self.taken: list[tuple[str, int]] = []
        self.dropped: list[str] = []
        self.refuses: dict[str, Exception] = {}

    def take(self, came: Incoming) -> None:
        if came.uri in self.refuses:
            raise self.refuses[came.uri]
        self.taken.append((came.uri, came.version))
        self.shown[came.uri] = came

    def drop(self, uris: Sequence[str]) -> None:
        self.dropped += uris
        for uri in uris:
            self.shown.pop(uri, None)


def read(peer: Peer, node: Node, *, after: int = 0) -> None:
    store(peer.id, ready(node.page(after=after), None, every_key(), node=node.did, received=instant(clock.now())))


def came(*values: dict[str, Any]) -> Peer:
    """These objects came from a partner."""
    peer, node = agreed(), sofia()
    for value in values:
        node.publish(value)
    read(peer, node)
    return peer


def uri(number: int) -> str:
    return str(sofia().problem(number)["id"])
