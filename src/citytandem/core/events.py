"""Things that happened, in the past tense; modules listen to each other without importing each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events: frozen, small, ids only."""


@dataclass(frozen=True, slots=True)
class RecordChanged(Event):
    """Something that can be found was written or withdrawn. `kind` is the name under which it is registered."""

    kind: str
    object_id: UUID


E = TypeVar("E", bound=Event)
_listeners: dict[type[Event], list[Callable[[Any], None]]] = defaultdict(list)
_within: dict[type[Event], list[Callable[[Any], None]]] = defaultdict(list)
_at_once: dict[Callable[[Any], None], Callable[[Sequence[Any]], None]] = {}
_gathering: ContextVar[Mapping[type[Event], list[Any]]] = ContextVar("gathering", default=MappingProxyType({}))


def listen(
    event: type[E], listener: Callable[[E], None], *, at_once: Callable[[Sequence[E]], None] | None = None
) -> None:
    """Call `listener` for each committed `event`; registering the same listener twice does nothing.

    `at_once` does for several what `listener` does for each, with less work; `emit_all` calls it.
    """
    if at_once is not None:
        _at_once[listener] = at_once
    if listener not in _listeners[event]:
        _listeners[event].append(listener)


def listen_within(
    event: type[E], listener: Callable[[E], None], *, at_once: Callable[[Sequence[E]], None] | None = None
) -> None:
    """Call `listener` inside the transaction that emits: for leaving a job that must not be lost if the process ends.

    It has to be quick, and what it raises undoes the whole transaction. `at_once` as for `listen`.
    """
    if at_once is not None:
        _at_once[listener] = at_once
    if listener not in _within[event]:
        _within[event].append(listener)


@contextmanager
def gathered(event: type[E]) -> Iterator[list[E]]:
    """For bulk work: inside, events of this type go into the list and no listener is told; the caller does its part.

    An import of a thousand records would otherwise index them one by one. If the work fails, drop the list.
    """
    happened: list[E] = []
    token = _gathering.set({**_gathering.get(), event: happened})
    try:
        yield happened
    finally:
        _gathering.reset(token)


def emit(event: Event) -> None:
    """Tell the listeners once the surrounding transaction has committed; if it rolls back, nothing happened."""
    happened = _gathering.get().get(type(event))
    if happened is not None:
        happened.append(event)
        return
    for listener in _within[type(event)]:
        listener(event)
    for listener in _listeners[type(event)]:
        transaction.on_commit(partial(listener, event))


def emit_all(happened: Sequence[E]) -> None:
    """As `emit` for events of one type, each once: those who have a way to take many at once do so."""
    told = list(dict.fromkeys(happened))
    if not told:
        return
    gathering = _gathering.get().get(type(told[0]))
    if gathering is not None:
        gathering.extend(told)
        return
    for listener in _within[type(told[0])]:
        _tell(listener, told)
    for listener in _listeners[type(told[0])]:
        transaction.on_commit(partial(_tell, listener, told))


def _tell(listener: Callable[[Any], None], told: Sequence[Event]) -> None:
    at_once = _at_once.get(listener)
    if at_once is not None:
        at_once(told)
        return
    for event in told:
        listener(event)
