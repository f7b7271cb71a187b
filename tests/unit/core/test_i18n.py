"""Content in several languages: which version a reader gets, and what may be stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from citytandem.core.i18n import TranslatedField, validate_translations
from citytandem.core.languages import LANGUAGES
from citytandem.core.versions import read, texts_of, translations

CODES = st.sampled_from(LANGUAGES)
VERSIONS = st.fixed_dictionaries({"text": st.text(max_size=8), "by": st.sampled_from(["human", "machine"])})
CONTENT = st.dictionaries(CODES, VERSIONS, max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["de", "en", "text", "by", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(CONTENT, CODES, CODES)
def test_a_reader_gets_the_best_version_there_is(
    content: dict[str, dict[str, str]], reader: str, original: str
) -> None:
    got = read(content, reader=reader, original=original)
    filled = {code for code, version in content.items() if version["text"]}
    if not filled:
        assert got.text == ""
        return
    wanted = next((code for code in (reader, "en", original) if code in filled), None)
    assert got.language == wanted or (wanted is None and got.language in filled)
    assert got.text == content[got.language]["text"]
    assert got.is_machine == (content[got.language]["by"] == "machine")
    assert got.is_original == (got.language == original)


@pytest.mark.parametrize("nothing", [None, {}, {"de": {"text": "", "by": "human"}}])
def test_no_text_reads_as_an_empty_one(nothing: Any) -> None:
    assert (str(read(nothing, reader="pl")), read(nothing, reader="pl").language) == ("", "pl")


def test_a_version_without_a_maker_is_a_human_one() -> None:
    assert read({"de": {"text": "Müll"}}, reader="fr").by == "human"


def test_translations_make_the_stored_shape_and_leave_out_empty_texts() -> None:
    stored = translations(by="machine", de="Müll", en="")
    assert stored == {"de": {"text": "Müll", "by": "machine"}}
    assert texts_of(stored) == {"de": "Müll"}
    assert texts_of(None) == {}


@given(CONTENT)
def test_the_stored_shape_is_valid(content: dict[str, dict[str, str]]) -> None:
    validate_translations(content)


@given(JSON)
def test_anything_else_is_refused_and_never_crashes(value: Any) -> None:
    try:
        validate_translations(value)
    except ValidationError:
        return
    assert all(code in LANGUAGES and isinstance(version["text"], str) for code, version in value.items())


@pytest.mark.parametrize(
    "value",
    [
        "text",
        ["de"],
        {"es": {"text": "basura"}},
        {"de": "Müll"},
        {"de": {"by": "human"}},
        {"de": {"text": 5}},
        {"de": {"text": "Müll", "by": "somebody"}},
        {"de": {"text": "Müll", "by": ["human"]}},
    ],
)
def test_wrong_shapes_are_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        validate_translations(value)


def test_the_field_validates_what_it_is_given() -> None:
    with pytest.raises(ValidationError):
        TranslatedField().clean({"es": {"text": "basura"}}, None)
