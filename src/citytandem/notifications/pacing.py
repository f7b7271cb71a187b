"""When a collected mail is due, and when a failed one is tried again. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

# As mail servers do among themselves: soon at first, and for about three days (RFC 5321, 4.5.4.1).
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 180, 360, 720, 720, 1440))
_DAYS = 8


def next_digest(now: datetime, *, is_weekly: bool, hour: int, weekday: int, zone: ZoneInfo) -> datetime:
    """The next moment after `now` at which it is `hour` o'clock in `zone`, on `weekday` (0: Monday) if weekly; in UTC.

    Where the clock leaps over that hour it is the first moment after the leap; where the hour comes twice, the first.
    """
    today = now.astimezone(zone).date()
    for ahead in range(_DAYS + 1):
        day = today + timedelta(days=ahead)
        due = datetime.combine(day, time(hour), zone).astimezone(UTC)
        if due > now and (not is_weekly or day.weekday() == weekday):
            return due
    raise ValueError(f"no day has the number {weekday}")


def retry_after(tries: int) -> timedelta | None:
    """How long to wait after the n-th temporary failure; None: enough tried."""
    return _PAUSES[tries - 1] if tries <= len(_PAUSES) else None
