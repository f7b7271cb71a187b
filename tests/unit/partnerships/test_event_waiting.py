"""Places and the waiting list, against a model that is slow and plain."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.partnerships.convening.personal import months_later
from citytandem.partnerships.convening.waiting import admitted, free, has_to_wait, needs_place

PLACES = st.none() | st.integers(1, 5)
STEPS = st.lists(st.sampled_from(["new", "leave first", "leave last", "more", "fewer"]), max_size=40)


@given(places=PLACES, steps=STEPS)
def test_nobody_is_passed_over_and_no_place_is_given_twice(places: int | None, steps: list[str]) -> None:
    coming: list[int] = []
    queue: list[int] = []
    order: list[int] = []  # who got a place, in the order in which they got it
    for number, step in enumerate(steps):
        if step == "new":
            (queue if has_to_wait(places, len(coming), len(queue)) else coming).append(number)
        elif step == "leave first" and coming:
            coming.pop(0)
        elif step == "leave last" and (queue or coming):
            (queue or coming).pop()
        elif step == "more" and places is not None:
            places += 1
        elif step == "fewer" and places is not None:
            places = max(1, places - 1)
        before = len(coming)
        let_in = list(admitted(places, len(coming), queue))
        coming, queue = coming + let_in, queue[len(let_in) :]
        order += [one for one in coming if one not in order]
        # More than there are places only after places were taken away, and then nobody new comes in.
        assert places is None or len(coming) <= max(places, before)
        # Nobody waits while a place is free.
        assert not queue or (places is not None and len(coming) >= places)
    assert order == sorted(order), "whoever came later got a place earlier"
    assert places is not None or not queue


@given(places=PLACES, taken=st.integers(0, 9), queue=st.lists(st.integers(), max_size=9))
def test_admitted_are_the_first_of_the_queue(places: int | None, taken: int, queue: list[int]) -> None:
    let_in = list(admitted(places, taken, queue))
    assert let_in == queue[: len(let_in)]
    room = free(places, taken)
    assert len(let_in) == (len(queue) if room is None else min(room, len(queue)))


def test_numbers_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        free(-1, 0)
    with pytest.raises(ValueError, match="negative"):
        free(3, -1)


@pytest.mark.parametrize(("form", "online", "needs"), [
    ("onsite", False, True), ("online", True, True), ("hybrid", False, True), ("hybrid", True, False),
])  # fmt: skip
def test_of_a_hybrid_event_only_those_on_site_take_a_place(form: str, online: bool, needs: bool) -> None:
    assert needs_place(form=form, online=online) is needs


@given(when=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)), months=st.integers(1, 24))  # noqa: DTZ001 - hypothesis adds the zone
def test_months_later_is_the_same_day_or_the_last_of_the_month(when: datetime, months: int) -> None:
    later = months_later(when, months)
    assert (later.year - when.year) * 12 + later.month - when.month == months
    assert later.day <= when.day
    assert later.day == when.day or (later.replace(day=28).day == 28 and later.day >= 28)


def test_a_month_after_the_last_of_january() -> None:
    assert months_later(datetime(2027, 1, 31, tzinfo=UTC), 1) == datetime(2027, 2, 28, tzinfo=UTC)
    assert months_later(datetime(2028, 1, 31, tzinfo=UTC), 1) == datetime(2028, 2, 29, tzinfo=UTC)
    assert months_later(datetime(2026, 11, 30, tzinfo=UTC), 3) == datetime(2027, 2, 28, tzinfo=UTC)
