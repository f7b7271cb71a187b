"""What a file is, by its content alone: quick, and without unpacking anything. Names and declared types are not asked.

The first bytes say what it claims to be (puremagic); then the claim is verified, and anything that could be read as
something else as well is refused. What takes time (decoding, unpacking) follows in a process of its own: `preparing`.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from dataclasses import dataclass

import puremagic
from PIL import Image

from citytandem.files.limits import LIMITS, Limits
from citytandem.files.packages import package_type
from citytandem.files.refusals import Reason, Refused
from citytandem.files.texts import TEXT, text_type

JPEG, PNG, WEBP, GIF = "image/jpeg", "image/png", "image/webp", "image/gif"
PDF = "application/pdf"
PICTURES = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", GIF: "GIF"}
_HEAD = 4_096
_OF_FIRST_BYTES = {**{kind: kind for kind in PICTURES}, PDF: PDF}
_REASONS = {
    "image/heif": Reason.HEIC,
    "image/heic": Reason.HEIC,
    "application/msword": Reason.OLD_OFFICE,
}
_ZIP = b"PK\x03\x04"
# In the midst of compressed data short marks turn up by chance: these are long enough not to.
_ACTIVE_WITHIN = re.compile(rb"<(?:html|script|iframe|body)[\s>/]|<!doctype\s+html|<\?php\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a file is. Sizes are those that a picture declares."""

    media_type: str
    width: int | None = None
    height: int | None = None

    @property
    def is_picture(self) -> bool:
        """Shown, not downloaded; needs words for those who do not see it."""
        return self.media_type in PICTURES


def inspect(content: bytes, *, limits: Limits = LIMITS) -> Finding:
    """What this is. Raises Refused."""
    if not content:
        raise Refused(Reason.EMPTY)
    if len(content) > limits.document_size:
        raise Refused(Reason.TOO_LARGE)
    claimed = _claimed(content)
    if claimed in PICTURES:
        return _picture(content, claimed, limits)
    if claimed == PDF:
        _refuse_zip(content)
        return Finding(PDF)
    if content.startswith(_ZIP):
        return Finding(package_type(content, limits=limits))
    _refuse_zip(content)
    return Finding(text_type(content))


def _claimed(content: bytes) -> str:
    """The type that the first bytes tell; `text/plain` where they tell none."""
    head = content[:_HEAD]
    try:
        guesses = [guess.mime_type for guess in puremagic.magic_string(head)]
    except (puremagic.PureError, ValueError):
        return TEXT
    for guess in guesses:
        if guess in _REASONS:
            raise Refused(_REASONS[guess])
        if guess in _OF_FIRST_BYTES:
            return guess
    return TEXT


def _picture(content: bytes, claimed: str, limits: Limits) -> Finding:
    if len(content) > limits.picture_size:
        raise Refused(Reason.TOO_LARGE)
    width, height = _declared_size(content, claimed)
    if width < 1 or height < 1:
        raise Refused(Reason.BROKEN)
    if width * height > limits.pixels:
        raise Refused(Reason.PIXELS)
    if _ACTIVE_WITHIN.search(content) or b"%PDF-" in content[:1_024]:
        raise Refused(Reason.TWO_TYPES)
    _refuse_zip(content)
    return Finding(claimed, width, height)


def _declared_size(content: bytes, claimed: str) -> tuple[int, int]:
    """As the header tells it; nothing is decoded. Pillow would set aside the whole canvas of a WebP."""
    if claimed == WEBP:
        return _webp_size(content)
    try:
        with Image.open(io.BytesIO(content), formats=[PICTURES[claimed]]) as picture:
            return picture.size
    except Image.DecompressionBombError as error:
        raise Refused(Reason.PIXELS) from error
    except Exception as error:  # a decoder may raise anything for what was made to break it
        raise Refused(Reason.BROKEN) from error


def _webp_size(content: bytes) -> tuple[int, int]:
    """Canvas of a WebP (RFC 9649, 2.5 to 2.7)."""
    chunk, head = content[12:16], content[20:30]
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(head) < 10:
        raise Refused(Reason.BROKEN)
    if chunk == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if chunk == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[6:10])
        return width & 0x3FFF, height & 0x3FFF
    raise Refused(Reason.BROKEN)


def _refuse_zip(content: bytes) -> None:
    """A zip is read from its end, so that anything can stand before it."""
    end = content.rfind(b"PK\x05\x06", -65_557)
    if end < 0:
        return
    size, offset = struct.unpack("<LL", content[end + 12 : end + 20].ljust(8, b"\0"))
    starts = {offset, end - size}
    if any(content[at : at + 4] == b"PK\x01\x02" for at in starts if at >= 0) or zipfile.is_zipfile(
        io.BytesIO(content)
    ):
        raise Refused(Reason.TWO_TYPES)
