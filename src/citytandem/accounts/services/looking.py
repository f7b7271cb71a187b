"""The log of access to personal data: who looked at whose, and in which role."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from citytandem.accounts.actors import SYSTEM_ROLE, Actor
from citytandem.accounts.models import Role
from citytandem.accounts.services.entries import entry_add

# In which role somebody acts who has several: the one with the widest rights.
_BY_RIGHTS = (
    SYSTEM_ROLE,
    Role.ADMINISTRATOR,
    Role.MODERATOR,
    Role.INNOVATION_UNIT,
    Role.DEPARTMENT_STAFF,
    Role.PROGRAMME_COORDINATOR,
    Role.COUNCIL_VIEWER,
    Role.ORGANISATION_MEMBER,
)


def acting_role(by: Actor) -> str:
    """The role under which somebody's look at personal data is shown to whom it was about."""
    return next((str(role) for role in _BY_RIGHTS if role in by.roles), Role.RESIDENT.value)


def looked_at(what: str, *, by: Actor, people: Iterable[UUID], reason: str = "") -> None:
    """Somebody was shown the data of these people. One person or a list of them: each sees it on their own page."""
    shown = [str(person) for person in people]
    if len(shown) == 1:
        if by.id is not None and str(by.id) == shown[0]:
            return
        facts = {"as": acting_role(by)}
        entry_add(what, by=by, person=UUID(shown[0]), facts=facts, reason=reason, looked=True)
    elif shown:
        entry_add(what, by=by, facts={"as": acting_role(by), "people": shown}, reason=reason, looked=True)
