"""From a partner's bytes to a value. What is too large, too deep or ambiguous is refused before anything is built of it."""

from __future__ import annotations

import re
from typing import Any

import orjson

from citytandem.federation.protocol.canonical import parted
from citytandem.federation.protocol.errors import BadJson

OBJECT_BYTES = 256 * 1024
PAGE_BYTES = 1024 * 1024
DEPTH = 32
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_LONG_NUMBER = re.compile(rb"[-+.0-9eE]{41}")


def parsed(data: bytes, *, most_bytes: int = OBJECT_BYTES, depth: int = DEPTH) -> Any:
    """The value of a JSON text (RFC 8259) in UTF-8, as strict as I-JSON (RFC 7493).

    Raises BadJson with `json.too_large`, `json.depth`, `json.number` (a number of more than 40 letters, or beyond the
    doubles), `json.malformed` (also NaN, lone surrogates, a byte order mark) or `json.duplicate` (a key twice in one
    object, of which every reader would take another).
    """
    if len(data) > most_bytes:
        raise BadJson("json.too_large", bytes=len(data), most=most_bytes)
    outside, _ = parted(data)
    if deeper(outside, depth):
        raise BadJson("json.depth", most=depth)
    if _LONG_NUMBER.search(outside):
        raise BadJson("json.number")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BadJson("json.malformed", at=error.pos) from None
    if members(outside) != members(parted(orjson.dumps(value))[0]):
        raise BadJson("json.duplicate")
    return value


def deeper(outside: bytes, depth: int) -> bool:
    """Whether brackets nest deeper than `depth`: each round peels the innermost pairs off, whatever their kind.

    Brackets without a partner are left to the parser, which refuses them.
    """
    left = outside.translate(_ONE_KIND, _NOT_BRACKETS)
    for _ in range(depth):
        before, left = len(left), left.replace(b"[]", b"")
        if len(left) == before:
            return False
    return b"[]" in left


def members(outside: bytes) -> int:
    """How many members all objects of a text have together: one colon each."""
    return outside.count(b":")
