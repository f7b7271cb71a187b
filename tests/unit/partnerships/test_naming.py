"""Names of places as people sort and type them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.partnerships.naming import fold, free_slug, place_slug, sort_key


@pytest.mark.parametrize(
    ("name", "folded"),
    [("Bolesławiec", "boleslawiec"), ("Großröhrsdorf", "grossrohrsdorf"), ("Ærø", "aero"), ("Șoimuș", "soimus")],
)
def test_it_folds_letters_with_accents(name: str, folded: str) -> None:
    assert fold(name) == folded


def test_names_in_other_scripts_are_sorted_by_their_latin_spelling() -> None:
    names = [("София", "Sofia"), ("Βάρη-Βούλα-Βουλιαγμένη", "Vari-Voula-Vouliagmeni"), ("Ulm", ""), ("Ølgod", "")]
    in_order = sorted(names, key=lambda pair: sort_key(pair[0], latin=pair[1]))
    assert [name for name, _ in in_order] == ["Ølgod", "София", "Ulm", "Βάρη-Βούλα-Βουλιαγμένη"]


def test_punctuation_does_not_decide_the_order() -> None:
    assert sort_key("Saint-Denis") == sort_key("Saint Denis")
    assert sort_key("'s-Hertogenbosch") == "s hertogenbosch"


def test_a_slug_reads_as_the_name() -> None:
    assert place_slug("Vila-real de Açò", country="ES", geonameid=12) == "vila-real-de-aco-es-12"


@given(st.text(max_size=200), st.sampled_from(["DE", "GR"]), st.integers(1, 2**31 - 1))
def test_any_name_makes_a_slug_that_fits(name: str, country: str, number: int) -> None:
    slug = place_slug(name, country=country, geonameid=number)
    assert len(slug) <= 80
    assert re.fullmatch(r"[a-z0-9-]+", slug)
    assert slug.endswith(f"-{number}")


@given(st.text(max_size=200))
def test_folding_twice_is_folding_once(name: str) -> None:
    assert sort_key(sort_key(name)) == sort_key(name)


@given(st.text(max_size=120), st.sets(st.sampled_from(["a", "a-2", "a-3", "survey", "survey-2"])))
def test_a_free_slug_is_free_and_fits_an_address(title: str, taken: set[str]) -> None:
    slug = free_slug(title, taken=taken, fallback="survey")
    assert slug not in taken
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= 66
    assert free_slug(title, taken={*taken, slug}, fallback="survey") != slug


def test_a_free_slug_counts_up() -> None:
    assert free_slug("Łódź & Gdańsk!", taken=(), fallback="x") == "lodz-gdansk"
    assert free_slug("A", taken={"a", "a-2"}, fallback="x") == "a-3"
    assert free_slug("София", taken=(), fallback="programme") == "programme"
