"""An event from the draft to attendance: in two widths, with and without scripts, without faults."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_passports_journey import looked_at

EVENTS = "/programmes/vernetzt-in-europa/events"


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (320, "de")])
def test_an_event_is_planned_and_somebody_registers(
    visit: Callable[..., Visit], sign_in: Callable[[Visit, str], None], width: int, language: str
) -> None:
    day = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    at = visit(width=width, language=language)
    sign_in(at, "programme_coordinator")
    page = at.go(EVENTS)
    looked_at(page, "event-none")
    page.goto(page.url + "/new")
    page.locator("main form button[type=submit]").click()
    looked_at(page, "event-refused")
    page.locator("[name=title]").fill(f"Open data for small towns ({width})")
    page.locator("[name=text]").fill("Five cities show what they publish, and how few hours it took them.")
    page.locator("[name=format][value=hybrid]").check()
    page.locator("[name=starts_at]").fill(f"{day}T10:00")
    page.locator("[name=ends_at]").fill(f"{day}T16:00")
    page.locator("[name=place]").fill("Krefeld")
    page.locator("[name=venue]").fill("Town hall, great hall")
    page.locator("[name=country]").select_option("DE")
    page.locator("[name=link]").fill("https://example.org/meet")
    page.locator("[name=places]").fill("1")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/events/open-data*")
    for title, start, end, room, kind in (
        ("Welcome", "10:00", "10:30", "Great hall", "talk"),
        ("Which data first?", "10:30", "12:00", "Great hall", "discussion"),
        ("A portal in two days", "10:30", "12:00", "Room 2", "workshop"),
        ("Lunch", "12:00", "13:00", "", "break"),
    ):
        page.locator("a[href$='/sessions/new']").click()
        page.locator("[name=title]").fill(title)
        page.locator("[name=starts_at]").fill(f"{day}T{start}")
        page.locator("[name=ends_at]").fill(f"{day}T{end}")
        page.locator("[name=room]").fill(room)
        page.locator(f"[name=kind][value={kind}]").check()
        if kind == "discussion":
            page.locator("[name=people]").fill("Open data team of Krefeld\nOpen data team of Sofia")
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url("**/events/open-data*#session-*")
    page.locator("a[href$='/materials/new']").click()
    looked_at(page, "event-material")
    page.locator("[name=title]").fill("Handbook of the open data portal")
    page.locator("[name=address]").fill("https://example.org/handbook")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**#materials-title")
    looked_at(page, "event-draft")
    page.locator("form[action$='/publish'] button").click()
    page.wait_for_load_state()
    address = page.url.split("#")[0]
    path = "/events/" + address.rsplit("/", 1)[1]
    _registers(visit, path, width=width, language=language)
    page.goto(address + "/register")
    page.locator("[name=needs]").fill("Large print")
    looked_at(page, "event-register")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/registrations/*")
    looked_at(page, "event-registered")
    page.goto(address + "/registrations")
    looked_at(page, "event-registrations")
    assert page.locator("tbody tr").count() == 2
    guest = visit(width=width, language=language).go(path)
    looked_at(guest, "event-full")
    guest.locator("a[href$='/register']").click()
    looked_at(guest, "event-waiting-list")
    looked_at(visit(width=width, language=language).go(EVENTS), "event-list")
    page.goto(address + "/cancel")
    looked_at(page, "event-cancel")
    page.locator("[name=reason]").fill("The great hall is being repaired.")
    page.locator("main form button[type=submit]").click()
    page.wait_for_load_state()
    looked_at(page, "event-cancelled")
    # The browser itself notes the form that was refused on purpose.
    assert (at.foreign, [error for error in at.errors if "422" not in error]) == ([], [])


def _registers(visit: Callable[..., Visit], path: str, *, width: int, language: str) -> None:
    """A visitor without scripts makes a mistake, loses nothing, and is sent to their mailbox."""
    looked_at(visit(width=width, language=language).go(path), "event-public")
    page = visit(width=width, language=language, scripts=False).go(path)
    page.locator("a[href$='/register']").click()
    page.locator("[name=name]").fill("Somebody from Pirna")
    page.locator("[name=email]").fill("no address")
    page.locator("main form button[type=submit]").click()
    assert page.locator("[name=name]").input_value() == "Somebody from Pirna"
    assert page.locator("#id_email_error").count() == 1
    page.locator("[name=email]").fill(f"somebody-{width}@example.org")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/registrations/sent")
    looked_at(visit(width=width, language=language).go("/registrations/sent"), "event-sent")
