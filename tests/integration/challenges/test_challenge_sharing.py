"""What of our challenges and pilots travels, to whom, and that another node can read it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.models import Person
from citytandem.challenges.models import Challenge, PartnerChallenge, Pilot, Proposal, Sharing
from citytandem.challenges.services.concluding import Conclusion, pilot_decide
from citytandem.challenges.services.partner_answers import answer_edit, answer_send, answer_withdraw
from citytandem.challenges.services.partner_challenges import challenge_take, challenges_drop
from citytandem.challenges.services.partner_proposals import proposal_take
from citytandem.challenges.services.proposals import Offer
from citytandem.challenges.services.steps import proposals_step
from citytandem.challenges.sharing import challenges_out, proposals_out
from citytandem.challenges.sharing_evidence import evidence_out
from citytandem.core import clock, events
from citytandem.core.ids import stable_id, uuid7
from citytandem.core.node import node_set
from citytandem.core.versions import translations
from citytandem.federation import registry
from citytandem.federation.contract import Outgoing, Source, renewed_until
from citytandem.federation.models import HeldBack, Peer, PeerState, SharedObject
from citytandem.federation.services import publishing
from citytandem.federation.services.publishing import publish
from tests.integration.challenges.making import a_challenge, a_proposal, second, unit
from tests.integration.challenges.partner_world import KREFELD, SOFIA, a_bid, a_call, travelled, uri_at
from tests.integration.challenges.pilot_world import a_finished_pilot

OFFER = Offer(
    title="Sensors", text="We run 400 of them.", language="en", cost=Decimal("12000.50"), team="Two engineers"
)
SOLUTION = UUID("018f4c1e-7b00-7000-8000-00000000abcd")


@pytest.fixture(autouse=True)
def _node(db: None, settings: Any) -> None:
    settings.ADDRESS = "https://krefeld.example"
    node_set(name="Krefeld", home_city=stable_id("city", "krefeld"), home_slug="krefeld", language="de")


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is left to be published, as (kind, id)."""
    found: list[tuple[str, str]] = []

    def keep(things: Mapping[str, Iterable[UUID]]) -> None:
        found.extend((local_kind, str(one)) for local_kind, ids in things.items() for one in ids)

    monkeypatch.setattr(publishing, "_note", keep)
    return found


@pytest.fixture
def shared_solution(monkeypatch: pytest.MonkeyPatch) -> set[UUID]:
    """Which solutions partners may read: the set that comes back; visible to partners."""
    known: set[UUID] = set()
    now = clock.now()

    def read(ids: Sequence[UUID]) -> dict[UUID, Outgoing]:
        told = Outgoing(kind="Solution", texts={"name": translations(en="Sensors")}, published=now)
        return {one: told for one in ids if one in known}

    monkeypatch.setitem(
        registry._sources,
        "solution",
        Source("solution", "Solution", read=read, all_ids=lambda: list(known)),
    )
    return known


# --- calls ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "visibility"),
    [
        ({"phase": "draft"}, None),
        ({"phase": "in_review"}, None),
        ({"sharing": Sharing.NOBODY}, None),
        ({}, "partners"),
        ({"sharing": Sharing.PUBLIC}, "public"),
        ({"phase": "assessment"}, "partners"),
        ({"phase": "withdrawn"}, "partners"),
    ],
)
def test_published_calls_travel_as_far_as_their_city_lets_them(fields: dict[str, Any], visibility: str | None) -> None:
    challenge = a_challenge(**fields)
    told = challenges_out([challenge.id]).get(challenge.id)
    assert (told.visibility if told else None) == visibility
    source = registry.source_of("challenge")
    assert source is not None
    assert (challenge.id in set(source.all_ids())) == (visibility is not None)


