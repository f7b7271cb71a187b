"""What the pages of merged problems show: what else was reported so, and where something went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citytandem.accounts.contract import Actor
from citytandem.core.versions import Reading, read
from citytandem.streams.models import Change, Moderation, Problem
from citytandem.streams.selectors import MOST_CHANGES, merged_into, merged_problems

TOOK_IN = "took_in"


@dataclass(frozen=True, slots=True)
class AlsoReported:
    """A problem that went into this one: its comments and files stay on its own page."""

    title: Reading
    path: str
    at: datetime
    comments: int
    files: int


@dataclass(frozen=True, slots=True)
class WentInto:
    """Where a problem went. `path` is empty where the reader may not read that."""

    path: str = ""
    title: Reading | None = None


def also_reported(actor: Actor, record: Any, changes: Sequence[Change], *, reader: str) -> list[AlsoReported]:
    """What went into a problem and the reader may read. One query, none where its history tells of no merger."""
    if not isinstance(record, Problem):
        return []
    if len(changes) < MOST_CHANGES and not any(change.what == TOOK_IN for change in changes):
        return []
    return [
        AlsoReported(
            title=_title(one, reader=reader),
            path=f"/problems/{one.code}",
            at=one.created_at,
            comments=vars(one)["comment_count"],
            files=vars(one)["file_count"],
        )
        for one in merged_problems(actor, record)
    ]


def went_into(actor: Actor, record: Any, *, reader: str) -> WentInto | None:
    """Where a merged problem went; None for every other record. One query for a merged one."""
    if record.moderation != Moderation.MERGED:
        return None
    target = merged_into(actor, record)
    return WentInto(f"/problems/{target.code}", _title(target, reader=reader)) if target else WentInto()


def _title(record: Problem, *, reader: str) -> Reading:
    return read(record.title, reader=reader, original=record.language)
