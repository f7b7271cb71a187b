"""Pages of the coordination and of who works in a partnership: readable for all, at both ends of the screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_sign_in import violations

PROGRAMME, WORK = "/programmes/vernetzt-in-europa", "/partnerships/krefeld-sofia"
PAGES = {
    "programme_coordinator": [
        "/programmes", PROGRAMME, f"{PROGRAMME}/bench", f"{PROGRAMME}/reasons", "/programmes/new", f"{WORK}/leave",
        f"{WORK}/hand-over", f"{WORK}/ways-on?city=sofia&on=2023-12-31",
    ],
    "innovation_unit": [
        WORK, *(f"{WORK}/work{part}" for part in ("", "/meetings", "/papers", "/results")), "/cities/krefeld/edit",
        "/cities/krefeld/contacts", "/programme/report", "/partnerships/muenchen-utrecht/profile",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (320, "de")])
@pytest.mark.parametrize("role", PAGES)
def test_pages_of_tandems(
    visit: Callable[..., Visit], sign_in: Callable[[Visit, str], None], role: str, width: int, language: str
) -> None:
    at = visit(width=width, language=language)
    sign_in(at, role)
    for path in PAGES[role]:
        page = at.go(path)
        assert page.locator("h1").count() == 1, path
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path
    assert (at.foreign, at.errors) == ([], [])


def test_the_exit_of_sofia_is_replayed_with_ways_on_for_krefeld(
    visit: Callable[..., Visit], sign_in: Callable[[Visit, str], None]
) -> None:
    at = visit(language="en")
    sign_in(at, "programme_coordinator")
    told = at.go(f"{WORK}/ways-on?city=sofia&on=2023-12-31").locator("main").inner_text()
    assert "Dock on to another group: Krefeld – München – Utrecht" in told
    assert "Form two groups anew" in told