def test_another_node_reads_the_call_as_it_is_here() -> None:
    challenge = a_challenge(
        budget_low=Decimal("5000"), budget_high=Decimal("20000.50"), sites=translations(en="The market"),
        pilot_until=(clock.now() + timedelta(days=200)).date(),
    )  # fmt: skip
    told = travelled(challenges_out([challenge.id])[challenge.id], challenge.id, origin=KREFELD, name="Krefeld")
    kept = challenge_take(told)
    same = ("title", "text", "conditions", "sites", "targets", "themes", "form", "languages", "budget_low", "budget_high", "pilot_until")  # fmt: skip
    assert [getattr(kept, name) for name in same] == [getattr(challenge, name) for name in same]
    assert kept.closes_at == challenge.closes_at
    assert kept.page == f"https://krefeld.example/challenges/{challenge.slug}"
    assert sum(Decimal(one["share"]) for one in kept.criteria) == 1
    assert len(kept.criteria) == challenge.criteria.count()
    assert told.expires is not None
    assert told.expires > clock.now() + timedelta(days=360)


def test_no_name_and_no_address_of_people_is_in_what_travels() -> None:
    challenge = a_challenge()
    sent = json.dumps(challenges_out([challenge.id])[challenge.id].details)
    for person in Person.objects.all():
        assert person.email not in sent
        assert str(person.id) not in sent


def test_many_calls_cost_no_more_queries_than_one() -> None:
    numbers = []
    for _round in range(2):
        for _one in range(3):
            challenge = a_challenge("decided")
            a_proposal(challenge, "implement", origin=SOFIA, origin_name="Sofia", origin_uri=uri_at(SOFIA, uuid7()))
        with CaptureQueriesContext(connection) as asked:
            challenges_out(list(Challenge.objects.values_list("id", flat=True)))
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 4


def test_what_became_of_a_citys_proposal_is_told_once_everybody_may_read_it(left: list[tuple[str, str]]) -> None:
    challenge = a_challenge()
    made = proposal_take(a_bid(uri_at(KREFELD, challenge.id)))
    a_proposal(challenge)
    proposals_step([made.id], step="declined", reason="It needs a network that we lack.", by=unit())
    assert ("challenge", str(challenge.id)) in left
    assert "outcomes" not in challenges_out([challenge.id])[challenge.id].details
    Challenge.objects.filter(id=challenge.id).update(closes_at=clock.now() - timedelta(seconds=1))
    told = challenges_out([challenge.id])[challenge.id]
    assert told.details["outcomes"] == [
        {
            "proposal": made.origin_uri,
            "step": "declined",
            "reason": {"en": {"text": "It needs a network that we lack.", "by": "human"}},
        }
    ]
    assert "It needs a network that we lack." in told.watched


def test_what_moderation_took_down_or_its_city_took_back_has_no_outcome() -> None:
    challenge = a_challenge("decided")
    of_sofia = {"origin": SOFIA, "origin_name": "Sofia"}
    a_proposal(challenge, "withdrawn", origin_uri="https://sofia.example/1", **of_sofia)
    a_proposal(challenge, moderation="removed", origin_uri="https://sofia.example/2", **of_sofia)
    target = a_proposal(challenge, "implement", origin_uri="https://sofia.example/3", **of_sofia)
    a_proposal(challenge, moderation="merged", merged_into=target, origin_uri="https://sofia.example/4", **of_sofia)
    outcomes = challenges_out([challenge.id])[challenge.id].details["outcomes"]
    assert [(one["proposal"][-1], one["step"]) for one in outcomes] == [("3", "implement"), ("4", "implement")]


# --- what we propose to others ----------------------------------------------------------------------------------------


