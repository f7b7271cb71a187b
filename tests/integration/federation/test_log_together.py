"""Several processes write to the log while partners read it: one chain, nothing lost, no page that looks incomplete."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from uuid import UUID, uuid4

import pytest
from django.db import connection

from citytandem.core import clock
from citytandem.core.versions import translations
from citytandem.federation import registry
from citytandem.federation.known import keyring_of
from citytandem.federation.models import LogEntry, Peer, SharedObject
from citytandem.federation.protocol import pages
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.log import start
from citytandem.federation.protocol.pages import verified
from citytandem.federation.registry import Outgoing, Source, register_source
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.publishing import publish
from citytandem.federation.serving import page_for
from tests.integration.federation.pairs import agreed

WRITERS, ROUNDS, THINGS = 4, 6, 10


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[UUID, Outgoing]]:
    monkeypatch.setattr(registry, "_sources", {})
    made = {
        uuid4(): Outgoing(kind="Problem", texts={"name": translations(de=f"Hitze {number}")}, published=clock.now())
        for number in range(THINGS)
    }
    register_source(
        Source("thing", "Problem", lambda ids: {key: made[key] for key in ids if key in made}, lambda: made)
    )
    yield made
    connection.close()


def write(held: dict[UUID, Outgoing], writer: int) -> int:
    """Change all things and publish them, again and again."""
    done = 0
    try:
        for turn in range(ROUNDS):
            for key in list(held):
                held[key] = replace(held[key], texts={"name": translations(de=f"{writer} {turn}")})
            done += publish("thing", list(held))
    finally:
        connection.close()
    return done


def read(peer: Peer, stop: Event) -> int:
    """Read the whole log as a partner does, and find it whole each time."""
    rounds = 0
    try:
        while not stop.is_set():
            whole(peer)
            rounds += 1
    finally:
        connection.close()
    return rounds


def whole(peer: Peer) -> int:
    cursor, open_links = start(own_did()), ()
    while True:
        data = page_for(peer, after=cursor.number, limit=7)
        keys = keyring_of([], with_own=True)
        page = verified(data, cursor, keys, node=own_did(), received=instant(clock.now()))
        assert [entry.refusal for entry in page.entries] == [""] * len(page.entries)
        open_links = pages.unfilled(page.entries, open_links)
        cursor = page.cursor
        if page.is_last:
            assert open_links == ()
            return cursor.number


@pytest.mark.django_db(transaction=True)
def test_writers_and_readers_at_the_same_time(held: dict[UUID, Outgoing]) -> None:
    peer, stop = agreed(), Event()
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reader = pool.submit(read, peer, stop)
        done = [task.result() for task in [pool.submit(write, held, number) for number in range(WRITERS)]]
        stop.set()
        assert reader.result() > 0
    numbers = list(LogEntry.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, sum(done) + 1))
    versions = list(LogEntry.objects.values_list("uri", "version"))
    assert len(set(versions)) == len(versions), "two contents of one version"
    assert whole(peer) == sum(done)
    assert publish("thing", list(held)) == 0, "what is in the log is what is there"
    for row in SharedObject.objects.all():
        newest = LogEntry.objects.filter(uri=row.uri).latest("number")
        assert (row.entry, row.version, row.digest) == (newest.number, newest.version, newest.object_digest)
