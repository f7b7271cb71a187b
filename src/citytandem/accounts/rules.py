"""Who may do what with people, organisations, departments and the node itself."""

from __future__ import annotations

from uuid import UUID

import rules

from citytandem.accounts.actors import Actor


@rules.predicate
def administers(actor: Actor) -> bool:
    """Sets up the node."""
    return actor.administers


@rules.predicate
def leads_it(actor: Actor, place: UUID | None) -> bool:
    """Leads this organisation or department."""
    return place is not None and place in actor.leads


@rules.predicate
def is_signed_in(actor: Actor) -> bool:
    """Anybody with a sign-in."""
    return not actor.is_anonymous


@rules.predicate
def is_oneself(actor: Actor, person: UUID | None) -> bool:
    """The person is the actor."""
    return person is not None and actor.id == person


rules.add_perm("accounts.administer", administers)
rules.add_perm("accounts.grant", administers | leads_it)
rules.add_perm("accounts.edit_organisation", administers | leads_it)
rules.add_perm("accounts.make_organisation", is_signed_in)
rules.add_perm("accounts.edit_department", administers | leads_it)
rules.add_perm("accounts.export", administers | is_oneself)
rules.add_perm("accounts.erase", administers | is_oneself)
