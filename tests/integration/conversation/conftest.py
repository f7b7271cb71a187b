"""People who talk, and their browsers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.core.models import Node
from tests.integration.conversation.talks import Talk, make_talk


@pytest.fixture
def talk(db: None) -> Talk:
    return make_talk()


@pytest.fixture
def browser_of() -> Callable[[Actor | None], Client]:
    """A browser in which somebody is signed in, or nobody."""

    def make(actor: Actor | None) -> Client:
        client = Client(headers={"accept-language": "en"})
        if actor is not None:
            client.force_login(Person.objects.get(id=actor.id))
        return client

    return make


@pytest.fixture
def switch(db: None) -> Callable[..., None]:
    """Turn switches of the node on and off: `switch(**{"visitors.comment": True})`."""

    def turn(**names: bool) -> None:
        Node.objects.update_or_create(id=1, defaults={"name": "Krefeld", "language": "en", "switches": names})
        cache.clear()

    return turn
