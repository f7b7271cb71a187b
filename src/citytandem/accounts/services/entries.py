"""The log of what was done to people, roles, settings and personal data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from citytandem.accounts.actors import Actor
from citytandem.accounts.models import Entry
from citytandem.core import clock


def entry_add(
    what: str,
    *,
    by: Actor,
    person: UUID | None = None,
    kind: str = "",
    object_id: Any = "",
    facts: Mapping[str, Any] | None = None,
    reason: str = "",
    looked: bool = False,
) -> None:
    """Write one line, within the surrounding transaction. `facts` tell neither names nor addresses of people."""
    Entry.objects.create(
        what=what,
        by_id=by.id,
        person_id=person,
        kind=kind,
        object_id=str(object_id),
        facts=dict(facts or {}),
        reason=reason,
        looked=looked,
        at=clock.now(),
    )
