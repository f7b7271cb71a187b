"""Vectors of the phrases in city profiles, computed once and kept: what `affinity` compares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from citytandem.core.errors import Unavailable
from citytandem.search import vectors
from citytandem.search.embedder import Matrix

# Facts about cities are noted in English. Both sides of a pair are short names of know-how, so both are read as the
# same kind of text; read as problem and solution the same phrases come out less alike.
LANGUAGE = "en"
KIND = "solution"


def phrase_vectors(texts: Sequence[str]) -> Matrix | None:
    """(n, 384) unit rows; None if there is nothing to compare or the language model does not answer."""
    if not texts:
        return None
    try:
        known = vectors.kept_raw(texts)
    except Unavailable:
        return None
    raw = np.stack([known[text] for text in texts])
    return vectors.corrected(raw, kind=KIND, language=LANGUAGE, means={})
