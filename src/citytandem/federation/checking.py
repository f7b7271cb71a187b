"""Looking through everything that this node holds: whether its own log is one chain, and each object still proven."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from citytandem.federation.known import every_key
from citytandem.federation.models import LogEntry, PulledPage, SharedObject
from citytandem.federation.protocol.errors import BadLog, BadObject, ProtocolError
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.log import Cursor, follows, read_link, start
from citytandem.federation.protocol.objects import check
from citytandem.federation.protocol.proofs import KeyLookup, proof_set, read_proof, verify
from citytandem.federation.services.identity import own_did

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not hold. `where`: the number of an entry, or the address of an object."""

    where: str
    code: str


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was looked at, and what is wrong with it."""

    entries: int
    objects: int
    pages: int
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def check_all() -> Checkup:
    """Our whole log, every object that we hold, and the seams of what we have pulled, one after another."""
    counts = {"entries": 0, "objects": 0, "pages": 0}
    faults: list[Fault] = []
    for name, found in (("entries", _log()), ("objects", _objects()), ("pages", _pulled())):
        for fault in found:
            counts[name] += 1
            if fault is not None:
                faults.append(fault)
    return Checkup(**counts, faults=tuple(faults))


def _log() -> Iterator[Fault | None]:
    """Each entry follows the one before, and its digest is that of what it says."""
    cursor = start(own_did())
    for row in LogEntry.objects.order_by("number").iterator(AT_ONCE):
        try:
            link = read_link(_entry(row))
            follows(cursor, link)
        except BadLog as error:
            yield Fault(str(row.number), error.code)
        else:
            yield None
        cursor = Cursor(row.number, row.digest)


def _entry(row: LogEntry) -> dict[str, Any]:
    made = {
        "number": row.number, "previous": row.previous, "at": instant(row.at), "kind": row.kind, "id": row.uri,
        "version": row.version, "object": row.object_digest, "digest": row.digest,
    }  # fmt: skip
    return {**made, "source": row.source} if row.source else made


def _objects() -> Iterator[Fault | None]:
    """Each object is what its digest says, proven by its origin, and where we pass it on our log names this version."""
    keys = every_key()
    named = {(row.number, row.version, row.object_digest) for row in _entries_in_use()}
    # Of what its origin keeps from us now there is nothing left to check.
    rows = SharedObject.objects.exclude(is_own=False, is_gone=True, entry=None, body="{}")
    for held in rows.order_by("id").iterator(AT_ONCE):
        try:
            _check(held, keys)
            if held.entry is not None and (held.entry, held.version, held.digest) not in named:
                raise BadLog("log.body")
        except ProtocolError as error:
            yield Fault(held.uri, error.code)
        else:
            yield None


def _entries_in_use() -> Iterator[LogEntry]:
    numbers = SharedObject.objects.exclude(entry=None).values("entry")
    return LogEntry.objects.filter(number__in=numbers).iterator(AT_ONCE)


def _check(held: SharedObject, keys: KeyLookup) -> None:
    body = orjson.loads(held.body)
    found = check(body)
    if (found.digest, found.envelope.id, found.envelope.version) != (held.digest, held.uri, held.version):
        raise BadObject("object.form")
    received = instant(held.received_at)
    for proof in proof_set(body.get("proof")):
        verify(
            read_proof(proof, body["@context"]), found.data, origin=held.origin, keys=keys, received=received,
            latest=_latest(received, proof),
        )  # fmt: skip


def _latest(received: str, proof: dict[str, Any]) -> str:
    """Clocks differ by minutes; what was let in at the time is not a fault today."""
    return max(received, str(proof.get("created", "")))


def _pulled() -> Iterator[Fault | None]:
    """What we have seen of each partner's chain reaches from its beginning to our cursor without a hole."""
    expected: dict[Any, int] = {}
    rows = PulledPage.objects.order_by("peer_id", "first").values_list(
        "peer_id", "peer__did", "peer__cursor_number", "peer__cursor_digest", "first", "last", "digests"
    )
    for peer, did, number, digest, first, last, digests in rows.iterator(AT_ONCE):
        fits = first == expected.get(peer, 1) and len(digests) == 32 * (last - first + 1)
        if fits and last == number:
            fits = bytes(digests)[-32:].hex() == digest
        expected[peer] = last + 1
        yield None if fits else Fault(f"{did} {first}-{last}", "log.gap")
