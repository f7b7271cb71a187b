"""Contrast of colours as WCAG 2.2 reckons it, and shades of a city's colour that can be read. Pure.

Relative luminance and contrast ratio: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Success criterion 1.4.3 (AA): text against what lies behind it.
LEAST = 4.5
WHITE, BLACK = "#ffffff", "#000000"
_HEX = re.compile(r"#[0-9a-f]{6}")
Rgb = tuple[int, int, int]


def is_colour(text: str) -> bool:
    """Whether this is a colour as we keep it: `#` and six small hexadecimal digits."""
    return _HEX.fullmatch(text) is not None


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, 0 for black and 1 for white."""
    red, green, blue = (_linear(part / 255) for part in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, from 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def told(ratio: float) -> float:
    """A ratio as it is shown: cut, not rounded, so that nothing looks enough that is not."""
    return int(ratio * 100 + 1e-9) / 100


def passes(colour: str, grounds: Sequence[str], *, least: float = LEAST) -> bool:
    """Whether text of this colour can be read on all of these grounds."""
    return all(contrast(colour, ground) >= least for ground in grounds)


def nearest_passing(colour: str, grounds: Sequence[str], *, least: float = LEAST) -> str:
    """The shade nearest to `colour` that can be read on all grounds: mixed with black on light ones, with white on dark.

    The colour itself if it passes. Raises ValueError where not even black or white would pass.
    """
    if passes(colour, grounds, least=least):
        return colour
    end = max((BLACK, WHITE), key=lambda far: min(contrast(far, ground) for ground in grounds))
    if not passes(end, grounds, least=least):
        raise ValueError(f"nothing can be read on all of {', '.join(grounds)}")
    # More of the far end never reads worse once it reads at all; 256 steps are as fine as colours are.
    return next(
        shade for shade in (mix(colour, end, step / 255) for step in range(256)) if passes(shade, grounds, least=least)
    )


def mix(one: str, other: str, share: float) -> str:
    """`one` with a share of `other` in it, from 0 to 1, in sRGB."""
    parts = (round(a + (b - a) * share) for a, b in zip(_rgb(one), _rgb(other), strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def _rgb(colour: str) -> Rgb:
    value = int(colour[1:], 16)
    return value >> 16, value >> 8 & 255, value & 255


def _linear(part: float) -> float:
    """A channel without its gamma. The threshold is that of the standard's current text (0.04045, IEC 61966-2-1)."""
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
