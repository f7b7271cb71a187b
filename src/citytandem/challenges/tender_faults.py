"""What a tender package still lacks: the faults of the package, and what only its row can tell."""

from __future__ import annotations

from citytandem.challenges.models import Tender
from citytandem.challenges.tender_said import package_of
from citytandem.challenges.tenders.checking import checked, faults
from citytandem.challenges.tenders.kinds import Fault
from citytandem.challenges.tenders.package import Checked


def faults_of(tender: Tender) -> tuple[Fault, ...]:
    """Everything that is in the way of documents and of the hand-over; empty if nothing is."""
    package = package_of(tender)
    found = faults(package)
    has_price = any(criterion.kind == "price" for criterion in package.criteria)
    if has_price and not tender.said.get("price_confirmed"):
        return (*found, Fault("criteria.price_unconfirmed", "price_confirmed"))
    return found


def ready_package(tender: Tender) -> Checked | None:
    """The package with its shares and notes; None while it has faults of its own."""
    package = package_of(tender)
    return None if faults(package) else checked(package)
