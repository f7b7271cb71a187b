"""What people of two cities do on the work page of their partnership, each at their own node."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psycopg
from django.utils import timezone
from playwright.sync_api import Page, expect
from psycopg.types.json import Jsonb

from citytandem.core.ids import uuid7
from citytandem.database import embedded

SLUG = "sensors-in-both-cities"
WORK = f"/partnerships/{SLUG}/work"
TRIES, MILLISECONDS = 60, 500


def begin(data: Path) -> None:
    """Krefeld and Sofia begin anew, told to Krefeld's node alone: the demo plays that Sofia has left the old one."""
    told = Jsonb({"id": str(uuid7()), "slug": SLUG, "state": "active", "programme_id": None})
    with psycopg.connect(embedded.start(data)) as there:
        there.execute(
            "INSERT INTO partnerships_partnership SELECT (jsonb_populate_record(p, %s)).*"
            " FROM partnerships_partnership p WHERE slug = 'krefeld-sofia'",
            [told],
        )


def until_there(page: Page, address: str, text: str, *, inside: str = "body") -> None:
    """Load a page again until it shows a text, in the part of it that `inside` selects."""
    found = page.locator(inside).get_by_text(text)
    for _try in range(TRIES):
        page.goto(address)
        if found.count():
            return
        page.wait_for_timeout(MILLISECONDS)
    expect(found.first).to_be_visible()


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
