"""Letting moderation look at the words of a record that was just written or changed."""

from __future__ import annotations

from typing import Any

from citytandem.accounts.contract import Actor
from citytandem.core.versions import human_versions, texts_of
from citytandem.moderation.contract import Trace, examine
from citytandem.streams.models import FRAME_CONDITIONS, Moderation, Visibility

_PLAIN = ("place_name", "evidence", "provider", "licence", "cost_note", "contact_role", "reuse_notes")


def screen_record(record: Any, kind: str, *, by: Actor, trace: Trace) -> None:
    """Hold the record if somebody has to look at it first. Drafts are nobody else's yet: they are looked at when sent."""
    if record.visibility == Visibility.DRAFT or record.moderation in {Moderation.REMOVED, Moderation.MERGED}:
        return
    state = examine(kind=kind, object_id=record.id, text=words_of(record), language=record.language, by=by, trace=trace)
    if state != record.moderation:
        record.moderation = state
        record.save(update_fields=["moderation"])


def words_of(record: Any) -> str:
    """Everything that people wrote in the record, the original language first."""
    parts: list[str] = []
    conditions = getattr(record, "frame_conditions", {})
    for versions in (record.title, record.text, *(conditions.get(name) for name in FRAME_CONDITIONS)):
        texts = texts_of(human_versions(versions))
        parts += [text for code, text in sorted(texts.items(), key=lambda one: one[0] != record.language)]
    parts += [str(getattr(record, name, "")) for name in _PLAIN]
    return "\n".join(part for part in parts if part)
