"""Identifiers: UUIDv7 (RFC 9562, 5.7), so that keys sort by time and never collide between nodes."""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID, uuid5

# One namespace for things that every node must name alike (cities of a programme, themes).
NAMESPACE = UUID("6f6d3a52-8a0e-5c61-9a52-6a1b1f6d4c01")

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class _Clock:
    """The time in 4096ths of a millisecond, never the same twice and never backwards in one process."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._latest = 0

    def tick(self) -> int:
        with self._one_at_a_time:
            self._latest = max((time.time_ns() << 12) // 1_000_000, self._latest + 1)
            return self._latest


_clock = _Clock()


def uuid7(*, now_ms: int | None = None) -> UUID:
    """A new UUIDv7: 48 bits of Unix milliseconds, 12 of their fraction (RFC 9562, 6.2, method 3), 62 random bits.

    Those of one process sort in the order in which they were made, also within a millisecond. With `now_ms` given,
    the fraction is random.
    """
    ticks = _clock.tick() if now_ms is None else now_ms << 12 | int.from_bytes(os.urandom(2), "big") & 0xFFF
    random = int.from_bytes(os.urandom(8), "big")
    value = (ticks >> 12 & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (ticks & 0xFFF) << 64
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
