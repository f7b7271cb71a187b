"""A node, people in it, and browsers in which they are signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.core.node import node_set

Browser = Callable[[Actor | None], Client]


@pytest.fixture
def node(db: None) -> None:
    """Krefeld's node, set up by nobody yet."""
    node_set(name="Krefeld", home_city=None, home_slug="krefeld", language="de")
    cache.clear()


@pytest.fixture
def administrator(make_actor: Callable[[str], Actor]) -> Actor:
    return make_actor("administrator")


@pytest.fixture
def browser_of() -> Browser:
    """A browser in English, in which somebody is signed in; None: nobody."""

    def make(actor: Actor | None = None) -> Client:
        client = Client(headers={"Accept-Language": "en"})
        if actor is not None:
            person = Person.objects.get(id=actor.id)
            client.force_login(person, backend="citytandem.accounts.backends.PasswordBackend")
        return client

    return make
