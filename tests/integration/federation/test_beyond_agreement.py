"""What a partner sends beyond the agreement is not taken, whoever wrote it, and comes once it is agreed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from citytandem.core import clock
from citytandem.federation.models import Doubt, Peer, SetAside, SharedObject
from citytandem.federation.protocol.agreement import Flow
from citytandem.federation.protocol.objects import Visibility, check, tombstone
from citytandem.federation.services.identity import own_did
from citytandem.federation.services.storing import NOT_ALLOWED
from tests.integration.federation.pairs import ALL, agreed
from tests.integration.federation.test_storing import fresh, held, kept, plovdiv
from tests.unit.federation.nodes import LATER, Node, sofia

pytestmark = pytest.mark.django_db


def sending(flow: Flow, node: Node | None = None) -> Peer:
    """A partner that may send this, and nothing else."""
    node = node or sofia()
    return agreed(node, sends={own_did(): ALL, node.did: flow})


def test_what_is_not_agreed_is_set_aside() -> None:
    peer, node = sending({"Solution": Visibility.PARTNERS, "Problem": Visibility.PUBLIC}), sofia()
    node.publish(node.problem(1))
    node.publish(node.problem(2, visibility=Visibility.PUBLIC))
    node.publish(node.problem(3, visibility=Visibility.NAMED, audience=(own_did(),)))
    other = {**node.problem(4, visibility=Visibility.PUBLIC), "type": ["Guide", "Document"]}
    node.publish(node.proven({name: value for name, value in other.items() if name != "proof"}))
    stored = kept(peer, node.page())
    assert (stored.objects, stored.aside, fresh(peer).cursor_number) == (2, 2, 4)
    assert set(SharedObject.objects.values_list("source_number", flat=True)) == {2, 3}
    assert set(SetAside.objects.values_list("number", "code")) == {(1, NOT_ALLOWED), (4, NOT_ALLOWED)}


def test_of_a_relayed_object_the_terms_of_the_relay_count() -> None:
    hub, node, origin = sending({"*": Visibility.PUBLIC}), sofia(), plovdiv()
    agreed(origin)
    node.publish(origin.problem(1))
    node.publish(origin.problem(2, visibility=Visibility.PUBLIC))
    kept(hub, node.page())
    assert list(SharedObject.objects.values_list("source_number", flat=True)) == [2]


def test_without_an_agreement_nothing_is_taken() -> None:
    peer, node = agreed(until=clock.now() + timedelta(days=1)), sofia()
    node.publish(node.problem(1))
    with clock.at(clock.now() + timedelta(days=2)):
        assert kept(peer, node.page()).aside == 1
    assert not SharedObject.objects.exists()


def test_a_tombstone_comes_whatever_is_agreed() -> None:
    peer, node = sending({"Solution": Visibility.PUBLIC}), sofia()
    node.publish(node.proven(tombstone(check(node.problem(1)).envelope, deleted=LATER)))
    assert kept(peer, node.page()).objects == 1


def test_a_version_that_is_not_agreed_takes_the_one_before_away_until_it_is() -> None:
    peer, node = sending({"*": Visibility.PUBLIC}), sofia()
    node.publish(node.problem(1, visibility=Visibility.PUBLIC))
    kept(peer, node.page())
    node.publish(node.problem(1, version=2))
    kept(peer, node.page(after=1))
    assert (held(1).is_gone, held(1).body) == (True, "{}")
    peer = sending(ALL)
    assert peer.rereads_number == 0
    kept(peer, node.page())
    row = held(1)
    assert (row.is_gone, row.version, row.visibility, row.applied_version) == (False, 2, "partners", 0)
    assert not SetAside.objects.exists()
    assert not Doubt.objects.exists()
