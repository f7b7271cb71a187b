"""What a process does with one page of a partner's log: verify it, and make it ready to be stored. Pure.

Catching up, several processes do this side by side; what they give back is bytes for the database and short sums.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import orjson

from citytandem.federation.protocol.errors import BadLog
from citytandem.federation.protocol.log import Cursor, Head, Link
from citytandem.federation.protocol.objects import Envelope
from citytandem.federation.protocol.pages import Entry, Page, unfilled, verified
from citytandem.federation.protocol.proofs import Keyring

PROCESSES = 2
# Columns of the buffer, in this order.
COLUMNS = (
    "number", "uri", "origin", "kind", "schema", "version", "digest", "visibility", "audience", "in_reply_to", "published",
    "expires", "is_tombstone", "source_digest", "body",
)  # fmt: skip
# What the columns of the database hold; more is nothing that a node of ours would publish.
_LONGEST_URI, _LONGEST_KIND, _LARGEST_SCHEMA = 700, 80, 2**31 - 1
_SECONDS_TO_LOOK = 1.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """An object that is set aside, and why."""

    number: int
    uri: str
    version: int
    code: str


@dataclass(frozen=True, slots=True)
class OpenLink:
    """An entry without an object that a later one has to bring."""

    uri: str
    version: int
    number: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """A version that is not for us, as its link names it."""

    version: int
    number: int
    object: str
    digest: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A verified page: it leads from `after` to `cursor`. `copy` are rows of `COLUMNS` in PostgreSQL's text format.

    `digests`: of all entries, 32 bytes each. `closes`: by uri the highest version that came with its object or is
    withheld. `withheld`: by uri the highest version that is not for us. `unknown`: origins whose keys are missing.
    """

    node: str
    after: Cursor
    cursor: Cursor
    head: Head
    signed_head: bytes
    size: int
    count: int
    copy: bytes
    digests: bytes
    refusals: tuple[Refusal, ...]
    opens: tuple[OpenLink, ...]
    closes: Mapping[str, int]
    withheld: Mapping[str, Withheld]
    unknown: frozenset[str]

    @property
    def is_last(self) -> bool:
        """Whether the log went no further when the partner answered."""
        return self.cursor.number >= self.head.number

    @property
    def entries(self) -> int:
        """How many links the page has."""
        return self.cursor.number - self.after.number


def ready(data: bytes, cursor: Cursor | None, keys: Keyring, *, node: str, received: str, latest: str = "") -> Ready:
    """Verify a page as `pages.verified` does, with the same errors, and make its objects ready to be stored."""
    page = verified(data, cursor, keys, node=node, received=received, latest=latest)
    rows, refusals = [], []
    for entry in page.entries:
        code = entry.refusal or _too_wide(entry.envelope)
        if code:
            refusals.append(Refusal(entry.link.number, entry.link.id[:_LONGEST_URI], entry.link.version, code))
        elif entry.body is not None and entry.envelope is not None:
            rows.append(_row(entry.link, entry.envelope, entry.body))
    return Ready(
        node=node,
        after=page.after,
        cursor=page.cursor,
        head=page.head,
        signed_head=page.signed_head,
        size=len(data),
        count=len(rows),
        copy=b"".join(rows),
        digests=b"".join(bytes.fromhex(entry.link.digest) for entry in page.entries),
        refusals=tuple(refusals),
        opens=tuple(OpenLink(one.id, one.version, one.number) for one in unfilled(page.entries)),
        closes=_highest(entry for entry in page.entries if not _is_open(entry)),
        withheld=newest_withheld((entry.link.id, _withheld(entry.link)) for entry in page.entries if entry.withheld),
        unknown=frozenset(_unknown(data, page, keys)) if _lacks_keys(page) else frozenset(),
    )


def _too_wide(envelope: Envelope | None) -> str:
    """Within the protocol, and still more than our columns hold."""
    if envelope is None:
        return ""
    if len(envelope.id) > _LONGEST_URI:
        return "object.id"
    if len(envelope.in_reply_to) > _LONGEST_URI:
        return "object.answer"
    return "object.version" if envelope.schema > _LARGEST_SCHEMA else ""


def _row(link: Link, envelope: Envelope, body: bytes) -> bytes:
    """Addresses, names and times have none of the letters that the format needs to escape, JSON and answers only one."""
    kind = orjson.loads(body)["formerType"][:_LONGEST_KIND] if envelope.is_tombstone else envelope.kind
    audience = "{" + ",".join(f'"{did}"' for did in envelope.audience) + "}"
    values = (
        str(link.number), envelope.id, envelope.origin, kind, str(envelope.schema), str(envelope.version), link.object,
        envelope.visibility.value, audience, envelope.in_reply_to.replace("\\", "\\\\"), envelope.published,
    )  # fmt: skip
    line = "\t".join((*values, envelope.expires or "\\N", "t" if envelope.is_tombstone else "f", link.digest))
    return line.encode() + b"\t" + body.replace(b"\\", b"\\\\") + b"\n"


