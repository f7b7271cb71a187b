"""Entries of a partner's log without an object: they wait for a later one, and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from citytandem.core import clock
from citytandem.federation.models import Peer, PeerState, Usage
from citytandem.federation.protocol.errors import BadLog
from citytandem.federation.services import storing
from citytandem.federation.services.pulling import pull
from citytandem.federation.services.storing import HELD_BACK
from tests.integration.federation.pairs import agreed
from tests.integration.federation.served import served
from tests.integration.federation.test_pulling import with_problems
from tests.integration.federation.test_storing import kept, without_body
from tests.unit.federation.nodes import sofia

pytestmark = pytest.mark.django_db


def fresh(peer: Peer) -> Peer:
    return Peer.objects.get(id=peer.id)


def test_an_entry_without_its_object_stays_open_until_a_later_one_brings_it() -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1))
    node.entries[0] = without_body(node.entries[0])
    kept(peer, node.page())
    assert list(peer.open_entries.values_list("uri", "version", "number")) == [(node.problem(1)["id"], 1, 1)]
    node.publish(node.problem(1, version=2))
    kept(peer, node.page(after=1))
    assert not peer.open_entries.exists()
    kept(peer, node.page(after=0, most=1))  # read once more, it is not open again
    assert not peer.open_entries.exists()


def test_the_newest_of_some_open_versions_stays_open_since_the_first() -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1))
    node.publish(node.problem(1, version=2))
    node.entries[0], node.entries[1] = without_body(node.entries[0]), without_body(node.entries[1])
    kept(peer, node.page(after=0, most=1))
    since = peer.open_entries.get().since
    with clock.at(clock.now() + timedelta(minutes=5)):
        kept(peer, node.page(after=1))
    assert peer.open_entries.values_list("version", "number", "since").get() == (2, 2, since)


def test_a_log_that_never_brings_its_objects_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storing, "MOST_OPEN", 3)
    peer, node = agreed(), sofia()
    for number in range(1, 6):
        node.publish(node.problem(number))
    node.entries[:] = [without_body(entry) for entry in node.entries]
    kept(peer, node.page(after=0, most=3))
    with pytest.raises(BadLog, match=r"partner\.held_back"):
        kept(peer, node.page(after=3))
    assert (fresh(peer).cursor_number, peer.open_entries.count()) == (3, 3)


def test_entries_without_objects_count_as_well_for_the_share_of_an_hour() -> None:
    peer, node = agreed(), sofia()
    node.publish(node.problem(1))
    node.entries[0] = without_body(node.entries[0])
    kept(peer, node.page())
    assert Usage.objects.get(peer=peer).objects_in == 1


def test_what_is_kept_back_at_the_end_of_the_log_is_not_overlooked() -> None:
    with served() as one:
        with_problems(one, 2)
        one.node.entries[0].pop("body")
        assert pull(one.peer.id).code == ""  # it may be on its way
        one.peer.open_entries.update(since=clock.now() - timedelta(hours=2))
        assert pull(one.peer.id).code == HELD_BACK
        assert fresh(one.peer).state == PeerState.PAUSED
