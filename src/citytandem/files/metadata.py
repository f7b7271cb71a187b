"""Takes what pictures tell about place, time and people out of them, without touching a pixel. Pure.

For pictures inside documents; those that are uploaded as such are drawn anew (`pictures`).
"""

from __future__ import annotations

import struct

PNG_START = b"\x89PNG\r\n\x1a\n"
# JFIF, colour profile, Adobe's colour transform: what a JPEG needs to be shown rightly.
_KEPT_SEGMENTS = frozenset({0xE0, 0xE2, 0xEE})
_APPLICATION_OR_COMMENT = frozenset({*range(0xE0, 0xF0), 0xFE})
_START_OF_SCAN = 0xDA
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_TELLING_CHUNKS = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})


def jpeg_segments(data: bytes) -> list[tuple[int, int, int]]:
    """Marker, begin and end of each segment before the first scan (ISO/IEC 10918-1, annex B)."""
    found, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == _START_OF_SCAN:
            break
        length = 2 if marker in _WITHOUT_LENGTH else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        found.append((marker, at, at + length))
        at += length
    return found


def jpeg_without_metadata(data: bytes) -> bytes:
    """The same JPEG without EXIF, XMP, IPTC, comments and maker's notes."""
    parts, last = [data[:2]], 2
    for marker, begin, end in jpeg_segments(data):
        is_profile = marker != 0xE2 or data[begin + 4 : begin + 15] == b"ICC_PROFILE"
        if marker in _APPLICATION_OR_COMMENT and not (marker in _KEPT_SEGMENTS and is_profile):
            parts.append(data[last:begin])
            last = end
    return b"".join([*parts, data[last:]])


def png_chunks(data: bytes) -> list[tuple[bytes, int, int]]:
    """Name, begin and end of each chunk (PNG, 5.3)."""
    found, at = [], len(PNG_START)
    while at + 12 <= len(data):
        (length,) = struct.unpack(">L", data[at : at + 4])
        found.append((data[at + 4 : at + 8], at, at + 12 + length))
        at += 12 + length
        if found[-1][0] == b"IEND":
            break
    return found


def png_without_metadata(data: bytes) -> bytes:
    """The same PNG without EXIF, texts and time; what follows its end is dropped."""
    chunks = png_chunks(data)
    return PNG_START + b"".join(data[begin:end] for name, begin, end in chunks if name not in _TELLING_CHUNKS)
