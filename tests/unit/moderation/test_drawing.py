"""Columns per month: true to the numbers, within the drawing."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from citytandem.moderation.counting import first_of_months
from citytandem.moderation.drawing import BOTTOM, HEIGHT, TOP, axis_top, columns

numbers = st.lists(st.tuples(*[st.integers(0, 100_000)] * 3), min_size=1, max_size=12)


@given(numbers)
def test_columns_are_true_to_the_numbers(rows: list[tuple[int, ...]]) -> None:
    series = [[row[number] for row in rows] for number in range(3)]
    drawn = columns([str(index) for index in range(len(rows))], series)
    top = axis_top(max(max(row) for row in rows))
    heights = sorted(round((HEIGHT - TOP - BOTTOM) * value / top, 1) for values in series for value in values if value)
    assert sorted(column.height for column in drawn.columns) == heights
    assert all(abs(column.y + column.height - drawn.bottom) < 0.2 for column in drawn.columns)
    assert all(drawn.left <= column.x and column.x + column.width <= drawn.right for column in drawn.columns)


@given(st.integers(0, 10_000_000))
def test_the_axis_ends_at_an_even_number_above_all(most: int) -> None:
    top = axis_top(most)
    assert top >= max(most, 2)
    assert top % 2 == 0
    assert top <= max(2, 2.5 * most)


def test_nothing_is_drawn_of_nothing() -> None:
    drawn = columns(["January", "February"], [[0, 0]])
    assert list(drawn.columns) == []
    assert [text for _x, text in drawn.labels] == ["January", "February"]


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_twelve_months_end_with_this_one(today: date) -> None:
    months = first_of_months(today)
    assert len(set(months)) == 12
    assert months[-1] == today.replace(day=1)
    assert all(month.day == 1 for month in months)
    assert (months[-1] - months[0]).days in range(330, 338)
