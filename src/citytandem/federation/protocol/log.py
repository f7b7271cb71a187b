"""A node's log: entries chained by their hashes, pages of them, and the signed head that says how far it goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import orjson

from citytandem.federation.protocol.canonical import SAFE_INTEGER, canonical
from citytandem.federation.protocol.did import base_address
from citytandem.federation.protocol.errors import BadDocument, BadLog
from citytandem.federation.protocol.instants import is_instant
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.protocol.objects import Checked
from citytandem.federation.protocol.proofs import KeyLookup, proven, read_proof, verify

HEAD_TYPE = "LogHead"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CHAINED = frozenset(["number", "previous", "at", "kind", "id", "version", "object", "source"])
_MEMBERS = _CHAINED | {"digest", "body", "withheld"}
_HEAD_MEMBERS = frozenset(["type", "attributedTo", "number", "digest", "at", "proof"])
_SOURCE_MEMBERS = frozenset(["node", "number", "digest"])

Kind = Literal["put", "delete"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a log is known: the last entry's number and digest."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a relay took an object from: an entry of another node's log."""

    node: str
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Link:
    """One entry without its object: what the chain holds for ever, also after the object was withdrawn."""

    number: int
    previous: str
    at: str
    kind: Kind
    id: str
    version: int
    object: str
    source: Source | None
    digest: str

    @property
    def cursor(self) -> Cursor:
        """Where the next page goes on."""
        return Cursor(self.number, self.digest)


@dataclass(frozen=True, slots=True)
class Head:
    """What a node says of its log at a moment, under its signature; partners pass it on to each other."""

    node: str
    number: int
    digest: str
    at: str


@dataclass(frozen=True, slots=True)
class Equivocation:
    """Two heads signed by one node that cannot both be of one log. `because`: `log.two_histories` or `log.shrunk`."""

    first: Head
    second: Head
    because: str


def start(node: str) -> Cursor:
    """The cursor before the first entry of a node's log; each log has its own, so that none is a piece of another."""
    return Cursor(0, sha256(f"citytandem log 1\n{node}".encode()).hexdigest())


def link(after: Cursor, thing: Checked, *, at: str, source: Source | None = None) -> Link:
    """The next entry of a log, for an object of this node or one taken over from `source`."""
    envelope = thing.envelope
    return linked(
        after, envelope.id, version=envelope.version, digest=thing.digest, kind="delete" if envelope.is_tombstone else "put",
        at=at, source=source,
    )  # fmt: skip


def linked(
    after: Cursor, uri: str, *, version: int, digest: str, kind: Kind, at: str, source: Source | None = None
) -> Link:
    """As `link`, of an object that was checked when it was stored, by what the store holds of it."""
    chained: dict[str, Any] = {
        "number": after.number + 1,
        "previous": after.digest,
        "at": at,
        "kind": kind,
        "id": uri,
        "version": version,
        "object": digest,
    }
    if source:
        chained["source"] = {"node": source.node, "number": source.number, "digest": source.digest}
    return read_link({**chained, "digest": _digest(chained)})


def entry(of: Link, body: dict[str, Any] | None, *, withheld: bool = False) -> dict[str, Any]:
    """The JSON of an entry for one reader: with the signed object, or without it.

    Without, because a later entry has a newer version, or (`withheld`) because the object is not for this reader. The
    chain is the same for all.
    """
    made: dict[str, Any] = {
        name: getattr(of, name) for name in ("number", "previous", "at", "kind", "id", "version", "object", "digest")
    }
    if of.source:
        made["source"] = {"node": of.source.node, "number": of.source.number, "digest": of.source.digest}
    if withheld:
        return {**made, "withheld": True}
    return made if body is None else {**made, "body": body}


def _digest(chained: dict[str, Any]) -> str:
    return sha256(canonical(chained)).hexdigest()


def read_link(value: Any) -> Link:
    """An entry as it came, its digest computed anew. Raises BadLog with `log.entry` or `log.digest`."""
    if not isinstance(value, dict) or not _MEMBERS.issuperset(value):
        raise BadLog("log.entry")
    chained = {name: item for name, item in value.items() if name in _CHAINED}
    try:
        found = Link(
            number=_counted(value["number"]),
            previous=_hex(value["previous"]),
            at=_time(value["at"]),
            kind=_kind(value["kind"]),
            id=_text(value["id"]),
            version=_counted(value["version"]),
            object=_hex(value["object"]),
            source=_source(value["source"]) if "source" in value else None,
            digest=_hex(value["digest"]),
        )
    except KeyError:
        raise BadLog("log.entry") from None
    if found.digest != _digest(chained):
        raise BadLog("log.digest", number=found.number)
    return found


