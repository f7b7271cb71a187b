"""Where a place lies on the drawn map of Europe (`static/basemap/europe.svg`).

The map is drawn in ETRS89-extended / LAEA Europe (EPSG:3035), the projection that the European Union
prescribes for statistical maps: areas are true to scale, so that no country looks larger than it is.
Formulas: J. P. Snyder, "Map Projections: A Working Manual", US Geological Survey Professional Paper
1395 (1987), p. 187-190, ellipsoidal form. Check values: IOGP Guidance Note 373-7-2, method 9820.
"""

from __future__ import annotations

from math import asin, atan2, cos, degrees, hypot, log, radians, sin, sqrt
from typing import Final

# GRS 1980 ellipsoid: semi-major axis in metres and eccentricity.
SEMI_MAJOR: Final = 6378137.0
FLATTENING: Final = 1 / 298.257222101
ECCENTRICITY_SQUARED: Final = FLATTENING * (2 - FLATTENING)
ECCENTRICITY: Final = sqrt(ECCENTRICITY_SQUARED)

# EPSG:3035: natural origin and false easting and northing.
ORIGIN_LONGITUDE: Final = radians(10)
ORIGIN_LATITUDE: Final = radians(52)
FALSE_EASTING: Final = 4321000.0
FALSE_NORTHING: Final = 3210000.0

# The window of the drawing, in metres: Portugal to the Black Sea, Crete to the south of Scandinavia.
WEST: Final = 2_600_000.0
EAST: Final = 5_960_000.0
SOUTH: Final = 1_390_000.0
NORTH: Final = 4_160_000.0

WIDTH: Final = 1000.0
SCALE: Final = WIDTH / (EAST - WEST)
HEIGHT: Final = round((NORTH - SOUTH) * SCALE, 1)
VIEW_BOX: Final = f"0 0 {WIDTH:g} {HEIGHT:g}"


def _q(latitude: float) -> float:
    """Snyder (3-12): the ellipsoid's area from the equator to `latitude`, in units of half its own axis squared."""
    sine = sin(latitude)
    return (1 - ECCENTRICITY_SQUARED) * (
        sine / (1 - ECCENTRICITY_SQUARED * sine * sine)
        - log((1 - ECCENTRICITY * sine) / (1 + ECCENTRICITY * sine)) / (2 * ECCENTRICITY)
    )


_Q_POLE: Final = _q(radians(90))
_AUTHALIC_RADIUS: Final = SEMI_MAJOR * sqrt(_Q_POLE / 2)
_ORIGIN_AUTHALIC: Final = asin(_q(ORIGIN_LATITUDE) / _Q_POLE)
_STRETCH: Final = (
    SEMI_MAJOR
    * cos(ORIGIN_LATITUDE)
    / (sqrt(1 - ECCENTRICITY_SQUARED * sin(ORIGIN_LATITUDE) ** 2) * _AUTHALIC_RADIUS * cos(_ORIGIN_AUTHALIC))
)


def to_laea(lon: float, lat: float) -> tuple[float, float]:
    """Easting and northing in metres (EPSG:3035) of a longitude and latitude in degrees."""
    turn = radians(lon) - ORIGIN_LONGITUDE
    # Rounding may put the pole a hair beyond 1.
    authalic = asin(max(-1.0, min(1.0, _q(radians(lat)) / _Q_POLE)))
    nearness = 1 + sin(_ORIGIN_AUTHALIC) * sin(authalic) + cos(_ORIGIN_AUTHALIC) * cos(authalic) * cos(turn)
    radius = _AUTHALIC_RADIUS * sqrt(2 / nearness)
    east = radius * _STRETCH * cos(authalic) * sin(turn)
    north = (
        radius / _STRETCH * (cos(_ORIGIN_AUTHALIC) * sin(authalic) - sin(_ORIGIN_AUTHALIC) * cos(authalic) * cos(turn))
    )
    return FALSE_EASTING + east, FALSE_NORTHING + north


def from_laea(easting: float, northing: float) -> tuple[float, float]:
    """Longitude and latitude in degrees of an easting and northing in metres (EPSG:3035)."""
    east = (easting - FALSE_EASTING) / _STRETCH
    north = (northing - FALSE_NORTHING) * _STRETCH
    distance = hypot(east, north)
    if distance == 0:
        return degrees(ORIGIN_LONGITUDE), degrees(ORIGIN_LATITUDE)
    angle = 2 * asin(distance / (2 * _AUTHALIC_RADIUS))
    authalic = asin(cos(angle) * sin(_ORIGIN_AUTHALIC) + north * sin(angle) * cos(_ORIGIN_AUTHALIC) / distance)
    turn = atan2(
        east * sin(angle),
        distance * cos(_ORIGIN_AUTHALIC) * cos(angle) - north * sin(_ORIGIN_AUTHALIC) * sin(angle),
    )
    return degrees(ORIGIN_LONGITUDE + turn), degrees(_latitude_from_authalic(authalic))


def _latitude_from_authalic(authalic: float) -> float:
    """Snyder (3-18): the series is good to a millimetre."""
    e2, e4, e6 = ECCENTRICITY_SQUARED, ECCENTRICITY_SQUARED**2, ECCENTRICITY_SQUARED**3
    return (
        authalic
        + (e2 / 3 + 31 * e4 / 180 + 517 * e6 / 5040) * sin(2 * authalic)
        + (23 * e4 / 360 + 251 * e6 / 3780) * sin(4 * authalic)
        + (761 * e6 / 45360) * sin(6 * authalic)
    )


def project(lon: float, lat: float) -> tuple[float, float]:
    """Place a longitude and latitude in degrees into the view box of the drawing; y grows downwards, as in SVG."""
    easting, northing = to_laea(lon, lat)
    return (easting - WEST) * SCALE, (NORTH - northing) * SCALE


def unproject(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude in degrees of a point of the drawing."""
    return from_laea(WEST + x / SCALE, NORTH - y / SCALE)


def is_on_map(lon: float, lat: float) -> bool:
    """Whether a place lies inside the drawing."""
    x, y = project(lon, lat)
    return 0 <= x <= WIDTH and 0 <= y <= HEIGHT
