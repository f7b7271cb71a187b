"""The work of a partnership between two nodes: taken, changed, answered, withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.ids import uuid7
from citytandem.core.node import node_set
from citytandem.federation.contract import Incoming, copy_id
from citytandem.federation.models import HeldBack, Peer, PeerState, SharedObject
from citytandem.federation.services.publishing import publish
from citytandem.partnerships.accompanying import meetings, papers, results
from citytandem.partnerships.accompanying.kinds import KINDS
from citytandem.partnerships.accompanying.sharing import drop, records_out, take
from citytandem.partnerships.models import (
    ActionDone,
    ActionItem,
    CityNode,
    Finding,
    Memorandum,
    Partnership,
    Seat,
    Signature,
    Topic,
)
from citytandem.partnerships.reporting.reading import partnership_record
from tests.integration.challenges.partner_world import travelled
from tests.integration.partnerships.accompanying_world import SOFIA, TODAY, a_city, tandem, write

__all__ = ["tandem"]
KREFELD = "did:web:krefeld.example"


@pytest.fixture(autouse=True)
def _node(settings: Any) -> None:
    settings.ADDRESS = "https://krefeld.example"


def at(world: SimpleNamespace) -> dict[str, Any]:
    return {"partnership_id": world.partnership.id, "by": SYSTEM}


def sent(name: str, row: Any, **fields: Any) -> Incoming:
    """What Sofia's node would get of a record of ours, as if Sofia had written it and it came to us."""
    told = records_out(KINDS[name], [row.id])[row.id]
    return replace(travelled(told, uuid7(), origin=SOFIA, name="Sofia"), **fields)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.is_typed and not kind.is_part])
def test_every_kind_travels_whole_and_comes_back(tandem: SimpleNamespace, name: str) -> None:
    more: dict[str, dict[str, Any]] = {
        "stay": {"weekdays": [1, 3], "cost": Decimal("1200.50"), "function": "Planner"},
        "funding": {"amount": Decimal("90000"), "lead_id": tandem.sofia.id, "due_on": TODAY},
        "meeting": {"working_languages": ["de", "bg"], "host_id": tandem.sofia.id, "experts": "A planner"},
        "milestone": {"starts_on": TODAY - timedelta(days=3), "is_public": True},
    }
    ours = write(tandem, name, text="More about it.", **more.get(name, {}))
    come = sent(name, ours)
    if name == "memorandum":
        ours.delete()
    take(come)
    take(come)
    theirs = KINDS[name].model._default_manager.get(id=copy_id(come.uri))
    assert (theirs.origin, theirs.origin_uri, theirs.partnership_id) == (SOFIA, come.uri, tandem.partnership.id)
    for column in (*KINDS[name].texts, *KINDS[name].fields):
        assert getattr(theirs, column) == getattr(ours, column), column
    changed = replace(come, texts={**come.texts, "name": {"en": {"text": "Another", "by": "human"}}}, version=2)
    take(changed)
    theirs.refresh_from_db()
    assert theirs.title["en"]["text"] == "Another"
    drop([come.uri, "https://sofia.example/unknown"])
    assert not KINDS[name].model._default_manager.filter(id=theirs.id).exists()


def test_what_came_of_it_travels_and_stands_in_the_partners_report(tandem: SimpleNamespace) -> None:
    noted = results.Noted("figure", "Saved hours", "Each week.", "almost 50", "hours")
    ours = results.finding_write(noted, partnership_id=tandem.partnership.id, by=SYSTEM)
    come = sent("finding", ours)
    take(come)
    theirs = Finding.objects.get(id=copy_id(come.uri))
    assert (theirs.origin, theirs.kind, theirs.value, theirs.unit) == (SOFIA, "figure", "almost 50", "hours")
    with pytest.raises(Conflict, match="partner wrote this"):
        results.finding_write(noted, partnership_id=tandem.partnership.id, by=SYSTEM, finding_id=theirs.id)
    with pytest.raises(Conflict, match="partner wrote this"):
        results.finding_remove(theirs.id, partnership_id=tandem.partnership.id, by=SYSTEM)
    record = partnership_record(SYSTEM, tandem.partnership.slug, base="").partnerships[0]
    assert [figure.value for figure in record.figures] == ["almost 50", "almost 50"]
    with pytest.raises(Invalid):
        take(replace(come, details={**come.details, "values": {"kind": "wonder"}}))
    drop([come.uri])
    assert [row.id for row in Finding.objects.all()] == [ours.id]


