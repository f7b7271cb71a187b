"""A mail server that runs, a node with a name, and things to tell of."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.core import clock
from citytandem.core.models import Node
from citytandem.core.versions import translations
from citytandem.streams.models import Problem
from tests.integration.notifications.post import Server, serving


@pytest.fixture
def node(db: None) -> Callable[..., None]:
    """Change the node's own settings: `node(colour="#aa3300")`. It is Krefeld's from the start."""

    def change(**values: Any) -> None:
        Node.objects.update_or_create(id=1, defaults={"name": "Krefeld", "language": "de", **values})
        cache.clear()

    change()
    return change


@pytest.fixture
def server(node: Callable[..., None]) -> Iterator[Server]:
    """A mail server on this machine."""
    with serving(Server()) as running:
        yield running


@pytest.fixture
def problem(db: None) -> Problem:
    """A public problem in two languages."""
    return Problem.objects.create(
        code="bins2345",
        language="de",
        title=translations(de="Mülleimer quellen über", en="Bins overflow"),
        text=translations(de="Jeden Samstag.", en="Every Saturday."),
        visibility="public",
        created_at=clock.now(),
        changed_at=clock.now(),
    )


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def later(at: Callable[[datetime], None]) -> Callable[[timedelta], None]:
    """Let time pass."""
    return lambda passed: at(clock.now() + passed)


@pytest.fixture
def browser_of() -> Callable[[Actor | Person | None], Client]:
    """A browser in English in which somebody is signed in, or nobody."""

    def make(who: Actor | Person | None) -> Client:
        client = Client(headers={"accept-language": "en"})
        if who is not None:
            client.force_login(Person.objects.get(id=who.id))
        return client

    return make


def environment() -> dict[str, str]:
    """Of a process of its own that works on the database of this test."""
    settings = connection.settings_dict
    parts = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    url = " ".join(f"{name}={settings[key]}" for name, key in parts.items() if settings[key])
    return dict(os.environ) | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "citytandem.settings.test"}
