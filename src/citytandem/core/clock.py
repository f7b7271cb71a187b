"""The one place that knows what time it is, so that tests and the demo can set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_shown: ContextVar[datetime | None] = ContextVar("shown", default=None)


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return _shown.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Inside, it is this moment: for telling the demo what happened when. Raises ValueError for a time without zone."""
    if moment.tzinfo is None:
        raise ValueError("the time has no zone")
    token = _shown.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _shown.reset(token)
