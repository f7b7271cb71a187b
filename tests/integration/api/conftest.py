"""A small world behind the API, and a client that speaks JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from tests.conftest import QuickEmbedder
from tests.small_world import World, small_world


@pytest.fixture
def world(db: None, quick_embedder: QuickEmbedder) -> World:
    """A few records of every kind."""
    return small_world()


class JsonClient(Client):
    """Django's test client with JSON bodies, and with versions as the API wants them."""

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """`send("PATCH", "/problems/x", {...}, If_Match='"1"')`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(self, method.lower())(f"/api/v1{path}", headers=named, **data)


@pytest.fixture
def visitor() -> JsonClient:
    """Nobody in particular."""
    return JsonClient()


@pytest.fixture
def signed_in() -> Callable[[Actor], JsonClient]:
    """A client with the session of an actor."""

    def make(actor: Actor) -> JsonClient:
        client = JsonClient()
        client.force_login(Person.objects.get(id=actor.id))
        return client

    return make


@pytest.fixture
def unit(innovation_unit: Actor, signed_in: Callable[[Actor], JsonClient]) -> JsonClient:
    """The innovation unit, signed in."""
    return signed_in(innovation_unit)


@pytest.fixture
def neighbour(resident: Actor, signed_in: Callable[[Actor], JsonClient]) -> JsonClient:
    """A resident, signed in."""
    return signed_in(resident)
