"""Which node speaks for which city: only partners that an administrator has confirmed, and one for each city."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock
from citytandem.core.errors import Conflict
from citytandem.core.ids import stable_id
from citytandem.core.node import node_set
from citytandem.federation.known import document_keep, every_key
from citytandem.federation.models import Peer, PeerState, SharedObject
from citytandem.federation.protocol.instants import instant
from citytandem.federation.protocol.objects import Visibility, new_object
from citytandem.federation.services.applying import apply_waiting
from citytandem.federation.services.pairing import partner_end
from citytandem.federation.services.storing import store
from citytandem.federation.verifying import ready
from citytandem.partnerships.contract import city_of_node
from citytandem.partnerships.models import City, CityNode
from citytandem.partnerships.services import city_import, partnership_import
from citytandem.streams.models import Problem
from citytandem.streams.services.records import Wording, record_submit
from tests.integration.federation.pairs import agreed, document_of, paired
from tests.integration.streams.partner_nodes import SOFIA, confirmed, drop, profile, take
from tests.unit.federation.nodes import DAY, Node, krefeld, sofia

pytestmark = pytest.mark.django_db
EVIL = "did:web:evil.example"
EVIL_URI = "https://evil.example/federation/objects/018f4c1e-7b00-7000-8000-000000000009"
TOLD = {"slug": "sofia", "name": "Evil", "country": "BG"}


@pytest.fixture(autouse=True)
def varna(db: None, settings: Any) -> None:
    """This is Varna's node."""
    settings.ADDRESS = "https://varna.example"
    city_import(slug="varna", name="Varna", country="BG", fields={"languages": ["bg"]}, by=SYSTEM)
    node_set(name="Varna", home_city=stable_id("city", "varna"), home_slug="varna", language="bg")


def claims(kind: str = "CityProfile", **more: Any) -> None:
    """Another node says that it is Sofia."""
    take(kind, 9, **{"origin": EVIL, "uri": EVIL_URI, "details": {"city": TOLD}} | more)


def profile_of(node: Node, slug: str) -> dict[str, Any]:
    """The profile in which a node says which city it speaks for, as it signs it."""
    made = new_object(
        "CityProfile",
        origin=node.did,
        uuid=UUID(int=7),
        version=1,
        published=DAY,
        texts={"name": {"en": {"text": slug.title(), "by": "human"}}},
        details={"city": {"slug": slug, "name": slug.title(), "country": "BG"}},
        visibility=Visibility.PUBLIC,
    )
    return node.proven(made)


def brought(profile: dict[str, Any], *, by: Node) -> None:
    """A node brings a profile, its own or another's, and what waits is applied."""
    by.publish(profile)
    page = by.page(after=len(by.entries) - 1)
    peer = Peer.objects.get(did=by.did)
    store(peer.id, ready(page, None, every_key(), node=by.did, received=instant(clock.now())))
    apply_waiting()


def test_a_node_that_nobody_has_confirmed_speaks_for_no_city() -> None:
    with pytest.raises(Conflict) as refused:
        claims()
    assert refused.value.code == "partner.city_unconfirmed"
    assert not City.objects.filter(slug="sofia").exists()
    profile()
    assert city_of_node(SOFIA) == City.objects.get(slug="sofia").id


def test_a_partner_that_has_ended_is_none() -> None:
    confirmed()
    Peer.objects.update(state=PeerState.ENDED)
    with pytest.raises(Conflict) as refused:
        take("CityProfile", 1, details={"city": TOLD})
    assert refused.value.code == "partner.city_unconfirmed"


def test_a_partner_takes_its_city_back_from_a_node_that_is_none() -> None:
    confirmed(EVIL)
    claims()
    claims("Problem", uri=f"{EVIL_URI[:-1]}8", details={})
    assert Problem.objects.get().city == City.objects.get(slug="sofia").id
    Peer.objects.filter(did=EVIL).update(state=PeerState.ENDED)
    profile()
    node = CityNode.objects.select_related("city").get()
    assert (node.did, node.city.name, node.city.is_profiled) == (SOFIA, "\u0421\u043e\u0444\u0438\u044f", True)
    assert Problem.objects.get().city is None


def test_of_two_partners_the_first_speaks_for_the_city() -> None:
    confirmed(EVIL)
    profile()
    with pytest.raises(Conflict) as refused:
        claims()
    assert refused.value.code == "partner.city_taken"
    assert City.objects.get(slug="sofia").name == "\u0421\u043e\u0444\u0438\u044f"


def test_a_refused_profile_is_taken_once_its_node_is_confirmed() -> None:
    hub, other = sofia(), krefeld()
    agreed(hub)
    document_keep(document_of(other), did=other.did)
    brought(profile_of(other, "krefeld"), by=hub)
    assert SharedObject.objects.get().refusal == "partner.city_unconfirmed"
    assert city_of_node(other.did) is None
    ProcrastinateJob.objects.filter(task_name="federation.apply").delete()
    paired(other)
    assert ProcrastinateJob.objects.filter(task_name="federation.apply").exists()
    apply_waiting()
    assert city_of_node(other.did) == City.objects.get(slug="krefeld").id
    assert SharedObject.objects.get().refusal == ""


def test_a_partner_that_ends_leaves_its_city_to_the_other() -> None:
    first, second = sofia(), krefeld()
    for node in (first, second):
        agreed(node)
        brought(profile_of(node, "sofia"), by=node)
    assert CityNode.objects.get().did == first.did
    assert SharedObject.objects.get(origin=second.did).refusal == "partner.city_taken"
    partner_end(Peer.objects.get(did=first.did).id, by=SYSTEM)
    apply_waiting()
    assert CityNode.objects.get().did == second.did


def test_a_profile_that_is_withdrawn_leaves_the_city_too() -> None:
    profile()
    second = krefeld()
    agreed(second)
    brought(profile_of(second, "sofia"), by=second)
    drop("CityProfile", 1)
    apply_waiting()
    assert CityNode.objects.get().did == second.did


def test_a_city_that_only_its_node_has_told_of_goes_with_it() -> None:
    profile()
    for number in range(3):
        profile(slug=f"sofia-{number}", name=f"Sofia {number}")
    assert set(City.objects.values_list("slug", flat=True)) == {"varna", "sofia-2"}
    drop("CityProfile", 1)
    assert set(City.objects.values_list("slug", flat=True)) == {"varna"}


@pytest.mark.parametrize("named_by", ["nobody", "member", "use", "own", "place"])
def test_a_city_that_somebody_else_names_stays_as_a_place(named_by: str) -> None:
    if named_by == "place":
        City.objects.create(id=stable_id("place", "727011"), slug="sofia", name="Sofia", country="BG")
    profile()
    sofia_id = City.objects.get(slug="sofia").id
    if named_by == "member":
        partnership_import(slug="pair", kind="tandem", members=["varna", "sofia"], fields={}, by=SYSTEM)
    if named_by == "use":
        take("Solution", 2, origin="did:web:x.example", uri=EVIL_URI, details={"usedIn": [TOLD]})
    if named_by == "own":
        record_submit(kind="problem", wording=Wording("Hitze", None, "de"), by=SYSTEM, details={"city": sofia_id})
    drop("CityProfile", 1)
    kept = City.objects.filter(slug="sofia").first()
    assert (kept is None) is (named_by == "nobody")
    assert kept is None or (not kept.is_profiled and kept.profile == "")
