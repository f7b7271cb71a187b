"""What people of two cities do on the work page of their partnership, each at their own node."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page, expect

WORK = "/partnerships/krefeld-sofia/work"
TRIES, MILLISECONDS = 60, 500


def until_there(page: Page, address: str, text: str) -> None:
    """Load a page again until it shows a text."""
    for _try in range(TRIES):
        page.goto(address)
        if page.get_by_text(text).count():
            return
        page.wait_for_timeout(MILLISECONDS)
    expect(page.get_by_text(text).first).to_be_visible()


def write(page: Page, base: str, kind: str, **values: str) -> None:
    """Fill the form of a kind of record and save it."""
    page.goto(f"{base}{WORK}/add/{kind}")
    for name, value in values.items():
        field = page.locator(f"main [name={name}]").first
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(label=value)
        elif field.get_attribute("type") == "radio":
            page.locator(f"main [name={name}][value={value}]").check(force=True)
        else:
            field.fill(value)
    page.locator("main form.ct-form button[type=submit]").click()
    page.wait_for_url(lambda url: "/add/" not in url)


def plan_a_meeting(page: Page, base: str, title: str) -> None:
    """A meeting next week, on Sofia's clock."""
    day = timezone.localdate() + timedelta(days=7)
    write(
        page, base, "meeting", title=title, format="online", starts_at=f"{day}T10:00", ends_at=f"{day}T11:30",
        zone="Europe/Sofia",
    )  # fmt: skip


def share_a_file(page: Page, base: str, title: str, file: Path) -> None:
    """A document with a file on it, which a job checks."""
    write(page, base, "document", title=title)
    page.goto(f"{base}{WORK}/papers")
    page.locator("li", has_text=title).get_by_role("link", name="Add or remove files").click()
    page.locator("main input[type=file]").set_input_files(file)
    page.locator("button[name=add]").click()
    page.wait_for_load_state()


def draft_and_offer(page: Page, base: str) -> str:
    """A memorandum out of the record, offered for signature; the path of its page."""
    page.goto(f"{base}{WORK}/papers")
    page.get_by_role("button", name="Draft a version from the record").click()
    page.wait_for_url(lambda url: "/memoranda/" in url)
    page.get_by_role("button", name="Offer it for signature").click()
    page.wait_for_load_state()
    return page.url.removeprefix(base)


def sign(page: Page, function: str) -> None:
    """For the city of this node, on the page of the memorandum."""
    page.locator("main [name=function]").fill(function)
    page.get_by_role("button", name="Sign for our city").click()
    page.wait_for_load_state()
