"""Bytes of a stranger: what is too large, too deep or ambiguous never becomes a value."""

from __future__ import annotations

import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.federation.protocol.errors import BadJson
from citytandem.federation.protocol.reading import DEPTH, OBJECT_BYTES, PAGE_BYTES, parsed
from tests.unit.federation.test_canonical import VALUES


@given(VALUES.filter(lambda value: len(json.dumps(value)) < OBJECT_BYTES), st.sampled_from([None, 1]), st.booleans())
def test_any_json_is_read_as_it_was_written(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only, separators=(",", " : "))
    try:
        read = parsed(text.encode())
    except BadJson as error:
        assert error.code == "json.depth"
    else:
        assert read == value


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a":1,"a":1}', "json.duplicate"),
        (b'{"a" :1,"a":":"}', "json.duplicate"),
        (b'[{"b":{"a":1,"\\u0061":2}}]', "json.duplicate"),
        (b'{"a":"\\\\","a":"\\":"}', "json.duplicate"),
        (b'{"a":NaN}', "json.malformed"),
        (b'{"a":Infinity}', "json.malformed"),
        (b'{"a":"\\ud800"}', "json.malformed"),
        (b'{"a":"\xff"}', "json.malformed"),
        (b"\xef\xbb\xbf{}", "json.malformed"),
        (b'{"a":1}x', "json.malformed"),
        (b"", "json.malformed"),
        (b'{"a":1e400}', "json.malformed"),
        (b'{"a":' + b"9" * 100_000 + b"}", "json.number"),
        (b'{"a":0.' + b"0" * 100 + b"1}", "json.number"),
        (b"[" * 100_000, "json.malformed"),
        (b"]" * 100_000, "json.malformed"),
        (b"[" * 100_000 + b"]" * 100_000, "json.depth"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "json.depth"),
        (b" " * (OBJECT_BYTES + 1), "json.too_large"),
    ],
)
def test_bytes_that_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(BadJson) as refused:
        parsed(data)
    assert refused.value.code == code


def test_the_deepest_that_is_allowed_is_read_and_one_more_is_not() -> None:
    assert parsed(b'[{"a":' * (DEPTH // 2) + b"1" + b"}]" * (DEPTH // 2))
    with pytest.raises(BadJson, match=r"json\.depth"):
        parsed(b'[{"a":' * (DEPTH // 2) + b"[]" + b"}]" * (DEPTH // 2))


def test_brackets_in_texts_are_no_depth() -> None:
    assert parsed(json.dumps({"text": "[{" * 500 + '\\"' * 50}).encode())


def test_a_page_full_of_brackets_costs_neither_time_nor_memory() -> None:
    bomb = (b"[" * 30 + b"]" * 30 + b",") * (PAGE_BYTES // 61 - 1)
    began = time.process_time()
    tracemalloc.start()
    with pytest.raises(BadJson):
        parsed(b"[" * (PAGE_BYTES - 1), most_bytes=PAGE_BYTES)
    with pytest.raises(BadJson):
        parsed(bomb, most_bytes=PAGE_BYTES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - began < 2
    assert peak < 20 * PAGE_BYTES
