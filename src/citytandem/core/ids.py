"""Identifiers: UUIDv7 (RFC 9562, 5.7), so that keys sort by time and never collide between nodes."""

from __future__ import annotations

import os
import time
from uuid import UUID, uuid5

# One namespace for things that every node must name alike (cities of a programme, themes).
NAMESPACE = UUID("6f6d3a52-8a0e-5c61-9a52-6a1b1f6d4c01")

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


def uuid7(*, now_ms: int | None = None) -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (random >> 62 & 0xFFF) << 64
    value |= 0b10 << 62 | random & (1 << 62) - 1
    return UUID(int=value)


def stable_id(kind: str, slug: str) -> UUID:
    """The same id on every node for the same well-known thing, e.g. ``("city", "krefeld")``."""
    return uuid5(NAMESPACE, f"{kind}:{slug}")


def short_code(identifier: UUID) -> str:
    """Ten characters for a printed address or QR code, from the random half; without letters that people confuse."""
    value = identifier.int & (1 << 49) - 1
    code = ""
    for _ in range(10):
        value, digit = divmod(value, len(_ALPHABET))
        code += _ALPHABET[digit]
    return code
