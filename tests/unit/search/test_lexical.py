"""Words as index terms: forms of a word meet, languages never do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.core.languages import LANGUAGES
from citytandem.search.lexical import terms, tsvector_text, words_and_terms

CODES = st.sampled_from(LANGUAGES)
ANYTHING = st.text(st.characters(exclude_categories=()), max_size=120)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("pl", "szkoła szkoły szkołach SZKOŁA szkola"),
        ("pl", "odpady odpadów odpadami"),
        ("bg", "училище училища УЧИЛИЩЕ"),
        ("bg", "улица улици улиците"),
        ("de", "Wärmepumpe Wärmepumpen WÄRMEPUMPE Waermepumpe warmepumpe"),
        ("de", "Straße Strasse STRASSE"),
        ("de", "Mülleimer mülleimer Muelleimer"),
        ("el", "σχολείο σχολεία ΣΧΟΛΕΙΟ ΣΧΟΛΕΊΟ σχολειο"),
        ("el", "δρόμος δρόμου ΔΡΟΜΟΣ"),
        ("fr", "déchet déchets DÉCHETS dechets"),
        ("it", "scuola scuole"),
        ("nl", "fietsen fietsen FIETSEN"),
        ("ro", "școală şcoală scoala"),
        ("en", "sensor sensors Sensors"),
    ],
)
def test_forms_and_spellings_of_a_word_are_one_term(language: str, forms: str) -> None:
    assert len(set(terms(forms, language))) == 1


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [("de", "Müll", "Mühle"), ("pl", "szkoła", "szkoda"), ("bg", "училище", "улица"), ("en", "bin", "bus")],
)
def test_different_words_stay_different(language: str, one: str, other: str) -> None:
    assert not set(terms(one, language)) & set(terms(other, language))


def test_decomposed_letters_are_the_same_letters() -> None:
    assert terms("Müll", "de") == terms("Mu\u0308ll", "de")
    assert terms("й", "bg") == terms("и\u0306", "bg") == []


@pytest.mark.parametrize(
    ("language", "text"),
    [("de", "Die und der in"), ("pl", "i w na do"), ("el", "και το της"), ("bg", "и на за"), ("fr", "de la et")],
)
def test_function_words_are_left_out(language: str, text: str) -> None:
    assert terms(text, language) == []


@given(ANYTHING, CODES)
def test_every_term_carries_its_language_and_a_bounded_length(text: str, language: str) -> None:
    for word, term in words_and_terms(text, language):
        assert term.startswith(f"{language}:")
        assert len(term) <= 43
        assert len(word) >= 2
        assert "\x00" not in term


@given(ANYTHING, CODES, CODES)
def test_the_words_of_two_languages_never_meet(text: str, one: str, other: str) -> None:
    if one != other:
        assert not set(terms(text, one)) & set(terms(text, other))


@given(ANYTHING, ANYTHING, CODES)
def test_a_title_weighs_more_and_no_term_stands_twice(title: str, text: str, language: str) -> None:
    literal = tsvector_text(title, text, language)
    in_title, in_text = set(terms(title, language)), set(terms(text, language))
    parts = literal.split(" '") if literal else []
    assert len(parts) == len(in_title | in_text)
    assert sum(part.endswith("':1A") for part in parts) == len(in_title)


def test_a_language_that_nobody_knows_is_taken_as_it_is() -> None:
    assert terms("Basura basuras", "es") == ["es:basura", "es:basuras"]
