"""Every page, wide and narrow, light and dark: no accessibility violation, nothing from elsewhere, no sideways scroll."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

PUBLIC = (
    "/", "/problems", "/solutions", "/match", "/match?q=Strassenlampen+verbrauchen+zu+viel+Strom", "/match?q=qqqq+zzzz",
    "/cities", "/cities/sofia", "/cities/krefeld", "/cities/krefeld/partners", "/partnerships", "/partnerships/basel-freiburg-mulhouse", "/programme",
    "/map", "/themes", "/about", "/about/match", "/about/accessibility", "/about/privacy", "/sign-in", "/nothing-here",
    "/problems?theme=data", "/problems?theme=noise&city=pirna", "/sign-up", "/about/moderation", "/about/answers",
    "/departments", "/organisations",
)  # fmt: skip
STAFF = (
    "/desk", "/desk/weights", "/desk/problems", "/desk/statistics", "/problems/new", "/solutions/new",
    "/solutions/import", "/account", "/account/privacy", "/following",
)  # fmt: skip
VIEWS = [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")]
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# The weight of a page without a map: what a phone has to load at the first visit.
MOST_BYTES = 300_000


def record_paths(visit: Any) -> list[str]:
    """A problem and a solution that are really there."""
    paths = []
    for stream in ("problems", "solutions"):
        page = visit.go(f"/{stream}")
        hrefs = page.locator(f"main a[href^='/{stream}/']").evaluate_all(
            "links => links.map(a => a.getAttribute('href'))"
        )
        paths.append(next(href for href in hrefs if not re.search(r"/(new|import)$", href)))
    return paths


def check(visit: Any, path: str) -> list[str]:
    """What is wrong with a page as it stands."""
    page = visit.go(path)
    if path == "/map":
        page.locator("[data-map][data-state=ready]").wait_for(timeout=30_000)
    found = Axe().run(page, options=OPTIONS)
    wrong = [
        f"{path}: axe {v['id']}: {v['nodes'][0]['html'][:160]} {v['nodes'][0].get('failureSummary', '')[:200]}"
        for v in found.response["violations"]
    ]
    width, needed = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
    if needed > width:
        wrong.append(f"{path}: scrolls sideways, {needed} > {width}")
    wrong += [f"{path}: asks {url}" for url in visit.foreign]
    # A page that is not there is told in the console too; that is what was asked for.
    wrong += [f"{path}: console: {text}" for text in visit.errors if "404" not in text]
    visit.foreign.clear()
    visit.errors.clear()
    return wrong


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_public_pages(visit: Callable[..., Any], width: int, scheme: str) -> None:
    reader = visit(width=width, scheme=scheme, language="de")
    paths = [*PUBLIC, *record_paths(reader)]
    assert [fault for path in paths for fault in check(reader, path)] == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_pages_of_the_innovation_unit(
    visit: Callable[..., Any], sign_in: Callable[..., None], width: int, scheme: str
) -> None:
    reader = visit(width=width, scheme=scheme, language="el")
    sign_in(reader, "innovation_unit")
    paths = [*STAFF, *record_paths(reader)]
    paths.append(f"{paths[-2]}/edit")
    assert [fault for path in paths for fault in check(reader, path)] == []


def test_pages_are_light(visit: Callable[..., Any]) -> None:
    heavy = {}
    for path in ("/", "/problems", "/match?q=Heizung", "/cities", "/partnerships", "/about"):
        reader = visit(width=375, language="el")
        sizes: list[int] = []
        reader.page.on("requestfinished", lambda request, sizes=sizes: sizes.append(_bytes(request)))
        page = reader.go(path)
        page.wait_for_load_state("networkidle")
        if sum(sizes) > MOST_BYTES:
            heavy[path] = sum(sizes)
    assert heavy == {}


def _bytes(request: Any) -> int:
    sizes = request.sizes()
    return int(sizes["responseBodySize"]) + int(sizes["responseHeadersSize"])


@pytest.mark.parametrize("language", ["de", "en", "fr", "it", "nl", "pl", "ro", "el", "bg"])
def test_each_language_has_its_own_page(visit: Callable[..., Any], language: str) -> None:
    page = visit(language="en").go(f"/?lang={language}")
    assert page.locator("html").get_attribute("lang") == language
    heading = page.locator("h1").inner_text()
    english = visit(language="en").go("/?lang=en").locator("h1").inner_text()
    assert (heading == english) == (language == "en")
