"""Proposals of partner cities in our funnel: handed in by their nodes, following them, and taken back there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.challenges.models import Challenge, DecisionEntry, Proposal, Sharing
from citytandem.challenges.services.log import log_check
from citytandem.challenges.services.merging import proposal_merge
from citytandem.challenges.services.partner_proposals import MOST_OF_ONE_CITY, proposal_take, proposals_drop
from citytandem.challenges.services.proposals import proposal_moderate
from citytandem.challenges.services.steps import proposals_step
from citytandem.core import clock
from citytandem.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from citytandem.core.ids import stable_id, uuid7
from citytandem.core.node import node_set
from citytandem.core.permissions import require
from citytandem.core.versions import translations
from citytandem.search.registry import findable
from tests.integration.challenges.making import a_challenge, a_proposal, council, resident, unit
from tests.integration.challenges.partner_world import KREFELD, SOFIA, a_bid, uri_at

EN = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def _node(db: None, settings: Any) -> None:
    settings.ADDRESS = "https://krefeld.example"
    node_set(name="Krefeld", home_city=stable_id("city", "krefeld"), home_slug="krefeld", language="de")


@pytest.fixture
def browser_of() -> Callable[[Actor], Client]:
    def make(actor: Actor) -> Client:
        client = Client(headers=EN)
        client.force_login(Person.objects.get(id=actor.id))
        return client

    return make


def _call(**fields: Any) -> tuple[Challenge, str]:
    challenge = a_challenge(**fields)
    return challenge, uri_at(KREFELD, challenge.id)


# --- handing in -------------------------------------------------------------------------------------------------------


def test_a_partners_proposal_stands_in_the_funnel_like_any_other() -> None:
    challenge, uri = _call()
    made = proposal_take(a_bid(uri))
    kept = Proposal.objects.get()
    assert kept.id == made.id
    assert (kept.challenge_id, kept.step, kept.origin, kept.origin_name) == (challenge.id, "submitted", SOFIA, "Sofia")
    assert (kept.team, kept.cost, kept.created_by_id, kept.organisation_id) == (
        "Two engineers",
        Decimal("12000.50"),
        None,
        None,
    )
    assert [step.step for step in kept.steps.all()] == ["submitted"]
    entry = DecisionEntry.objects.filter(challenge=challenge).order_by("-number").first()
    assert entry is not None
    assert SOFIA in str(entry.body)
    challenge.refresh_from_db()
    assert log_check(challenge) is None


def test_taking_the_same_version_again_changes_nothing() -> None:
    challenge, uri = _call()
    bid = a_bid(uri)
    first = proposal_take(bid)
    entries = DecisionEntry.objects.filter(challenge=challenge).count()
    assert proposal_take(bid).id == first.id
    assert Proposal.objects.count() == 1
    assert DecisionEntry.objects.filter(challenge=challenge).count() == entries


def test_it_follows_its_newest_version_and_keeps_what_it_said_before() -> None:
    _challenge, uri = _call()
    key = uuid7()
    proposal_take(a_bid(uri, key))
    proposal_take(
        a_bid(uri, key, version=4, texts={"name": translations(bg="Сензори"), "content": translations(bg="Имаме 500.")})
    )
    kept = Proposal.objects.get()
    assert (kept.version, kept.origin_version, kept.language) == (2, 4, "bg")
    assert kept.title["bg"]["text"] == "Сензори"
    assert [one.said["title"]["en"]["text"] for one in kept.versions.all()] == ["Sensors as in our centre"]
    # An older one that comes late changes nothing.
    proposal_take(a_bid(uri, key, version=3))
    assert Proposal.objects.get().origin_version == 4


@pytest.mark.parametrize("state", ["over", "assessment", "withdrawn"])
def test_nothing_comes_in_and_nothing_changes_once_the_call_has_closed(state: str) -> None:
    challenge, uri = _call()
    key = uuid7()
    proposal_take(a_bid(uri, key))
    closed = {"closes_at": clock.now() - timedelta(seconds=1)}
    if state != "over":
        closed |= {"phase": state, "frozen_at": clock.now()}
    Challenge.objects.filter(id=challenge.id).update(**closed)
    for bid in (
        a_bid(uri),
        a_bid(uri, key, version=2, texts={"name": translations(en="X"), "content": translations(en="Y")}),
    ):
        with pytest.raises(Conflict) as caught:
            proposal_take(bid)
        assert caught.value.code == "challenge.closed"
    kept = Proposal.objects.get()
    assert (kept.version, kept.title["en"]["text"]) == (1, "Sensors as in our centre")


def test_a_new_version_does_not_carry_a_proposal_into_another_call() -> None:
    closed, uri = _call()
    _open, other = _call()
    key = uuid7()
    proposal_take(a_bid(uri, key))
    for moment in (clock.now() + timedelta(days=1), clock.now() - timedelta(seconds=1)):
        Challenge.objects.filter(id=closed.id).update(closes_at=moment)
        with pytest.raises(Conflict) as caught:
            proposal_take(a_bid(other, key, version=2))
        assert caught.value.code == "partner_proposal.moved"
    kept = Proposal.objects.get()
    assert (kept.challenge_id, kept.version) == (closed.id, 1)


@pytest.mark.parametrize("fields", [{"phase": "draft"}, {"phase": "in_review"}, {"sharing": Sharing.NOBODY}])
def test_a_call_that_is_not_open_to_partners_takes_none(fields: dict[str, Any]) -> None:
    _challenge, uri = _call(**fields)
    with pytest.raises(NotFound):
        proposal_take(a_bid(uri))


def test_an_answer_to_something_else_is_refused() -> None:
    challenge, _uri = _call()
    for uri in (uri_at(KREFELD, uuid7()), uri_at(SOFIA, challenge.id), f"https://krefeld.example/x/{challenge.id}", ""):
        with pytest.raises(NotFound):
            proposal_take(a_bid(uri))


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"name": translations(en="Only a title")},
        {"name": translations(en="English"), "content": translations(de="Deutsch")},
        {"name": {"tlh": {"text": "Qapla", "by": "human"}}, "content": translations(en="A text")},
    ],
)
def test_what_cannot_be_read_in_one_language_is_refused(texts: dict[str, Any]) -> None:
    _challenge, uri = _call()
    with pytest.raises(Invalid) as caught:
        proposal_take(a_bid(uri, texts=texts))
    assert caught.value.code == "partner_proposal.unreadable"


def test_a_price_in_another_currency_is_not_taken_for_ours() -> None:
    _challenge, uri = _call()
    made = proposal_take(a_bid(uri, details={"cost": {"amount": "500", "currency": "BGN"}, "team": ["x"]}))
    assert (made.cost, made.team) == (None, "")


def test_one_city_cannot_flood_a_call() -> None:
    _challenge, uri = _call()
    for _one in range(MOST_OF_ONE_CITY):
        proposal_take(a_bid(uri))
    with pytest.raises(Conflict) as caught:
        proposal_take(a_bid(uri))
    assert caught.value.code == "partner_proposal.many"
    assert (
        proposal_take(a_bid(uri, origin="did:web:kerkyra.example", uri="https://kerkyra.example/o/1")).step
        == "submitted"
    )


def test_what_was_taken_down_does_not_come_back_by_a_new_version() -> None:
    _challenge, uri = _call()
    key = uuid7()
    made = proposal_take(a_bid(uri, key))
    proposal_moderate(made.id, state="removed", by=unit())
    with pytest.raises(Conflict):
        proposal_take(a_bid(uri, key, version=2))
    assert Proposal.objects.get().moderation == "removed"


def test_nobody_here_can_change_or_withdraw_it() -> None:
    _challenge, uri = _call()
    made = proposal_take(a_bid(uri))
    for actor in (unit(), resident()):
        with pytest.raises(Forbidden):
            require("challenges.change_proposal", actor, made)


# --- taking back ------------------------------------------------------------------------------------------------------


def test_what_its_city_takes_back_leaves_the_funnel_and_none_of_its_words_stay() -> None:
    challenge, uri = _call()
    key = uuid7()
    made = proposal_take(a_bid(uri, key))
    proposal_take(
        a_bid(uri, key, version=2, texts={"name": translations(en="New"), "content": translations(en="Newer")})
    )
    proposals_drop([str(made.origin_uri), uri_at(SOFIA, uuid7())])
    kept = Proposal.objects.get()
    assert (kept.step, kept.text, kept.team) == ("withdrawn", {}, "")
    assert kept.title == {"en": {"text": "Proposal of Sofia", "by": "human"}}
    assert not kept.versions.exists()
    assert findable("proposal").read([kept.id]) == []
    challenge.refresh_from_db()
    assert log_check(challenge) is None
    with pytest.raises(DomainError):
        proposal_take(a_bid(uri, key, version=3))


def test_taking_back_twice_is_no_error() -> None:
    _challenge, uri = _call()
    made = proposal_take(a_bid(uri))
    proposals_drop([str(made.origin_uri)])
    proposals_drop([str(made.origin_uri)])
    assert made.steps.count() == 2


@pytest.mark.parametrize("step", ["implement", "declined"])
def test_what_the_city_has_decided_on_stays_as_it_was(step: str) -> None:
    challenge = a_challenge("decided")
    made = a_proposal(challenge, step, by=None, origin=SOFIA, origin_name="Sofia", origin_uri=uri_at(SOFIA, uuid7()))
    proposals_drop([str(made.origin_uri)])
    kept = Proposal.objects.get()
    assert (kept.step, kept.text) == (step, made.text)


def test_one_that_went_into_another_is_split_off_when_it_is_taken_back() -> None:
    challenge, uri = _call()
    made, other = proposal_take(a_bid(uri)), a_proposal(challenge)
    proposal_merge(made.id, into=other.id, by=unit())
    proposals_drop([str(made.origin_uri)])
    kept = Proposal.objects.get(id=made.id)
    assert (kept.step, kept.merged_into_id) == ("withdrawn", None)


# --- what people see --------------------------------------------------------------------------------------------------


def test_the_unit_sees_from_which_node_it_came(browser_of: Callable[[Actor], Client]) -> None:
    challenge, uri = _call()
    made = proposal_take(a_bid(uri))
    client = browser_of(unit())
    page = client.get(f"/proposals/{made.code}").content.decode()
    assert "sofia.example" in page
    assert "From a partner city" in page
    assert f"/proposals/{made.code}/edit" not in page
    for path in ("proposals", "funnel"):
        assert "from Sofia" in client.get(f"/challenges/{challenge.slug}/{path}").content.decode()


def test_it_is_sealed_like_any_other_until_the_call_closes(browser_of: Callable[[Actor], Client]) -> None:
    challenge, uri = _call()
    made = proposal_take(a_bid(uri))
    for client in (Client(headers=EN), browser_of(resident()), browser_of(council())):
        assert client.get(f"/proposals/{made.code}").status_code == 404
    Challenge.objects.filter(id=challenge.id).update(closes_at=clock.now() - timedelta(seconds=1))
    assert Client(headers=EN).get(f"/proposals/{made.code}").status_code == 200


def test_it_takes_steps_like_any_other() -> None:
    _challenge, uri = _call()
    made = proposal_take(a_bid(uri))
    assert proposals_step([made.id], step="screened", reason="It is complete.", by=unit()) == 1
    made.refresh_from_db()
    assert made.step == "screened"
