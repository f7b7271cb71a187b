"""What comes back on the next agenda: actions that are not done, and when each point is on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

Urgency = Literal["late", "soon", "later"]
SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Action:
    """Something that somebody took on: when it was agreed, by when, and when it was done."""

    id: UUID
    agreed: datetime
    due: date
    done: date | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """An action that comes back, how pressing it is on the day of the meeting, and how many days late."""

    id: UUID
    urgency: Urgency
    days_late: int


def comes_back(actions: Iterable[Action], *, meeting: datetime) -> list[Back]:
    """The actions agreed before a meeting that are not done by its day, the longest overdue first."""
    day = meeting.date()
    waiting = [one for one in actions if one.agreed < meeting and (one.done is None or one.done > day)]
    return [
        Back(one.id, urgency(one.due, today=day), max((day - one.due).days, 0))
        for one in sorted(waiting, key=lambda one: (one.due, one.agreed, one.id))
    ]


def urgency(due: date, *, today: date) -> Urgency:
    """Late from the day after on; soon within a week."""
    if due < today:
        return "late"
    return "soon" if due - today <= SOON else "later"


def times(starts: datetime, minutes: Sequence[int]) -> list[datetime]:
    """When each point of an agenda begins. Raises ValueError for a negative number of minutes."""
    if any(one < 0 for one in minutes):
        raise ValueError("a point of an agenda takes less than no time")
    found, at = [], starts
    for one in minutes:
        found.append(at)
        at += timedelta(minutes=one)
    return found


def overrun(starts: datetime, ends: datetime, minutes: Sequence[int]) -> int:
    """By how many minutes the points take longer than the meeting; 0 where they fit."""
    return max(sum(minutes) - int((ends - starts).total_seconds() // 60), 0)
