"""Reading tender packages: those of a challenge, and the open data of those that were handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import Challenge, Tender
from citytandem.challenges.selectors import tender_get
from citytandem.core.errors import NotFound
from citytandem.core.node import this_node
from citytandem.core.permissions import allowed
from citytandem.partnerships.contract import CityCard, cities_by_id, partnership_cards


@dataclass(frozen=True, slots=True)
class OwnCity:
    """What the node knows of its own city; None where nobody has said which it is."""

    city: CityCard | None

    @property
    def country(self) -> str:
        """ISO 3166-1, or empty."""
        return self.city.country if self.city is not None else ""


def tenders_of(challenge: Challenge) -> Sequence[Tender]:
    """The packages of a challenge, newest first."""
    return list(Tender.objects.filter(challenge=challenge).select_related("pilot").order_by("-created_at", "-id"))


def tender_open(actor: Actor, key: str | UUID) -> Tender:
    """A package whose open data the actor may read: everybody once it is handed over. Raises NotFound."""
    tender = tender_get(actor, key, permission="challenges.read")
    if tender.handed_over_at is None and not allowed("challenges.hand_over", actor, tender.challenge):
        raise NotFound("tender.unknown", _("This tender package does not exist, or it is not public."))
    return tender


def own_city() -> OwnCity:
    """The city of this node, in one query."""
    home = this_node().home_city
    return OwnCity(cities_by_id([home]).get(home) if home is not None else None)


def partner_cities() -> Sequence[CityCard]:
    """The cities with which ours has a partnership, by name; without any all members of partnerships."""
    home = this_node().home_city
    cards = partnership_cards()
    own = [card for card in cards if home in card.members]
    members = {city for card in own or cards for city in card.members} - {home}
    return sorted(cities_by_id(members).values(), key=lambda city: city.name)
