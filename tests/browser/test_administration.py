"""The administration and one's own data in a real browser."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from citytandem.accounts.administration.brand import shades
from tests.browser.test_every_page import check

PAGES = (
    "", "/city", "/looks", "/languages", "/themes", "/switches", "/periods", "/filters", "/texts", "/texts/imprint",
    "/mails", "/mails/invitation", "/people", "/invitations", "/log", "/log?show=looked",
)  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_pages_of_the_administration(
    visit: Callable[..., Any], sign_in: Callable[..., None], width: int, scheme: str
) -> None:
    reader = visit(width=width, scheme=scheme, language="el")
    sign_in(reader, "administrator")
    paths = [f"/administration{path}" for path in PAGES]
    reader.go("/administration/people")
    paths.append(reader.page.locator(".ad-person a").first.get_attribute("href"))
    assert [fault for path in paths for fault in check(reader, path)] == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (320, "light")])
def test_pages_about_oneself(visit: Callable[..., Any], sign_in: Callable[..., None], width: int, scheme: str) -> None:
    reader = visit(width=width, scheme=scheme, language="bg")
    sign_in(reader, "moderator")
    paths = ("/account/privacy", "/account/privacy/erase", "/account/privacy/erased", "/account/absence")
    assert [fault for path in paths for fault in check(reader, path)] == []


def test_a_colour_is_tried_refused_mended_and_shown(visit: Callable[..., Any], sign_in: Callable[..., None]) -> None:
    reader = visit(language="en")
    sign_in(reader, "administrator")
    page = reader.go("/administration/looks")
    page.locator("#id_colour").press_sequentially("#ffcc00")
    expect(page.locator("[data-colour-ratio]")).to_contain_text("1.51")
    page.locator("[data-colour] button.ct-button").first.click()
    expect(page.locator("[data-colour] .kern-error")).to_contain_text("#907300")
    page.get_by_role("button", name="Take this shade").click()
    expect(page.locator(".ct-message--success")).to_be_visible()
    try:
        link = visit(language="en").go("/about").locator("main a").first
        colour = link.evaluate("element => getComputedStyle(element).color")
        red, green, blue = bytes.fromhex(shades("#907300").light[1:])
        assert colour == f"rgb({red}, {green}, {blue})"
        assert check(visit(language="en"), "/problems") == []
        assert check(visit(language="en", scheme="dark"), "/problems") == []
    finally:
        page = reader.go("/administration/looks")
        page.locator("#id_colour").fill("")
        page.locator("[data-colour] button.ct-button").first.click()
        expect(page.locator(".ct-message--success")).to_be_visible()


def test_everybody_takes_their_data_along(
    visit: Callable[..., Any], sign_in: Callable[..., None], tmp_path: Path
) -> None:
    reader = visit(language="de", scripts=False)
    sign_in(reader, "moderator")
    page = reader.go("/account/privacy")
    page.locator("form[action='/account/privacy/export'] button").click()
    link = page.locator("a[href*='/account/privacy/export/']")
    for _ in range(60):
        if link.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    with page.expect_download() as downloading:
        link.click()
    downloading.value.save_as(tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as box:
        data = json.loads(box.read("data.json"))
    told = next(part for part in data["holdings"] if part["name"] == "accounts.sign_in")
    assert told["data"]["email"] == "moderator@citytandem.example"
