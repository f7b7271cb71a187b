"""Areas as people type them, a corner per line, and as GeoJSON has them (RFC 7946, 3.1.6). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

Corner = tuple[float, float]
"""Longitude and latitude in degrees, as GeoJSON orders them."""

LEAST_CORNERS = 3
# As many as the API takes, whose borders end with the first corner again.
MOST_CORNERS = 499
# No two parts can match the same spaces: whoever types thousands of them must not keep the server busy.
_DEGREES = r"(-?\d{1,3}(?:[.,]\d+)?)"
_LINE = re.compile(rf"{_DEGREES}(?:\s*[;,]\s*|\s+){_DEGREES}")


class NoCorner(ValueError):
    """A line that is no corner; `line` counts from one."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


class TooManyCorners(ValueError):
    """More than MOST_CORNERS."""


def corners_of_text(text: str) -> list[Corner]:
    """One corner per line, latitude first, as maps tell it; raises NoCorner, TooManyCorners.

    The first corner at the end again is left out.
    """
    corners: list[Corner] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise NoCorner(number)
        latitude, longitude = (float(part.replace(",", ".")) for part in found.groups())
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise NoCorner(number)
        if len(corners) > MOST_CORNERS:
            raise TooManyCorners
        corners.append((longitude, latitude))
    border = corners[:-1] if len(corners) > 1 and corners[0] == corners[-1] else corners
    if len(border) > MOST_CORNERS:
        raise TooManyCorners
    return border


def text_of_area(area: Mapping[str, Any] | None) -> str:
    """The outer border of a GeoJSON polygon as people type it; empty for anything else."""
    if not area or area.get("type") != "Polygon" or not area.get("coordinates"):
        return ""
    border: Sequence[Sequence[float]] = area["coordinates"][0]
    return "\n".join(f"{_typed(latitude)}, {_typed(longitude)}" for longitude, latitude, *_height in border[:-1])


def _typed(degrees: float) -> str:
    """To a tenth of a metre, without needless noughts."""
    text = f"{degrees:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def area_of(corners: Sequence[Corner]) -> dict[str, Any]:
    """GeoJSON polygon with this border, closed and counter-clockwise as the standard wants it."""
    ordered = list(corners) if _doubled(corners) > 0 else list(corners)[::-1]
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in [*ordered, ordered[0]]]]}


def as_typed(area: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is left of a polygon after it was shown as text and read again: no holes, a tenth of a metre, one direction."""
    try:
        corners = corners_of_text(text_of_area(area))
    except (NoCorner, TooManyCorners):
        return None
    return area_of(corners) if corners else None


def is_flat(corners: Sequence[Corner]) -> bool:
    """Whether the corners enclose nothing: less than about a square metre."""
    return abs(_doubled(corners)) < 1e-10


def crosses_itself(corners: Sequence[Corner]) -> bool:
    """Whether two sides that are not neighbours meet."""
    count = len(corners)
    sides = [(corners[i], corners[(i + 1) % count]) for i in range(count)]
    return any(
        _meet(*sides[i], *sides[j])
        for i, j in combinations(range(count), 2)
        if j - i > 1 and not (i == 0 and j == count - 1)
    )


def middle_of(area: Mapping[str, Any]) -> Corner:
    """Centroid of the outer border (Bourke 1988), on a plane: an area within a city is small. Flat ones: their mean."""
    border = [(float(corner[0]), float(corner[1])) for corner in area["coordinates"][0]][:-1]
    twice = _doubled(border)
    mean = sum(x for x, _ in border) / len(border), sum(y for _, y in border) / len(border)
    if abs(twice) < 1e-12:
        return mean
    # About their mean: far from the origin the products would lose their last digits.
    moved = [(x - mean[0], y - mean[1]) for x, y in border]
    pairs = list(zip(moved, moved[1:] + moved[:1], strict=True))
    crosses = [x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs]
    across = sum((a[0] + b[0]) * cross for (a, b), cross in zip(pairs, crosses, strict=True))
    along = sum((a[1] + b[1]) * cross for (a, b), cross in zip(pairs, crosses, strict=True))
    return mean[0] + across / (3 * twice), mean[1] + along / (3 * twice)


def _doubled(corners: Sequence[Corner]) -> float:
    """Twice the signed area; positive counter-clockwise."""
    x0, y0 = corners[0] if corners else (0.0, 0.0)
    moved = [(x - x0, y - y0) for x, y in corners]
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(moved, moved[1:] + moved[:1], strict=True))


def _meet(a: Corner, b: Corner, c: Corner, d: Corner) -> bool:
    """Whether the segments ab and cd share a point (Cormen et al., 33.1)."""
    turns = _turn(c, d, a), _turn(c, d, b), _turn(a, b, c), _turn(a, b, d)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    ends = ((c, d, a), (c, d, b), (a, b, c), (a, b, d))
    return any(turn == 0 and _between(*end) for turn, end in zip(turns, ends, strict=True))


def _turn(a: Corner, b: Corner, c: Corner) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _between(a: Corner, b: Corner, c: Corner) -> bool:
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])
