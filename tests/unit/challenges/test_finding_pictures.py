"""Pictures of findings: everything lies inside, in order, and thinning keeps what a picture tells."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.challenges.finding_pictures import MOST_DOTS, Row, course, dots

numbers = st.floats(-1e12, 1e12).map(lambda value: round(value, 4))


@st.composite
def rows(draw: Any) -> Row:
    low, value, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    return Row("some", value, low, high) if draw(st.booleans()) else Row("some", value)


@given(several=st.lists(rows(), min_size=1, max_size=4), line=numbers | st.none())
def test_dots_lie_inside_and_in_order(several: list[Row], line: float | None) -> None:
    drawn = dots(several, line=line)
    for row, mark in zip(several, drawn.marks, strict=True):
        assert drawn.left <= mark.x <= drawn.right
        assert drawn.top < mark.label_y < mark.y < drawn.bottom < drawn.height
        assert (mark.left is None) == (row.low is None)
        if mark.left is not None and mark.right is not None:
            assert drawn.left <= mark.left <= mark.x <= mark.right <= drawn.right
    for one, mark in zip(several, drawn.marks, strict=True):
        for other, place in zip(several, drawn.marks, strict=True):
            assert one.value >= other.value or mark.x <= place.x
    assert (drawn.line is None) == (line is None)
    ticks = [tick.at for tick in drawn.ticks]
    assert ticks == sorted(ticks)
    assert all(drawn.left <= at <= drawn.right for at in ticks)
    assert len(ticks) <= 7


@given(value=numbers)
def test_one_number_alone_stands_in_the_middle(value: float) -> None:
    drawn = dots([Row("only", value)])
    assert drawn.marks[0].x == pytest.approx((drawn.left + drawn.right) / 2, abs=1)


def points(values: list[float], *, after: int) -> list[list[Any]]:
    """Daily values, the last `after` of them after the start."""
    begun = len(values) - after
    first = date(2026, 1, 1)
    return [
        [(first + timedelta(days=day)).isoformat(), int(day >= begun), value, value + 1]
        + ([value - 2, value - 4, value] if day >= begun else [None, None, None])
        for day, value in enumerate(values)
    ]


@given(values=st.lists(numbers, min_size=1, max_size=600), share=st.floats(0, 1), target=numbers | st.none())
def test_a_course_lies_inside_and_thinning_keeps_the_mean(
    values: list[float], share: float, target: float | None
) -> None:
    drawn = course(points(values, after=int(len(values) * share)), target=target)
    assert drawn is not None
    assert 0 < len(drawn.spots) <= MOST_DOTS
    places = [spot.x for spot in drawn.spots]
    assert places == sorted(places)
    assert [spot.is_after for spot in drawn.spots] == sorted(spot.is_after for spot in drawn.spots)
    paths = [*drawn.fitted, drawn.expected, drawn.band]
    pairs = [(float(x), float(y)) for path in paths for x, y in re.findall(r"([\d.]+) ([\d.]+)", path)]
    for x, y in [*pairs, *((spot.x, spot.y) for spot in drawn.spots)]:
        assert drawn.left <= x <= drawn.right
        assert drawn.top <= y <= drawn.bottom
    if len(values) <= MOST_DOTS:
        assert [spot.value for spot in drawn.spots] == pytest.approx(values)
    assert min(values) - 1e-3 <= min(spot.value for spot in drawn.spots)
    assert max(spot.value for spot in drawn.spots) <= max(values) + 1e-3


def test_without_points_there_is_nothing_to_draw() -> None:
    assert course([], target=1.0) is None


def test_a_line_of_what_would_have_been_begins_at_the_start() -> None:
    drawn = course(points([float(day) for day in range(20)], after=8), target=5.0)
    assert drawn is not None
    assert drawn.expected.startswith(f"M{drawn.start} ")
    assert drawn.band.endswith("Z")
    assert len(drawn.fitted) == 2
    assert drawn.across[0][1] == "2026-01-01"
    assert drawn.across[-1][1] == "2026-01-20"
