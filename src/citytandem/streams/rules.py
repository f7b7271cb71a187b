"""Who may do what in the two streams."""

from __future__ import annotations

import rules

from citytandem.accounts.contract import Actor
from citytandem.streams.models import Record, Visibility


@rules.predicate
def is_staff(actor: Actor) -> bool:
    """Works for this city."""
    return actor.is_staff


@rules.predicate
def is_signed_in(actor: Actor) -> bool:
    """Anybody with a sign-in."""
    return not actor.is_anonymous


@rules.predicate
def is_author(actor: Actor, record: Record | None) -> bool:
    """Wrote this record."""
    return record is not None and actor.id is not None and record.created_by_id == actor.id


@rules.predicate
def is_readable(actor: Actor, record: Record | None) -> bool:
    """Public, own, or the actor works for the city."""
    return record is not None and (record.visibility == Visibility.PUBLIC or actor.is_staff or is_author(actor, record))


rules.add_perm("streams.submit", is_signed_in)
rules.add_perm("streams.read", is_readable)
rules.add_perm("streams.edit", is_staff | is_author)
rules.add_perm("streams.set_status", is_staff)
rules.add_perm("streams.link", is_staff)
rules.add_perm("streams.reweight", is_staff)
rules.add_perm("streams.give_feedback", rules.always_allow)
