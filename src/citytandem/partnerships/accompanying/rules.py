"""Who works in a partnership."""

from __future__ import annotations

import rules
from django.db.models import Q
from django.utils import timezone

from citytandem.accounts.contract import Actor, Role
from citytandem.core import clock
from citytandem.core.node import this_node
from citytandem.partnerships.models import CityContact, Partnership
from citytandem.partnerships.rules import curates


@rules.predicate
def is_of_our_city(_actor: Actor, partnership: Partnership | None) -> bool:
    """The city of this node is a member, or has been; a node without a city is everybody's."""
    home = this_node().home_city
    if partnership is None or home is None or home in partnership.members:
        return partnership is not None
    return partnership.seats.filter(city_id=home).exists()


@rules.predicate
def is_named_contact(actor: Actor, partnership: Partnership | None) -> bool:
    """Somebody whom a member city has named."""
    if partnership is None or actor.id is None:
        return False
    today = timezone.localdate(clock.now())
    named = CityContact.objects.filter(Q(until=None) | Q(until__gte=today), person_id=actor.id)
    seated = Q(city_id__in=partnership.members) | Q(city__seats__partnership=partnership, city__seats__until=None)
    return named.filter(seated).exists()


@rules.predicate
def coordinates(actor: Actor) -> bool:
    """Accompanies all partnerships of the programme."""
    return actor.is_system or actor.has({Role.PROGRAMME_COORDINATOR})


@rules.predicate
def is_signed_in(actor: Actor) -> bool:
    """Anybody with a sign-in: the desk shows each what is theirs."""
    return not actor.is_anonymous


rules.add_perm("partnerships.work", coordinates | (curates & is_of_our_city) | is_named_contact)
rules.add_perm("partnerships.desk", is_signed_in)
