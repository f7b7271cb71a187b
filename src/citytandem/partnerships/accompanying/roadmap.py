"""A roadmap as a drawing: what is done, late, running or ahead, and where it lies in time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

State = Literal["done", "late", "running", "ahead"]
WIDTH, LEFT, RIGHT, TOP, ROW, FOOT = 400.0, 28.0, 12.0, 10.0, 24.0, 26.0
# At most so many marks below; apart by one of these numbers of months.
MOST_TICKS = 6
_APART = (1, 2, 3, 6, 12, 24, 60, 120)


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone: from when (None: a point in time), until when, and when it was reached."""

    starts: date | None
    due: date
    done: date | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A milestone as drawn: a bar from `x` on, or a point where `width` is 0. `y` is its middle; `number` counts from 1."""

    number: int
    x: float
    y: float
    width: float
    state: State


@dataclass(frozen=True, slots=True)
class Tick:
    """The first of a month, and where it stands."""

    x: float
    day: date


@dataclass(frozen=True, slots=True)
class Roadmap:
    """Bars from top to bottom in their order, marks in time, and where today is (None: outside of what is drawn)."""

    bars: Sequence[Bar]
    ticks: Sequence[Tick]
    today: float | None
    height: float
    width: float = WIDTH
    left: float = LEFT
    top: float = TOP


def state_of(step: Step, *, today: date) -> State:
    """A day that is today is not late yet."""
    if step.done is not None:
        return "done"
    if step.due < today:
        return "late"
    return "running" if step.starts is not None and step.starts <= today else "ahead"


def order(steps: Sequence[Step]) -> list[int]:
    """Places of the steps by time: by when each begins, then by when it is due."""
    return sorted(
        range(len(steps)), key=lambda place: (steps[place].starts or steps[place].due, steps[place].due, place)
    )


def roadmap(steps: Sequence[Step], *, today: date) -> Roadmap:
    """Draw the steps in the order given. Raises ValueError where one ends before it starts."""
    if any(step.starts is not None and step.starts > step.due for step in steps):
        raise ValueError("a step ends before it starts")
    height = TOP + ROW * len(steps) + FOOT
    if not steps:
        return Roadmap((), (), None, height)
    ticks = _months(min(step.starts or step.due for step in steps), max(step.due for step in steps))
    first, last = ticks[0], ticks[-1]
    room, days = WIDTH - LEFT - RIGHT, (last - first).days

    def x(day: date) -> float:
        return round(LEFT + room * (day - first).days / days, 1)

    bars = [
        Bar(
            number=number + 1,
            x=x(step.starts or step.due),
            y=TOP + ROW * number + ROW / 2,
            width=round(x(step.due) - x(step.starts or step.due), 1),
            state=state_of(step, today=today),
        )
        for number, step in enumerate(steps)
    ]
    here = x(today) if first <= today <= last else None
    return Roadmap(bars, [Tick(x(day), day) for day in ticks], here, height)


def _months(first: date, last: date) -> list[date]:
    """First days of months, evenly apart, from at or before `first` to after `last`: two to MOST_TICKS."""
    start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month
    apart = next((apart for apart in _APART if -(-(end - start) // apart) < MOST_TICKS), end - start)
    count = -(-(end - start) // apart)
    return [_first_of(start + apart * number) for number in range(count + 1)]


def _first_of(month: int) -> date:
    """Months are counted from the year 0; behind the last of them lies the last day that there is."""
    year, rest = divmod(month, 12)
    return date(year, rest + 1, 1) if year <= date.max.year else date.max