def test_nobody_learns_who_of_ours_does_it(tandem: SimpleNamespace, innovation_unit: Any) -> None:
    action = write(tandem, "action", person_id=innovation_unit.id)
    told = records_out(KINDS["action"], [action.id])[action.id]
    assert str(innovation_unit.id) not in str(told)
    assert innovation_unit.name not in str(told.details)
    assert (told.visibility, list(told.audience)) == ("named", [SOFIA])


def test_only_the_nodes_of_the_members_get_it(tandem: SimpleNamespace) -> None:
    topic = write(tandem, "topic")
    CityNode.objects.create(
        did="did:web:utrecht.example", uri="https://u.example/p", city=tandem.utrecht, since=clock.now()
    )
    assert list(records_out(KINDS["topic"], [topic.id])[topic.id].audience) == [SOFIA]
    CityNode.objects.filter(did=SOFIA).delete()
    assert records_out(KINDS["topic"], [topic.id]) == {}


def test_what_a_partner_wrote_is_not_published_by_us(tandem: SimpleNamespace) -> None:
    topic = write(tandem, "topic")
    come = sent("topic", topic)
    take(come)
    assert records_out(KINDS["topic"], [copy_id(come.uri)]) == {}


def test_an_action_is_done_by_the_partner_in_its_own_words(tandem: SimpleNamespace) -> None:
    action = write(tandem, "action", city_id=tandem.sofia.id)
    done = meetings.action_done(action.id, note="Sent.", **at(tandem))
    come = sent("done", done)
    assert come.in_reply_to == come.details["of"]
    done.delete()
    take(come)
    kept = ActionDone.objects.get()
    assert (kept.action_id, kept.origin) == (action.id, SOFIA)
    again = replace(come, uri="https://sofia.example/federation/objects/00000000-0000-7000-8000-000000000001")
    with pytest.raises(Conflict) as caught:
        take(again)
    assert caught.value.code == "partnership_record.twice"
    drop([come.uri])
    assert not ActionDone.objects.exists()
    assert ActionItem.objects.count() == 1


def test_a_signature_is_of_the_city_that_sends_it_and_under_these_words(tandem: SimpleNamespace) -> None:
    row = papers.memorandum_offer(papers.memorandum_draft(**at(tandem)).id, **at(tandem))
    signed = papers.memorandum_sign(row.id, function="Mayor", **at(tandem))
    come = sent("signature", signed)
    with pytest.raises(Conflict) as caught:
        take(come)
    assert caught.value.code == "signature.of_another"
    sofia = {"slug": "sofia", "country": "BG"}
    theirs = replace(come, details={**come.details, "values": {**come.details["values"], "city": sofia}})
    other = {**theirs.details["values"], "digest": "f" * 64}
    with pytest.raises(Conflict) as caught:
        take(replace(theirs, details={**theirs.details, "values": other}))
    assert caught.value.code == "signature.other_words"
    take(theirs)
    assert {one.city_id for one in Signature.objects.all()} == {tandem.krefeld.id, tandem.sofia.id}


def test_a_memorandum_whose_digest_is_of_other_words_is_refused(tandem: SimpleNamespace) -> None:
    row = papers.memorandum_offer(papers.memorandum_draft(**at(tandem)).id, **at(tandem))
    come = sent("memorandum", row)
    take(come)
    assert Memorandum.objects.filter(origin=SOFIA, digest=row.digest).exists()
    other = replace(come, texts={**come.texts, "content": {row.language: {"text": "We owe you.", "by": "human"}}})
    with pytest.raises(Invalid):
        take(other)


def test_what_belongs_to_something_waits_for_it(tandem: SimpleNamespace) -> None:
    meeting = write(tandem, "meeting")
    point = write(tandem, "agenda", meeting_id=meeting.id, told="We decided.")
    come = sent("agenda", point)
    elsewhere = {**come.details, "of": "https://sofia.example/federation/objects/00000000-0000-7000-8000-000000000009"}
    with pytest.raises(Conflict) as caught:
        take(replace(come, details=elsewhere))
    assert caught.value.code == "partnership_record.parent_missing"
    take(come)
    assert meeting.items.filter(origin=SOFIA).get().told == point.told


