"""The city's logo: whatever is sent becomes a small PNG of our own making."""

from __future__ import annotations

import hashlib
import io
import warnings
from typing import IO

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from citytandem.core.errors import Invalid

MOST_BYTES_SENT = 2_000_000
MOST_PIXELS_SENT = 25_000_000
WIDTH, HEIGHT = 400, 160
MOST_BYTES = 200_000
FORMATS = ("PNG", "JPEG", "WEBP")


def logo_from(file: IO[bytes]) -> bytes:
    """A PNG of at most 400 x 160 pixels and 200 kB, without anything that the file said beside the picture.

    Raises Invalid. SVG is refused: it can hold scripts and addresses of other sites.
    """
    content = file.read(MOST_BYTES_SENT + 1)
    if len(content) > MOST_BYTES_SENT:
        raise Invalid("logo.too_large", _("This file is too large: at most 2 MB."), field="logo")
    if _is_svg(content):
        message = _("SVG files can hold scripts, so they are not taken. Save it as PNG, 400 pixels wide.")
        raise Invalid("logo.svg", message, field="logo")
    return _small(_opened(content))


def logo_key(content: bytes) -> str:
    """Stands in the logo's address, so that browsers may keep it for ever."""
    return hashlib.sha256(content).hexdigest()[:16]


def _is_svg(content: bytes) -> bool:
    start = content[:2_000].lstrip(b"\xef\xbb\xbf\x00 \t\r\n").lower()
    return start.startswith((b"<svg", b"<?xml", b"<!doctype svg")) or b"<svg" in start


def _opened(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # A bomb is refused by its size, which stands at the beginning of the file.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
            if picture.width * picture.height > MOST_PIXELS_SENT:
                raise Invalid("logo.too_large", _("This picture has too many pixels."), field="logo")
            upright: Image.Image = ImageOps.exif_transpose(picture)
            upright.load()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, Warning) as error:
        message = _("This is no picture that can be read. Take a PNG, JPEG or WebP file.")
        raise Invalid("logo.unreadable", message, field="logo") from error
    return upright


def _small(picture: Image.Image) -> bytes:
    bare = picture.convert("RGBA")
    for shrink in (1.0, 0.75, 0.5):
        box = (round(WIDTH * shrink), round(HEIGHT * shrink))
        fitting = ImageOps.contain(bare, box) if bare.width > box[0] or bare.height > box[1] else bare
        for looks in (fitting, fitting.quantize(256, method=Image.Quantize.FASTOCTREE)):
            kept = io.BytesIO()
            looks.save(kept, "PNG", optimize=True)
            if kept.tell() <= MOST_BYTES:
                return kept.getvalue()
    raise Invalid("logo.too_large", _("This picture cannot be made small enough. Take a simpler one."), field="logo")
