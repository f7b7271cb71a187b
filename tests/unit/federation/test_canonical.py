"""One byte form, however the value came: against the numbers of RFC 8785 and the package `rfc8785`."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from citytandem.federation.protocol.canonical import SAFE_INTEGER, canonical, canonical_form, exact, number, parted
from citytandem.federation.protocol.errors import BadJson

# RFC 8785, appendix B, "Number Serialization Samples": IEEE 754 bits, JSON.
APPENDIX_B = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]
LETTERS = st.one_of(
    st.text(),
    st.text(alphabet='aé"\\/\n\x00\x1f\x7f\u2028\ue000\ufffd\U0001f600\U0010ffff:,{}[]', max_size=6),
)
NUMBERS = st.one_of(st.integers(-SAFE_INTEGER, SAFE_INTEGER), st.floats(allow_nan=False, allow_infinity=False))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, LETTERS),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(LETTERS, inner, max_size=5),
    max_leaves=30,
)


@pytest.mark.parametrize(("bits", "written"), APPENDIX_B)
def test_numbers_are_written_as_in_appendix_b(bits: str, written: str) -> None:
    value = struct.unpack(">d", bytes.fromhex(bits))[0]
    assert number(value) == written
    assert canonical(value) == written.encode()


@pytest.mark.parametrize("bits", ["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])
def test_nan_and_infinity_have_no_form(bits: str) -> None:
    value = struct.unpack(">d", bytes.fromhex(bits))[0]
    with pytest.raises(BadJson, match=r"json\.number"):
        canonical({"value": [value]})


def test_the_example_of_section_3_2_3_is_sorted_by_utf_16_units() -> None:
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical(value)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


@given(VALUES)
def test_any_value_is_written_as_the_reference_writes_it(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(VALUES)
def test_the_quick_path_and_the_exact_one_agree(value: Any) -> None:
    assert canonical(value) == exact(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_is_written_as_the_reference_writes_it_and_reads_back(value: float) -> None:
    assert canonical(value) == rfc8785.dumps(value)
    assert float(number(value)) == value


@given(VALUES)
def test_a_form_tells_its_strings_from_the_rest(value: Any) -> None:
    form = canonical_form(value)
    strings = [len(json.dumps(text, ensure_ascii=False)) for text in _strings(value)]
    assert len(form.strings) == len(strings)
    assert b'"' not in form.outside
    assert len(form.data) == len(form.outside) + sum(map(len, form.strings)) + 2 * len(form.strings)


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [*value, *(text for item in value.values() for text in _strings(item))]
    return [text for item in value for text in _strings(item)] if isinstance(value, list) else []


def test_escaped_quotes_and_backslashes_do_not_end_a_string() -> None:
    assert parted(rb'{"a\"b":"\\","c":"\\\"}"}')[0] == b"{:,:}"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (SAFE_INTEGER + 1, "json.number"),
        (-(2**70), "json.number"),
        (2**64, "json.number"),
        ("\ud800", "json.text"),
        ({"\udfff": 1}, "json.text"),
        ({1: 2}, "json.type"),
        ({"a": {1, 2}}, "json.type"),
        ({"a": b"bytes"}, "json.type"),
    ],
)
def test_what_json_does_not_hold_is_refused(value: Any, code: str) -> None:
    with pytest.raises(BadJson) as refused:
        canonical(value)
    assert refused.value.code == code


def test_a_value_nested_without_end_is_refused() -> None:
    value: list[Any] = []
    for _ in range(5_000):
        value = [value]
    with pytest.raises(BadJson, match=r"json\.depth"):
        canonical(value)
