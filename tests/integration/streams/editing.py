"""Changing records in tests."""

from __future__ import annotations

from typing import Any

from citytandem.accounts.contract import Actor
from citytandem.streams.models import Solution
from citytandem.streams.services.records import Wording, record_edit


def reword(record: Any, wording: Wording, *, by: Actor, version: int = 1) -> Any:
    """Write a record's words in one language, as somebody who has seen `version`."""
    kind = "solution" if isinstance(record, Solution) else "problem"
    return record_edit(kind=kind, key=record.id, version=version, by=by, wording=wording, details={})
