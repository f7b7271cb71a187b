"""Which language an answer is in, whatever a browser sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.core.languages import LANGUAGES, NATIVE_NAMES, accepted, choose, is_language, reading_order

ANY_WISH = st.one_of(st.none(), st.text(max_size=10), st.sampled_from(LANGUAGES))


@given(st.text(max_size=300))
def test_any_header_gives_only_our_languages(header: str) -> None:
    assert set(accepted(header)) <= set(LANGUAGES)


@given(st.lists(st.tuples(st.sampled_from([*LANGUAGES, "es", "zz", "*"]), st.floats(0, 1)), max_size=12))
def test_languages_come_by_quality_and_then_as_written(wishes: list[tuple[str, float]]) -> None:
    header = ", ".join(f"{code};q={quality:.3f}" for code, quality in wishes)
    rounded = [(code, float(f"{quality:.3f}")) for code, quality in wishes]
    wanted = [code for code, quality in sorted(rounded, key=lambda wish: -wish[1]) if quality > 0 and is_language(code)]
    assert accepted(header) == wanted


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("de", ["de"]),
        ("pl-PL, en;q=0.8", ["pl", "en"]),
        ("en;q=0.2,EL;q=0.9", ["el", "en"]),
        ("fr ; q=0.5 , nl", ["nl", "fr"]),
        ("it;Q=0.1,ro", ["ro", "it"]),
        ("de;q=0", []),
        ("de;q=nan, bg;q=abc", []),
        ("*", []),
        ("", []),
        ("zh-Hans,es", []),
        ("de-DE-1996;q=0.7", ["de"]),
    ],
)
def test_headers_are_read_as_rfc_9110_means_them(header: str, wanted: list[str]) -> None:
    assert accepted(header) == wanted


def test_a_very_long_header_costs_nothing() -> None:
    assert accepted("x," * 1_000_000 + "de") == []


@given(ANY_WISH, ANY_WISH, st.text(max_size=50))
def test_an_answer_is_in_one_of_the_nine_or_left_to_the_city(
    asked: str | None, cookie: str | None, header: str
) -> None:
    assert choose(asked=asked, cookie=cookie, header=header) in {*LANGUAGES, None}


def test_the_address_wins_then_the_choice_then_the_browser_then_the_city() -> None:
    everything = {"asked": "ro", "cookie": "bg", "header": "fr,en"}
    assert choose(**everything) == "ro"
    assert choose(**everything | {"asked": "es"}) == "bg"
    assert choose(**everything | {"asked": None, "cookie": ""}) == "fr"
    assert choose(**everything | {"asked": None, "cookie": None, "header": "es"}) is None


def test_every_language_has_its_own_name() -> None:
    assert set(NATIVE_NAMES) == set(LANGUAGES)
    assert len(set(NATIVE_NAMES.values())) == len(LANGUAGES)


@given(st.sampled_from(LANGUAGES), st.sampled_from(LANGUAGES))
def test_a_reader_gets_the_own_language_then_english_then_the_original(reader: str, original: str) -> None:
    order = reading_order(reader, original)
    assert order[0] == reader
    assert set(order) == {reader, "en", original}
    assert len(order) == len(set(order))
