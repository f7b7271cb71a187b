"""Pages of challenges: what everybody reads, what those who run one do, and that nothing typed gets lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.challenges.models import Challenge, ChallengeProblem
from citytandem.core import clock
from citytandem.core.node import node_set
from citytandem.core.versions import translations
from citytandem.search.services import embed_waiting, index_things
from citytandem.streams.models import Problem
from tests.conftest import QuickEmbedder
from tests.integration.challenges.making import (
    a_challenge,
    a_juror,
    a_proposal,
    council,
    moderator,
    resident,
    second,
    staff,
    unit,
)
from tests.small_world import World, small_world

EN = {"accept-language": "en"}


@pytest.fixture
def world(db: None, quick_embedder: QuickEmbedder) -> World:
    made = small_world()
    node_set(name="Krefeld", home_city=made.cities["krefeld"].id, home_slug="krefeld", language="de")
    cache.clear()
    return made


@pytest.fixture
def browser_of(db: None) -> Callable[[Actor], Client]:
    def make(actor: Actor) -> Client:
        client = Client(headers=EN)
        client.force_login(Person.objects.get(id=actor.id))
        return client

    return make


def page_of(client: Client, path: str, *, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return str(answer.content.decode())


def typed_form(page: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the form on a page, with changes."""
    values: dict[str, Any] = {}
    body = page[page.index('class="ct-form') :]
    for tag in re.findall(r"<input[^>]*>", body):
        name = re.search(r'name="([^"]+)"', tag)
        kind = (re.search(r'type="([^"]+)"', tag) or ["", "text"])[1]
        value = re.search(r'value="([^"]*)"', tag)
        if name and (kind not in {"checkbox", "radio"} or "checked" in tag):
            values.setdefault(name[1], []).append(value[1] if value else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\s*(.*?)</textarea>', body, re.S):
        values[name] = [text]
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.search(r'<option value="([^"]*)"[^>]*selected', options)
        values[name] = [chosen[1] if chosen else ""]
    return {**values, "do": "save", **changes}


def test_the_list_begins_with_what_can_be_answered(world: World, browser_of: Any) -> None:
    soon = a_challenge(closes_at=clock.now() + timedelta(days=3), title=translations(en="Soon over"))
    a_challenge(title=translations(en="Has time"))
    closed = a_challenge(closes_at=clock.now() - timedelta(days=1), title=translations(en="Just closed"))
    decided, draft = a_challenge("decided"), a_challenge("draft", title=translations(en="Not public yet"))
    for _ in range(3):
        a_proposal(decided)
        a_proposal(soon)
    page = page_of(Client(headers=EN), "/challenges")
    assert page.index("Soon over") < page.index("Has time") < page.index("Just closed")
    assert "3 days left" in page
    assert "Closed, waits for the assessment" in page
    # How many have answered an open call is nobody's business.
    assert page.count("3 proposals") == 1
    assert "Not public yet" not in page
    assert "Not public yet" in page_of(browser_of(staff()), "/challenges")
    assert page_of(Client(headers=EN), "/challenges?phase=running").count("<article") == 1
    assert "Just closed" in page_of(Client(headers=EN), f"/challenges/{closed.slug}")
    assert "No challenge fits" in page_of(Client(headers=EN), "/challenges?theme=noise")
    assert "No challenge fits" in page_of(Client(headers=EN), "/challenges?phase=draft")
    assert "No challenge fits" in page_of(Client(headers=EN), "/challenges?phase=%00nonsense&theme=x")
    assert page_of(browser_of(unit()), "/challenges?phase=draft").count("<article") == 1
    assert "Not public yet" not in page_of(Client(headers=EN), f"/challenges/{draft.code}", status=404)


def test_without_any_the_list_says_how_one_begins(db: None) -> None:
    page = page_of(Client(headers=EN), "/challenges")
    assert "No challenge yet" in page
    assert "/problems/new" in page


def test_a_long_list_has_pages_and_no_row_is_lost(db: None) -> None:
    made = {a_challenge(closes_at=clock.now() + timedelta(days=1 + n % 7)).code for n in range(45)}
    first = page_of(Client(headers=EN), "/challenges")
    assert "/challenges?phase=open" in first
    path, seen = "/challenges?phase=open", []
    while path:
        page = page_of(Client(headers=EN), path)
        seen += re.findall(r'<h3 class="ct-card__title"><a href="/challenges/([^"]+)"', page)
        found = re.search(r'href="([^"]+)" rel="next"|rel="next" href="([^"]+)"', page)
        path = (found[1] or found[2]).replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == len(made)
    assert Client(headers=EN).get("/challenges?phase=open&after=nonsense").status_code == 422


def test_the_call_says_everything_that_bidders_need(world: World) -> None:
    challenge = a_challenge(
        questions_until=clock.now() + timedelta(days=20),
        assess_until=(clock.now() + timedelta(days=60)).date(),
        budget_low="20000", budget_high="45000.50", sites=translations(en="The market"), data=translations(en="Rounds"),
    )  # fmt: skip
    ChallengeProblem.objects.create(challenge=challenge, problem=world.problems[0].id)
    a_juror(challenge, by=second())
    page = page_of(Client(headers=EN), f"/challenges/{challenge.slug}")
    for told in (
        "Bins that tell when they are full", "Bins that overflow", "20,000 to 45,000.50 EUR", "Works with LoRaWAN.",
        "Questions until", "Proposals until", "Assessed until", "The market", "Rounds", "1 person", "Impact", "18 %",
        "The problem is gone.", "Hand in a proposal", "/proposals/new", "Bins overflow at the market 0", "Deutsch",
    ):  # fmt: skip
        assert told in page, told
    assert "Second" not in page
    for key in (challenge.code, str(challenge.id)):
        assert page_of(Client(headers=EN), f"/challenges/{key}")
    for nothing in ("nope", "%00", "x" * 200):
        page_of(Client(headers=EN), f"/challenges/{nothing}", status=404)


@pytest.mark.parametrize(
    ("phase", "told", "not_told"),
    [
        ("assessment", "The jury assesses", "Hand in a proposal"),
        ("decision", "says why", "Hand in a proposal"),
        ("decided", "Read the decision", "Hand in a proposal"),
        ("withdrawn", "The market has moved.", "Hand in a proposal"),
    ],
)
def test_after_the_end_the_page_says_what_happens_next(db: None, phase: str, told: str, not_told: str) -> None:
    page = page_of(Client(headers=EN), f"/challenges/{a_challenge(phase).slug}")
    assert told in page
    assert not_told not in page


@pytest.mark.parametrize("phase", ["draft", "in_review", "open", "assessment", "decision", "decided", "withdrawn"])
@pytest.mark.parametrize("who", [None, unit, second, staff, council, moderator, resident])
def test_no_page_needs_more_than_twelve_queries(world: World, browser_of: Any, phase: str, who: Any) -> None:
    challenge = a_challenge(phase)
    for problem in world.problems:
        ChallengeProblem.objects.create(challenge=challenge, problem=problem.id)
    client = browser_of(who()) if who else Client(headers=EN)
    for path in ("/challenges", f"/challenges/{challenge.code}", f"/challenges/{challenge.code}/criteria",
                 f"/challenges/{challenge.code}/review", f"/challenges/{challenge.code}/dates",
                 f"/challenges/{challenge.code}/withdraw", f"/challenges/{challenge.code}/edit"):  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        assert len(queries) <= 12, (path, [one["sql"][:90] for one in queries])


@pytest.mark.parametrize("part", ["edit", "criteria", "review", "dates", "withdraw"])
@pytest.mark.parametrize("who", [None, staff, council, moderator, resident])
def test_others_do_not_come_in(db: None, browser_of: Any, part: str, who: Any) -> None:
    path = f"/challenges/{a_challenge('assessment').slug}/{part}"
    client = browser_of(who()) if who else Client(headers=EN)
    answer = client.get(path)
    assert answer.status_code == 403 or (who is None and answer.status_code == 302)
    assert client.post(path, {"reason": "x", "do": "publish"}).status_code in {302, 403}
    assert Challenge.objects.get().phase == "assessment"


def test_who_may_not_write_is_sent_to_sign_in_or_told(db: None, browser_of: Any) -> None:
    answer = Client().get("/challenges/new?problem=abc")
    assert answer["Location"].startswith("/sign-in?next=")
    assert browser_of(resident()).get("/challenges/new").status_code == 403


def test_from_a_problem_to_a_challenge_without_any_script(world: World, browser_of: Any) -> None:
    client, problem = browser_of(unit()), world.problems[0]
    assert f"/challenges/new?problem={problem.code}" in page_of(client, f"/problems/{problem.code}")
    assert "/challenges/new" not in page_of(browser_of(resident()), f"/problems/{problem.code}")
    page = page_of(client, f"/challenges/new?problem={problem.code}")
    assert f'value="{problem.code}" checked' in page
    assert world.problems[1].code in page
    german = page_of(client, "/challenges/new?q=Mülleimer+am+Markt")
    assert world.problems[2].code in german
    form = page_of(client, f"/challenges/new?problem={problem.code}&problem=nonsense&kind=digital-service&go=1")
    assert "screen reader" in form
    answer = client.post("/challenges/new", typed_form(form, text="We look for something.", title="Fewer full bins"))
    assert answer.status_code == 302, answer.content.decode()[:3000]
    made = Challenge.objects.get()
    assert list(made.problems.values_list("problem", flat=True)) == [problem.id]
    assert (made.themes, made.form, made.openness) == (["waste", "sensors-and-iot"], "agile", "after_closing")
    assert made.closes_at is not None
    assert made.pilot_until is not None
    path = answer["Location"]
    assert client.post(f"{path}/send").status_code == 302
    assert "Waits for a second person" in page_of(client, f"{path}/review")
    assert client.post(f"{path}/review", {"do": "publish"}).status_code == 403
    other = browser_of(second())
    assert 'value="publish"' in page_of(other, f"{path}/review")
    assert other.post(f"{path}/review", {"do": "return", "note": " "}).status_code == 422
    assert other.post(f"{path}/review", {"do": "publish", "version": "1"})["Location"] == "/challenges/fewer-full-bins"
    assert Problem.objects.get(id=problem.id).status == "in_challenge"


def test_given_back_its_authors_read_why_and_others_do_not(db: None, browser_of: Any) -> None:
    challenge = a_challenge("in_review")
    path = f"/challenges/{challenge.code}"
    answer = browser_of(second()).post(f"{path}/review", {"do": "return", "note": "The site is missing."})
    assert answer.status_code == 302
    assert "The site is missing." in page_of(browser_of(unit()), path)
    assert "The site is missing." not in page_of(browser_of(staff()), path)


def test_what_is_missing_is_said_where_it_can_be_added(db: None, browser_of: Any) -> None:
    challenge = a_challenge("draft", closes_at=None)
    answer = browser_of(unit()).post(f"/challenges/{challenge.code}/send")
    assert answer.status_code == 422
    assert f"/challenges/{challenge.code}/edit#id_closes_at" in answer.content.decode()


def test_the_form_comes_back_with_everything_that_was_typed(world: World, browser_of: Any) -> None:
    client = browser_of(unit())
    form = page_of(client, "/challenges/new?kind=ideas&go=1")
    typed = typed_form(
        form, title="", text="Kept text", budget_low="12.500,50", target_0_indicator="Kept target", closes_at="soon",
        problems=[str(world.problems[0].id), "nonsense"],
    )  # fmt: skip
    answer = client.post("/challenges/new", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    for kept in ("Kept text", "12.500,50", "Kept target", 'value="soon"', "Bins overflow at the market 0"):
        assert kept in page, kept
    assert 'href="#id_title"' in page
    more = client.post("/challenges/new", {**typed, "do": "rows"}).content.decode()
    assert "target_5_indicator" in more
    assert "Kept target" in more
    assert "ct-error-summary" not in more
    found = client.post("/challenges/new", {**typed, "do": "find", "find": "Bins overflow at the market 1"})
    assert str(world.problems[1].id) in found.content.decode()
    assert not Challenge.objects.exists()


def test_an_incomplete_target_is_refused_in_the_form(world: World, browser_of: Any) -> None:
    client = browser_of(unit())
    form = page_of(client, "/challenges/new?kind=ideas&go=1")
    answer = client.post("/challenges/new", typed_form(form, title="A", target_1_unit="kg"))
    assert answer.status_code == 422
    assert "what is measured" in answer.content.decode()


def test_two_editors_see_each_other(db: None, browser_of: Any) -> None:
    challenge = a_challenge("draft")
    path = f"/challenges/{challenge.code}/edit"
    mine, theirs = browser_of(unit()), browser_of(second())
    typed, other = typed_form(page_of(mine, path)), typed_form(page_of(theirs, path), title="Theirs")
    assert theirs.post(path, other).status_code == 302
    answer = mine.post(path, {**typed, "title": "Mine"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in page
    assert "Mine" in page
    assert mine.post(path, typed_form(page)).status_code == 302
    saved = Challenge.objects.get()
    assert saved.title["en"]["text"] == "Mine"
    assert saved.title["de"]["text"].startswith("Mülleimer")


def test_criteria_are_edited_as_rows(db: None, browser_of: Any) -> None:
    challenge = a_challenge("draft", criteria=[{"key": "cost", "weight": "0.5"}, {"key": "effect", "weight": "0.5"}])
    client, path = browser_of(unit()), f"/challenges/{challenge.code}/criteria"
    page = page_of(client, path)
    sent: dict[str, Any] = {
        "version": "1", "rows-TOTAL_FORMS": "2", "rows-INITIAL_FORMS": "0", "rows-MIN_NUM_FORMS": "0",
        "rows-0-key": "cost", "rows-0-name": "Cost", "rows-0-weight": "30 %", "rows-0-direction": "min",
        "rows-0-low": "0", "rows-0-high": "100,5", "rows-0-low_anchor": "Costs nothing", "rows-1-key": "effect",
        "rows-1-name": "Effect", "rows-1-weight": "0,125", "rows-1-direction": "max",
    }  # fmt: skip
    assert 'name="rows-1-name"' in page
    added = client.post(path, {**sent, "do": "add"}).content.decode()
    assert 'name="rows-2-name"' in added
    assert "99.59 %" in added
    assert "30.125" in added
    bad = client.post(path, {**sent, "do": "save", "rows-0-high": "-3", "rows-1-name": "Kept"})
    assert bad.status_code == 422
    assert "The lower end of the scale has to be smaller" in bad.content.decode()
    assert "Kept" in bad.content.decode()
    for value in ("NaN", "Infinity", "many", "-1"):
        answer = client.post(path, {**sent, "do": "save", "rows-0-weight": value})
        assert answer.status_code == 422, value
        assert "This has not been saved yet" in answer.content.decode()
    gone = client.post(path, {**sent, "do": "save", "rows-0-gone": "on", "rows-1-gone": "on"})
    assert gone.status_code == 422
    assert "At least one criterion has to count" in gone.content.decode()
    saved = client.post(path, {**sent, "do": "save", "rows-1-weight": "90"}, follow=True)
    assert "Your weights add up to 120" in saved.content.decode()
    assert [str(one.weight) for one in Challenge.objects.get().criteria.all()] == ["0.2500", "0.7500"]
    stale = client.post(path, {**sent, "do": "save"})
    assert stale.status_code == 409
    assert 'name="version" value="2"' in stale.content.decode()
    assert client.post(path, {"do": "add", "rows-TOTAL_FORMS": "x" * 50}).status_code in {200, 422}


def test_frozen_criteria_are_shown_and_not_saved(db: None, browser_of: Any) -> None:
    challenge = a_challenge("assessment", criteria=[{"key": "cost"}])
    client, path = browser_of(unit()), f"/challenges/{challenge.code}/criteria"
    page = page_of(client, path)
    assert "cannot be changed any more" in page
    assert 'value="save"' not in page[page.index("ct-rows") :]
    sent = {
        "version": "1",
        "rows-TOTAL_FORMS": "1",
        "rows-INITIAL_FORMS": "0",
        "rows-0-name": "New",
        "rows-0-weight": "1",
    }
    assert client.post(path, {**sent, "rows-0-direction": "max", "do": "save"}).status_code == 409
    assert challenge.criteria.get().key == "cost"


def test_more_time_and_the_end(db: None, browser_of: Any) -> None:
    challenge = a_challenge()
    client, path = browser_of(unit()), f"/challenges/{challenge.slug}"
    assert challenge.closes_at is not None
    form = page_of(client, f"{path}/dates")
    earlier = client.post(f"{path}/dates", typed_form(form, closes_at="2020-01-01T12:00"))
    assert earlier.status_code == 422
    assert 'value="2020-01-01T12:00"' in earlier.content.decode()
    later = (challenge.closes_at + timedelta(days=5)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(f"{path}/dates", typed_form(form, closes_at=later)).status_code == 302
    assert client.post(f"{path}/start").status_code == 302
    assert Challenge.objects.get().phase == "open"
    assert client.post(f"{path}/withdraw", {"reason": " "}).status_code == 422
    assert client.post(f"{path}/withdraw", {"reason": "No money is left."}).status_code == 302
    assert "No money is left." in page_of(Client(headers=EN), path)
    assert client.post(f"{path}/withdraw", {"reason": "Again"}).status_code == 409


def test_the_unit_starts_the_assessment_once_it_is_closed(db: None, browser_of: Any) -> None:
    challenge = a_challenge(closes_at=clock.now() - timedelta(minutes=1))
    path = f"/challenges/{challenge.slug}"
    assert "/start" not in page_of(Client(headers=EN), path)
    assert f'action="{path}/start"' in page_of(browser_of(unit()), path)
    assert browser_of(staff()).post(f"{path}/start").status_code == 403
    assert browser_of(unit()).post(f"{path}/start")["Location"] == f"{path}/assessment"
    assert Challenge.objects.get().frozen_at is not None


def test_the_match_does_not_show_challenges(world: World) -> None:
    challenge = a_challenge(title=translations(en="Bins overflow at the market"))
    hidden = a_challenge("draft"), a_challenge("withdrawn")
    assert index_things("challenge", [challenge.id, *(one.id for one in hidden)]) == 1
    embed_waiting()
    page = page_of(Client(headers=EN), "/match?q=Bins+overflow+at+the+market")
    assert challenge.code not in page
    assert f"/challenges/{challenge.slug}" not in page
    assert world.solutions[0].code in page


def test_the_way_to_challenges(world: World, browser_of: Any) -> None:
    page = page_of(Client(headers=EN), "/")
    assert 'href="/challenges"' in page
    assert page.index('href="/cities"') < page.index('href="/challenges"') < page.index('href="/match"')
    assert 'href="/desk/challenges"' in page_of(browser_of(unit()), "/desk")