def _is_open(entry: Entry) -> bool:
    return entry.body is None and not entry.refusal and not entry.withheld


def _highest(entries: Iterator[Entry]) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in entries:
        found[entry.link.id] = max(entry.link.version, found.get(entry.link.id, 0))
    return found


def _withheld(link: Link) -> Withheld:
    return Withheld(link.version, link.number, link.object, link.digest)


def newest_withheld(told: Iterable[tuple[str, Withheld]]) -> dict[str, Withheld]:
    """Of each uri the highest version that is not for us."""
    found: dict[str, Withheld] = {}
    for uri, one in told:
        if uri not in found or found[uri].version < one.version:
            found[uri] = one
    return found


def _lacks_keys(page: Page) -> bool:
    return any(entry.refusal == "proof.key_unknown" for entry in page.entries)


def _unknown(data: bytes, page: Page, keys: Keyring) -> Iterator[str]:
    """Who is named as signer under a key that nobody has told us."""
    lacking = {entry.link.number for entry in page.entries if entry.refusal == "proof.key_unknown"}
    for item in orjson.loads(data)["entries"]:
        proof = item["body"]["proof"] if item["number"] in lacking else None
        if proof and keys(proof["verificationMethod"]) is None:
            yield proof["verificationMethod"].partition("#")[0]


def signers(data: bytes) -> frozenset[str]:
    """Who claims to have proven the objects of a page, as far as it can be read; nothing of it is checked."""
    found: set[str] = set()
    try:
        for item in orjson.loads(data)["entries"]:
            proof = (item.get("body") or {}).get("proof") or []
            for one in proof if isinstance(proof, list) else [proof]:
                name = one["verificationMethod"].partition("#")[0]
                if name.isprintable():  # no database keeps a NUL
                    found.add(name)
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        pass  # whoever verifies the page says what is wrong with it
    return frozenset(found)


def still_open(before: Sequence[OpenLink], page: Ready) -> tuple[OpenLink, ...]:
    """What is open after a page, as `pages.unfilled` says it, out of what was open before it."""
    links = {one.uri: one for one in before if page.closes.get(one.uri, 0) < one.version}
    for one in page.opens:
        held = links.get(one.uri)
        links[one.uri] = one if held is None or one.version > held.version else held
    return tuple(links.values())


def merged(pages: Sequence[Ready]) -> Ready:
    """Pages that follow each other as one, to be stored together. Raises BadLog(`log.after`) if they do not."""
    first, last = pages[0], pages[-1]
    opens: tuple[OpenLink, ...] = ()
    closes: dict[str, int] = {}
    for number, page in enumerate(pages):
        if number and page.after != pages[number - 1].cursor:
            raise BadLog("log.after", number=page.after.number)
        opens = still_open(opens, page)
        closes |= {uri: max(version, closes.get(uri, 0)) for uri, version in page.closes.items()}
    return Ready(
        node=first.node,
        after=first.after,
        cursor=last.cursor,
        head=last.head,
        signed_head=last.signed_head,
        size=sum(page.size for page in pages),
        count=sum(page.count for page in pages),
        copy=b"".join(page.copy for page in pages),
        digests=b"".join(page.digests for page in pages),
        refusals=tuple(one for page in pages for one in page.refusals),
        opens=opens,
        closes=closes,
        withheld=newest_withheld(told for page in pages for told in page.withheld.items()),
        unknown=frozenset().union(*(page.unknown for page in pages)),
    )


# --- side by side -----------------------------------------------------------------------------------------------------

_told: dict[str, Any] = {}


@contextmanager
def side_by_side(keys: Keyring, *, node: str, processes: int = PROCESSES) -> Iterator[Workers]:
    """Processes that verify pages of one node. They know no database and end with this one, however it ends."""
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_begin, initargs=(keys, node, os.getpid())
    ) as pool:
        try:
            yield Workers(pool)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Workers:
    """A pool for the pages of one node."""

    pool: ProcessPoolExecutor

    def take(self, data: bytes, *, received: str, latest: str, keys: Keyring | None = None) -> Future[Ready]:
        """Verify a page soon, with keys of its own if given; pages are joined by the caller, in their order."""
        return self.pool.submit(_one, data, received, latest, keys)


def _begin(keys: Keyring, node: str, parent: int) -> None:
    _told["keys"], _told["node"] = keys, node
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A pool does not notice that the process it works for was killed."""
    while os.getppid() == parent:
        time.sleep(_SECONDS_TO_LOOK)
    os._exit(1)


def _one(data: bytes, received: str, latest: str, keys: Keyring | None) -> Ready:
    return ready(data, None, keys or _told["keys"], node=_told["node"], received=received, latest=latest)
