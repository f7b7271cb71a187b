"""What people do: look for help, with and without scripts; write a problem and change it; use the keyboard alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect


def test_hits_appear_as_one_types(visit: Callable[..., Any]) -> None:
    page = visit(language="de").go("/")
    page.locator("input[name=q], textarea[name=q]").first.press_sequentially(
        "Straßenlampen brauchen zu viel Strom", delay=5
    )
    expect(page.locator("main a[href^='/solutions/']", has_text="Straßenbeleuchtung").or_(
        page.locator("main a[href^='/solutions/']", has_text="street lighting")
    ).first).to_be_visible(timeout=15_000)  # fmt: skip


def test_the_search_works_without_scripts(visit: Callable[..., Any]) -> None:
    page = visit(language="el", scripts=False).go("/")
    page.locator("input[name=q], textarea[name=q]").first.fill("Αισθητήρες στους κάδους απορριμμάτων")
    page.locator("form button").first.click()
    assert "/match" in page.url
    assert page.locator("main a[href^='/solutions/']").count() >= 1


def test_nothing_fits_is_a_good_page(visit: Callable[..., Any]) -> None:
    page = visit(language="en").go("/match?q=qqqq+zzzz+xxxx")
    assert page.locator("main a[href^='/solutions/']:not([href$='/new'])").count() == 0
    assert page.locator("main a[href*='/new'], main a[href*='/sign-in'], main a[href^='/cities']").count() >= 1


def test_a_problem_is_written_found_and_changed(visit: Callable[..., Any], sign_in: Callable[..., None]) -> None:
    reader = visit(language="el")
    sign_in(reader, "resident")
    page = reader.go("/problems/new")
    page.locator("[name=title]").fill("Οι κάδοι στην πλατεία ξεχειλίζουν κάθε Σαββατοκύριακο")
    page.locator("[name=text]").fill("Τα σκουπίδια μένουν στον δρόμο μέχρι τη Δευτέρα.")
    time.sleep(3)  # who writes faster is taken for a program
    page.locator("#write button[type=submit]").first.click()
    expect(page.locator("h1")).to_contain_text("Οι κάδοι στην πλατεία")
    address = page.url
    page.goto(address.split("?")[0] + "/edit")
    page.locator("[name=title]").fill("Οι κάδοι στην αγορά ξεχειλίζουν κάθε Σαββατοκύριακο")
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("h1")).to_contain_text("στην αγορά")
    other = visit(language="de").go(address.removeprefix(reader.base))
    expect(other.locator("h1")).to_contain_text("στην αγορά")


def test_a_refused_form_keeps_what_was_typed(visit: Callable[..., Any], sign_in: Callable[..., None]) -> None:
    reader = visit(language="de", scripts=False)
    sign_in(reader, "resident")
    page = reader.go("/problems/new")
    page.locator("[name=text]").fill("Ohne Überschrift geht es nicht.")
    page.locator("main form button[type=submit]").last.click()
    assert page.locator("[name=text]").input_value() == "Ohne Überschrift geht es nicht."
    assert page.locator("[name=title]").get_attribute("aria-invalid") == "true"
    assert page.locator("a[href='#id_title']").count() >= 1


def test_the_keyboard_is_enough(visit: Callable[..., Any]) -> None:
    page = visit(language="de").go("/")
    page.keyboard.press("Tab")
    skip = page.evaluate("document.activeElement.getAttribute('href')")
    assert skip is not None
    assert skip.startswith("#")
    page.keyboard.press("Enter")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "q":
            break
    page.keyboard.type("Heizung läuft in leeren Gebäuden")
    page.keyboard.press("Enter")
    page.wait_for_url("**/match**")


def test_the_language_stays_chosen(visit: Callable[..., Any]) -> None:
    reader = visit(language="de")
    reader.go("/?lang=bg")
    assert reader.go("/cities").locator("html").get_attribute("lang") == "bg"


def test_printed_pages_have_no_navigation(visit: Callable[..., Any]) -> None:
    page = visit(language="de").go("/cities/sofia")
    page.emulate_media(media="print")
    assert not page.locator("header nav").first.is_visible()


def test_the_map_draws_from_this_node_alone(visit: Callable[..., Any]) -> None:
    reader = visit(language="de")
    page = reader.go("/map")
    page.locator("[data-map][data-state=ready]").wait_for(timeout=30_000)
    assert reader.foreign == []
    assert reader.errors == []


def test_staff_decide_waiting_links(visit: Callable[..., Any], sign_in: Callable[..., None]) -> None:
    reader = visit(language="de")
    sign_in(reader, "innovation_unit")
    page = reader.go("/desk")
    first = page.locator("form[action^='/desk/links/']").first
    action = first.get_attribute("action")
    first.locator("button").first.click()
    page.wait_for_timeout(1500)
    page.goto(reader.base + "/desk")
    assert page.locator(f"form[action='{action}']").count() == 0
