"""Days of an agreement and the instants that they stand for: in UTC, so that both cities mean the same moment. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

_DAY = timedelta(days=1)


def begin_of(day: date) -> datetime:
    """When a day begins."""
    return datetime.combine(day, time(), UTC)


def end_of(day: date) -> datetime:
    """When a day is over: what an agreement with this as its last day says as `until`."""
    return begin_of(day + _DAY)


def last_day(until: datetime) -> date:
    """The reverse of `end_of`; of any other instant the day that it lies in."""
    return (until.astimezone(UTC) - timedelta(microseconds=1)).date()
