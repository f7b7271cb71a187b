"""Names of places as people type and sort them. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import chain, count

# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans({
    "ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t",
})  # fmt: skip
_NOT_WORD = re.compile(r"[^\w]+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def fold(name: str) -> str:
    """Lower case, without accents: `Bolesławiec` and `boleslawiec` are the same then. Other scripts stay."""
    # Taken apart first: some letters (𝐀, Ａ) show their case only then. And again: folding may join some anew.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return bare.translate(_LETTERS)


def sort_key(name: str, *, latin: str = "") -> str:
    """What lists are sorted by: the Latin spelling where there is one, so that София stands under S."""
    return _NOT_WORD.sub(" ", fold(latin or name)).strip()[:160].strip()


def place_slug(name: str, *, country: str, geonameid: int) -> str:
    """`vila-ad-3038832`: readable, and unique because GeoNames numbers are."""
    stem = _NOT_SLUG.sub("-", fold(name)).strip("-")[:50].rstrip("-")
    return "-".join(part for part in (stem, country.lower(), str(geonameid)) if part)


def free_slug(title: str, *, taken: Collection[str], fallback: str) -> str:
    """A short name for an address that is not in `taken`: `six-cities`, `six-cities-2` …"""
    stem = _NOT_SLUG.sub("-", fold(title)).strip("-")[:60].rstrip("-") or fallback
    return next(slug for slug in chain([stem], (f"{stem}-{number}" for number in count(2))) if slug not in taken)
