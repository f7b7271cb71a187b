"""Addresses made from titles."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.challenges.addresses import LONGEST, slug_of


@given(st.text(max_size=300))
def test_any_title_has_an_address_that_fits_the_column(title: str) -> None:
    slug = slug_of(title, code="abcdefghjk")
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= LONGEST + 11


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Größere Mülleimer für die Straße", "groessere-muelleimer-fuer-die-strasse"),
        ("Des vélos à l’école", "des-velos-a-l-ecole"),
        ("Żółta łódź", "zolta-lodz"),
        ("Câini în oraș", "caini-in-oras"),
        ("Щастлив град", "shtastliv-grad"),
        ("Ψηφιακή πόλη", "psifiaki-poli"),
        ("new", "new-abcdefghjk"),
        ("…", "abcdefghjk"),
    ],
)
def test_titles_of_nine_languages(title: str, slug: str) -> None:
    assert slug_of(title, code="abcdefghjk") == slug


def test_a_long_title_ends_with_a_whole_word_and_a_taken_one_with_the_code() -> None:
    slug = slug_of("Wie werden " * 20, code="abcdefghjk")
    assert slug.endswith(("wie", "werden"))
    assert slug_of("Bins", code="abcdefghjk", taken={"bins"}) == "bins-abcdefghjk"
