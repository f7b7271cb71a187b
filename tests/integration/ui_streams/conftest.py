"""A small world behind the pages of the two streams, and browsers that are signed in or not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.core.node import node_set
from tests.conftest import QuickEmbedder
from tests.small_world import World, small_world


@pytest.fixture
def world(db: None, quick_embedder: QuickEmbedder) -> World:
    """Krefeld's node."""
    made = small_world()
    node_set(name="Krefeld", home_city=made.cities["krefeld"].id, home_slug="krefeld", language="de", demo="krefeld")
    cache.clear()
    return made


@pytest.fixture
def visitor() -> Client:
    """Nobody in particular."""
    return Client()


@pytest.fixture
def browser_of() -> Callable[[Actor], Client]:
    """A browser in which somebody is signed in."""

    def make(actor: Actor) -> Client:
        client = Client()
        client.force_login(Person.objects.get(id=actor.id))
        return client

    return make


@pytest.fixture
def unit(innovation_unit: Actor, browser_of: Callable[[Actor], Client]) -> Client:
    """The innovation unit, signed in."""
    return browser_of(innovation_unit)


@pytest.fixture
def neighbour(resident: Actor, browser_of: Callable[[Actor], Client]) -> Client:
    """A resident, signed in."""
    return browser_of(resident)
