"""Areas as people type them, a corner per line, and as GeoJSON has them (RFC 7946, 3.1.6). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from shapely import Polygon, orient_polygons
from shapely.geometry import shape

Corner = tuple[float, float]
"""Longitude and latitude in degrees, as GeoJSON orders them."""

LEAST_CORNERS = 3
# As many as the API takes, whose borders end with the first corner again.
MOST_CORNERS = 499
# In square degrees.
FLAT = 5e-11
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
    border = orient_polygons(Polygon(corners)).exterior.coords
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in border]]}


def as_typed(area: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is left of a polygon after it was shown as text and read again: no holes, a tenth of a metre, one direction."""
    try:
        corners = corners_of_text(text_of_area(area))
    except (NoCorner, TooManyCorners):
        return None
    return area_of(corners) if corners else None


def is_flat(corners: Sequence[Corner]) -> bool:
    """Whether the corners enclose nothing: less than about a square metre."""
    return len(corners) < LEAST_CORNERS or bool(Polygon(corners).area < FLAT)


def is_sound(area: Mapping[str, Any]) -> bool:
    """Whether no border of a polygon crosses itself or another one."""
    return bool(shape(area).is_valid)


def middle_of(area: Mapping[str, Any]) -> Corner:
    """Centroid, on a plane: an area within a city is small."""
    middle = shape(area).centroid
    return middle.x, middle.y
