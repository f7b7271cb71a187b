"""How much a contribution looks like advertising or the work of a machine: without asking anyone outside. Pure.

Each sign has a weight: the share of such messages that we expect to be spam if nothing else is known. Signs are joined
as independent evidence, score = 1 - product of (1 - weight x strength), so a score only rises with each of them, and no
single weak sign reaches `THRESHOLD`. The weights and what they rest on: docs/develop/pii.md.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from citytandem.core.languages import LANGUAGES
from citytandem.moderation.links import links
from citytandem.moderation.plain import Plain, folded, plain

THRESHOLD = 0.7

# Filled in by machines only: people cannot see the field.
HONEYPOT = 0.98
# Nobody reads a form, writes and sends within a second; with a browser's help four seconds are possible.
TOO_FAST = 0.75
# Residents link a source or a photo; advertising lives by links.
LINKS = 0.8
SHORTENER = 0.45
# Angry people write so too: never enough by itself, nor all of these together.
CAPITALS = 0.2
REPEATED = 0.2
# The same text again: a double click, a petition copied by many, or a machine.
NEAR_COPY = 0.6
RATE = 0.75
# Latin letters inside Cyrillic or Greek words hide words from filters; slips of the keyboard are single.
MIXED_SCRIPTS = 0.5
# People who write none of the nine languages are welcome: a hint only.
OTHER_LANGUAGE = 0.2

_SHORTENERS = frozenset({
    "bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "buff.ly", "rebrand.ly", "cutt.ly", "shorturl.at",
    "tiny.cc", "rb.gy", "t.ly", "bl.ink", "v.gd", "lnkd.in", "adf.ly", "shorte.st", "bc.vc", "s.id", "soo.gd", "qr.ae",
    "trib.al", "dlvr.it", "t.me", "wa.me",
})  # fmt: skip
_SECONDS_MACHINE, _SECONDS_HUMAN = 1.0, 4.0
_FREE_LINKS, _MANY_LINKS = 2, 6
_FREE_SENT, _MANY_SENT = 5, 20
_NEAR, _EQUAL = 10, 0
_FEWEST_WORDS = 8
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"\w+")
_REPEATS = re.compile(r"([^\s\d.\-_=*#])\1{5,}|([!?.,*#=_-])\2{11,}")
_EUROPEAN = re.compile("[A-Za-z\u00aa-\u024f\u1e00-\u1eff\u0370-\u03ff\u1f00-\u1fff\u0400-\u04ff]")
_MIXED = re.compile("[A-Za-z][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][A-Za-z]")


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known about the sending besides the text.

    seconds: since the form was shown; None: not known. recent: fingerprints of texts of the last days. sent: by this
    sender within the hour before. language: as detected, if that can say "none of the nine"; empty: not known.
    """

    honeypot: bool = False
    seconds: float | None = None
    recent: Sequence[int] = ()
    sent: int = 0
    language: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """A sign that was seen, by its code, and what it adds (weight x strength)."""

    code: str
    weight: float


@dataclass(frozen=True, slots=True)
class SpamVerdict:
    """score in [0, 1]; reasons, the heaviest first."""

    score: float
    reasons: tuple[Reason, ...]

    @property
    def is_spam(self) -> bool:
        """Whether a person should look before anyone else does."""
        return self.score >= THRESHOLD


_UNKNOWN = Signals()


def judge(text: str, *, signals: Signals = _UNKNOWN) -> SpamVerdict:
    """How much `text`, sent like this, looks like spam, and why. Never raises."""
    reading = plain(text)
    reasons = [Reason(code, weight) for code, weight in _evidence(reading, signals) if weight > 0]
    missing = 1.0
    for reason in reasons:
        missing *= 1 - reason.weight
    return SpamVerdict(1 - missing, tuple(sorted(reasons, key=lambda r: (-r.weight, r.code))))


