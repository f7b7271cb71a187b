"""Cleaning of what people paste: nothing harmful stays, nothing visible goes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from citytandem.core.text import clean_line, clean_text, shorten

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=200)
OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def visible(text: str) -> str:
    """What a reader sees: no spaces, controls or marks that only steer the layout; in one normal form."""
    whole = "".join("\ufffd" if unicodedata.category(c) == "Cs" else c for c in text)
    kept = "".join(c for c in whole if not c.isspace() and unicodedata.category(c) not in {"Cc", "Cf", "Cn"})
    return unicodedata.normalize("NFC", kept)


@given(ANYTHING)
@example("e\x00\u0301")
@example("\u1100\u202e\u1161")
@example("a\x1fb\x0c")
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert clean_line(clean_line(text)) == clean_line(text)


@given(ANYTHING)
def test_no_control_no_override_and_no_half_character_stays(text: str) -> None:
    cleaned = clean_text(text)
    assert not set(cleaned) & set(OVERRIDES + "\x00\r\ufeff")
    assert all(unicodedata.category(c) != "Cc" or c in "\n\t" for c in cleaned)
    cleaned.encode("utf-8")
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned == cleaned.strip()


@given(ANYTHING)
def test_nothing_is_dropped_that_a_reader_could_see(text: str) -> None:
    assert visible(clean_text(text)) == visible(text)


@pytest.mark.parametrize("mark", ["\u200e", "\u200f", "\u061c", "\u200d", "\u00ad"])
def test_marks_that_right_to_left_words_and_emoji_need_stay(mark: str) -> None:
    assert clean_text(f"שלום{mark}ab") == f"שלום{mark}ab"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x85"])
def test_words_on_two_lines_or_pages_stay_two_words(end: str) -> None:
    assert clean_text(f"bins{end}overflow") == "bins\noverflow"
    assert clean_line(f"bins{end}overflow") == "bins overflow"


def test_trojan_sources_read_as_they_are() -> None:
    assert clean_text("pay \u202e001\u202c euros") == "pay 001 euros"


@given(ANYTHING, st.integers(2, 120))
def test_shortened_texts_are_never_longer_than_asked(text: str, limit: int) -> None:
    short = shorten(text, limit=limit)
    assert len(short) <= limit
    assert "\n" not in short
    if len(clean_line(text)) <= limit:
        assert short == clean_line(text)
    else:
        assert short.endswith("…")
        assert clean_line(text).startswith(short[:-1])


def test_texts_are_cut_at_a_word() -> None:
    assert shorten("The bins overflow at weekends, always", limit=32) == "The bins overflow at weekends…"
    assert shorten("The bins overflow at weekends, always", limit=28) == "The bins overflow at…"


def test_a_hundred_thousand_characters_are_cleaned_at_once() -> None:
    text = "Мусор и\u0306 Müll \x00" * 8_000
    assert len(clean_text(text)) < len(text)
