"""Photos and drawings drawn anew: upright, in sRGB, not larger than needed, without anything but pixels. Pure."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageCms, ImageOps

from citytandem.files.inspection import GIF, JPEG, PICTURES, PNG, WEBP
from citytandem.files.limits import Limits
from citytandem.files.refusals import Reason, Refused

_QUALITY = 85
_THUMB_QUALITY = 78
_SRGB = ImageCms.createProfile("sRGB")
# Up to here a drawing stays lossless; a photo sent as PNG is a heavy one.
_HEAVY_PNG = 1_500_000
_RESAMPLING = Image.Resampling.LANCZOS


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture that may be shown, in three sizes. Thumbnails are WebP."""

    media_type: str
    width: int
    height: int
    large: bytes
    medium: bytes
    small: bytes


def picture_drawn(content: bytes, *, media_type: str, limits: Limits) -> Drawn:
    """The picture without its metadata. Raises Refused where it cannot be read to its end."""
    Image.MAX_IMAGE_PIXELS = limits.pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = _read(content, media_type, limits)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(Reason.PIXELS) from error
    except MemoryError as error:
        raise Refused(Reason.DEMANDING) from error
    except Exception as error:  # a decoder may raise anything for what was made to break it
        raise Refused(Reason.BROKEN) from error
    drawn_as, large = _large(picture, media_type)
    return Drawn(
        media_type=drawn_as,
        width=picture.width,
        height=picture.height,
        large=large,
        medium=_thumbnail(picture, limits.medium_side),
        small=_thumbnail(picture, limits.small_side),
    )


def _read(content: bytes, media_type: str, limits: Limits) -> Image.Image:
    """The first frame, decoded, small enough, upright, in RGB, RGBA or L; bare of everything but pixels."""
    longest = limits.longest_side
    opened = Image.open(io.BytesIO(content), formats=[PICTURES[media_type]])
    if opened.width * opened.height > limits.pixels:
        raise Refused(Reason.PIXELS)
    orientation, profile = opened.getexif().get(0x0112, 1), opened.info.get("icc_profile")
    opened.draft(None, (longest, longest))  # JPEG: decode no more than is kept
    opened.load()
    picture = _plain_mode(opened)
    if max(picture.size) > longest:
        picture.thumbnail((longest, longest), _RESAMPLING, reducing_gap=3.0)
    picture = _in_srgb(picture, profile)
    picture.info = {}
    return _upright(picture, orientation)


def _plain_mode(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        # Sixteen bits of grey: Pillow would cut them off at 255.
        return picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if picture.mode in {"RGB", "RGBA", "L", "CMYK"}:
        return picture.convert("RGBA") if picture.mode != "CMYK" and "transparency" in picture.info else picture
    if picture.mode == "LA" or "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as every screen understands them, so that the profile can go. A broken profile is no profile."""
    target = {"CMYK": "RGB", "LA": "RGBA"}.get(picture.mode, picture.mode)
    if profile and picture.mode in {"RGB", "CMYK", "RGBA"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
            flat = picture.convert("RGB") if alpha is not None else picture
            changed = ImageCms.profileToProfile(flat, source, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return picture.convert(target)
        if changed is not None:
            if alpha is not None:
                changed.putalpha(alpha)
            return changed
    return picture if picture.mode == target else picture.convert(target)


def _upright(picture: Image.Image, orientation: int) -> Image.Image:
    """As the camera was held (EXIF 0x0112)."""
    picture.getexif()[0x0112] = orientation
    turned = ImageOps.exif_transpose(picture)
    bare = Image.new(turned.mode, turned.size)
    bare.paste(turned)
    return bare


def _large(picture: Image.Image, media_type: str) -> tuple[str, bytes]:
    """In the format in which it came; what is animated is a PNG of its first frame, a heavy PNG without holes a JPEG."""
    if media_type == WEBP:
        return WEBP, _saved(picture, "WEBP", quality=_QUALITY, method=4)
    if media_type in {PNG, GIF}:
        as_png = _saved(picture, "PNG", optimize=True)
        if len(as_png) <= _HEAVY_PNG or picture.mode == "RGBA":
            return PNG, as_png
    return JPEG, _saved(picture, "JPEG", quality=_QUALITY, optimize=True, progressive=True)


def _thumbnail(picture: Image.Image, side: int) -> bytes:
    small = picture.copy()
    small.thumbnail((side, side), _RESAMPLING, reducing_gap=3.0)
    return _saved(small, "WEBP", quality=_THUMB_QUALITY, method=4)


def _saved(picture: Image.Image, form: str, **how: Any) -> bytes:
    found = io.BytesIO()
    picture.save(found, form, **how)
    return found.getvalue()
