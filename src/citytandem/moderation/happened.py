"""What happened in moderation, for whoever listens."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from citytandem.core.events import Event


@dataclass(frozen=True, slots=True)
class ThingHeld(Event):
    """A text waits for a person. `kind` and `object_id` name the thing."""

    kind: str
    object_id: UUID
    case_id: UUID


@dataclass(frozen=True, slots=True)
class ThingDecided(Event):
    """A person decided about a thing. `decision` is keep, remove, restore, merge or split."""

    kind: str
    object_id: UUID
    case_id: UUID
    decision: str


@dataclass(frozen=True, slots=True)
class ReportReceived(Event):
    """Somebody reported a thing."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class AppealReceived(Event):
    """Somebody appealed against a decision."""

    case_id: UUID


@dataclass(frozen=True, slots=True)
class AppealDecided(Event):
    """A second person decided about the appeals of a case."""

    case_id: UUID
