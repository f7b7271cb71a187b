"""Two nodes for the tests, with keys that are the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from citytandem.federation.protocol.did import Document, NodeKey, document, read_document
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.protocol.log import Cursor, dump, entry, link, signed_head, start
from citytandem.federation.protocol.objects import check, new_object
from citytandem.federation.protocol.proofs import proven

DAY = "2026-05-04T10:20:30Z"
LATER = "2026-05-05T10:20:30Z"


@dataclass
class Node:
    """A node with one key and a log."""

    did: str
    key: PrivateKey
    entries: list[dict[str, Any]] = field(default_factory=list)

    @property
    def document(self) -> Document:
        base = self.did.replace("did:web:", "https://")
        return read_document(
            document(self.did, [NodeKey(self.key.public)], endpoint=f"{base}/federation"), did=self.did
        )

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.entries[-1]["number"], self.entries[-1]["digest"]) if self.entries else start(self.did)

    def problem(self, number: int = 1, *, version: int = 1, **more: Any) -> dict[str, Any]:
        """A proven problem of this node."""
        texts = {"name": {"de": {"text": f"Hitze {number}", "by": "human"}}}
        made = new_object(
            "Problem",
            origin=self.did,
            uuid=UUID(int=number),
            version=version,
            published=DAY,
            **{"texts": texts, **more},
        )
        return self.proven(made)

    def proven(self, body: dict[str, Any]) -> dict[str, Any]:
        return proven(body, self.key, did=self.did, created=DAY)

    def publish(self, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        """Put it at the end of the log."""
        made = entry(link(self.cursor, check(body), at=DAY, **more), body)
        self.entries.append(made)
        return made

    def head(self, *, at: str = DAY) -> dict[str, Any]:
        return signed_head(self.cursor, self.key, node=self.did, at=at)

    def page(self, after: int = 0, most: int = 1000) -> bytes:
        cursor = self.entries[after - 1] if after else None
        begin = Cursor(cursor["number"], cursor["digest"]) if cursor else start(self.did)
        return dump(begin, self.entries[after : after + most], node=self.did, head=self.head())


def krefeld() -> Node:
    return Node("did:web:krefeld.example", PrivateKey(bytes(range(32))))


def sofia() -> Node:
    return Node("did:web:sofia.example", PrivateKey(bytes(range(32, 64))))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of everything in a JSON value that holds nothing further."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = False
    for name, item in inner:
        found = True
        yield from leaves(item, (*path, name))
    if not found:
        yield path
