"""Columns as high as their values, curves that only fall, axes that reach far enough; areas as they are typed."""

from __future__ import annotations

import re

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from citytandem.ui.fields import AreasField
from citytandem.ui.plots import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, columns, steps

VALUES = st.lists(st.tuples(st.integers(0, 100_000), st.integers(0, 100_000)), max_size=40)


@given(VALUES)
def test_columns_are_as_high_as_their_values(values: list[tuple[int, int]]) -> None:
    plot = columns([(str(number), [(one, ""), (two, "")]) for number, (one, two) in enumerate(values)])
    flat = [value for pair in values for value in pair]
    assert len(plot.columns) == len(flat)
    for column in plot.columns:
        assert column.x >= LEFT - 0.1
        assert column.x + column.width <= WIDTH - RIGHT + 0.1
        assert column.y >= TOP - 0.1
        assert column.y + column.height == pytest.approx(HEIGHT - BOTTOM, abs=0.2)
    tallest = max(flat, default=0)
    if tallest:
        size = HEIGHT - TOP - BOTTOM
        highest = float(plot.up[-1].text)
        assert highest >= tallest
        for column, value in zip(plot.columns, flat, strict=True):
            assert column.height == pytest.approx(size * value / highest, abs=0.06)
    assert len(plot.across) <= 6
    assert len(plot.up) <= 8


@given(st.lists(st.tuples(st.integers(0, 400), st.floats(0, 1)), max_size=30), st.integers(1, 400))
def test_a_curve_starts_with_all_and_only_falls(points: list[tuple[int, float]], until: int) -> None:
    days = sorted({day for day, _share in points})
    shares = sorted((share for _day, share in points), reverse=True)[: len(days)]
    plot = steps([float(day) for day in days], shares, until=float(until), median=3.0)
    heights = [float(number) for number in re.findall(r"V([\d.]+)", plot.path)]
    assert plot.path.startswith(f"M{LEFT} {TOP}")
    assert heights == sorted(heights)
    assert all(TOP - 0.1 <= height <= HEIGHT - BOTTOM + 0.1 for height in heights)
    assert all(x <= WIDTH - RIGHT + 0.1 for x in map(float, re.findall(r"H([\d.]+)", plot.path)))
    assert float(plot.across[-1].text) >= until
    assert plot.half is not None


def test_areas_are_typed_with_an_empty_line_between() -> None:
    field = AreasField(required=False)
    typed = "51.1, 6.1\n51.1, 6.2\r\n51.2, 6.2\r\n \r\n51.3 6.1\n51.3 6.2\n51.4 6.2\n\n\n"
    areas = field.clean(typed)
    assert [len(area["coordinates"][0]) for area in areas] == [4, 4]
    assert field.clean(field.prepare_value(areas)) == areas
    assert field.clean("") == []
    assert field.prepare_value("as typed") == "as typed"
    for wrong in ("51.1, 6.1", "nonsense", "51.1, 6.1\n51.1, 6.2\n51.2, 6.2\n\n51.3, 6.1"):
        with pytest.raises(forms.ValidationError):
            field.clean(wrong)
