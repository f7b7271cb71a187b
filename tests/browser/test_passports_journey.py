"""A solution of another city compared, tasks worked off, the result told: by keyboard and form, in two widths, without faults."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.test_sign_in import violations

SHOTS = os.environ.get("CITYTANDEM_SHOTS", "")


def looked_at(page: Page, name: str) -> None:
    """No violation, no sideways scroll; kept as a picture where somebody wants to look."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}-{page.viewport_size['width']}.png"), full_page=True)  # type: ignore[index]


@pytest.mark.parametrize(("width", "language", "which"), [(1280, "en", 0), (320, "de", 1)])
def test_a_solution_is_compared_and_its_result_told(
    visit: Callable[..., Visit], sign_in: Callable[[Visit, str], None], width: int, language: str, which: int
) -> None:
    at = visit(width=width, language=language)
    page = at.go("/passports")
    looked_at(page, "list-empty")
    sign_in(at, "innovation_unit")
    page = at.go("/solutions?q=LoRaWAN")
    page.locator("main h2 a[href^='/solutions/'], main h3 a[href^='/solutions/']").nth(which).click()
    page.locator("a[href$='/passport']").click()
    looked_at(page, "begin")
    page.locator("main form button[type=submit]").last.click()
    passport = page.url
    assert "/passports/" in passport
    looked_at(page, "passport")
    page.goto(f"{passport}/edit")
    looked_at(page, "edit")
    page.locator("[name='origin-responsible_body']").select_option("city")
    page.locator("[name='target-responsible_body']").select_option("utility")
    page.locator("[name='origin-staff']").fill("40")
    page.locator("[name='target-staff']").fill("10,5")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(passport)
    assert page.locator(".ct-checklist__row--differs").count() >= 2
    page.locator("[name='settle-outcome']").fill("Round trips became shorter.")
    page.locator("[name='settle-in_use_since']").fill("2026-01-15")
    page.locator("form[action$='/result'] button[type=submit]").click()
    assert page.locator("[name='settle-outcome']").input_value() == "Round trips became shorter."
    assert page.locator("form[action$='/result'] .kern-error, form[action$='/result'] [id$='error']").count() >= 1
    looked_at(page, "refused")
    page.locator("[name='settle-state']").select_option("in_use")
    page.locator("[name='settle-is_public']").check()
    page.locator("form[action$='/result'] button[type=submit]").click()
    page.wait_for_url(passport)
    looked_at(page, "settled")
    visitor = visit(width=width, language=language, scripts=False)
    seen = visitor.go(passport.removeprefix(at.base))
    assert "Round trips became shorter." in seen.content()
    assert seen.locator("main form").count() == 0
    assert at.foreign == [] and not [error for error in at.errors if "422" not in error]  # noqa: PT018
