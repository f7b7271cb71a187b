"""From a problem of the stream to a contract, by five roles and the public, each in a browser of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser
from pypdf import PdfReader

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Role
from citytandem.challenges.models import Challenge, Declaration, Proposal, Score
from citytandem.challenges.tenders.ocds import validate
from citytandem.core import clock
from citytandem.core.node import node_set
from citytandem.core.pdf_checks import faults
from tests.browser import chain
from tests.browser import chain_results as results
from tests.browser.chain import People, Served, go, main
from tests.browser.test_trust import choose, reach, send, write
from tests.conftest import QuickEmbedder
from tests.integration.challenges.making import a_challenge, a_juror, a_proposal
from tests.integration.challenges.test_verify_challenge import run as verify_command
from tests.small_world import World, small_world
from tests.unit.files.making import pdf

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)

GERMAN = {
    "title": "Sensoren in jedem Mülleimer",
    "text": "Ultraschall misst den Füllstand und sendet ihn über LoRaWAN. Die Tour fährt dorthin, wo es voll ist.",
    "team": "Zwei Ingenieurinnen und ein Schlosser",
    "cost": "12.500",
}
ENGLISH = {
    "title": "Larger bins with a press",
    "text": "A press run by the sun makes room, so that bins need to be emptied less often. No radio is needed.",
    "team": "Four people of the works",
    "cost": "30,000",
}


@pytest.fixture
def served(
    browser: Browser,
    live_server: Any,
    quick_embedder: QuickEmbedder,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    tmp_path: Path,
) -> Iterator[Served]:
    """A node whose time can be moved on. Playwright runs an event loop here; the database is asked in between only."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    folder = {"location": tmp_path / "files", "allow_overwrite": True}
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": folder}
    settings.STORAGES = {**settings.STORAGES, "files": files}
    made = Served(live_server.url, browser, clock.now)
    monkeypatch.setattr(clock, "now", made.now)
    yield made
    made.close()
    assert made.foreign == []
    assert made.errors == []


@pytest.fixture
def world(served: Served) -> World:
    """Krefeld with some problems and solutions."""
    made = small_world()
    node_set(name="Stadt Krefeld", home_city=made.cities["krefeld"].id, home_slug="krefeld", language="en")
    cache.clear()
    return made


@pytest.fixture
def people(make_actor: Callable[[str], Actor]) -> People:
    return People(
        unit=make_actor(Role.INNOVATION_UNIT),
        office=make_actor(Role.ADMINISTRATOR),
        staff=make_actor(Role.DEPARTMENT_STAFF),
        moderator=make_actor(Role.MODERATOR),
        resident=make_actor(Role.RESIDENT),
        firm=make_actor(Role.ORGANISATION_MEMBER),
        council=make_actor(Role.COUNCIL_VIEWER),
    )


def test_from_a_problem_to_a_contract(served: Served, world: World, people: People, tmp_path: Path) -> None:
    problem = world.problems[1]
    draft = chain.write_call(served, people.unit, f"/problems/{problem.code}")
    chain.weigh(served, people.unit, draft)
    call = chain.publish(served, people, draft)

    bins, presses = answered_by_two(served, people, call, tmp_path)
    screened_and_assessed(served, people, call, bins, presses)
    pilot = tried_out(served, people, call, bins, tmp_path)
    decided_in_public(served, people, call, pilot, tmp_path)
    handed_over(served, people, call, tmp_path)
    told_to_everybody(served, people)


def answered_by_two(served: Served, people: People, call: str, folder: Path) -> tuple[str, str]:
    """A question with an answer that both see, two proposals in two languages, a third that comes too late."""
    chain.ask(served, people.resident, call, "Dürfen wir die Masten der Laternen nutzen?")
    chain.answer(served, people.unit, call, "Yes, those along the market.")
    (folder / "Plan.pdf").write_bytes(pdf())
    bins = chain.propose(served, people.resident, call, GERMAN)
    presses = chain.propose(served, people.firm, call, ENGLISH, language="en", files=[folder / "Plan.pdf"])
    for bidder in (people.resident, people.firm):
        assert "Yes, those along the market." in main(go(served.page(bidder), f"{call}/questions"))
    # Nobody reads the other's before the end; the attachment is at the page of its own.
    go(served.page(people.resident), presses, status=404)
    assert "Plan.pdf" in main(go(served.page(people.firm), presses))
    challenge = Challenge.objects.get(slug=call.rsplit("/", 1)[1])
    assert challenge.closes_at is not None

    def pass_time() -> None:
        served.later += challenge.closes_at - served.now() + timedelta(seconds=1)  # type: ignore[operator]

    chain.propose_late(served, people.moderator, call, GERMAN, pass_time)
    go(served.page(), presses)
    return bins, presses


