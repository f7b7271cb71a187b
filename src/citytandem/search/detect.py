"""Which of the nine languages a text is in. Pure."""

from __future__ import annotations

import re
from functools import cache

from citytandem.core.languages import LANGUAGES, is_language

# Within this margin (natural log) of the best, a short text is taken to be in the reader's own language.
_MARGIN_PER_TEXT = 12.0
_SHORT = 40
_GREEK = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LETTER = re.compile(r"[^\W\d_]")


@cache
def _identifier():  # type: ignore[no-untyped-def]
    import py3langid

    py3langid.set_languages(list(LANGUAGES))
    return py3langid


def detect_language(text: str, *, hint: str = "en") -> str:
    """Code of the language; `hint` (the reader's language) decides where a few letters leave it open."""
    letters = len(_LETTER.findall(text[:2000]))
    fallback = hint if is_language(hint) else "en"
    if letters == 0:
        return fallback
    if len(_GREEK.findall(text[:2000])) > letters / 2:
        return "el"
    if len(_CYRILLIC.findall(text[:2000])) > letters / 2:
        return "bg"
    ranked = [(code, score) for code, score in _identifier().rank(text[:2000]) if code not in {"el", "bg"}]
    best, score = ranked[0]
    scores = dict(ranked)
    if len(text) <= _SHORT and fallback in scores and score - scores[fallback] < _MARGIN_PER_TEXT:
        return fallback
    return str(best)
