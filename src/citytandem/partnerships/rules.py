"""Who may do what with cities, partnerships and events."""

from __future__ import annotations

import rules

from citytandem.accounts.contract import Actor, Role
from citytandem.core.node import this_node
from citytandem.partnerships.models import City, Partnership, Programme


@rules.predicate
def curates(actor: Actor) -> bool:
    """Works for this city, or is the node itself."""
    return actor.curates


@rules.predicate
def coordinates(actor: Actor, _programme: Programme | None = None) -> bool:
    """Coordinates the programmes of this node."""
    return actor.is_system or actor.has({Role.PROGRAMME_COORDINATOR})


@rules.predicate
def speaks_for(actor: Actor, city: City | None) -> bool:
    """The innovation unit of the city that runs this node speaks for that city, and for no other."""
    if actor.is_system:
        return True
    return actor.has({Role.INNOVATION_UNIT}) and city is not None and city.id == this_node().home_city


@rules.predicate
def works_in(actor: Actor, partnership: Partnership | None) -> bool:
    """Belongs to the innovation unit of a city that has worked in this partnership."""
    if partnership is None or not actor.has({Role.INNOVATION_UNIT}):
        return False
    return this_node().home_city in partnership.members


@rules.predicate
def is_of_a_unit(actor: Actor, _programme: Programme | None = None) -> bool:
    """Works in the innovation unit."""
    return actor.has({Role.INNOVATION_UNIT})


rules.add_perm("partnerships.import", curates)
rules.add_perm("partnerships.passport_write", curates)
rules.add_perm("partnerships.coordinate", coordinates)
rules.add_perm("partnerships.edit_city", speaks_for)
# A coordination notes what came on paper, too.
rules.add_perm("partnerships.apply", speaks_for | coordinates)
rules.add_perm("partnerships.read_record", works_in | coordinates)
rules.add_perm("partnerships.read_reasons", coordinates | is_of_a_unit)
rules.add_perm("partnerships.leave", works_in | coordinates)
