"""Verifying pages of a partner's log: limits, chain, digests and every proof. Pages may be verified side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from citytandem.federation.protocol.errors import BadLog, ProtocolError
from citytandem.federation.protocol.log import Cursor, Head, Link, follows, read_head, read_link
from citytandem.federation.protocol.objects import Checked, Envelope, check
from citytandem.federation.protocol.proofs import KeyLookup, read_proof, verify
from citytandem.federation.protocol.reading import DEPTH, PAGE_BYTES, parsed

MOST_ENTRIES = 10_000
_MEMBERS = frozenset(["node", "after", "entries", "head"])
# An object lies four brackets deep in a page: page, entries, entry, and its own, which counts in `DEPTH`.
_PAGE_DEPTH = DEPTH + 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the chain and what came with it.

    `body`: JSON of the signed object, ready to store; None where it was superseded or withdrawn since, or `withheld`: not
    for this reader. `refusal`: code of why the object is not to be used; its link still counts, so that one bad object
    does not stop the rest.
    """

    link: Link
    body: bytes | None
    envelope: Envelope | None
    refusal: str = ""
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A verified page: it leads from `after` to `cursor`."""

    node: str
    after: Cursor
    entries: tuple[Entry, ...]
    head: Head
    signed_head: bytes

    @property
    def cursor(self) -> Cursor:
        """Where the next page goes on."""
        return self.entries[-1].link.cursor if self.entries else self.after

    @property
    def is_last(self) -> bool:
        """Whether the log went no further when the partner answered."""
        return self.cursor.number >= self.head.number


def verified(
    data: bytes, cursor: Cursor | None, keys: KeyLookup, *, node: str, received: str, latest: str = ""
) -> Page:
    """Everything there is to check of a page of the log of `node`.

    With `cursor` the page must go on there. With None it goes on where it says (`Page.after`): so pages of a catch-up can
    be verified in several processes, and `joined` checks that they follow each other. `received` and `latest`: see
    `proofs.verify`. Raises BadJson, BadLog (`log.page`, `log.node`, `log.after`, `log.gap`, `log.rewritten`,
    `log.digest`, `log.entry`, `log.head`) or BadProof of the head: then nothing of the page is to be used, and the
    partner is at fault. What is wrong with a single object stands in `Entry.refusal`.
    """
    value = parsed(data, most_bytes=PAGE_BYTES, depth=_PAGE_DEPTH)
    if not isinstance(value, dict) or value.keys() != _MEMBERS or not isinstance(value["entries"], list):
        raise BadLog("log.page")
    if len(value["entries"]) > MOST_ENTRIES:
        raise BadLog("log.page", entries=len(value["entries"]), most=MOST_ENTRIES)
    if value["node"] != node:
        raise BadLog("log.node")
    after = _after(value["after"])
    if cursor is not None and after != cursor:
        raise BadLog("log.after", number=after.number)
    head = read_head(value["head"], keys=keys, received=received, latest=latest)
    if head.node != node:
        raise BadLog("log.node")
    entries, end = [], after
    for item in value["entries"]:
        link = read_link(item)
        follows(end, link)
        end = link.cursor
        entries.append(_entry(link, item, keys, received, latest))
    _under(head, end)
    return Page(node=node, after=after, entries=tuple(entries), head=head, signed_head=orjson.dumps(value["head"]))


def _after(value: Any) -> Cursor:
    number, digest = (value.get("number"), value.get("digest")) if isinstance(value, dict) else (None, None)
    if type(number) is not int or number < 0 or not isinstance(digest, str):
        raise BadLog("log.page")
    return Cursor(number, digest)


def _under(head: Head, end: Cursor) -> None:
    """A page may not go beyond what its head signs, nor end in another place."""
    if end.number > head.number or (end.number == head.number and end.digest != head.digest):
        raise BadLog("log.head", number=end.number)


def _entry(link: Link, item: dict[str, Any], keys: KeyLookup, received: str, latest: str) -> Entry:
    body = item.get("body")
    if "withheld" in item:
        fits = item["withheld"] is True and "body" not in item
        return Entry(link, None, None, "" if fits else "log.withheld", withheld=fits)
    if body is None:
        # A withdrawal says all there is to say, so it has no reason to come without its proof.
        return Entry(link, None, None, "log.body_missing" if link.kind == "delete" else "")
    try:
        found = check(body)
        _matches(link, found)
        origin = found.envelope.origin
        proof = read_proof(body.get("proof"), body.get("@context"))
        verify(proof, found.data, origin=origin, keys=keys, received=received, latest=latest)
    except ProtocolError as error:
        return Entry(link, None, None, error.code)
    return Entry(link, orjson.dumps(body), found.envelope)


def _matches(link: Link, found: Checked) -> None:
    envelope = found.envelope
    if (link.object, link.id, link.version) != (found.digest, envelope.id, envelope.version):
        raise BadLog("log.body")
    if (link.kind == "delete") != envelope.is_tombstone:
        raise BadLog("log.kind")


def joined(pages: Iterable[Page], cursor: Cursor) -> Cursor:
    """The cursor after all pages, each of which must begin where the one before ended. Raises BadLog(`log.after`)."""
    for page in pages:
        if page.after != cursor:
            raise BadLog("log.after", number=page.after.number)
        cursor = page.cursor
    return cursor


def unfilled(entries: Iterable[Entry], pending: Iterable[Link] = ()) -> tuple[Link, ...]:
    """Entries without an object for which no later entry has brought one, of the same version or a newer one.

    At the head of the log none may be left: a node that leaves out what it published, and does not say so, holds something
    back. `pending`: what an earlier page left.
    """
    open_links = {link.id: link for link in pending}
    for entry in entries:
        held = open_links.get(entry.link.id)
        if entry.body is None and not entry.refusal and not entry.withheld:
            open_links[entry.link.id] = (
                entry.link if held is None else max(held, entry.link, key=lambda one: one.version)
            )
        elif held is not None and entry.link.version >= held.version:
            del open_links[entry.link.id]
    return tuple(open_links.values())
