"""The people of the demo, as those who act."""

from __future__ import annotations

from citytandem.accounts.contract import SYSTEM, Actor, actor_by_id
from citytandem.accounts.directory import person_by_address
from citytandem.demo.sign_ins import SIGN_INS


def demo_actor(beginning: str) -> Actor:
    """Whose address begins like this. KeyError where the demo has nobody like that."""
    email = next((one.email for one in SIGN_INS if one.email.startswith(beginning)), None)
    person = person_by_address(email, by=SYSTEM) if email else None
    if person is None:
        raise KeyError(beginning)
    return actor_by_id(person.id, name=person.name)
