"""The roadmap as a drawing."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.partnerships.accompanying.roadmap import MOST_TICKS, RIGHT, Step, order, roadmap, state_of

TODAY = date(2026, 5, 10)
DAYS = st.dates(date(1990, 1, 1), date(2150, 12, 31))


@st.composite
def steps(draw: st.DrawFn) -> Step:
    first, last = sorted([draw(DAYS), draw(DAYS)])
    return Step(first if draw(st.booleans()) else None, last, draw(st.none() | DAYS))


@given(st.lists(steps(), min_size=1, max_size=20), DAYS)
def test_all_lies_within_the_drawing_and_time_runs_to_the_right(found: list[Step], today: date) -> None:
    drawn = roadmap(found, today=today)
    assert [bar.number for bar in drawn.bars] == list(range(1, len(found) + 1))
    for bar in drawn.bars:
        assert drawn.left - 0.1 <= bar.x <= bar.x + bar.width <= drawn.width - RIGHT + 0.2
        assert 0 < bar.y < drawn.height
    assert 2 <= len(drawn.ticks) <= MOST_TICKS + 1
    assert [tick.x for tick in drawn.ticks] == sorted({tick.x for tick in drawn.ticks})
    assert drawn.ticks[0].day <= min(step.starts or step.due for step in found)
    assert drawn.ticks[-1].day > max(step.due for step in found)
    assert all(tick.day.day == 1 for tick in drawn.ticks)
    by_end = sorted(zip(found, drawn.bars, strict=True), key=lambda pair: pair[0].due)
    ends = [bar.x + bar.width for _step, bar in by_end]
    assert all(one <= other + 0.2 for one, other in pairwise(ends))


@given(st.lists(steps(), max_size=20))
def test_the_order_is_by_time_and_leaves_nothing_out(found: list[Step]) -> None:
    places = order(found)
    assert sorted(places) == list(range(len(found)))
    begins = [found[place].starts or found[place].due for place in places]
    assert begins == sorted(begins)


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (Step(None, TODAY), "ahead"),
        (Step(None, TODAY - timedelta(days=1)), "late"),
        (Step(TODAY, TODAY), "running"),
        (Step(TODAY - timedelta(days=9), TODAY + timedelta(days=9)), "running"),
        (Step(TODAY + timedelta(days=1), TODAY + timedelta(days=9)), "ahead"),
        (Step(None, TODAY - timedelta(days=99), TODAY), "done"),
    ],
)
def test_how_a_step_stands(step: Step, state: str) -> None:
    assert state_of(step, today=TODAY) == state
    assert roadmap([step], today=TODAY).bars[0].state == state


def test_today_stands_only_where_it_is_drawn() -> None:
    assert roadmap([Step(None, TODAY)], today=TODAY).today is not None
    assert roadmap([Step(None, TODAY)], today=date(2020, 1, 1)).today is None


def test_nothing_is_drawn_of_nothing_and_a_step_back_in_time_is_refused() -> None:
    assert roadmap([], today=TODAY).bars == ()
    with pytest.raises(ValueError, match="before it starts"):
        roadmap([Step(TODAY, TODAY - timedelta(days=1))], today=TODAY)


def test_the_last_year_that_there_is() -> None:
    assert roadmap([Step(None, date.max)], today=TODAY).ticks[-1].day == date.max
