"""Until when what we publish counts if nobody hears of us any more. Pure.

Each object counts for one to two years. The day on which it is renewed follows from its id, so that all of a node are not
published anew on one day.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

_DAYS = 365


def renewed_until(object_id: UUID, *, today: datetime) -> datetime:
    """The end that an object published today bears: the same all year, at least a year ahead."""
    day = timedelta(days=object_id.int % _DAYS)
    years = (today.year + 1, today.year + 2)
    ends = (datetime(year, 1, 1, tzinfo=UTC) + day for year in years)
    return next(end for end in ends if end >= today + timedelta(days=_DAYS) or end.year == years[-1])
