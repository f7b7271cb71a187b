"""Lines of a form to the profile of a city and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.partnerships.programmes.maturity import ANCHORS, DIMENSIONS, LEVELS, overall
from citytandem.partnerships.programmes.profile_fields import (
    LONGEST_LINE,
    MOST_LINES,
    TooLong,
    lines_of,
    phrase_lines,
    phrases,
    twinning_lines,
    twinnings,
)


def test_a_phrase_that_stays_as_it_was_derived_stays_marked_so() -> None:
    before = [{"text": "data ethics", "basis": "derived"}, {"text": "pilots", "basis": "stated"}]
    now = phrases(["data ethics", "sandboxes"], before)
    assert now == [{"text": "data ethics", "basis": "derived"}, {"text": "sandboxes", "basis": "stated"}]


@given(st.lists(st.text(min_size=1, max_size=30), max_size=10))
def test_what_is_shown_and_saved_again_is_the_same(words: list[str]) -> None:
    told = phrases(lines_of("\n".join(words)), [])
    assert phrases(lines_of(phrase_lines(told)), told) == told


def test_twin_towns_are_read_from_lines_and_keep_what_was_known() -> None:
    before = [{"name": "София", "slug": "sofia", "country": "BG", "since": 1999, "note": "x"}]
    assert twinning_lines(before) == "София; BG; 1999"
    assert twinnings(["София; BG; 1999", "Venlo; nl", "Dunkerque; 1974; FR"], before) == [
        before[0], {"name": "Venlo", "country": "NL"}, {"name": "Dunkerque", "since": 1974, "country": "FR"},
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["x" * (LONGEST_LINE + 1), "\n".join(map(str, range(MOST_LINES + 5)))])
def test_too_much_is_told_with_its_line(text: str) -> None:
    with pytest.raises(TooLong):
        lines_of(text)


def test_each_level_of_each_dimension_has_its_sentence() -> None:
    assert set(ANCHORS) == set(DIMENSIONS)
    assert all(len(sentences) == len(LEVELS) for sentences in ANCHORS.values())


def test_the_overall_level_is_the_mean_of_what_was_assessed() -> None:
    assert overall({}) is None
    assert overall({"data": {"level": 1}, "people": {"level": 4}, "unknown": {"level": 0}}) == 2.5
    assert overall({"data": {"level": 7}}) is None
