"""How alike two phrases are: ids of themes by equality, free texts by meaning across languages where a model is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from citytandem.core.themes import themes
from citytandem.partnerships.cohort.applicants import Applicant, key_of

Matrix = NDArray[np.float64]
Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]
"""Texts to (n, d) unit rows in a space in which languages do not matter."""

# Below this cosine two phrases have nothing to do with each other, above the other they say the same: measured on the
# phrases of the programme's fifteen cities, as in `affinity`.
NOTHING, SAME = 0.40, 0.80
# An id that is not among our themes: it has a sign in it that words lack, or a digit.
_ID = re.compile(r"(?=.*[\d_.:/-])[a-z0-9]+(?:[_.:/-]+[a-z0-9]+)*", re.IGNORECASE)


@cache
def _ids_by_label() -> dict[str, str]:
    found = {key_of(label): theme.id for theme in themes().values() for label in theme.labels.values()}
    return found | {theme_id: theme_id for theme_id in themes()}


def phrase_key(phrase: str) -> str:
    """Phrases of one key are the same; a theme's label in any language is that theme."""
    key = key_of(phrase)
    return _ids_by_label().get(key, key)


def is_id(phrase: str) -> bool:
    """Whether this names a theme instead of saying something: one of ours, or written as ids are (`t12`, `waste-water`)."""
    return phrase_key(phrase) in themes() or _ID.fullmatch(phrase) is not None


def phrases_of(applicants: Iterable[Applicant]) -> list[str]:
    """All phrases, one per key, in a fixed order."""
    found: dict[str, str] = {}
    for one in applicants:
        for phrase in (*one.themes, *one.teaches, *one.learns):
            key = phrase_key(phrase)
            found[key] = min(phrase, found.get(key, phrase))
    return [found[key] for key in sorted(found)]


def has_free_text(applicants: Iterable[Applicant]) -> bool:
    """Whether a model could tell more than equality does."""
    return any(not is_id(phrase) for phrase in phrases_of(applicants))


@dataclass(frozen=True)
class Likeness:
    """Of the phrases of a cohort. `vectors`: (phrases, d) unit rows, or None where only equality counts."""

    keys: dict[str, int]
    phrases: Sequence[str]
    ids: NDArray[np.bool_]
    vectors: Vectors | None = field(repr=False, default=None)

    @classmethod
    def among(cls, applicants: Iterable[Applicant], embed: Embed | None = None) -> Likeness:
        """`embed` is asked once, for all phrases; of a theme it reads the English label."""
        phrases = phrases_of(applicants)
        ids = np.array([is_id(phrase) for phrase in phrases], dtype=bool)
        vectors = None
        if embed is not None and phrases and not ids.all():
            vectors = np.asarray(embed([_readable(phrase) for phrase in phrases]), dtype=np.float32)
        return cls({phrase_key(phrase): number for number, phrase in enumerate(phrases)}, phrases, ids, vectors)

    def numbers(self, phrases: Sequence[str]) -> list[int]:
        """Their rows, each once."""
        return sorted({self.keys[phrase_key(phrase)] for phrase in phrases})

    def between(self, rows: Sequence[int], columns: Sequence[int]) -> Matrix:
        """(rows, columns) in [0, 1], in steps of a thousandth."""
        left, right = np.asarray(rows, dtype=np.intp), np.asarray(columns, dtype=np.intp)
        same = left[:, None] == right[None, :]
        if self.vectors is None or not len(left) or not len(right):
            return same.astype(np.float64)
        cosine = (self.vectors[left] @ self.vectors[right].T).astype(np.float64)
        # Steps, so that the last bits of a product, which depend on its shape, decide nothing.
        scaled = np.round(np.clip((cosine - NOTHING) / (SAME - NOTHING), 0, 1), 3)
        scaled[self.ids[left][:, None] & self.ids[right][None, :]] = 0.0
        return np.where(same, 1.0, scaled)


def _readable(phrase: str) -> str:
    theme = themes().get(phrase_key(phrase))
    return theme.label("en") if theme else phrase
