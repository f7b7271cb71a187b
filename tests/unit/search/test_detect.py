"""Which language a text is in, measured on the parallel sentences that the match was learned from."""

from __future__ import annotations

import csv
import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.core.languages import LANGUAGES
from citytandem.search.detect import detect_language

SENTENCES = Path(__file__).parents[3] / "training" / "match"


@cache
def sampled() -> tuple[tuple[str, str], ...]:
    """(language, sentence): 60 of each language."""
    rows = []
    for path in sorted(SENTENCES.glob("[a-f].tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            rows += [(row["lang"], row["text"]) for row in table]
    chosen = random.Random(20260101)  # noqa: S311 - the same sample each time
    return tuple(pair for code in LANGUAGES for pair in chosen.sample([row for row in rows if row[0] == code], 60))


def test_ninety_nine_of_a_hundred_sentences_are_told_apart() -> None:
    right = [detect_language(text) == code for code, text in sampled()]
    assert sum(right) / len(right) >= 0.99


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_wrong_hint_does_not_mislead_over_whole_sentences(code: str) -> None:
    hint = "it" if code != "it" else "ro"
    found = [detect_language(text, hint=hint) for known, text in sampled() if known == code]
    assert found.count(code) / len(found) >= 0.96


@pytest.mark.parametrize(
    ("text", "hint"), [("Internet", "nl"), ("Internet", "pl"), ("Sensor", "ro"), ("Radar 7", "fr")]
)
def test_the_reader_decides_over_words_that_many_languages_have(text: str, hint: str) -> None:
    assert detect_language(text, hint=hint) == hint


@pytest.mark.parametrize(("text", "code"), [("Κάδοι", "el"), ("Боклук", "bg"), ("Smart City in der Κ", "de")])
def test_letters_decide_where_a_script_has_one_language(text: str, code: str) -> None:
    assert detect_language(text, hint="de") == code


@pytest.mark.parametrize("text", ["", "   ", "12345", "!?…", "😀", "\x00"])
def test_a_text_without_letters_is_in_the_readers_language(text: str) -> None:
    assert detect_language(text, hint="ro") == "ro"
    assert detect_language(text, hint="zz") == "en"


@given(st.text(st.characters(exclude_categories=()), max_size=120), st.sampled_from([*LANGUAGES, "xx", ""]))
def test_any_text_gets_one_of_the_nine(text: str, hint: str) -> None:
    assert detect_language(text, hint=hint) in LANGUAGES


def test_a_hundred_thousand_characters_are_quickly_told() -> None:
    assert detect_language("Die Mülleimer quellen über. " * 4_000) == "de"
