"""Texts for the index: quick to make, each with words of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from citytandem.core.ids import stable_id
from citytandem.search.registry import Draft

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def identifier(name: str | int) -> UUID:
    return stable_id("thing", str(name))


def draft(
    name: str | int, *, title: str = "", kind: str = "problem", language: str = "de", text: str = "", **more: Any
) -> Draft:
    """One language version of the thing of this name."""
    return Draft(
        kind=kind,
        object_id=identifier(name),
        language=language,
        title=title or f"Eintrag nummer{name} über thema{hash_of(name) % 7} und wort{hash_of(name) % 13}",
        text=text,
        changed_at=MOMENT,
        **more,
    )


def hash_of(name: str | int) -> int:
    return identifier(name).int % 1009
