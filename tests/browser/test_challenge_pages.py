"""A challenge in a real browser: written by one person, published by a second, read by everybody on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_every_page import check

WIDTHS = [(1280, "light"), (320, "dark")]


def written(reader: Any, *, title: str) -> str:
    """Write a draft from the newest problem; returns its address."""
    page = reader.go("/challenges/new")
    page.locator("input[name=problem]").first.check()
    page.locator("#kind-sensor-pilot").check()
    page.get_by_role("button", name="Go on").click()
    page.locator("#id_title").fill(title)
    page.locator("#id_text").fill("Bins at the market overflow at weekends. We look for a way to empty them in time.")
    page.locator("#id_target_0_indicator").fill("Bins that overflow")
    page.locator("#id_target_0_value").fill("3")
    page.locator("#id_closes_at").fill(f"{date.today() + timedelta(days=40)}T12:00")  # noqa: DTZ011 - as the browser's
    page.locator("main form .ct-actions button[value=save]").click()
    expect(page.locator("h1")).to_contain_text(title)
    return str(re.sub(r"^https?://[^/]+", "", page.url))


def test_written_by_one_and_published_by_another(visit: Callable[..., Any], sign_in: Callable[..., None]) -> None:
    unit, second = visit(language="en", scripts=False), visit(language="en")
    sign_in(unit, "innovation_unit")
    sign_in(second, "administrator")
    path = written(unit, title="Bins that tell when they are full")
    page = unit.go(f"{path}/criteria")
    page.locator("#id_rows-0-weight").fill("40")
    page.locator("main form .ct-actions button[value=save]").click()
    expect(page.locator("main")).to_contain_text("count as shares")
    page.get_by_role("button", name="Send it to a second person").click()
    expect(unit.go(f"{path}/review").locator("main")).to_contain_text("Waits for a second person")
    page = second.go(f"{path}/review")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("h1")).to_contain_text("Bins that tell when they are full")
    phone = visit(language="en", width=320)
    page = phone.go("/challenges")
    page.get_by_role("link", name="Bins that tell when they are full").click()
    do = page.get_by_role("link", name="Hand in a proposal")
    expect(do).to_be_visible()
    # Who came to answer does not have to read to the end first.
    assert do.bounding_box()["y"] < page.locator("#criteria").bounding_box()["y"]


@pytest.mark.parametrize(("width", "scheme"), WIDTHS)
def test_pages_of_challenges(visit: Callable[..., Any], sign_in: Callable[..., None], width: int, scheme: str) -> None:
    unit, second = visit(width=width, scheme=scheme, language="en"), visit(width=width, scheme=scheme, language="en")
    sign_in(unit, "innovation_unit")
    sign_in(second, "administrator")
    path = written(unit, title=f"Shade for the stops of the tram {width}")
    faults = [
        fault
        for part in ("/challenges", "/challenges/new", "/challenges/new?kind=ideas&go=1", path, f"{path}/edit", f"{path}/criteria")
        for fault in check(unit, part)
    ]  # fmt: skip
    unit.go(path).get_by_role("button", name="Send it to a second person").click()
    faults += [*check(unit, f"{path}/review"), *check(second, f"{path}/review")]
    second.go(f"{path}/review").get_by_role("button", name="Publish").click()
    faults += [fault for part in ("", "/dates", "/withdraw") for fault in check(unit, f"{path}{part}")]
    visitor = visit(width=width, scheme=scheme, language="de")
    faults += [fault for part in ("/challenges", "/challenges?theme=noise", path) for fault in check(visitor, part)]
    assert faults == []
