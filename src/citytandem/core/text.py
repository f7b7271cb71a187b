"""Cleaning of what people type or paste. Pure. Nothing is dropped silently that a reader could see."""

from __future__ import annotations

import re
import unicodedata

MAX_TITLE = 200
MAX_TEXT = 20_000
MAX_QUERY = 2_000

# Bidirectional overrides can make a text read differently from what it says (Unicode TR 36, "Trojan source");
# marks that only help the layout of right-to-left words (LRM, RLM, ALM) stay.
_BIDI_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Pages of a PDF end with a form feed; NEL and the vertical tab end lines as well.
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """NFC, line ends as \\n, without control characters and bidirectional overrides (PostgreSQL refuses NUL)."""
    text = _SURROGATES.sub("\ufffd", text)
    text = _BIDI_OVERRIDES.sub("", _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)))
    # Last: a letter and its accent may have stood on both sides of something that was taken out.
    return unicodedata.normalize("NFC", text).strip()


def clean_line(text: str) -> str:
    """As `clean_text`, on one line."""
    return re.sub(r"\s+", " ", clean_text(text))


def shorten(text: str, *, limit: int) -> str:
    """At most `limit` characters, cut at a word, with an ellipsis."""
    line = clean_line(text)
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut).rstrip(" ,;:.") + "…"