def test_a_node_that_speaks_for_no_member_is_refused(tandem: SimpleNamespace) -> None:
    come = sent("topic", write(tandem, "topic"))
    CityNode.objects.filter(did=SOFIA).update(city=tandem.utrecht)
    with pytest.raises(Conflict) as caught:
        take(come)
    assert caught.value.code == "partnership_record.not_a_member"
    CityNode.objects.filter(did=SOFIA).update(city=tandem.sofia)
    node_set(name="Utrecht", home_city=tandem.utrecht.id, home_slug="utrecht", language="nl", demo="")
    with pytest.raises(Conflict):
        take(come)
    assert Topic.objects.filter(origin=SOFIA).count() == 0


def test_a_partnership_that_is_not_here_yet_begins_with_its_first_record(tandem: SimpleNamespace) -> None:
    come = sent("topic", write(tandem, "topic"))
    Partnership.objects.all().delete()
    take(come)
    made = Partnership.objects.get()
    assert (made.slug, made.kind, set(made.members)) == (
        "krefeld-sofia",
        "tandem",
        {tandem.krefeld.id, tandem.sofia.id},
    )
    assert made.topics.get().origin == SOFIA


@pytest.mark.parametrize(
    "wrong",
    [
        {"details": {"record": "spell"}},
        {"details": {"record": "topic"}, "texts": {}},
    ],
)
def test_what_cannot_be_read_is_refused(tandem: SimpleNamespace, wrong: dict[str, Any]) -> None:
    come = sent("topic", write(tandem, "topic"))
    with pytest.raises(Invalid) as caught:
        take(replace(come, **wrong))
    assert caught.value.code == "partnership_record.unreadable"


def test_values_of_another_shape_are_left_out_or_refused(tandem: SimpleNamespace) -> None:
    come = sent("milestone", write(tandem, "milestone"))
    values = {"due_on": "soon", "is_public": "yes"}
    with pytest.raises(Invalid):
        take(replace(come, details={**come.details, "values": values}))
    backwards = {"starts_on": "2026-09-01", "due_on": "2026-08-01"}
    with pytest.raises(Invalid):
        take(replace(come, details={**come.details, "values": backwards}))


def test_a_record_is_in_our_log_and_leaves_it(tandem: SimpleNamespace) -> None:
    Peer.objects.create(
        did=SOFIA, name="Sofia", state=PeerState.ACTIVE, confirmed_key="z", confirmed_at=clock.now(), cursor_digest="0" * 64
    )  # fmt: skip
    topic = write(tandem, "topic")
    assert publish("partnership_topic", [topic.id]) == 1
    assert publish("partnership_topic", [topic.id]) == 0
    shared = SharedObject.objects.get(local_id=topic.id)
    assert (shared.kind, shared.visibility, shared.audience) == ("PartnershipRecord", "named", [SOFIA])
    Topic.objects.all().delete()
    assert publish("partnership_topic", [topic.id]) == 1
    assert SharedObject.objects.get(local_id=topic.id).is_tombstone
    named = write(tandem, "topic", text="Write to a.person@post.example")
    assert publish("partnership_topic", [named.id]) == 0
    assert HeldBack.objects.filter(local_id=named.id).exists()


def test_three_cities_share_with_both_others(tandem: SimpleNamespace) -> None:
    third = a_city("venlo", "Venlo", "NL", "nl")
    CityNode.objects.create(did="did:web:venlo.example", uri="https://v.example/p", city=third, since=clock.now())
    members = [tandem.krefeld.id, tandem.sofia.id, third.id]
    tridem = Partnership.objects.create(slug="three", kind="tridem", members=members)
    topic = write(SimpleNamespace(**{**vars(tandem), "partnership": tridem}), "topic")
    assert list(records_out(KINDS["topic"], [topic.id])[topic.id].audience) == [SOFIA, "did:web:venlo.example"]


def test_cities_that_began_anew_do_not_write_into_what_one_of_them_has_left(tandem: SimpleNamespace) -> None:
    come = sent("topic", write(tandem, "topic"))
    told = come.details["partnership"]
    anew = replace(come, details={**come.details, "partnership": {**told, "slug": "krefeld-sofia-again"}})
    take(anew)
    assert Topic.objects.get(origin=SOFIA).partnership_id == tandem.partnership.id, "another short name, the same work"
    drop([come.uri])
    for city, until in ((tandem.krefeld, None), (tandem.sofia, TODAY)):
        Seat.objects.create(partnership=tandem.partnership, city=city, until=until)
    take(anew)
    assert Topic.objects.get(origin=SOFIA).partnership.slug == "krefeld-sofia-again"
    take(come)
    assert Topic.objects.get(origin=SOFIA).partnership.slug == "krefeld-sofia", "what was written there stays there"
