"""Who may see what was sent."""

from __future__ import annotations

import rules

from citytandem.accounts.actors import Actor


@rules.predicate
def administers(actor: Actor) -> bool:
    """Sets up the node."""
    return actor.administers


@rules.predicate
def has_sign_in(actor: Actor) -> bool:
    """A person, who has a list and choices of their own."""
    return actor.id is not None


rules.add_perm("notifications.log", administers)
rules.add_perm("notifications.own", has_sign_in)
