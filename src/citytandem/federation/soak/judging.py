"""What each node has to show after a soak, what it may, and how that differs from what it shows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from citytandem.federation.soak.plan import HUB, Plan


@dataclass(frozen=True, slots=True)
class Thing:
    """What a node has published in the end. `audience`: numbers of nodes, for what is only for some.

    `changed`: when it said so, in seconds.
    """

    uri: str
    origin: int
    said: str
    revision: int
    audience: tuple[int, ...] = ()
    is_withdrawn: bool = False
    visibility: str = "partners"
    changed: float = 0.0


@dataclass(frozen=True, slots=True)
class Closing:
    """From when on a reader gets `what` of an origin no more, and what of it that came before may stay.

    `latest`: what has not been changed since.
    """

    origin: int
    reader: int
    at: float
    what: Literal["partners", "all"]
    stays: Literal["nothing", "latest"]


def may_reach(plan: Plan, thing: Thing, reader: int) -> bool:
    """Whether a thing is for a reader, and there is a way to it."""
    if reader == thing.origin or (thing.audience and reader not in thing.audience):
        return False
    if reader in plan.partners_of(thing.origin):
        return True
    is_known_to_hub = not thing.audience or HUB in thing.audience
    return thing.origin in plan.through_hub(reader) and is_known_to_hub


def _closed(thing: Thing, reader: int, closings: Iterable[Closing]) -> Closing | None:
    for one in closings:
        is_between = (one.origin, one.reader) == (thing.origin, reader)
        if is_between and one.what in {"all", thing.visibility}:
            return one
    return None


def due_at(plan: Plan, things: Iterable[Thing], reader: int, closings: Iterable[Closing] = ()) -> dict[str, str]:
    """What a reader has to show: address and text of everything that is for it and was not withdrawn."""
    ended = tuple(closings)
    return {
        thing.uri: thing.said
        for thing in things
        if not thing.is_withdrawn and may_reach(plan, thing, reader) and _closed(thing, reader, ended) is None
    }


def left_at(plan: Plan, things: Iterable[Thing], reader: int, closings: Iterable[Closing]) -> dict[str, str]:
    """What a reader may still show, and need not: address and text of what came before it was closed off."""
    ended = tuple(closings)
    found = {}
    for thing in things:
        closing = _closed(thing, reader, ended)
        if closing is None or closing.stays == "nothing" or not may_reach(plan, thing, reader):
            continue
        if thing.changed <= closing.at and not thing.is_withdrawn:
            found[thing.uri] = thing.said
    return found


@dataclass(frozen=True, slots=True)
class Seen:
    """What a node shows, row by row, and what it has beside that.

    `held`: addresses of all objects of others whose text it has. `bodies_left`: withdrawn objects whose text is still there.
    """

    rows: tuple[tuple[str, str], ...]
    held: tuple[str, ...] = ()
    entries_twice: int = 0
    bodies_left: int = 0
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the views differ from what was published to them.

    `missing`: not there, or in an older version. `beyond`: there, and not for this node. `doubled`: once too often.
    """

    missing: tuple[tuple[int, str], ...]
    beyond: tuple[tuple[int, str], ...]
    doubled: int
    bodies_left: tuple[tuple[int, int], ...]
    faults: tuple[str, ...]

    @property
    def duplicates(self) -> int:
        """All that is there and must not be."""
        return self.doubled + len(self.beyond) + sum(count for _reader, count in self.bodies_left)

    @property
    def is_identical(self) -> bool:
        """Whether every view is the union of what was published to it, and nothing more."""
        return not (self.missing or self.duplicates or self.faults)


def compare(plan: Plan, things: Iterable[Thing], seen: Mapping[int, Seen], closings: Iterable[Closing] = ()) -> Outcome:
    """Each node's view beside what it has to be."""
    published, closed = list(things), tuple(closings)
    missing: list[tuple[int, str]] = []
    beyond: list[tuple[int, str]] = []
    for reader, view in seen.items():
        due = due_at(plan, published, reader, closed)
        left = left_at(plan, published, reader, closed)
        shown = set(view.rows)
        missing += [(reader, uri) for uri, said in sorted(due.items()) if (uri, said) not in shown]
        too_much = {uri for uri, said in shown if uri not in due and left.get(uri) != said}
        too_much |= {uri for uri in view.held if uri not in due and uri not in left}
        beyond += [(reader, uri) for uri in sorted(too_much)]
    return Outcome(
        missing=tuple(missing),
        beyond=tuple(beyond),
        doubled=sum(len(view.rows) - len({uri for uri, _said in view.rows}) for view in seen.values())
        + sum(view.entries_twice for view in seen.values()),
        bodies_left=tuple((reader, view.bodies_left) for reader, view in seen.items() if view.bodies_left),
        faults=tuple(f"{reader}: {fault}" for reader, view in seen.items() for fault in view.faults),
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What came out; `to_json` is what the command prints. `still_open`: what had not been read or done when time was up."""

    nodes: int
    published: int
    outcome: Outcome
    seconds: float
    kills: int
    partitions: int
    still_open: tuple[tuple[str, int], ...] = ()

    @property
    def chain_valid(self) -> bool:
        """Whether every log is one chain, every object proven, and every partner still trusted."""
        return not self.outcome.faults

    @property
    def holds(self) -> bool:
        """Whether it came to rest, and nothing was lost, doubled or left over."""
        return not self.still_open and self.outcome.is_identical

    def troubles(self) -> list[str]:
        """What is wrong, a line each: for whoever has to find out why."""
        found = self.outcome
        lines = [f"node {reader} lacks {uri}" for reader, uri in found.missing]
        lines += [f"node {reader} has what it must not have: {uri}" for reader, uri in found.beyond]
        lines += [f"node {reader} keeps {count} bodies of withdrawn objects" for reader, count in found.bodies_left]
        lines += [f"{found.doubled} are there more than once"] if found.doubled else []
        lines += [f"node {fault}" for fault in found.faults]
        return lines + [f"not at rest: {line}" for line, _count in self.still_open]

    def to_json(self) -> dict[str, Any]:
        """The figures. Whatever is wrong is in one of them: `missing`, `duplicates` or `chain_valid`."""
        return {
            "nodes": self.nodes,
            "published": self.published,
            "missing": len(self.outcome.missing) + sum(max(1, count) for _line, count in self.still_open),
            "duplicates": self.outcome.duplicates,
            "chain_valid": self.chain_valid,
            "seconds": round(self.seconds, 1),
        }
