"""A text as rules read it: one form of each letter, plain spaces, nothing invisible; every place leads back. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_SPACES = (
    "\t\r\x0b\x0c\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
)
_LINES = "\u2028\u2029"
_HYPHENS = "\u2010\u2011\u2012\u2043\u2212\ufe63"
_APOSTROPHES = "\u2018\u2019\u02bc\u00b4\u0060"
_ONE_FOR_ONE = str.maketrans(
    {
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys(_LINES, "\n"),
        **dict.fromkeys(_HYPHENS, "-"),
        **dict.fromkeys(_APOSTROPHES, "'"),
        # Letters of East Asian width, in which addresses are hidden from filters.
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    }
)
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
_MARK = "\u0300-\u034e\u0350-\u036f"
_SPECIAL = re.compile(f"[{_INVISIBLE}{_MARK}]")
_GROUP = re.compile(f"[{_INVISIBLE}]+|.[{_MARK}]{{0,8}}", re.DOTALL)
_INVISIBLE_ONLY = re.compile(f"[{_INVISIBLE}]")
_OTHER_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True, slots=True)
class Plain:
    """`text` for rules to read. `starts` and `ends`: where each of its characters lies in `original`; None: the same."""

    original: str
    text: str
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` lies in the original; not empty if it was not."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def plain(text: str) -> Plain:
    """Linear in the length of `text`, whatever it holds."""
    if not _SPECIAL.search(text):
        return Plain(text, text.translate(_ONE_FOR_ONE))
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for group in _GROUP.finditer(text):
        if _INVISIBLE_ONLY.match(group[0]):
            continue
        whole = unicodedata.normalize("NFC", group[0]).translate(_ONE_FOR_ONE)
        letters.append(whole)
        starts += [group.start()] * len(whole)
        ends += [group.end()] * len(whole)
    return Plain(text, "".join(letters), starts, ends)


@lru_cache(maxsize=20_000)
def folded(word: str) -> str:
    """Without capitals and accents: words that people take for the same are the same."""
    if word.isascii():
        return word.lower()
    bare = unicodedata.normalize("NFD", word[:100].casefold())
    return "".join(c for c in bare if not unicodedata.combining(c)).translate(_OTHER_LETTERS)
