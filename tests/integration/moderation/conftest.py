"""A kind of thing of its own, people who write, report and moderate, and browsers in which they are signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person, Role
from citytandem.core import subjects
from citytandem.core.node import node_set
from tests.integration.moderation.board import Board


@pytest.fixture
def board() -> Iterator[Board]:
    """An empty board, known to the node while a test runs."""
    made = Board()
    subjects.register(made.kind())
    yield made
    subjects._kinds.pop("note")


@pytest.fixture(autouse=True)
def _krefeld(request: pytest.FixtureRequest) -> None:
    """A German node."""
    request.getfixturevalue("transactional_db" if _commits(request) else "db")
    node_set(name="Krefeld", home_city=None, home_slug="", language="de")


def _commits(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return marker is not None and bool(marker.kwargs.get("transaction"))


@pytest.fixture
def moderator(make_actor: Callable[[str], Actor]) -> Actor:
    return make_actor(Role.MODERATOR)


@pytest.fixture
def second(make_actor: Callable[[str], Actor]) -> Actor:
    """Another moderator."""
    return make_actor(Role.MODERATOR)


@pytest.fixture
def reader(make_actor: Callable[[str], Actor]) -> Actor:
    """A resident who writes nothing, and may report."""
    return make_actor(Role.RESIDENT)


@pytest.fixture
def browser_of() -> Callable[[Actor], Client]:
    """A browser in which somebody is signed in."""

    def make(actor: Actor) -> Client:
        client = Client()
        client.force_login(Person.objects.get(id=actor.id))
        return client

    return make
