"""Who gets a place and who waits. Pure.

One rule for every door: whoever confirmed first comes first; a place that becomes free goes to whoever has waited longest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

K = TypeVar("K")


def needs_place(*, form: str, online: bool) -> bool:
    """Whether somebody takes one of the places: of a hybrid event only those on site do."""
    return not (form == "hybrid" and online)


def free(places: int | None, taken: int) -> int | None:
    """How many places are free, never below 0; None where everybody can come. Raises ValueError for negative numbers."""
    if taken < 0 or (places is not None and places < 0):
        raise ValueError("places and taken cannot be negative")
    return None if places is None else max(0, places - taken)


def has_to_wait(places: int | None, taken: int, waiting: int) -> bool:
    """Whether somebody new waits: no place is free, or others wait already and come first."""
    room = free(places, taken)
    return room is not None and room <= waiting


def admitted(places: int | None, taken: int, queue: Sequence[K]) -> Sequence[K]:
    """Who of a queue, longest waiting first, gets a place now. Fewer places than taken send nobody away."""
    room = free(places, taken)
    return queue if room is None else queue[:room]
