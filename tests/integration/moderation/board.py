"""Notes on a board: a kind of thing that moderation has never heard of; and refusals by their code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest

from citytandem.accounts.contract import Actor
from citytandem.core.errors import DomainError
from citytandem.core.ids import uuid7
from citytandem.core.subjects import FINE, Subject, SubjectKind
from citytandem.moderation.contract import examine

PERSONAL = "Please call Mrs Miller at miller@example.org about the broken lamp."
PLAIN = "The lamp at the corner has been broken since Tuesday."


@contextmanager
def refused(kind: type[DomainError], code: str, *, field: str | None = None) -> Iterator[None]:
    """Inside, an error of this kind and code has to come, at this field if one is named."""
    with pytest.raises(kind) as caught:
        yield
    assert caught.value.code == code
    assert field is None or caught.value.field == field


@dataclass
class Board:
    """Notes on a board: a kind that moderation has never heard of. `told` is what moderation did to them."""

    notes: dict[UUID, Subject] = field(default_factory=dict)
    merged: dict[UUID, UUID] = field(default_factory=dict)
    alike: list[UUID] = field(default_factory=list)
    told: list[tuple[UUID, str]] = field(default_factory=list)

    def write(self, text: str, *, by: Actor, language: str = "en", title: str = "A note", **changes: Any) -> Subject:
        """Write a note, have it examined, store the answer."""
        note = Subject("note", uuid7(), title, language, "/", text, language, by.id, **changes)
        self.notes[note.id] = note
        self._store(note.id, examine(kind="note", object_id=note.id, text=text, language=language, by=by))
        return self.notes[note.id]

    def mend(self, note_id: UUID, text: str, *, by: Actor) -> Subject:
        """Change a note and have it examined again."""
        self.notes[note_id] = note = replace(self.notes[note_id], text=text)
        self._store(note.id, examine(kind="note", object_id=note.id, text=text, language=note.language, by=by))
        return self.notes[note_id]

    def _store(self, note_id: UUID, state: str) -> None:
        self.notes[note_id] = replace(self.notes[note_id], moderation=state)

    def moderate(self, note_id: UUID, state: str, _by: Any) -> None:
        self.told.append((note_id, state))
        self._store(note_id, state)

    def readable(self, actor: Actor, ids: Any) -> set[UUID]:
        found = [self.notes[one] for one in ids if one in self.notes]
        return {note.id for note in found if self._may_read(actor, note)}

    def _may_read(self, actor: Actor, note: Subject) -> bool:
        own = actor.id is not None and note.author == actor.id
        return own or actor.moderates or (note.is_public and note.moderation == FINE)

    def merge(self, note_id: UUID, into: UUID, _by: Any) -> None:
        self.merged[note_id] = into
        self._store(note_id, "merged")

    def split(self, note_id: UUID, _by: Any) -> None:
        del self.merged[note_id]
        self._store(note_id, FINE)

    def kind(self) -> SubjectKind:
        return SubjectKind(
            kind="note",
            label="Note",
            read=lambda ids, _reader: {one: self.notes[one] for one in ids if one in self.notes},
            readable=self.readable,
            moderate=self.moderate,
            similar=lambda _id, _reader: [self.notes[one] for one in self.alike],
            merge=self.merge,
            split=self.split,
        )
