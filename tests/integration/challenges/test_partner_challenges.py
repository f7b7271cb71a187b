"""Challenges of partner cities: taken over, shown to those who may read them, answered, and gone when they are withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.challenges.models import PartnerChallenge, PartnerProposal
from citytandem.challenges.services.partner_answers import answer_edit, answer_send, answer_withdraw
from citytandem.challenges.services.partner_challenges import challenge_take, challenges_drop
from citytandem.challenges.services.proposals import Offer
from citytandem.core import clock
from citytandem.core.errors import Conflict, Forbidden, Invalid, NotFound
from citytandem.core.ids import short_code, stable_id, uuid7
from citytandem.core.node import node_set
from citytandem.core.versions import translations
from citytandem.federation.contract import copy_id
from citytandem.federation.models import SharedObject
from tests.conftest import QuickEmbedder
from tests.integration.challenges.making import a_challenge, council, resident, staff, unit
from tests.integration.challenges.partner_world import KREFELD, SOFIA, a_call, a_partner_challenge, uri_at
from tests.small_world import small_world

EN = {"accept-language": "en"}
OFFER = Offer(title="Trees in pots", text="They shade a courtyard within a year.", language="en", cost=Decimal("9000"))


@pytest.fixture(autouse=True)
def _node(db: None, settings: Any) -> None:
    settings.ADDRESS = "https://krefeld.example"
    node_set(name="Krefeld", home_city=stable_id("city", "krefeld"), home_slug="krefeld", language="de")
    cache.clear()


@pytest.fixture
def browser_of() -> Callable[[Actor], Client]:
    def make(actor: Actor) -> Client:
        client = Client(headers=EN)
        client.force_login(Person.objects.get(id=actor.id))
        return client

    return make


# --- taking over ------------------------------------------------------------------------------------------------------


def test_a_call_of_a_partner_is_kept_as_its_node_tells_it() -> None:
    key = uuid7()
    kept = challenge_take(a_call(key))
    assert kept.id == copy_id(uri_at(SOFIA, key))
    assert (kept.origin, kept.origin_name, kept.state, kept.language) == (SOFIA, "Sofia", "open", "bg")
    assert (kept.budget_low, kept.budget_high) == (Decimal("10000.00"), Decimal("40000.00"))
    assert [one["share"] for one in kept.criteria] == ["0.6000", "0.4000"]
    assert kept.themes == ["waste"]
    assert kept.closes_at is not None


def test_the_newest_version_takes_the_place_of_the_one_before() -> None:
    key = uuid7()
    challenge_take(a_call(key))
    challenge_take(a_call(key, version=2, details={"state": "decided", "because": translations(en="Trees won.")}))
    kept = PartnerChallenge.objects.get()
    assert (kept.version, kept.state, kept.because["en"]["text"]) == (2, "decided", "Trees won.")


@pytest.mark.parametrize(
    "broken",
    [{"texts": {}}, {"texts": {"name": {"xx": {"text": "?", "by": "human"}}}}, {"details": {"state": "draft"}}],
)
def test_what_a_page_cannot_be_made_of_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        challenge_take(a_call(**broken))
    assert caught.value.code == "partner_challenge.unreadable"
    assert not PartnerChallenge.objects.exists()


def test_odd_details_are_left_out_and_do_no_harm() -> None:
    odd = {
        "targets": "many", "criteria": [None, {"name": 3}], "budget": {"low": "9", "high": "1", "currency": "euro"},
        "dates": {"closes_at": "soon", "pilot_until": 7}, "themes": [{}, "no-such-theme"], "languages": None,
        "form": ["agile"], "conditions": {"en": "bare"}, "outcomes": {"a": 1},
    }  # fmt: skip
    kept = challenge_take(a_call(details=odd))
    assert (kept.targets, kept.criteria, kept.themes, kept.languages, kept.outcomes) == ([], [], [], [], [])
    assert (kept.budget_low, kept.budget_high, kept.currency, kept.form, kept.conditions) == (None, None, "EUR", "", {})
    assert (kept.closes_at, kept.pilot_until) == (None, None)


def test_nothing_of_what_was_withdrawn_stays_and_it_may_come_back() -> None:
    key = uuid7()
    kept = challenge_take(a_call(key))
    challenges_drop([kept.uri, uri_at(SOFIA, uuid7())])
    kept.refresh_from_db()
    assert kept.gone_at is not None
    assert (kept.title, kept.text, kept.conditions, kept.targets, kept.criteria, kept.page) == ({}, {}, {}, [], [], "")
    assert challenge_take(a_call(key, version=3)).gone_at is None


# --- pages ------------------------------------------------------------------------------------------------------------


def test_a_call_for_partners_is_read_by_those_who_work_with_them(browser_of: Callable[[Actor], Client]) -> None:
    kept = a_partner_challenge()
    path = f"/challenges/partners/{kept.code}"
    assert Client(headers=EN).get(path).status_code == 404
    assert browser_of(resident()).get(path).status_code == 404
    for reader in (staff(), council(), unit()):
        assert browser_of(reader).get(path).status_code == 200
    PartnerChallenge.objects.update(is_public=True)
    page = Client(headers=EN).get(path).content.decode()
    assert "Heat in courtyards" in page
    assert "from Sofia" in page
    assert 'href="https://sofia.example/challenges/heat"' in page


def test_the_list_of_all_challenges_shows_those_of_partners(browser_of: Callable[[Actor], Client]) -> None:
    kept = a_partner_challenge()
    assert f"/challenges/partners/{kept.code}" in browser_of(staff()).get("/challenges").content.decode()
    assert f"/challenges/partners/{kept.code}" not in Client(headers=EN).get("/challenges").content.decode()
    assert kept.code in browser_of(staff()).get("/challenges?theme=waste").content.decode()
    assert kept.code not in browser_of(staff()).get("/challenges?theme=energy").content.decode()


def test_pages_of_partners_challenges_cost_the_same_however_many_there_are(
    browser_of: Callable[[Actor], Client], quick_embedder: QuickEmbedder
) -> None:
    client, numbers = browser_of(unit()), []
    for _round in range(2):
        for _one in range(3):
            kept = a_partner_challenge()
            answer_send(kept.id, OFFER, by=unit())
            answer_send(kept.id, OFFER, by=unit())
        client.get("/challenges/partners")
        with CaptureQueriesContext(connection) as listed:
            assert client.get("/challenges/partners").status_code == 200
        with CaptureQueriesContext(connection) as shown:
            assert client.get(f"/challenges/partners/{kept.code}").status_code == 200
        numbers.append((len(listed), len(shown)))
    assert numbers[0] == numbers[1]
    assert max(numbers[0]) <= 12


def test_what_is_gone_says_so_with_410(browser_of: Callable[[Actor], Client]) -> None:
    kept = a_partner_challenge()
    challenges_drop([kept.uri])
    answer = browser_of(staff()).get(f"/challenges/partners/{kept.code}")
    assert answer.status_code == 410
    assert "no longer here" in answer.content.decode()
    assert Client().get("/challenges/partners/unknown").status_code == 404


def test_markup_in_a_partners_words_is_shown_as_words(browser_of: Callable[[Actor], Client]) -> None:
    texts = {"name": translations(en="<script>x</script>"), "content": translations(en="<b onclick=x>Heat</b>")}
    kept = a_partner_challenge(texts=texts)
    page = browser_of(staff()).get(f"/challenges/partners/{kept.code}").content.decode()
    assert "<script>x" not in page
    assert "<b onclick" not in page


# --- answering --------------------------------------------------------------------------------------------------------


def test_the_unit_answers_from_a_form_and_nothing_typed_is_lost(
    browser_of: Callable[[Actor], Client], quick_embedder: QuickEmbedder
) -> None:
    world = small_world()
    kept = a_partner_challenge()
    path, client = f"/challenges/partners/{kept.code}", browser_of(unit())
    assert f"{path}/answers/new" in client.get(path).content.decode()
    refused = client.post(f"{path}/answers/new", {"title": "", "text": "They shade a courtyard.", "cost": "9,000"})
    assert refused.status_code == 422
    assert "They shade a courtyard." in refused.content.decode()
    unknown = client.post(f"{path}/answers/new", {"title": "Trees", "text": "They shade.", "solution": "nosuch"})
    assert unknown.status_code == 422
    sent = {"title": "Trees", "text": "They shade.", "language": "en", "solution": world.solutions[0].code}
    assert client.post(f"{path}/answers/new", sent).status_code == 302
    made = PartnerProposal.objects.get()
    assert (made.challenge, made.solution, made.language) == (kept, world.solutions[0].id, "en")
    page = client.get(path).content.decode()
    assert "Not handed over yet" in page
    assert f"/solutions/{world.solutions[0].id}" in page
    assert client.get(f"/solutions/{world.solutions[0].id}", follow=True).status_code == 200


def test_who_does_not_run_challenges_cannot_answer_for_the_city(browser_of: Callable[[Actor], Client]) -> None:
    kept = a_partner_challenge()
    with pytest.raises(Forbidden):
        answer_send(kept.id, OFFER, by=staff())
    answer = browser_of(staff()).get(f"/challenges/partners/{kept.code}/answers/new")
    assert answer.status_code == 403
    # A visitor is asked to sign in, and does not learn whether there is such a challenge.
    for code in (kept.code, "nosuchcode"):
        answer = Client().get(f"/challenges/partners/{code}/answers/new")
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in?")


def test_an_answer_is_changed_while_the_call_is_open_and_by_one_at_a_time(
    browser_of: Callable[[Actor], Client],
) -> None:
    kept = a_partner_challenge()
    made = answer_send(kept.id, OFFER, by=unit())
    path = f"/challenges/partners/{kept.code}/answers/{made.code}/edit"
    client = browser_of(unit())
    assert "Trees in pots" in client.get(path).content.decode()
    said = {"title": "Trees", "text": "In pots.", "language": "en", "version": "1"}
    assert client.post(path, said).status_code == 302
    stale = client.post(path, said)
    assert stale.status_code == 409
    assert 'name="version" value="2"' in stale.content.decode()
    PartnerChallenge.objects.update(closes_at=clock.now() - timedelta(seconds=1))
    closed = client.post(path, {**said, "version": "2", "text": "In large pots."})
    assert closed.status_code == 409
    assert "In large pots." in closed.content.decode()


def test_an_answer_to_a_call_that_is_over_or_gone_is_refused() -> None:
    over = a_partner_challenge(details={"state": "assessment"})
    with pytest.raises(Conflict) as caught:
        answer_send(over.id, OFFER, by=unit())
    assert caught.value.code == "challenge.closed"
    challenges_drop([over.uri])
    with pytest.raises(NotFound):
        answer_send(over.id, OFFER, by=unit())


def test_one_city_hands_in_thirty_at_most() -> None:
    kept = a_partner_challenge()
    for _one in range(30):
        answer_send(kept.id, OFFER, by=unit())
    with pytest.raises(Conflict) as caught:
        answer_send(kept.id, OFFER, by=unit())
    assert caught.value.code == "partner_answer.many"


def test_an_answer_is_taken_back_once(browser_of: Callable[[Actor], Client]) -> None:
    kept = a_partner_challenge()
    made = answer_send(kept.id, OFFER, by=unit())
    client, path = browser_of(unit()), f"/challenges/partners/{kept.code}/answers/{made.code}/withdraw"
    assert "This cannot be undone" in client.get(path).content.decode()
    assert PartnerProposal.objects.get().withdrawn_at is None
    assert client.post(path).status_code == 302
    assert "Taken back" in client.get(f"/challenges/partners/{kept.code}").content.decode()
    with pytest.raises(Conflict) as caught:
        answer_withdraw(made.id, by=unit())
    assert caught.value.code == "partner_answer.withdrawn"
    with pytest.raises(Conflict):
        answer_edit(made.id, OFFER, version=1, by=unit())


def test_what_the_other_city_says_of_our_proposal_is_shown(browser_of: Callable[[Actor], Client]) -> None:
    key = uuid7()
    kept = challenge_take(a_call(key))
    made = answer_send(kept.id, OFFER, by=unit())
    ours = uri_at(KREFELD, made.id)
    now = clock.now()
    SharedObject.objects.create(
        uri=ours, origin=KREFELD, kind="Proposal", version=1, digest="0" * 64, visibility="named", audience=[SOFIA],
        published=now, received_at=now, body="{}", is_own=True, local_kind="proposal_out", local_id=made.id,
    )  # fmt: skip
    client, path = browser_of(unit()), f"/challenges/partners/{kept.code}"
    assert "Handed over" in client.get(path).content.decode()
    outcome = {"proposal": ours, "step": "shortlisted", "reason": translations(en="It shades at once.")}
    challenge_take(a_call(key, version=2, details={"state": "decision", "outcomes": [outcome]}))
    page = client.get(path).content.decode()
    assert "On the shortlist" in page
    assert "It shades at once." in page


def test_no_challenge_of_ours_gets_the_address_of_the_list(browser_of: Callable[[Actor], Client]) -> None:
    a_challenge()
    assert browser_of(unit()).get("/challenges/partners").status_code == 200


def test_an_address_that_comes_to_a_taken_code_gets_another_one() -> None:
    taken = a_partner_challenge()
    key = uuid7()
    PartnerChallenge.objects.filter(id=taken.id).update(code=short_code(copy_id(uri_at(SOFIA, key))))
    kept = challenge_take(a_call(key))
    assert kept.code != PartnerChallenge.objects.get(id=taken.id).code
    assert challenge_take(a_call(key, version=2)).code == kept.code


def test_the_language_is_that_of_the_original_though_texts_travel_in_order_of_the_alphabet() -> None:
    assert a_partner_challenge(details={"language": "en"}).language == "en"
    assert a_partner_challenge(details={"language": "fr"}).language == "bg"


def test_a_call_from_the_future_does_not_stay_at_the_top_for_ever() -> None:
    later = clock.now() + timedelta(days=900)
    kept = a_partner_challenge(published=later, updated=later)
    assert kept.published_at <= clock.now()
