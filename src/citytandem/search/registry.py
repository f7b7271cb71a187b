"""What can be found: modules register their kinds in `apps.py`; search knows no domain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Draft:
    """One language version of a thing, as its module hands it to the index."""

    kind: str
    object_id: UUID
    language: str
    title: str
    text: str
    changed_at: datetime
    is_original: bool = True
    themes: Sequence[str] = field(default_factory=tuple)
    city: UUID | None = None
    country: str = ""
    is_public: bool = True


@dataclass(frozen=True, slots=True)
class Findable:
    """A kind of thing. `read` gives the drafts of some ids, none for ids that are gone or must not be found."""

    kind: str
    read: Callable[[Sequence[UUID]], list[Draft]]
    all_ids: Callable[[], Sequence[UUID]]


_findables: dict[str, Findable] = {}


def register(findable: Findable) -> None:
    """Make a kind findable; the last registration of a name counts."""
    _findables[findable.kind] = findable


def findable(kind: str) -> Findable:
    """The registered kind; KeyError if there is none."""
    return _findables[kind]


def kinds() -> list[str]:
    """Names of all registered kinds."""
    return list(_findables)
