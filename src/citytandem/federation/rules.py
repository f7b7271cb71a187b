"""Who may do what between nodes: administrators decide about partners, the unit and the coordination see how they are."""

from __future__ import annotations

import rules

from citytandem.accounts.contract import Actor, Role


@rules.predicate
def administers(actor: Actor) -> bool:
    """Sets up the node."""
    return actor.administers


@rules.predicate
def looks_on(actor: Actor) -> bool:
    """Works with what partners share."""
    return actor.curates or actor.has({Role.PROGRAMME_COORDINATOR})


rules.add_perm("federation.see_partners", looks_on)
rules.add_perm("federation.pair", administers)
rules.add_perm("federation.agree", administers)
rules.add_perm("federation.pause", administers)
rules.add_perm("federation.keys", administers)
rules.add_perm("federation.exchange_files", administers)
