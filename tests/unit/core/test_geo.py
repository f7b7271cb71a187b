"""Distances, against the ellipsoid of PROJ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from citytandem.core.geo import kilometres

places = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(places, places)
def test_it_agrees_with_the_ellipsoid_to_less_than_one_percent(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    _forward, _back, metres = Geod(ellps="WGS84").inv(one[1], one[0], other[1], other[0])
    assert kilometres(one, other) == pytest.approx(metres / 1000, rel=0.006, abs=0.001)
