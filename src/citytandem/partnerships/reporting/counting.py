"""Figures of a programme: counted from the record, and as its sources say them. Pure.

An uncertain figure stays uncertain: `almost 50` never becomes 50.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from citytandem.partnerships.reporting.records import Record

_EXACT = re.compile(r"^\d{1,9}$")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure. `value` is None unless the figure is exact; `said` is what to show. `counted`: from the record itself."""

    key: str
    said: str
    value: int | None
    counted: bool
    works: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Attendance:
    """How many people an event had, in the words of its source."""

    event: str
    said: str
    value: int | None
    kind: str


def exact(text: str) -> int | None:
    """The number, if the text is a bare one; None for `almost 50`, `>20` or nothing."""
    return int(text) if _EXACT.match(text.strip()) else None


def figures(record: Record) -> tuple[Figure, ...]:
    """The counts of cities, countries, tandems, tridems and events, then what only the sources know."""
    kinds = [one.kind for one in record.partnerships]
    counted = {
        "cities": len(record.cities),
        "countries": len({city.country for city in record.cities}),
        "tandems": kinds.count("tandem"),
        "tridems": kinds.count("tridem"),
        "events": sum(event.number is not None for event in record.events),
        "other_events": sum(event.number is None for event in record.events),
    }
    own = [Figure(key, str(value), value, counted=True) for key, value in counted.items()]
    said = [
        Figure(one.key, one.value, exact(one.value), counted=False, works=one.works)
        for one in record.stated
        if one.key not in counted
    ]
    return (*own, *said)


def attendance(record: Record) -> tuple[Attendance, ...]:
    """Of each event for which a source tells it. Never summed: some were counted as registered, others as attending."""
    return tuple(
        Attendance(event.slug, event.participants, exact(event.participants), event.participants_kind)
        for event in record.events
        if event.participants
    )
