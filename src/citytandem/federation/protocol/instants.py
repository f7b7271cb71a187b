"""Points in time as they travel: UTC, whole seconds, one way to write them, so that text order is time order."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FORM = re.compile(r"(?:19|20|21)\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ", re.ASCII)


def instant(moment: datetime) -> str:
    """`2026-05-04T10:20:30Z` (RFC 3339, 5.6, always in UTC and without fractions). Raises ValueError without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_instant(value: object) -> bool:
    """Whether `value` is written as `instant` writes, and a day of the calendar."""
    if not isinstance(value, str) or not _FORM.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def moment(text: str) -> datetime:
    """The reverse of `instant`. Raises ValueError for any other way of writing."""
    if not is_instant(text):
        raise ValueError("not an instant of the protocol")
    return datetime.fromisoformat(text)
