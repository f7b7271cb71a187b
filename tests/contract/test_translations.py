"""The pages in nine languages: no string missing, stale or half done, in any of the eight catalogues."""

from __future__ import annotations

import gettext
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest
from babel import Locale
from django.utils.translation import gettext as translated
from django.utils.translation import ngettext, override

from citytandem.core.catalogues import TRANSLATED, catalogue_path, complaints, extract, read_catalogue
from citytandem.core.languages import LANGUAGES

template = cache(extract)
TAG = re.compile(r"</?[a-z][^>]*>")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def forms_of(message: Any) -> list[tuple[str, str]]:
    """Pairs of (English, translation) of a message, plural forms each with the English plural."""
    if isinstance(message.id, str):
        return [(message.id, message.string)]
    return [(message.id[1], form) for form in message.string]


def messages(language: str) -> list[Any]:
    """What is translated; what is not is counted in one place only."""
    return [
        message for message in read_catalogue(language) if message.id and all(form for _, form in forms_of(message))
    ]


def test_there_are_eight_catalogues_beside_english() -> None:
    assert set(TRANSLATED) == set(LANGUAGES) - {"en"}
    assert len(template()) > 100


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_missing_stale_fuzzy_or_half_done(language: str) -> None:
    assert list(complaints(language, template=template())) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_placeholder_can_be_filled_in(language: str) -> None:
    for message in messages(language):
        for english, form in forms_of(message):
            if PLACEHOLDER.search(english):
                filled = form % dict.fromkeys(re.findall(r"%\((\w+)\)", english), 1)
                assert "%(" not in filled, form


@pytest.mark.parametrize("language", TRANSLATED)
def test_markup_and_edges_are_those_of_the_english_text(language: str) -> None:
    for message in messages(language):
        for english, form in forms_of(message):
            assert Counter(TAG.findall(form)) == Counter(TAG.findall(english)), form
            assert (form[:1].isspace(), form[-1:].isspace()) == (english[:1].isspace(), english[-1:].isspace()), form


@pytest.mark.parametrize("language", TRANSLATED)
def test_plural_forms_are_those_of_the_language(language: str) -> None:
    """Every number of one CLDR category takes one form, and each form has its category."""
    catalogue = read_catalogue(language)
    select = gettext.c2py(catalogue.plural_expr)  # type: ignore[attr-defined]
    category = Locale(language).plural_form
    pairs = {(category(number), select(number)) for number in range(200)}
    assert len(pairs) == len({name for name, _ in pairs}) == len({form for _, form in pairs}) == catalogue.num_plurals
    plural = [message for message in messages(language) if not isinstance(message.id, str)]
    assert plural
    assert all(len(message.string) == catalogue.num_plurals for message in plural)


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_says_what_the_readable_one_says(language: str) -> None:
    with catalogue_path(language).with_suffix(".mo").open("rb") as file:
        compiled: dict[Any, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    wanted: dict[Any, str] = {}
    for message in messages(language):
        name = message.id if isinstance(message.id, str) else message.id[0]
        key = f"{message.context}\x04{name}" if message.context else name
        if isinstance(message.id, str):
            wanted[key] = message.string
        else:
            wanted |= {(key, number): form for number, form in enumerate(message.string)}
    assert len(wanted) > 100
    assert {key: compiled.get(key) for key in wanted} == wanted


@pytest.mark.parametrize("language", TRANSLATED)
def test_django_finds_the_catalogue(language: str) -> None:
    simple = next(m for m in messages(language) if isinstance(m.id, str) and not m.context and m.string != m.id)
    plural = next(m for m in messages(language) if not isinstance(m.id, str) and not m.context)
    with override(language):
        assert translated(simple.id) == simple.string
        assert ngettext(plural.id[0], plural.id[1], 5) in plural.string


@pytest.mark.parametrize("language", TRANSLATED)
def test_greek_and_bulgarian_are_written_in_their_own_letters(language: str) -> None:
    letters = {"el": "[\u0370-\u03ff]", "bg": "[\u0400-\u04ff]"}.get(language, "[A-Za-z]")
    texts = [form for message in messages(language) for _, form in forms_of(message) if len(form) > 12]
    assert sum(bool(re.search(letters, text)) for text in texts) / len(texts) > 0.97


def test_the_english_is_plain_and_has_no_loose_ends() -> None:
    for message in template():
        for english in (message.id,) if isinstance(message.id, str) else message.id:
            assert "  " not in english.strip().replace("\n", " ") or "\n" in english, english
            assert not re.search(r"%[sd]", english), f"a placeholder without a name: {english}"