def test_a_proposal_goes_to_the_city_that_asked_alone_and_back_again(
    left: list[tuple[str, str]], shared_solution: set[UUID]
) -> None:
    theirs = challenge_take(a_call())
    made = answer_send(theirs.id, OFFER, by=unit())
    assert left == [("proposal_out", str(made.id))]
    told = proposals_out([made.id])[made.id]
    assert (told.visibility, list(told.audience), told.in_reply_to) == ("named", [SOFIA], theirs.uri)
    assert told.details == {
        "language": "en",
        "team": "Two engineers",
        "cost": {"amount": "12000.50", "currency": "EUR"},
    }
    # As if the call were ours, and we the other city.
    ours = a_challenge()
    told = replace(told, in_reply_to=uri_at(KREFELD, ours.id))
    taken = proposal_take(travelled(told, made.id, origin=SOFIA, name="Sofia"))
    assert (taken.title, taken.text, taken.team, taken.cost) == (made.title, made.text, made.team, made.cost)


def test_a_solution_goes_along_only_if_partners_may_read_it(shared_solution: set[UUID]) -> None:
    theirs = challenge_take(a_call())
    made = answer_send(theirs.id, OFFER, by=unit())
    theirs.answers.update(solution=SOLUTION)
    told = proposals_out([made.id])[made.id]
    assert "solution" not in told.details
    assert told.expires == renewed_until(made.id)
    shared_solution.add(SOLUTION)
    assert proposals_out([made.id])[made.id].details["solution"] == uri_at(KREFELD, SOLUTION)


def test_what_was_taken_back_or_has_lost_its_call_is_no_longer_published(left: list[tuple[str, str]]) -> None:
    theirs = challenge_take(a_call())
    first, last = answer_send(theirs.id, OFFER, by=unit()), answer_send(theirs.id, OFFER, by=unit())
    answer_edit(last.id, replace(OFFER, text="500 of them."), version=1, by=unit())
    answer_withdraw(first.id, by=unit())
    assert set(proposals_out([first.id, last.id])) == {last.id}
    assert len(left) == 4
    challenges_drop([theirs.uri])
    assert proposals_out([first.id, last.id]) == {}
    assert PartnerChallenge.objects.get().answers.count() == 2


# --- evidence ---------------------------------------------------------------------------------------------------------


def _decided(**fields: Any) -> Pilot:
    pilot = a_finished_pilot()
    pilot_decide(pilot.id, Conclusion("scale", "It works.", step="implement"), by=second())
    Pilot.objects.filter(id=pilot.id).update(solution=SOLUTION, **fields)
    return Pilot.objects.get(id=pilot.id)


def test_evidence_travels_behind_a_solution_that_partners_may_read(
    shared_solution: set[UUID], left: list[tuple[str, str]]
) -> None:
    pilot = _decided()
    assert ("evidence", str(pilot.id)) in left
    assert evidence_out([pilot.id]) == {}
    shared_solution.add(SOLUTION)
    told = travelled(evidence_out([pilot.id])[pilot.id], pilot.id, origin=KREFELD)
    assert told.details["solution"] == uri_at(KREFELD, SOLUTION)
    assert told.details["verdict"] == "scale"
    fill = next(one for one in told.details["indicators"] if one["direction"] == "up")
    assert (fill["unit"], fill["verdict"]) == ("per cent", "better")
    assert fill["interval"][0] < fill["difference"] < fill["interval"][1]
    assert fill["baseline"] < fill["after"]
    assert fill["n"]["before"] == 12 * 56
    assert told.texts["name"] == Proposal.objects.get(id=pilot.proposal_id).title


def test_a_pilot_that_is_not_decided_or_left_no_solution_is_no_evidence(shared_solution: set[UUID]) -> None:
    shared_solution.add(SOLUTION)
    finished = a_finished_pilot()
    Pilot.objects.filter(id=finished.id).update(solution=SOLUTION)
    bare = _decided()
    Pilot.objects.filter(id=bare.id).update(solution=None)
    assert evidence_out([finished.id, bare.id]) == {}
    source = registry.source_of("evidence")
    assert source is not None
    assert list(source.all_ids()) == []


def test_evidence_follows_when_its_solution_is_published_or_withdrawn(left: list[tuple[str, str]]) -> None:
    pilot = _decided()
    left.clear()
    events.emit(events.RecordChanged(kind="solution", object_id=uuid7()))
    assert ("evidence", str(pilot.id)) not in left
    events.emit(events.RecordChanged(kind="solution", object_id=SOLUTION))
    assert ("evidence", str(pilot.id)) in left


