"""Who may do what in the two streams."""

from __future__ import annotations

import rules

from citytandem.accounts.contract import Actor, Role
from citytandem.core.switches import is_on
from citytandem.streams.models import Change, Moderation, Record, Visibility


@rules.predicate
def is_staff(actor: Actor) -> bool:
    """Works for this city in the matter."""
    return actor.is_staff


@rules.predicate
def curates(actor: Actor) -> bool:
    """Joins the two streams."""
    return actor.curates


@rules.predicate
def works_in_a_department(actor: Actor) -> bool:
    """May take problems over into their own department."""
    return bool(actor.departments)


@rules.predicate
def looks_on(actor: Actor) -> bool:
    """Sees how things stand: the council and the coordination of the programme."""
    return actor.has({Role.COUNCIL_VIEWER, Role.PROGRAMME_COORDINATOR})


@rules.predicate
def moderates(actor: Actor) -> bool:
    """Decides what stays readable."""
    return actor.moderates


@rules.predicate
def is_signed_in(actor: Actor) -> bool:
    """Anybody with a sign-in."""
    return not actor.is_anonymous


@rules.predicate
def is_author(actor: Actor, record: Record | None) -> bool:
    """Wrote this record."""
    return record is not None and actor.id is not None and record.created_by_id == actor.id


@rules.predicate
def is_of_own_organisation(actor: Actor, record: Record | None) -> bool:
    """Written for an organisation that the actor belongs to."""
    return record is not None and record.organisation_id in actor.organisations


@rules.predicate
def is_of_own_department(actor: Actor, record: Record | None) -> bool:
    """The actor's department answers for it."""
    return getattr(record, "department_id", None) in actor.departments


@rules.predicate
def is_readable(actor: Actor, record: Record | None) -> bool:
    """The same as `selectors.visible_to`, for one record in hand."""
    if record is None:
        return False
    if actor.is_staff or is_author(actor, record) or is_of_own_organisation(actor, record):
        return True
    if record.visibility not in visibilities_for(actor):
        return False
    return (actor.moderates and record.visibility == Visibility.PUBLIC) or is_open_to_readers(record)


@rules.predicate
def may_submit(actor: Actor, kind: str | None) -> bool:
    """Anybody with a sign-in; visitors where the administrator allows it for this kind."""
    return not actor.is_anonymous or (kind is not None and is_on(f"visitors.{kind}"))


@rules.predicate
def may_give_feedback(actor: Actor) -> bool:
    """Anybody with a sign-in; visitors where the administrator allows it."""
    return not actor.is_anonymous or is_on("visitors.feedback")


@rules.predicate
def is_open(_actor: Actor, record: Record | None) -> bool:
    """Not taken down or merged: what a moderator has decided is not undone by an edit."""
    return record is not None and record.moderation not in {Moderation.REMOVED, Moderation.MERGED}


@rules.predicate
def is_from_here(_actor: Actor, record: Record | None) -> bool:
    """Written at this node: what came from a partner only its origin changes."""
    return record is None or not record.is_from_partner


def is_open_to_readers(record: Record) -> bool:
    """Neither held nor taken down. A record that went into another one leads there, with the words that were open before:
    what was held when it was merged stays hidden."""
    if record.moderation != Moderation.MERGED:
        return record.moderation == Moderation.FINE
    # The selectors have read it with all others.
    before = getattr(record, "moderation_before", None)
    if before is None:
        mergers = Change.objects.filter(object_id=record.id, what="merged").order_by("-id")
        before = (mergers.values_list("fields", flat=True).first() or {}).get("moderation", [Moderation.FINE])[0]
    return bool(before == Moderation.FINE)


def visibilities_for(actor: Actor) -> frozenset[str]:
    """Which records of others a reader may see, by their visibility."""
    visible = {Visibility.PUBLIC.value}
    if actor.has({Role.COUNCIL_VIEWER}):
        visible |= {Visibility.INTERNAL.value, Visibility.PARTNERS.value}
    if actor.has({Role.PROGRAMME_COORDINATOR}):
        visible.add(Visibility.PARTNERS.value)
    return frozenset(visible)


rules.add_perm("streams.submit", may_submit)
rules.add_perm("streams.read", is_readable)
rules.add_perm(
    "streams.edit", (curates | is_of_own_department | is_author | is_of_own_organisation) & is_open & is_from_here
)
rules.add_perm("streams.translate", (curates | is_of_own_department | is_author | is_of_own_organisation) & is_open)
rules.add_perm("streams.set_status", (curates | is_of_own_department) & is_from_here)
rules.add_perm("streams.route", (curates | is_of_own_department) & is_from_here)
rules.add_perm("streams.take_over", (curates | works_in_a_department) & is_from_here)
rules.add_perm("streams.reuse", curates)
rules.add_perm("streams.staff_desk", is_staff | looks_on)
rules.add_perm("streams.merge", curates | moderates)
rules.add_perm("streams.link", curates)
rules.add_perm("streams.reweight", curates)
rules.add_perm("streams.give_feedback", may_give_feedback)
