"""Reasons in words, and texts with the places that they point at."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from citytandem.moderation import reasons
from citytandem.moderation.pii import KINDS
from citytandem.moderation.spam import Signals, judge

TEXT = "A lamp\nPlease call Mrs Miller at miller@example.org about the broken lamp at the corner of the old street."


def reason(code: str, found: str) -> dict[str, Any]:
    start = TEXT.index(found)
    return {"code": code, "start": start, "end": start + len(found)}


FOUND = [reason("pii.name", "Miller"), reason("pii.email", "miller@example.org"), {"code": "report"}]


def test_all_that_can_be_found_has_words() -> None:
    signs = {r.code for r in judge("WIN " * 50 + "https://bit.ly/x " * 9, signals=Signals(True, 0.1, (0,), 99)).reasons}
    codes = {f"pii.{kind}" for kind in KINDS} | {f"spam.{code}" for code in signs} | {"words", "links"}
    assert len(signs) >= 5
    assert [code for code in codes if code not in reasons.LABELS] == []


def test_marks_stand_where_the_reasons_point() -> None:
    pieces = reasons.marked(TEXT, FOUND)
    assert [piece.text for piece in pieces if piece.label] == ["Miller", "miller@example.org"]
    assert "".join(piece.text for piece in pieces) == TEXT


def test_a_list_shows_the_surroundings_and_nothing_that_was_found() -> None:
    shown = "".join(piece.text for piece in reasons.excerpt(TEXT, FOUND, skip=7))
    assert shown.startswith("Please call Mrs M••••• at m•••••@•••••••.•••")
    assert "iller" not in shown


def test_without_a_place_a_list_shows_the_beginning() -> None:
    shown = reasons.excerpt(TEXT, [{"code": "report"}], skip=7, most=20)
    assert [piece.text for piece in shown] == ["Please call Mrs Mill", "…"]


def test_each_reason_once_and_in_the_order_of_the_groups() -> None:
    told = reasons.shown([{"code": "report"}, *FOUND, {"code": "pii.name"}])
    assert [(one.code, one.count) for one in told] == [("pii.email", 1), ("pii.name", 2), ("report", 2)]


def test_a_report_alone_hides_nothing() -> None:
    assert not reasons.hides(["report", "moderator"])
    assert reasons.hides(["report", "visitor"])


spans = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.sampled_from(["pii.name", "words", "gone.code"]),
            "start": st.integers(-5, 90),
            "end": st.integers(-5, 90),
        }
    ),
    max_size=8,
)


@given(st.text(max_size=80), spans)
def test_marking_keeps_every_character(text: str, found: list[dict[str, Any]]) -> None:
    assert "".join(piece.text for piece in reasons.marked(text, found)) == text


@given(st.text(max_size=300), spans, st.integers(0, 40))
def test_what_a_list_shows_is_short_and_masked(text: str, found: list[dict[str, Any]], skip: int) -> None:
    shown = reasons.excerpt(text, found, skip=min(skip, len(text)), most=100)
    plain = sum(len(piece.text) for piece in shown if not piece.label)
    assert plain <= 100 + len("… …")
    assert all(not any(letter.isalnum() for letter in piece.text[1:]) for piece in shown if piece.label)
