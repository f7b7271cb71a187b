"""Who may do what with cities, partnerships and events."""

from __future__ import annotations

import rules

from citytandem.accounts.contract import Actor


@rules.predicate
def curates(actor: Actor) -> bool:
    """Works for this city, or is the node itself."""
    return actor.curates


rules.add_perm("partnerships.import", curates)
rules.add_perm("partnerships.passport_write", curates)