def screened_and_assessed(served: Served, people: People, call: str, bins: str, presses: str) -> None:
    """Screened together, scored by two who do not see each other, ranked in three ways, shortlisted."""
    chain.start_assessment(served, people.unit, call)
    chain.step_all(served, people.unit, call, at="submitted", to="screened", reason="Everything asked for is there.")
    jurors = [people.staff, people.moderator]
    chain.invite(served, people.unit, call, jurors)
    full = {"impact": 5, "feasibility": 4, "cost-efficiency": 4, "scalability": 5}
    weak = {"impact": 2, "feasibility": 3, "cost-efficiency": 1, "scalability": None}
    chain.score(served, people.staff, call, {bins: full, presses: weak})
    chain.score(served, people.moderator, call, {bins: {**full, "impact": 4}, presses: {**weak, "scalability": 2}})
    # What is left empty is no score; and before the end nobody reads a ranking, the unit neither.
    assert Score.objects.count() == 15
    for actor in (people.staff, people.unit):
        go(served.page(actor), f"{call}/ranking", status=404)
    # The other four criteria of the usual ones have no weight here, and no score.
    for juror in jurors:
        chain.say_done(served, juror, call, missing=True)
    page = go(served.page(people.staff), f"{call}/assessment/{bins.rsplit('/', 1)[1]}")
    assert page.locator("#others-title").count() == 1
    chain.close_assessment(served, people.unit, call)
    page = go(served.page(people.unit), f"{call}/ranking")
    assert GERMAN["title"] in page.locator(".cs-sentence").inner_text()
    cells = page.locator(".cs-ranks tbody tr").first.locator("td b").all_inner_texts()
    assert cells == ["1."] * 3
    chain.step_one(served, people.unit, bins, to="shortlisted", reason="It leads in all weightings.")
    chain.step_one(served, people.unit, presses, to="concept_pool", reason="A good idea for places without radio.")


def tried_out(served: Served, people: People, call: str, bins: str, folder: Path) -> str:
    """A pilot with gates, a baseline and a result; the solution that it leaves. Gives the pilot's address."""
    pilot = results.plan_pilot(served, people.unit, call, bins)
    go(served.page(), pilot, status=404)
    results.choose_indicators(served, people.unit, pilot)
    results.pass_gates(served, people, pilot)
    results.run_pilot(served, people.unit, pilot, folder)
    page = go(served.page(), pilot)
    shown = page.locator(".pi-finding")
    assert shown.locator(".pi-verdict b").inner_text() == "Better"
    assert "29.7 per cent more" in shown.locator(".pi-headline").inner_text()
    results.decide_pilot(served, people.unit, pilot)
    solution = results.publish_solution(served, people.unit, pilot)
    reader = served.page(language="en")
    go(reader, "/solutions")
    assert reader.locator(f"main a[href='{solution}']").count()
    assert "29.7 per cent more" in main(go(reader, solution))
    assert "/problems/" in "".join(
        reader.locator("main a").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    )
    return pilot


