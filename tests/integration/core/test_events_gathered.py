"""Gathering events for bulk work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from citytandem.core import events
from citytandem.core.events import Event, emit, gathered, listen

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
