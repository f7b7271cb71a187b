"""Readable addresses made from titles in nine languages. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

LONGEST = 60
# What stands at this place of an address already.
TAKEN = frozenset({"new", "partners"})
# Bulgarian by its transliteration act of 2009; Greek letter by letter, as ISO 843 reads them aloud.
_LETTERS = str.maketrans({
    "ß": "ss", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ä": "ae", "ö": "oe", "ü": "ue",
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ъ": "a", "ь": "y", "ю": "yu", "я": "ya",
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
    "χ": "ch", "ψ": "ps", "ω": "o",
})  # fmt: skip
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def slug_of(title: str, *, code: str, taken: Collection[str] = ()) -> str:
    """The address of a title, with the code behind it where another one has it; the code alone where no letter is left."""
    small = unicodedata.normalize("NFC", title.lower()).translate(_LETTERS)
    bare = "".join(one for one in unicodedata.normalize("NFKD", small) if not unicodedata.combining(one))
    whole = _NOT_SLUG.sub("-", bare.translate(_LETTERS)).strip("-")
    stem = whole if len(whole) <= LONGEST else whole[: LONGEST + 1].rpartition("-")[0] or whole[:LONGEST]
    stem = stem.strip("-")
    if not stem:
        return code
    return f"{stem}-{code}" if stem in TAKEN or stem in taken else stem
