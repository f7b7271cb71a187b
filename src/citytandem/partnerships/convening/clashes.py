"""Sessions of an event against each other and against its times. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import combinations, groupby
from typing import Literal


@dataclass(frozen=True, slots=True)
class Slot:
    """When and where a session is. `people`: who speaks. Times have a zone."""

    key: str
    starts: datetime
    ends: datetime
    room: str = ""
    people: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Clash:
    """Two sessions at one time in one room, or with one person. `what`: the room or the person."""

    one: str
    two: str
    kind: Literal["room", "person"]
    what: str


def folded(name: str) -> str:
    """Names that differ in case and spaces only are the same."""
    return " ".join(name.split()).casefold()


def overlap(one: Slot, two: Slot) -> bool:
    """Whether they have a moment in common; the end of one may be the start of the other."""
    return one.starts < two.ends and two.starts < one.ends


def clashes(slots: Sequence[Slot]) -> list[Clash]:
    """Every pair that cannot be, in the order of time. Sessions without a room or people never clash."""
    ordered = sorted(slots, key=lambda slot: (slot.starts, slot.ends, slot.key))
    return [clash for one, two in combinations(ordered, 2) if overlap(one, two) for clash in _between(one, two)]


def _between(one: Slot, two: Slot) -> Iterator[Clash]:
    if one.room and folded(one.room) == folded(two.room):
        yield Clash(one.key, two.key, "room", one.room)
    others = {folded(name) for name in two.people}
    for name in one.people:
        if folded(name) in others:
            yield Clash(one.key, two.key, "person", name)


def is_inside(slot: Slot, *, starts: datetime, ends: datetime) -> bool:
    """Whether a session lies within the event."""
    return starts <= slot.starts and slot.ends <= ends


def by_day(slots: Sequence[Slot], zone: tzinfo) -> list[tuple[date, list[list[Slot]]]]:
    """Days as people there count them; in each the sessions that begin together, sorted by room."""
    ordered = sorted(slots, key=lambda slot: (slot.starts, folded(slot.room), slot.ends, slot.key))
    days = groupby(ordered, key=lambda slot: slot.starts.astimezone(zone).date())
    return [
        (day, [list(group) for _start, group in groupby(of_day, key=lambda slot: slot.starts)]) for day, of_day in days
    ]
