"""The one byte form of a JSON value: JSON Canonicalization Scheme (RFC 8785)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from citytandem.federation.protocol.errors import BadJson

SAFE_INTEGER = 2**53 - 1
_DEEPEST = 200
# Beside strings: a number with a point or exponent, an integer that a double may not hold, or a null (which is also
# what the fast writer makes of NaN). Any of them asks for the exact path.
_NEEDS_CARE = re.compile(rb"\d[.eE]|\d{16}|null")
_OPTIONS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
# UTF-8 of letters beyond the BMP begins with F0-F4; of letters from U+E000 on, which UTF-16 sorts after them, with EE or EF.
_BEYOND = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")
_AFTER_SURROGATES = (b"\xee", b"\xef")


@dataclass(frozen=True, slots=True)
class Form:
    """Canonical bytes, what of them stands outside of strings, and each string's bytes without its quotes."""

    data: bytes
    outside: bytes
    strings: list[bytes]


def parted(data: bytes) -> tuple[bytes, list[bytes]]:
    """What stands outside of strings (joined), and what inside each. Exact for every valid JSON text, linear for all.

    Escaped backslashes and quotes are blotted out by two letters first, so that every quote left begins or ends a string.
    """
    if b"\\" in data:
        data = data.replace(b"\\\\", b"__").replace(b'\\"', b"__")
    parts = data.split(b'"')
    return b"".join(parts[::2]), parts[1::2]


def canonical(value: Any) -> bytes:
    """`value` as RFC 8785 writes it.

    Raises BadJson(`json.number`) for NaN, infinity, or an integer that a double does not hold exactly (RFC 8785, 3.2.2.3
    and I-JSON, RFC 7493, 2.2), BadJson(`json.text`) for a lone surrogate, BadJson(`json.type`), BadJson(`json.depth`).
    """
    return canonical_form(value).data


def canonical_form(value: Any) -> Form:
    """As `canonical`, with its parts for those who go on to check them.

    The fast writer sorts keys by code point and the standard by UTF-16 unit. They differ only where one key has a letter
    beyond the BMP and another one from U+E000 on, so the fast form stands unless both occur anywhere.
    """
    try:
        data = orjson.dumps(value, option=_OPTIONS)
    except TypeError:
        return _exact_form(value)
    outside, strings = parted(data)
    if _NEEDS_CARE.search(outside) or (not data.isascii() and _sorts_otherwise(data)):
        return _exact_form(value)
    return Form(data, outside, strings)


def _sorts_otherwise(data: bytes) -> bool:
    return any(lead in data for lead in _BEYOND) and any(lead in data for lead in _AFTER_SURROGATES)


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, 64 small hex digits."""
    return sha256(canonical(value)).hexdigest()


def _exact_form(value: Any) -> Form:
    data = exact(value)
    return Form(data, *parted(data))


def exact(value: Any) -> bytes:
    """The same result, letter for letter by the text of RFC 8785, 3.2; raises as `canonical` does."""
    return _written(value, 0).encode()


def _written(value: Any, depth: int) -> str:
    if depth > _DEEPEST:
        raise BadJson("json.depth", most=_DEEPEST)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int):
        if abs(value) > SAFE_INTEGER:
            raise BadJson("json.number")
        return str(int(value))
    if isinstance(value, float):
        return number(value)
    if isinstance(value, dict):
        return "{" + ",".join(_members(value, depth)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_written(item, depth + 1) for item in value) + "]"
    raise BadJson("json.type", type=type(value).__name__)


def _members(value: dict[Any, Any], depth: int) -> list[str]:
    if not all(isinstance(key, str) for key in value):
        raise BadJson("json.type", type="key")
    names = {key: _string(key) for key in value}
    ordered = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return [f"{names[key]}:{_written(value[key], depth + 1)}" for key in ordered]


def _string(value: str) -> str:
    try:
        return orjson.dumps(str(value)).decode()
    except TypeError as error:
        raise BadJson("json.text") from error


def number(value: float) -> str:
    """As ECMAScript writes a double (ECMA-262, Number::toString; RFC 8785, 3.2.2.3 and appendix B)."""
    if not math.isfinite(value):
        raise BadJson("json.number")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    return sign + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    """`0.digits` times ten to the power of `point`."""
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{point - 1:+d}"
