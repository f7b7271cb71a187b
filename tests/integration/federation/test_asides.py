"""What could not be used when it came: an origin that is back brings all of its own in few questions."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from citytandem.federation.known import document_keep
from citytandem.federation.models import Peer, SetAside, SharedObject
from citytandem.federation.protocol.keys import PrivateKey
from citytandem.federation.services import asides, storing
from citytandem.federation.services.pulling import pull
from tests.integration.federation.served import Served, document_of, served
from tests.integration.federation.test_pulling import a_minute_later, logs_asked
from tests.unit.federation.nodes import Node

pytestmark = pytest.mark.django_db
AWAY = 300


@pytest.fixture(autouse=True)
def _a_name(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    settings.ADDRESS = "http://localhost:8000"
    settings.FEDERATION_LOCAL = True
    # What is agreed is another matter: here everything is.
    monkeypatch.setattr(storing, "widths", lambda *_args, **_more: {"*": 2})


def with_an_origin_away(hub: Served) -> Node:
    """The hub has passed on many objects of a node whose keys nobody could tell, with others of its own between them."""
    away = Node("did:web:localhost%3A1", PrivateKey(bytes(range(64, 96))))
    for number in range(1, AWAY + 1):
        hub.node.publish(away.problem(number))
        if number % 10 == 0:
            hub.node.publish(hub.node.problem(AWAY + number))
    pull(hub.peer.id)
    assert SetAside.objects.filter(code="proof.key_unknown").count() == AWAY
    return away


def test_an_origin_that_is_back_brings_all_of_its_objects_page_by_page() -> None:
    with served() as hub:
        away = with_an_origin_away(hub)
        document_keep(document_of(away), did=away.did)
        before = logs_asked(hub)
        a_minute_later()
        pull(hub.peer.id)
        assert not SetAside.objects.exists()
        assert SharedObject.objects.filter(origin=away.did).count() == AWAY
        assert logs_asked(hub) - before <= 5


def test_what_there_was_no_time_for_comes_with_the_next_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    with served() as hub:
        away = with_an_origin_away(hub)
        document_keep(document_of(away), did=away.did)
        a_minute_later()
        monkeypatch.setattr(asides, "_PAGE", 1)
        monkeypatch.setattr(asides, "_SECONDS", 0.2)
        pull(hub.peer.id)
        left = SetAside.objects.count()
        assert 0 < left < AWAY, "as many as there was time for"
        monkeypatch.setattr(asides, "_SECONDS", 30.0)
        pull(hub.peer.id)
        assert not SetAside.objects.exists(), "without a minute's wait"
        assert Peer.objects.get(id=hub.peer.id).cursor_number == AWAY + AWAY // 10
