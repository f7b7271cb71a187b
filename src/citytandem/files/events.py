"""What happens to files, for other modules."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from citytandem.core.events import Event


@dataclass(frozen=True, slots=True)
class FilePublished(Event):
    """A file can be seen from now on by whoever may read what it hangs on."""

    kind: str
    object_id: UUID
    file_id: UUID


@dataclass(frozen=True, slots=True)
class FileRemoved(Event):
    """A file was taken away; whether it had been published before is not told."""

    kind: str
    object_id: UUID
    file_id: UUID
