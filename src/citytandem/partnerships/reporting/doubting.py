"""Contradictions in the record, found by rule: they are shown, never smoothed. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from citytandem.partnerships.reporting.counting import exact, figures
from citytandem.partnerships.reporting.records import Event, Record, Words

Kind = Literal["weekend", "order", "backwards", "outside", "counts", "unknown_member"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that does not fit. `one` and `other`: the two sides, as the record has them."""

    kind: Kind
    where: Words
    one: str
    other: str
    href: str


def doubts(record: Record) -> tuple[Doubt, ...]:
    """All that rules can find: dates, order of events, counts, members that nobody knows."""
    return (*_dates(record), *_order(record), *_counts(record), *_members(record))


def day(text: str) -> date | None:
    """A whole date, or None where the source tells the month only or nothing."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _first(event: Event) -> date | None:
    return day(event.dates[0]) if event.dates else None


def _dates(record: Record) -> Iterator[Doubt]:
    starts, ends = day(record.starts), day(record.ends)
    for event in record.events:
        known = [found for text in event.dates if (found := day(text)) is not None]
        for one in known:
            if one.weekday() >= 5:
                yield Doubt("weekend", event.title, one.isoformat(), str(one.weekday()), event.href)
        if len(known) > 1 and known[-1] < known[0]:
            yield Doubt("backwards", event.title, known[0].isoformat(), known[-1].isoformat(), event.href)
        if known and starts is not None and known[0] < starts:
            yield Doubt("outside", event.title, known[0].isoformat(), record.starts, event.href)
        if known and ends is not None and known[-1] > ends:
            yield Doubt("outside", event.title, known[-1].isoformat(), record.ends, event.href)


def _order(record: Record) -> Iterator[Doubt]:
    """Numbered events whose number is lower than that of an event before them: the numbers tell another order."""
    numbered = sorted((event for event in record.events if event.number is not None), key=lambda one: one.number or 0)
    dated = [(event, found) for event in numbered if (found := _first(event)) is not None]
    for (event, found), (after, following) in pairwise(dated):
        if following < found:
            yield Doubt(
                "order", event.title, f"{event.number}: {found.isoformat()}",
                f"{after.number}: {following.isoformat()}", event.href,
            )  # fmt: skip


def _counts(record: Record) -> Iterator[Doubt]:
    counted = {figure.key: figure.value for figure in figures(record) if figure.counted}
    for one in record.stated:
        value = exact(one.value)
        if one.key in counted and value is not None and value != counted[one.key]:
            yield Doubt("counts", Words(one.key), one.value, str(counted[one.key]), record.href)


def _members(record: Record) -> Iterator[Doubt]:
    known = {city.slug for city in record.cities}
    for partnership in record.partnerships:
        for member in partnership.members:
            if member not in known:
                yield Doubt("unknown_member", Words(partnership.title), member, "", partnership.href)
