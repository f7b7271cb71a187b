"""What stands in a comment beside plain words: web addresses and departments. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_TEXT = 5_000
MAX_NAME = 80
MOST_MENTIONS = 5
LONGEST_SHOWN = 60

# Each alternative begins with a fixed letter and takes what follows in one go: the time is linear in the text.
_FOUND = re.compile(r"(?P<address>\bhttps?://[^\s<>\"'`|\\^{}]+)|(?<![\w@/.])@(?P<slug>[a-z0-9][a-z0-9-]{0,78})", re.I)
_TRAILING = ".,;:!?…»”’"
_PAIRS = {")": "(", "]": "["}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a comment: plain words, or an address (`href`), or a department (`slug`)."""

    text: str
    href: str = ""
    slug: str = ""


def parts_of(text: str, *, departments: Collection[str]) -> list[Part]:
    """The comment in pieces that together are the comment; only http(s) addresses with a host lead somewhere."""
    parts: list[Part] = []
    end = 0
    for start, stop, part in _special(text, departments):
        if start > end:
            parts.append(Part(text[end:start]))
        parts.append(part)
        end = stop
    if end < len(text):
        parts.append(Part(text[end:]))
    return parts


def mentioned(text: str, *, departments: Collection[str]) -> list[str]:
    """Short names of the departments that a comment names, each once, in its order, at most MOST_MENTIONS."""
    found = [part.slug for part in parts_of(text, departments=departments) if part.slug]
    return list(dict.fromkeys(found))[:MOST_MENTIONS]


def shown_address(href: str) -> str:
    """An address as it is shown: whole where it is short, else its beginning."""
    bare = re.sub(r"^https?://", "", href, flags=re.I)
    return bare if len(bare) <= LONGEST_SHOWN else f"{bare[: LONGEST_SHOWN - 1]}…"


def _special(text: str, departments: Collection[str]) -> Iterator[tuple[int, int, Part]]:
    for match in _FOUND.finditer(text):
        address = match["address"]
        if address is not None:
            href = _trimmed(address)
            if _leads_somewhere(href):
                yield match.start(), match.start() + len(href), Part(href, href=href)
            continue
        slug = match["slug"].rstrip("-").lower()
        if slug in departments:
            stop = match.start() + 1 + len(slug)
            yield match.start(), stop, Part(text[match.start() : stop], slug=slug)


def _trimmed(address: str) -> str:
    """Without the full stop of the sentence, and without a closing bracket that was opened before the address."""
    while address:
        last = address[-1]
        opening = _PAIRS.get(last)
        if last in _TRAILING or (opening and address.count(last) > address.count(opening)):
            address = address[:-1]
        else:
            break
    return address


def _leads_somewhere(href: str) -> bool:
    try:
        parts = urlsplit(href)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    # An address with a user name in front of the host shows another host than it leads to.
    return (
        parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc and port_is_fine
    )