def decided_in_public(served: Served, people: People, call: str, pilot: str, folder: Path) -> None:
    """The decision as a visitor reads it, and its log as anybody can check it."""
    results.decide(served, people.unit, call)
    page = go(served.page(), f"{call}/decision")
    for words in ("Convincing, and easy to repair.", "The pilot showed", "It leads in all weightings."):
        assert words in main(page), words
    log = chain.fetched(page, f"a[href='{call}/decision/log.json']", folder)
    script = ROOT / "docs" / "use" / "check_decisions.py"
    checked = subprocess.run([sys.executable, script, log], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    kept = json.loads(log.read_text())
    assert f"{kept['count']} entries" in checked.stdout
    done = verify_command(folder, Challenge.objects.get(slug=call.rsplit("/", 1)[1]).code)
    assert done.returncode == 0, done.stdout + done.stderr


def handed_over(served: Served, people: People, call: str, folder: Path) -> None:
    """The package, its PDF for everybody who reads with ears, its open data for everybody."""
    tender = results.make_package(served, people.unit, call)
    results.hand_over(served, people.unit, tender)
    page = go(served.page(people.unit), tender)
    document = chain.fetched(page, f"a[href='{tender}/package.pdf']", folder)
    assert faults(document.read_bytes()) == ()
    assert "Fill level when emptied" in "".join(page.extract_text() for page in PdfReader(document).pages)
    visitor = served.page()
    answer = visitor.request.get(f"{tender}/ocds.json")
    assert answer.status == 200
    opened = answer.json()
    assert validate(opened) == []
    assert [one["tag"] for one in opened["releases"]] == [["planning"], ["tender"]]
    assert opened["releases"][1]["tender"]["title"] == "Bins that say when they are full"
    assert visitor.request.get(f"{tender}/package.pdf").status in {403, 404}
    visitor.goto(tender)
    assert "/sign-in" in visitor.url


def told_to_everybody(served: Served, people: People) -> None:
    """Dashboards of the council and of the public."""
    go(served.page(people.resident), "/council", status=403)
    # 8,400.50 that were paid and 40 hours with 60 each.
    told = main(go(served.page(people.council), "/council"))
    for words in ("10,800", "40,000", "per cent more", GERMAN["title"]):
        assert words in told, words
    assert "1 in 1 of 1 challenge" in main(go(served.page(), "/about/challenges"))


def test_proposals_are_handed_in_and_scored_by_keyboard_alone(served: Served, people: People) -> None:
    call = f"/challenges/{a_challenge('open').slug}"
    page = go(served.page(people.resident), call)
    send(page, f"main a[href='{call}/proposals/new']")
    write(page, "#id_title", GERMAN["title"])
    write(page, "#id_text", GERMAN["text"])
    write(page, "#id_cost", GERMAN["cost"])
    served.wait(seconds=60)
    send(page, "#propose .ct-actions button[type=submit]")
    assert Proposal.objects.get(created_by_id=people.resident.id).cost == 12_500

    assessed = a_challenge("assessment")
    proposal, juror = a_proposal(assessed, "screened"), a_juror(assessed, by=people.staff)
    page = go(served.page(people.staff), f"/challenges/{assessed.slug}/assessment")
    send(page, f"main a[href$='/assessment/{proposal.code}']")
    choose(page, "has_interest", "no")
    send(page, "main form:has([name=has_interest]) button[type=submit]")
    choose(page, "value_impact", "4")
    choose(page, "value_feasibility", "2")
    send(page, ".cs-sheet .ct-actions button[name=next]")
    scores = Score.objects.filter(juror=juror).values_list("criterion__key", "value")
    assert dict(scores) == {"impact": 4, "feasibility": 2}
    assert not Declaration.objects.get(juror=juror).has_interest
    # What was given can be taken back by keyboard too.
    go(page, f"/challenges/{assessed.slug}/assessment/{proposal.code}")
    choose(page, "value_feasibility", "")
    reach(page, ".cs-sheet .ct-actions button[name=next]")
    with page.expect_navigation():
        page.keyboard.press("Space")
    assert list(Score.objects.filter(juror=juror).values_list("criterion__key", flat=True)) == ["impact"]


def test_the_way_without_scripts(served: Served, people: People, tmp_path: Path) -> None:
    challenge = a_challenge("open")
    call = f"/challenges/{challenge.slug}"
    (tmp_path / "Plan.pdf").write_bytes(pdf())
    plan = [tmp_path / "Plan.pdf"]
    proposal = chain.propose(served, people.resident, call, GERMAN, files=plan, scripts=False)
    assert "Plan.pdf" in main(go(served.page(people.resident, scripts=False), proposal))
    served.wait(days=31)
    chain.start_assessment(served, people.unit, call, scripts=False)
    whole = "Everything asked for is there."
    chain.step_all(served, people.unit, call, at="submitted", to="screened", reason=whole, scripts=False)
    juror = a_juror(challenge, by=people.staff)
    chain.score(served, people.staff, call, {proposal: {"impact": 3, "inclusion": 0}}, scripts=False)
    assert dict(Score.objects.filter(juror=juror).values_list("criterion__key", "value")) == {
        "impact": 3,
        "inclusion": 0,
    }
