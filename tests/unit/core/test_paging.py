"""Cursors: what we wrote comes back, anything else is refused in one way only."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from citytandem.core.errors import Invalid
from citytandem.core.paging import decode_cursor, encode_cursor

VALUES = st.lists(
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60)
    | st.integers(-(2**62), 2**62),
    max_size=3,
)


def packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(VALUES)
def test_a_cursor_gives_back_what_was_put_in(values: list[Any]) -> None:
    cursor = encode_cursor(values)
    assert decode_cursor(cursor, length=len(values)) == values
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text(st.characters(exclude_categories=()), max_size=80), st.integers(0, 3))
@example("é", 2)
@example("WyJhIiwi", 2)
@example("[" * 10_000, 2)
@example(packed([["a"], 1]), 2)
def test_anything_else_is_invalid_and_nothing_worse(cursor: str, length: int) -> None:
    try:
        values = decode_cursor(cursor, length=length)
    except Invalid as error:
        assert (error.code, error.field, error.status) == ("cursor.invalid", "after", 422)
    else:
        assert len(values) == length


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=3), lambda v: st.lists(v, max_size=3), max_leaves=5
    )
)
def test_forged_values_of_other_types_are_refused(value: Any) -> None:
    try:
        values = decode_cursor(packed(value), length=2)
    except Invalid:
        return
    assert all(isinstance(part, str | int) for part in values)


@pytest.mark.parametrize(
    "value", [["a", "b\x00"], ["a" * 201, "b"], ["a"], ["a", "b", "c"], {"a": 1}, ["a", 1.5], ["a", None], 7, "ab"]
)
def test_wrong_shapes_are_refused(value: Any) -> None:
    with pytest.raises(Invalid):
        decode_cursor(packed(value), length=2)


def test_deep_nesting_and_huge_numbers_are_refused() -> None:
    for text in ("[" * 50_000 + "]" * 50_000, "[" + "9" * 10_000 + ",1]"):
        with pytest.raises(Invalid):
            decode_cursor(base64.urlsafe_b64encode(text.encode()).decode(), length=2)
