"""Areas: read as people type them, written as GeoJSON wants them."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from citytandem.core.areas import (
    Corner,
    NoCorner,
    TooManyCorners,
    area_of,
    corners_of_text,
    is_flat,
    is_sound,
    middle_of,
    text_of_area,
)

DEGREES = st.integers(-80_000_000, 80_000_000).map(lambda number: number / 1_000_000)
CORNERS = st.lists(st.tuples(DEGREES, DEGREES), min_size=3, max_size=12, unique=True)


def ring(count: int, *, around: Corner, radius: float) -> list[Corner]:
    return [
        (around[0] + radius * math.cos(2 * math.pi * n / count), around[1] + radius * math.sin(2 * math.pi * n / count))
        for n in range(count)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "51.3, 6.5\n51.4, 6.6\n51.3, 6.7",
        "51,3; 6,5\n\n 51,4 ;6,6\n51,3 6,7\n",
        "51.3 6.5\r\n51.4\t6.6\r\n51.3 6.7\r\n51.3 6.5",
    ],
)
def test_corners_are_read_as_they_are_typed(text: str) -> None:
    assert corners_of_text(text) == [(6.5, 51.3), (6.6, 51.4), (6.7, 51.3)]


@pytest.mark.parametrize(
    ("text", "line"), [("51.3", 1), ("51.3, 6.5\n\nhere", 3), ("91, 0", 1), ("0, 181", 1), ("1 2 3", 1)]
)
def test_what_is_no_corner_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(NoCorner) as caught:
        corners_of_text(text)
    assert caught.value.line == line


@given(CORNERS)
@example([(0.0, 0.0), (0.0, 1e-06), (0.0, -1e-06)])
def test_an_area_comes_back_as_it_was_typed(corners: list[Corner]) -> None:
    area = area_of(corners)
    again = corners_of_text(text_of_area(area))
    assert again in (corners, corners[:1] + corners[:0:-1]), "from the same corner, in one direction or the other"
    assert area["coordinates"][0][0] == area["coordinates"][0][-1]
    assert area_of(again) == area or is_flat(corners), "a flat one has no direction to keep"


@given(st.integers(3, 40), st.tuples(DEGREES, DEGREES), st.floats(0.001, 5), st.booleans())
def test_a_round_area_crosses_nothing_and_has_its_middle_inside(
    count: int, around: Corner, radius: float, turned: bool
) -> None:
    corners = ring(count, around=around, radius=radius)
    assert is_sound(area_of(corners))
    assert middle_of(area_of(corners[::-1] if turned else corners)) == pytest.approx(around, abs=1e-6)
    border = area_of(corners[::-1] if turned else corners)["coordinates"][0]
    area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(border))
    assert area > 0, "counter-clockwise"


@given(st.integers(5, 40), st.data())
def test_two_corners_that_change_places_cross(count: int, data: st.DataObject) -> None:
    corners = ring(count, around=(6.5, 51.3), radius=0.1)
    one = data.draw(st.integers(0, count - 1))
    other = (one + 1) % count
    corners[one], corners[other] = corners[other], corners[one]
    assert not is_sound(area_of(corners))


@given(CORNERS)
def test_soundness_does_not_depend_on_where_the_border_begins(corners: list[Corner]) -> None:
    assume(not is_flat(corners))
    turned = corners[1:] + corners[:1]
    assert is_sound(area_of(corners)) == is_sound(area_of(turned)) == is_sound(area_of(corners[::-1]))


def test_a_hole_beyond_the_border_is_not_sound() -> None:
    border, hole = (
        area_of([(0, 0), (1, 0), (1, 1)])["coordinates"][0],
        area_of([(5, 5), (6, 5), (6, 6)])["coordinates"][0],
    )
    assert not is_sound({"type": "Polygon", "coordinates": [border, hole]})


def test_flat_areas_have_a_middle_too() -> None:
    assert middle_of(area_of([(0, 0), (1, 1), (2, 2)])) == pytest.approx((1, 1))


@pytest.mark.parametrize(
    "area", [None, {}, {"type": "Point", "coordinates": [1, 2]}, {"type": "Polygon", "coordinates": []}]
)
def test_what_is_no_polygon_has_no_corners(area: dict | None) -> None:
    assert text_of_area(area) == ""


def test_small_degrees_are_typed_without_an_exponent() -> None:
    area = area_of([(0.00001, 51.3), (0.1, 51.3), (-0.0000001, 51.4)])
    assert text_of_area(area) == "51.3, 0.00001\n51.3, 0.1\n51.4, 0"


def test_thousands_of_spaces_are_refused_at_once() -> None:
    with pytest.raises(NoCorner):
        corners_of_text("1" + " " * 200_000 + "x")


def test_reading_ends_after_the_last_corner_that_is_taken() -> None:
    with pytest.raises(TooManyCorners):
        corners_of_text("1 1\n2 2\n" * 1_000)
    with pytest.raises(TooManyCorners):
        corners_of_text("\n".join(f"1 {n / 10}" for n in range(500)))


def test_coordinates_as_programs_print_them_are_read() -> None:
    assert corners_of_text("51.5, -0.12775829999999999") == [(-0.12775829999999999, 51.5)]