def _source(value: Any) -> Source:
    if not isinstance(value, dict) or value.keys() != _SOURCE_MEMBERS:
        raise BadLog("log.entry")
    return Source(node=_did(value["node"]), number=_counted(value["number"]), digest=_hex(value["digest"]))


def _counted(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= SAFE_INTEGER:
        raise BadLog("log.entry")
    return value


def _hex(value: Any) -> str:
    return _text(value) if _DIGEST.fullmatch(_text(value)) else _refuse()


def _time(value: Any) -> str:
    return str(value) if is_instant(value) else _refuse()


def _kind(value: Any) -> Kind:
    if value == "put":
        return "put"
    return "delete" if value == "delete" else _refuse()


def _text(value: Any) -> Any:
    return value if isinstance(value, str) and len(value) <= 1200 and value.isprintable() else _refuse()


def _did(value: Any) -> str:
    try:
        base_address(_text(value))
    except BadDocument:
        return _refuse()
    return str(value)


def _refuse() -> Any:
    raise BadLog("log.entry")


def follows(after: Cursor, found: Link) -> None:
    """Return if `found` is the entry right after the cursor. Raises BadLog with `log.gap` or `log.rewritten`."""
    if found.number != after.number + 1:
        raise BadLog("log.gap", number=found.number, expected=after.number + 1)
    if found.previous != after.digest:
        raise BadLog("log.rewritten", number=found.number)


def signed_head(cursor: Cursor, key: PrivateKey, *, node: str, at: str) -> dict[str, Any]:
    """What the node answers with beside each page, and tells everybody who asks."""
    body = {"type": HEAD_TYPE, "attributedTo": node, "number": cursor.number, "digest": cursor.digest, "at": at}
    return proven(body, key, did=node, created=at)


def read_head(value: Any, *, keys: KeyLookup, received: str, latest: str = "") -> Head:
    """A head, also one passed on by somebody else. Raises BadLog(`log.head`) or BadProof."""
    if not isinstance(value, dict) or value.keys() != _HEAD_MEMBERS or value["type"] != HEAD_TYPE:
        raise BadLog("log.head")
    number = value["number"]
    if type(number) is not int or not 0 <= number <= SAFE_INTEGER:
        raise BadLog("log.head")
    head = Head(node=_did(value["attributedTo"]), number=number, digest=_hex(value["digest"]), at=_time(value["at"]))
    proof = read_proof(value["proof"], None)
    if proof.created != head.at:
        raise BadLog("log.head")
    unsecured = canonical({name: item for name, item in value.items() if name != "proof"})
    verify(proof, unsecured, origin=head.node, keys=keys, received=received, latest=latest)
    return head


def equivocates(
    first: Head, second: Head, digest_at: Callable[[int], str | None] = lambda _number: None
) -> Equivocation | None:
    """Whether two signed heads of one node prove that it shows different histories to different readers.

    Either they name another digest for the same number, or the later one is shorter (an append-only log does not
    shrink). `digest_at` gives the digest of an entry that the reader pulled and that leads to the longer of the two;
    with it heads of different lengths can be compared as well. Heads of two nodes never equivocate.
    """
    if first.node != second.node:
        return None
    early, late = sorted((first, second), key=lambda head: (head.number, head.at))
    if early.number == late.number:
        return Equivocation(early, late, "log.two_histories") if early.digest != late.digest else None
    if early.at > late.at:
        return Equivocation(early, late, "log.shrunk")
    held = start(early.node).digest if early.number == 0 else digest_at(early.number)
    if held is not None and held != early.digest:
        return Equivocation(early, late, "log.two_histories")
    return None


def dump(after: Cursor, entries: Iterable[dict[str, Any]], *, node: str, head: dict[str, Any]) -> bytes:
    """A page as bytes. The caller keeps it under `reading.PAGE_BYTES`."""
    made = {
        "node": node,
        "after": {"number": after.number, "digest": after.digest},
        "entries": list(entries),
        "head": head,
    }
    return orjson.dumps(made)
