"""Gathering events for bulk work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from citytandem.core import events
from citytandem.core.events import Event, emit, emit_all, gathered, listen, listen_within

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True)
class Rained(Event):
    """For these tests only."""

    where: str


@pytest.fixture
def heard() -> Iterator[list[Event]]:
    told: list[Event] = []
    listen(Rained, told.append)
    yield told
    events._listeners.pop(Rained)


def test_gathered_events_are_told_to_nobody_else(
    heard: list[Event], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        with gathered(Rained) as happened:
            emit(Rained("Ulm"))
        emit(Rained("Bern"))
    assert happened == [Rained("Ulm")]
    assert heard == [Rained("Bern")]


def test_other_events_are_told_as_ever(
    heard: list[Event], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True), gathered(events.RecordChanged):
        emit(Rained("Ulm"))
    assert heard == [Rained("Ulm")]


def test_it_ends_when_the_work_fails(
    heard: list[Event], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with pytest.raises(ValueError, match="bad"), gathered(Rained):
        raise ValueError("bad")
    with django_capture_on_commit_callbacks(execute=True):
        emit(Rained("Ulm"))
    assert heard == [Rained("Ulm")]


def test_who_can_takes_many_at_once_and_each_once(django_capture_on_commit_callbacks: Callable[..., Any]) -> None:
    one_by_one: list[Event] = []
    at_once: list[Sequence[Event]] = []
    listen(Rained, one_by_one.append)
    listen(Rained, lambda event: at_once.append([event]), at_once=at_once.append)
    listen_within(
        Rained, lambda event: at_once.append([event]), at_once=lambda told: at_once.append([Rained("within"), *told])
    )
    with django_capture_on_commit_callbacks(execute=True):
        emit_all([Rained("Ulm"), Rained("Bern"), Rained("Ulm")])
        assert (one_by_one, at_once) == ([], [[Rained("within"), Rained("Ulm"), Rained("Bern")]])
        emit_all([])
    assert one_by_one == at_once[1] == [Rained("Ulm"), Rained("Bern")]
    with gathered(Rained) as happened:
        emit_all([Rained("Ulm")])
    assert happened == [Rained("Ulm")]
    assert len(at_once) == 2
    events._listeners.pop(Rained)
    events._within.pop(Rained)
