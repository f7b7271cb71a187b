"""What the work of partnerships tells other modules."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from citytandem.core.events import Event


@dataclass(frozen=True, slots=True)
class WorkRecordChanged(Event):
    """A record of the work was written, came from a partner, or is gone. `kind`: as `accompanying.kinds` names it."""

    partnership: UUID
    kind: str
    record: UUID
