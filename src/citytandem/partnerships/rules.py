"""Who may do what with cities, partnerships and events."""

from __future__ import annotations

import rules

from citytandem.accounts.contract import Actor


@rules.predicate
def is_staff(actor: Actor) -> bool:
    """Works for this city, or is the node itself."""
    return actor.is_staff


rules.add_perm("partnerships.import", is_staff)
