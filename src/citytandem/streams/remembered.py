"""Matches of records, remembered for a while: a page that is read often does not search again each time."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from citytandem.accounts.contract import Actor
from citytandem.streams.contract import Match
from citytandem.streams.match import match, question_of_record
from citytandem.streams.weighting import weights_in_use

SECONDS = 60


def match_of_record(record: Any, *, actor: Actor, reader: str, top: int = 5) -> Match:
    """What fits a record, searched or remembered."""
    key = _key(record, actor=actor, reader=reader, top=top)
    found: Match | None = cache.get(key)
    if found is None:
        found = match(question_of_record(record), reader=reader, top=top, public_only=not actor.is_staff)
        cache.set(key, found, SECONDS)
    return found


def remembered(record: Any, *, actor: Actor, reader: str, top: int = 5) -> Match | None:
    """What fits a record if it was searched for not long ago: costs one query and no search."""
    found: Match | None = cache.get(_key(record, actor=actor, reader=reader, top=top))
    return found


def _key(record: Any, *, actor: Actor, reader: str, top: int) -> str:
    # The weights are part of the key: putting others in use shows at once.
    weights = hash(weights_in_use())
    return f"streams.match.{record.id}.{record.version}.{reader}.{top}.{int(actor.is_staff)}.{weights}"
