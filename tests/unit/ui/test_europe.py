"""The projection against published values, and the drawing against the places that must be on it."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem import ui
from citytandem.ui import europe

UI = Path(ui.__file__).parent
DRAWING = (UI / "static/basemap/europe.svg").read_text()
PATHS = (UI / "templates/ui/partials/europe_paths.svg").read_text()

CITIES = {
    "Utrecht": (5.12, 52.09, "NL"),
    "Krefeld": (6.56, 51.33, "DE"),
    "Arezzo": (11.88, 43.46, "IT"),
    "Bolesławiec": (15.56, 51.26, "PL"),
    "Sofia": (23.32, 42.70, "BG"),
    "Alba Iulia": (23.58, 46.07, "RO"),
    "Vari-Voula-Vouliagmeni": (23.77, 37.81, "GR"),
}

longitudes = st.floats(-30, 50)
latitudes = st.floats(30, 75)


@pytest.mark.parametrize(
    ("lon", "lat", "easting", "northing"),
    [
        # The natural origin keeps its false coordinates, by definition of EPSG:3035.
        (10.0, 52.0, 4321000.0, 3210000.0),
        # The worked example of IOGP Guidance Note 373-7-2, method 9820.
        (5.0, 50.0, 3962799.45, 2999718.85),
    ],
)
def test_it_agrees_with_published_control_points(lon: float, lat: float, easting: float, northing: float) -> None:
    assert europe.to_laea(lon, lat) == pytest.approx((easting, northing), abs=0.01)


def test_it_agrees_with_proj_to_the_millimetre() -> None:
    pyproj = pytest.importorskip("pyproj")
    oracle = pyproj.Transformer.from_crs("EPSG:4258", "EPSG:3035", always_xy=True)
    for lon, lat in product(range(-30, 51, 4), range(30, 76, 3)):
        assert europe.to_laea(lon, lat) == pytest.approx(oracle.transform(lon, lat), abs=0.001)


@given(longitudes, latitudes)
def test_there_and_back_is_the_same_place(lon: float, lat: float) -> None:
    assert europe.unproject(*europe.project(lon, lat)) == pytest.approx((lon, lat), abs=1e-6)


def test_the_pole_has_a_place() -> None:
    easting, northing = europe.to_laea(10, 90)
    assert easting == pytest.approx(4321000)
    assert northing > 3210000


@pytest.mark.parametrize("city", CITIES)
def test_our_cities_are_on_the_map(city: str) -> None:
    lon, lat, _ = CITIES[city]
    assert europe.is_on_map(lon, lat)


def test_places_elsewhere_are_not_on_the_map() -> None:
    assert not europe.is_on_map(-74.0, 40.7)
    assert not europe.is_on_map(55.45, -20.88)


def test_west_is_left_and_north_is_up() -> None:
    # Places a hair apart in longitude may change order, as meridians draw together towards the north.
    across = [europe.project(*CITIES[city][:2])[0] for city in ("Utrecht", "Krefeld", "Arezzo", "Bolesławiec", "Sofia")]
    assert across == sorted(across)
    assert europe.project(10, 60)[1] < europe.project(10, 40)[1]


def test_the_drawing_has_the_projections_window() -> None:
    assert set(re.findall(r'viewBox="([^"]*)"', DRAWING)) == {europe.VIEW_BOX}


def test_the_partial_shows_the_same_outlines_without_ids() -> None:
    assert PATHS.replace("data-country=", "id=").strip() in DRAWING
    assert " id=" not in PATHS


def test_both_files_stay_small() -> None:
    assert len(DRAWING) <= 60_000
    assert len(PATHS) <= 35_000


@pytest.mark.parametrize("city", CITIES)
def test_each_city_lies_in_its_country(city: str) -> None:
    lon, lat, country = CITIES[city]
    (data,) = re.findall(rf'id="{country}" d="([^"]*)"', DRAWING)
    x, y = europe.project(lon, lat)
    # A town on the shore may stand beside the simplified coast, by two units of the drawing (7 km) at most.
    around = [(x + dx, y + dy) for dx in (-2, 0, 2) for dy in (-2, 0, 2)]
    assert any(_is_inside(point, ring) for point in around for ring in _rings(data))


def _rings(data: str) -> list[list[tuple[float, float]]]:
    """The closed lines of a path that moves once and then goes on in relative steps."""
    rings = []
    for start, steps in re.findall(r"M([^l]*)l([^z]*)z", data):
        numbers = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", steps)]
        x, y = (float(number) for number in start.split())
        ring = [(x, y)]
        for step_x, step_y in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + step_x, y + step_y
            ring.append((x, y))
        rings.append(ring)
    return rings


def _is_inside(point: tuple[float, float], ring: list[tuple[float, float]]) -> bool:
    """Even-odd rule, casting a ray to the right."""
    x, y = point
    crossings = 0
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            crossings += 1
    return crossings % 2 == 1