def _evidence(reading: Plain, signals: Signals) -> Iterator[tuple[str, float]]:
    yield "honeypot", HONEYPOT if signals.honeypot else 0.0
    if signals.seconds is not None:
        yield "too_fast", TOO_FAST * _between(_SECONDS_HUMAN - signals.seconds, 0, _SECONDS_HUMAN - _SECONDS_MACHINE)
    yield "rate", RATE * _between(signals.sent, _FREE_SENT, _MANY_SENT)
    hosts = [link.host for link in links(reading)]
    yield "links", LINKS * _between(len(hosts), _FREE_LINKS, _MANY_LINKS)
    yield "shortener", SHORTENER if any(host in _SHORTENERS for host in hosts) else 0.0
    for code, weight, strength in _OF_TEXT:
        yield code, weight * strength(reading.text)
    other = signals.language and signals.language not in LANGUAGES
    yield "language", OTHER_LANGUAGE * max(1.0 if other else 0.0, _other_scripts(reading.text))
    yield "copy", NEAR_COPY * _copied(reading.text, signals.recent)


def _between(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high` on, a straight line between."""
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _capitals(text: str) -> float:
    letters = _LETTER.findall(text[:5000])
    if len(letters) < 40:
        return 0.0
    return _between(sum(c.isupper() for c in letters) / len(letters), 0.6, 0.9)


def _repeats(text: str) -> float:
    return _between(sum(len(match[0]) for match in _REPEATS.finditer(text)), 0, 40)


def _mixed_scripts(text: str) -> float:
    return _between(sum(1 for word in _WORD.findall(text[:20_000]) if _MIXED.search(word)), 1, 4)


def _other_scripts(text: str) -> float:
    letters = _LETTER.findall(text[:5000])
    if len(letters) < 20:
        return 0.0
    return _between(1 - sum(1 for c in letters if _EUROPEAN.match(c)) / len(letters), 0.5, 0.9)


_OF_TEXT: tuple[tuple[str, float, Callable[[str], float]], ...] = (
    ("capitals", CAPITALS, _capitals),
    ("repeated", REPEATED, _repeats),
    ("mixed_scripts", MIXED_SCRIPTS, _mixed_scripts),
)


def _copied(text: str, recent: Sequence[int]) -> float:
    """Short texts ("Wild waste") are the same by chance."""
    if not recent or len(_WORD.findall(text[:2000])) < _FEWEST_WORDS:
        return 0.0
    own = fingerprint(text)
    nearest = min(distance(own, other) for other in recent)
    return 1.0 - _between(nearest, _EQUAL, _NEAR + 1)


# Eight counters of 16 bits from one byte, so that a fingerprint is a sum of whole numbers.
_SPREAD = tuple(sum(((byte >> bit) & 1) << (16 * bit) for bit in range(8)) for byte in range(256))
_MOST_SHINGLES = 10_000


def fingerprint(text: str) -> int:
    """64 bits, most of them equal for nearly equal texts (simhash over words and pairs of words, Charikar 2002)."""
    words = [folded(word) for word in _WORD.findall(plain(text).text)][:_MOST_SHINGLES]
    shingles = [*words, *(f"{one} {two}" for one, two in itertools.pairwise(words))]
    if not shingles:
        return 0
    counts = [0] * 8
    for shingle in shingles:
        for place, byte in enumerate(hashlib.blake2b(shingle.encode("utf-8", "replace"), digest_size=8).digest()):
            counts[place] += _SPREAD[byte]
    bits = 0
    for place, lanes in enumerate(counts):
        for bit in range(8):
            if 2 * ((lanes >> (16 * bit)) & 0xFFFF) > len(shingles):
                bits |= 1 << (8 * place + bit)
    return bits


def distance(one: int, other: int) -> int:
    """In how many bits two fingerprints differ: 0 the same words, up to 10 nearly the same, about 32 unrelated."""
    return (one ^ other).bit_count()
