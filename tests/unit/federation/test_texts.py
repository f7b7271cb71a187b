"""Texts of partners: a language map on the way, plain text on the page."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.federation.protocol.texts import FIELDS, cleaned, language_maps, texts_of

PLAIN = st.text(
    alphabet=st.characters(exclude_characters="<\ufeff\ufffe\uffff", exclude_categories=["Cc", "Cf", "Cs"]), max_size=40
)
VERSIONS = st.dictionaries(
    st.sampled_from(["de", "en", "bg", "zh-Hant"]),
    st.fixed_dictionaries({"text": PLAIN, "by": st.sampled_from(["human", "machine"])}),
    min_size=1,
)


@given(st.dictionaries(st.sampled_from(FIELDS), VERSIONS))
def test_texts_come_back_with_who_wrote_them(texts: dict[str, dict[str, dict[str, str]]]) -> None:
    assert texts_of(language_maps(texts)) == texts


def test_another_field_is_no_text() -> None:
    with pytest.raises(KeyError):
        language_maps({"title": {}})


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Hitze < 30 °C und a<b", "Hitze < 30 °C und a<b"),
        ("<b>Hitze</b> &amp; mehr", "Hitze &amp; mehr"),
        ("a<script>alert(1)</script>b", "ab"),
        ("a<SCRIPT src=x>alert(1)</ScRiPt\n>b", "ab"),
        ("a<script>alert(1)", "a"),
        ("a<style>*{}</style>b<!-- c -->d", "abd"),
        ("<img src=x onerror=alert(1)>b", "b"),
        ("<scr<b>ipt>x</scr</b>ipt>y", "y"),
        ("<objective> stays but for its tag", " stays but for its tag"),
        ("<iframe srcdoc='<p>'></iframe>x", "x"),
        ("\u202egpj.exe\u202c \u2066x\u2069", "gpj.exe x"),
        ("a\x00b\x1bc\td\ne", "abc\td\ne"),
        ("<svg/onload=alert(1)>x", "x"),
    ],
)
def test_markup_of_partners_does_not_reach_the_page(sent: str, shown: str) -> None:
    assert cleaned(sent) == shown


@given(st.text(alphabet="<>/!scriptSCRIPTb =\"'İ\n", max_size=200))
def test_nothing_that_looks_like_a_tag_is_left(text: str) -> None:
    left = cleaned(text)
    assert not re.search(r"</?[A-Za-z][^<>]*>", left)
    assert "<script" not in left.lower()
    assert cleaned(left) == left


@pytest.mark.parametrize(
    "text", ["<script>" * 8_000, "<b" * 32_000, "<" * 64_000, "<!" * 32_000, "<a" * 20_000 + ">" * 20_000]
)
def test_cleaning_is_quick_whatever_is_sent(text: str) -> None:
    began = time.process_time()
    cleaned(text)
    assert time.process_time() - began < 1
