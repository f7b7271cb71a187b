"""The page of files in a real browser: choosing, waiting, describing; accessible, and the same without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as configured
from django.test import Client
from playwright.sync_api import Browser, Page

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.core.node import node_set
from citytandem.files.models import Attachment, State
from citytandem.files.services.checking import file_prepare
from tests.browser.test_every_page import OPTIONS, VIEWS
from tests.integration.files.conftest import KIND, Benches, benches, folder, hung
from tests.unit.files.making import docx, pdf, picture, saved, telling_picture

__all__ = ["benches", "folder"]  # fixtures
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _database_beside_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright runs an event loop in this thread; the database is asked in between, never within it."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def look(browser: Browser, live_server: Any, resident: Actor) -> Iterator[Callable[..., Page]]:
    """A browser in which the resident is signed in: `look(width=320, scheme="dark", scripts=False)`."""
    node_set(name="Krefeld", home_city=None, home_slug="", language="en", demo="krefeld")
    session = Client()
    session.force_login(Person.objects.get(id=resident.id))
    key = session.cookies[configured.SESSION_COOKIE_NAME].value
    contexts = []

    def make(*, width: int = 1280, scheme: str = "light", scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en", java_script_enabled=scripts,  # type: ignore[arg-type]
            base_url=live_server.url, reduced_motion="reduce",
        )  # fmt: skip
        context.add_cookies([{"name": configured.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def on_disk(tmp_path: Path) -> list[Path]:
    """What a resident has on the telephone."""
    photo, plan = tmp_path / "IMG_0815.JPG", tmp_path / "Plan.pdf"
    photo.write_bytes(telling_picture("JPEG", picture((900, 675))))
    plan.write_bytes(pdf())
    return [photo, plan]


def checked() -> None:
    """What the worker does meanwhile."""
    for file in Attachment.objects.filter(prepared_at=None, state=State.WAITING):
        file_prepare(file.id)


def path_of(bench: UUID) -> str:
    return f"/files/of/{KIND}/{bench}"


@pytest.mark.parametrize("scripts", [True, False])
def test_photos_are_chosen_checked_described_and_seen(
    look: Callable[..., Page], benches: Benches, resident: Actor, on_disk: list[Path], scripts: bool
) -> None:
    bench = benches.make(resident)
    page = look(scripts=scripts)
    page.goto(path_of(bench))
    page.get_by_label("Choose files").set_input_files(on_disk)
    page.get_by_role("button", name="Add").click()
    page.get_by_text("is being checked", exact=True).first.wait_for()
    checked()
    if scripts:
        page.locator("img[src$='/medium']").wait_for(timeout=20_000)
    else:
        page.reload()
    page.get_by_label("Description of the picture").fill("A grey slope, dark at the top")
    page.get_by_text("Line below it, language").first.click()
    page.get_by_label("Line below it").first.press("Enter")
    page.get_by_text("Your descriptions are saved.").wait_for()
    assert {(file.name, file.state) for file in Attachment.objects.all()} == {
        ("IMG_0815.jpg", "ready"),
        ("Plan.pdf", "ready"),
    }
    photo = page.locator("img[alt='A grey slope, dark at the top']")
    assert photo.evaluate("async image => (await image.decode(), image.naturalWidth)") == 480
    page.get_by_text("Remove Plan.pdf").click()
    page.get_by_role("button", name="Remove for good").filter(visible=True).click()
    page.get_by_text("“Plan.pdf” is removed.").wait_for()


def states(benches: Benches, resident: Actor) -> list[UUID]:
    """Pages of files in all their states: empty, full, refused."""
    empty, full, seen = benches.make(resident), benches.make(resident), benches.make(resident)
    hung(full, resident, alt="Water stands a hand high around the bench by the lake", name="Bench in the rain.jpg")
    hung(
        full,
        resident,
        alt="",
        content=saved(picture((600, 900), "L"), "PNG"),
        name="Plan of the park, drawn by hand and very long.png",
    )
    hung(full, resident, alt="", content=docx(), name="Letter to the city.docx")
    hung(full, resident, alt="", content=pdf()[:300], name="broken.pdf")
    from citytandem.files.contract import attach
    from tests.integration.files.conftest import sent

    attach(kind=KIND, object_id=full, by=resident, files=[sent(name="just sent.jpg")])
    for number in range(3):
        hung(
            seen,
            resident,
            content=telling_picture("JPEG", picture((900, 600), shade=80 * number)),
            alt=f"Picture {number}",
        )
    hung(seen, resident, alt="", content=docx(), name="Letter to the city.docx")
    benches.makers[seen] = None
    return [empty, full, seen]


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_the_page_of_files_is_accessible(
    look: Callable[..., Page], benches: Benches, resident: Actor, width: int, scheme: str
) -> None:
    faults = []
    page = look(width=width, scheme=scheme)
    for bench in states(benches, resident):
        page.goto(path_of(bench))
        for fold in page.locator("main details.ct-more > summary").all():
            fold.click()
        found = Axe().run(page, options=OPTIONS)
        faults += [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found.response["violations"]]
        inner, needed = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
        assert needed <= inner, "scrolls sideways"
        small = page.evaluate(
            "[...document.querySelectorAll('main button, main summary, main .ct-button')]"
            ".filter(e => e.checkVisibility() && !e.ariaHidden && e.getBoundingClientRect().height < 43.9).map(e => e.outerHTML)"
        )
        assert small == []
    assert faults == []


def test_errors_are_shown_where_they_are(
    look: Callable[..., Page], benches: Benches, resident: Actor, tmp_path: Path
) -> None:
    page = look(width=320)
    page.goto(path_of(benches.make(resident)))
    wrong = tmp_path / "drawing.svg"
    wrong.write_text("<svg xmlns='http://www.w3.org/2000/svg'></svg>")
    page.get_by_label("Choose files").set_input_files([wrong])
    page.get_by_role("button", name="Add").click()
    summary = page.get_by_role("alert")
    summary.wait_for()
    assert "drawing.svg" in summary.inner_text()
    assert Axe().run(page, options=OPTIONS).response["violations"] == []
    summary.get_by_role("link").click()
    assert page.evaluate("document.activeElement.type") == "file"
