"""Two real nodes as `run --demo tandem` starts them, and a real Chromium that reads at one what the other wrote."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.tandem import tandem as both_nodes
from tests.browser.conftest import Visit
from tests.browser.tandem_work import (
    WORK,
    begin,
    draft_and_offer,
    plan_a_meeting,
    share_a_file,
    sign,
    until_there,
    write,
)
from tests.browser.test_every_page import check

QUESTION = "Wie begeistern wir Kinder für Technik und Innovation?"
PAGES = ("/federation", "/federation/new", "/federation/files", "/federation/held", "/federation/keys")
VIEWS = [(1280, "en"), (320, "de")]


@pytest.fixture(scope="module")
def tandem() -> Iterator[tuple[str, str]]:
    """Addresses of Krefeld and Sofia, paired; both end with the one command."""
    with both_nodes({"CITYTANDEM_MICROCACHE_SECONDS": "0"}) as (port, data):
        begin(data)
        yield f"http://localhost:{port}", f"http://localhost:{port + 1}"
    for number in (port, port + 1):
        with pytest.raises(OSError, match=r"refused|reset"):
            urllib.request.urlopen(f"http://localhost:{number}/health", timeout=5)


@pytest.fixture
def at(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """`at(base, width=…, language=…)`: a visitor of one of the nodes."""
    contexts = []

    def make(base: str, *, width: int = 1280, language: str = "de") -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale=language, reduced_motion="reduce"
        )
        contexts.append(context)
        return Visit(context, base)

    yield make
    for context in contexts:
        context.close()


def test_a_question_at_one_node_finds_what_the_other_wrote(tandem: tuple[str, str], at: Callable[..., Visit]) -> None:
    krefeld, sofia = tandem
    page = at(krefeld).go(f"/match?q={quote(QUESTION)}")
    card = page.locator("article, li, .ct-card").filter(has_text="vom Knoten von Sofia").first
    expect(card).to_contain_text("Innovation labs for children")
    page.locator("a", has_text="Innovation labs for children").first.click()
    expect(page.locator("main")).to_contain_text("Dieser Eintrag kommt vom Knoten von Sofia.")
    original = page.get_by_role("link", name="Bei Sofia öffnen").get_attribute("href") or ""
    assert original.startswith(f"{sofia}/solutions/")
    page.goto(original)
    expect(page.locator("h1")).to_be_visible()
    assert not page.get_by_text("kommt vom Knoten").count()


def test_what_is_written_at_one_node_is_read_at_the_other_and_disappears_there(
    tandem: tuple[str, str], at: Callable[..., Visit], sign_in: Callable[[Visit, str], None]
) -> None:
    krefeld, sofia = tandem
    unit = at(krefeld, language="en")
    sign_in(unit, "innovation_unit")
    title = "Pigeons nest above the market hall"
    page = unit.go("/problems/new")
    page.locator("[name=title]").fill(title)
    page.locator("[name=text]").fill("Stalls below get dirty every morning, and traders clean them by hand.")
    time.sleep(3)  # who writes faster is taken for a program
    page.locator("#write button[type=submit]").first.click()
    expect(page.locator("h1")).to_contain_text(title)
    reader = at(sofia, language="en")
    until_there(reader.page, f"{sofia}/problems?lang=en", title)
    reader.page.get_by_role("link", name=title).first.click()
    expect(reader.page.locator("main")).to_contain_text("from the node of Krefeld")
    there = reader.page.url
    page = unit.go(page.url.removeprefix(krefeld).split("?")[0] + "/edit")
    page.locator("[name=visibility][value=internal]").check(force=True)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()
    for _try in range(60):
        if reader.page.goto(there).status == 410:  # type: ignore[union-attr]
            break
        reader.page.wait_for_timeout(500)
    assert reader.page.goto(there).status == 410  # type: ignore[union-attr]
    assert title not in reader.go("/problems").content()


def test_both_cities_work_in_one_partnership_each_at_its_own_node(
    tandem: tuple[str, str], at: Callable[..., Visit], sign_in: Callable[[Visit, str], None], tmp_path: Path
) -> None:
    (krefeld, sofia), (ours, theirs) = tandem, (at(base, language="en") for base in tandem)
    for visit in (ours, theirs):
        sign_in(visit, "innovation_unit")
    here, there = ours.page, theirs.page
    plan_a_meeting(here, krefeld, "Sensors in use")
    until_there(there, f"{sofia}{WORK}/meetings", "Sensors in use")
    line = there.locator("article", has_text="Sensors in use")
    expect(line).to_contain_text("from Krefeld")
    expect(line).to_contain_text("10 a.m.")
    assert not line.get_by_role("link", name="Change").count(), "only who wrote it changes it"

    write(there, sofia, "action", title="Send the list of sensors", city="Krefeld", due_on="2030-01-31")
    until_there(here, f"{krefeld}{WORK}/meetings", "Send the list of sensors")
    here.get_by_role("button", name="It is done").click()
    until_there(there, f"{sofia}{WORK}/meetings", "Send the list", inside="section[aria-labelledby=done-title]")

    file = tmp_path / "sensors.csv"
    file.write_text("sensor;place\n1;market\n", encoding="utf-8")
    share_a_file(here, krefeld, "List of sensors", file)
    until_there(there, f"{sofia}{WORK}/papers", "sensors.csv")
    url = there.get_by_role("link", name="sensors.csv").get_attribute("href") or ""
    assert url.startswith(krefeld)
    assert at(sofia).page.request.get(url).body() == file.read_bytes(), "opens without a sign-in there"

    assert [fault for visit in (ours, theirs) for fault in check(visit, f"{WORK}/papers")] == []

    path = draft_and_offer(here, krefeld)
    sign(here, "Mayor of Krefeld")
    title = here.locator("h1").inner_text()
    until_there(there, f"{sofia}{WORK}/papers", title)
    there.get_by_role("link", name=title).first.click()
    until_there(there, there.url, "Mayor of Krefeld")
    sign(there, "Mayor of Sofia")
    until_there(here, f"{krefeld}{path}", "Mayor of Sofia")
    expect(here.locator(".ct-badge").first).to_have_text("Signed by all")


@pytest.mark.parametrize(("width", "language"), VIEWS)
def test_pages_about_partners(
    tandem: tuple[str, str], at: Callable[..., Visit], sign_in: Callable[[Visit, str], None], width: int, language: str
) -> None:
    administrator = at(tandem[0], width=width, language=language)
    sign_in(administrator, "administrator")
    partner = (
        administrator.go("/federation").locator("main a[href^='/federation/partners/']").last.get_attribute("href")
    )
    mirrored = administrator.go("/solutions?city=sofia").locator("main h2 a, main h3 a").first
    paths = [*PAGES, str(partner), f"{partner}/agreement", f"{partner}/end", "/challenges/partners"]
    paths.append(str(mirrored.get_attribute("href")))
    paths.append(f"{paths[-1]}/in-use")
    assert [fault for path in paths for fault in check(administrator, path)] == []
