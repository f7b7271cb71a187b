"""Two real nodes as `run --demo tandem` starts them, and a real Chromium that reads at one what the other wrote."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.tandem import tandem as both_nodes
from tests.browser.conftest import Visit
from tests.browser.test_every_page import check

QUESTION = "Wie begeistern wir Kinder für Technik und Innovation?"
PAGES = ("/federation", "/federation/new", "/federation/files", "/federation/held", "/federation/keys")
VIEWS = [(1280, "en"), (320, "de")]


@pytest.fixture(scope="module")
def tandem() -> Iterator[tuple[str, str]]:
    """Addresses of Krefeld and Sofia, paired; both end with the one command."""
    with both_nodes({"CITYTANDEM_MICROCACHE_SECONDS": "0"}) as (port, _data):
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


def until_there(page: Page, address: str, text: str) -> None:
    """Load a page again until it shows a text."""
    for _try in range(60):
        page.goto(address)
        if page.get_by_text(text).count():
            return
        page.wait_for_timeout(500)
    expect(page.get_by_text(text).first).to_be_visible()


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
