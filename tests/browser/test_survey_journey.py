"""A survey from the first question to published results: in two widths, with and without scripts, without faults."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_passports_journey import looked_at

SURVEYS = "/programmes/vernetzt-in-europa/surveys"
TEXTS = (
    "Uns fehlte die Zeit neben der täglichen Arbeit.", "We had no time beside our daily work.", "Le temps a manqué.",
    "More money for travel would help.", "Es fehlte Geld für Reisen.", "",
)  # fmt: skip


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (320, "de")])
def test_a_survey_is_built_answered_and_published(
    visit: Callable[..., Visit], sign_in: Callable[[Visit, str], None], width: int, language: str
) -> None:
    at = visit(width=width, language=language)
    sign_in(at, "programme_coordinator")
    page = at.go(f"{SURVEYS}/new")
    looked_at(page, "survey-new")
    page.locator("main form button[type=submit]").click()
    looked_at(page, "survey-refused")
    page.locator("[name=title]").fill(f"How was the exchange? ({width})")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/build")
    looked_at(page, "survey-builder")
    page.locator("[name=everybody]").check()
    page.locator("form[action$='/waves'] button").click()
    page.wait_for_url("**/build#waves-title")
    looked_at(page, "survey-open")
    address = page.locator(".sv-link").inner_text().split("/surveys/")[1]
    _answers(visit, f"/surveys/{address}", width=width, language=language)
    page.locator("[name=wish][value=close]").click()
    page.locator("[name=wish][value=publish]").click()
    page.wait_for_load_state()
    page.locator("header a[href$='/results']").click()
    page.wait_for_url("**/results")
    looked_at(page, "survey-results")
    told = page.locator("main").inner_text()
    assert all(text in told for text in TEXTS)
    guest = visit(width=width, language=language).go(SURVEYS)
    looked_at(guest, "survey-list")
    guest.locator("main article h2 a").first.click()
    seen = guest.locator("main").inner_text()
    assert TEXTS[0] in seen  # agreed to be quoted
    assert TEXTS[3] not in seen
    # The browser itself notes the form that was refused on purpose.
    assert (at.foreign, [error for error in at.errors if "422" not in error]) == ([], [])


def _answers(visit: Callable[..., Visit], path: str, *, width: int, language: str) -> None:
    """Six people, without scripts; the first one makes a mistake and loses nothing."""
    for place, text in enumerate(TEXTS):
        at = visit(width=width, language=language, scripts=False)
        page = at.go(path)
        page.locator("[name=value_more]").fill(text)
        if place == 0:
            page.locator("[name=value_hours]").fill("-3")
            page.locator("main form button[type=submit]").click()
            assert page.locator("[name=value_more]").input_value() == text
            assert page.locator("#id_value_hours_error").count() == 1
            page.locator("[name=value_hours]").fill("12")
            page.locator("[name=may_be_quoted]").check()
        page.locator(f"[name=method_match][value='{5 - place % 2}']").check()
        page.locator("[name=networking_ways][value=visits]").check()
        page.locator("main form button[type=submit]").click()
        page.wait_for_url("**/surveys/thanks")