# --- through the log --------------------------------------------------------------------------------------------------


@pytest.fixture
def _partner(settings: Any) -> None:
    Peer.objects.create(
        did=SOFIA, name="Sofia", state=PeerState.ACTIVE, confirmed_key="z", confirmed_at=clock.now(), cursor_digest="0" * 64
    )  # fmt: skip


@pytest.mark.usefixtures("_partner")
def test_a_call_is_in_our_log_follows_what_happens_and_leaves_it() -> None:
    challenge = a_challenge()
    assert publish("challenge", [challenge.id]) == 1
    assert publish("challenge", [challenge.id]) == 0
    Challenge.objects.filter(id=challenge.id).update(closes_at=clock.now() + timedelta(days=50), changed_at=clock.now())
    assert publish("challenge", [challenge.id]) == 1
    shared = SharedObject.objects.get(local_id=challenge.id)
    assert (shared.kind, shared.version, shared.visibility) == ("Challenge", 2, "partners")
    assert shared.uri == uri_at(KREFELD, challenge.id)
    Challenge.objects.filter(id=challenge.id).update(sharing=Sharing.NOBODY)
    assert publish("challenge", [challenge.id]) == 1
    assert SharedObject.objects.get(local_id=challenge.id).is_tombstone


@pytest.mark.usefixtures("_partner")
def test_a_proposal_is_published_for_one_city_and_answers_by_its_address() -> None:
    theirs = challenge_take(a_call())
    made = answer_send(theirs.id, OFFER, by=unit())
    assert publish("proposal_out", [made.id]) == 1
    shared = SharedObject.objects.get(local_id=made.id)
    assert (shared.kind, shared.visibility, shared.audience, shared.in_reply_to) == (
        "Proposal",
        "named",
        [SOFIA],
        theirs.uri,
    )
    answer_withdraw(made.id, by=unit())
    assert publish("proposal_out", [made.id]) == 1
    assert SharedObject.objects.get(local_id=made.id).is_tombstone


@pytest.mark.usefixtures("_partner")
@pytest.mark.parametrize("where", ["text", "conditions", "team"])
def test_what_holds_an_address_of_somebody_is_held_back(where: str) -> None:
    told = "Write to a.person@post.example"
    if where == "team":
        made = answer_send(challenge_take(a_call()).id, replace(OFFER, team=told), by=unit())
        kind, key = "proposal_out", made.id
    else:
        kind, key = "challenge", a_challenge(**{where: translations(en=told)}).id
    assert publish(kind, [key]) == 0
    assert HeldBack.objects.filter(local_kind=kind, local_id=key).exists()
    assert not SharedObject.objects.filter(local_id=key).exists()


@pytest.mark.usefixtures("_partner")
def test_evidence_is_in_our_log_with_figures_that_the_protocol_takes(shared_solution: set[UUID]) -> None:
    pilot = _decided()
    shared_solution.add(SOLUTION)
    assert publish("evidence", [pilot.id]) == 1
    shared = SharedObject.objects.get(local_id=pilot.id)
    assert shared.expires == renewed_until(pilot.id)
    body = json.loads(shared.body)
    assert body["type"][0] == "Evidence"
    assert {one["name"] for one in body["details"]["indicators"]} == {"Fill level when emptied", "Full bins"}


def test_all_that_is_written_about_a_call_is_screened() -> None:
    target = {"indicator": "Heat", "unit": "hours (anna@firma.example)", "value": "about 2"}
    challenge = a_challenge(targets=[target])
    challenge.criteria.create(position=90, name=translations(en="Ask boris@firma.example"), weight=1)
    watched = challenges_out([challenge.id])[challenge.id].watched
    assert {*target.values(), "Ask boris@firma.example"} <= set(watched)
