"""Erasing a person (GDPR art. 17): everything in one transaction; what is public stays, without them."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import SYSTEM, Actor
from citytandem.accounts.contract import PersonErased
from citytandem.accounts.holdings import holdings
from citytandem.accounts.models import Person
from citytandem.accounts.services.administrators import keep_an_administrator
from citytandem.accounts.services.entries import entry_add
from citytandem.accounts.services.shared import refuse_shared
from citytandem.core import clock, events
from citytandem.core.errors import Forbidden
from citytandem.core.permissions import require

# RFC 2606: nobody ever gets mail there.
NOWHERE = "erased.invalid"


@transaction.atomic
def person_erase(*, person_id: UUID, by: Actor, why: str = "asked") -> bool:
    """Erase a person at once and for good; True if there was somebody left to erase.

    Each holding deletes or anonymises its part. The row of the person stays, empty, because public things and logs
    point to it. `why` is "asked" or "inactive". Raises Forbidden (also for who uses a sign-in of the demo), and Invalid
    for the last administrator.
    """
    require("accounts.erase", by, person_id)
    refuse_shared(by, about=person_id)
    keep_an_administrator(without=person_id)
    person = Person.objects.select_for_update().filter(id=person_id, erased_at=None).first()
    if person is None:
        return False
    if person.is_demo and by.id == person_id:
        raise Forbidden(
            "sign_in.shared", _("This sign-in belongs to the demo, and many people use it. Make one of your own first.")
        )
    kept = holdings()
    for holding in kept:
        holding.erase(person_id)
    _empty(person)
    # Not even that they did it themselves: the log must not lead back to them.
    entry_add(
        "person.erased",
        by=SYSTEM if by.id == person_id else by,
        facts={"holdings": len(kept), "why": why, "self": by.id == person_id},
    )
    events.emit(PersonErased(person_id=person_id))
    return True


def _empty(person: Person) -> None:
    """Take everything out of the row that tells who it was."""
    person.email = f"erased-{uuid4()}@{NOWHERE}"
    person.name = person.language = ""
    person.set_unusable_password()
    person.last_login = None
    person.is_active = False
    person.erased_at = clock.now()
    person.save()
