"""Getting in, as people do it: by keyboard, by passkey, with a code from an app; in two languages."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_every_page import OPTIONS
from tests.integration.accounts.signin.conftest import totp

PASSWORD = "a long walk by the river"


@pytest.fixture
def base(node: str) -> str:
    """The node by its name: passkeys belong to a name, never to a number."""
    return f"http://localhost:{urlsplit(node).port}"


@pytest.fixture
def folder(node_folder: Path) -> Path:
    """Where the node puts its letters, as long as no mail server is set."""
    return node_folder / "mail"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that reads English."""
    context = browser.new_context(locale="en", reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def code_for(address: str, folder: Path) -> str:
    """The newest code that was sent to an address."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = [
            (path.stat().st_mtime, match[1])
            for path in folder.glob("*")
            for text in [path.read_text(errors="replace")]
            if f"To: {address}" in text
            for match in [re.search(r"(\d{4}-\d{4})", text)]
            if match
        ]
        if found:
            return max(found)[1]
        time.sleep(0.3)
    raise AssertionError(f"no letter to {address}")


def tab_to(page: Page, name: str) -> None:
    """Go to a control by the tabulator alone."""
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).innerText")
        if focused.strip().startswith(name):
            return
    raise AssertionError(f"no key leads to “{name}”")


def sign_up(page: Page, base: str, folder: Path, address: str) -> None:
    """By keyboard only."""
    page.goto(f"{base}/sign-up")
    tab_to(page, "E-mail address")
    page.keyboard.type(address)
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    tab_to(page, "How others see you")
    page.keyboard.type("Somebody")
    page.keyboard.press("Enter")
    page.wait_for_url("**/confirm")
    tab_to(page, "Code from the e-mail")
    page.keyboard.type(code_for(address, folder))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/confirm" not in url)


def sign_out(page: Page, base: str) -> None:
    page.goto(f"{base}/account")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{base}/")


def violations(page: Page) -> list[str]:
    """What axe finds, and whether the page scrolls sideways."""
    found = [
        f"{page.url}: {v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in Axe().run(page, options=OPTIONS).response["violations"]
    ]
    width, needed = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
    return found + ([f"{page.url}: scrolls sideways"] if needed > width else [])


def authenticator(page: Page) -> Any:
    """A device with passkeys that always agrees (WebDriver's virtual authenticator)."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    number = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return devtools, number


def test_sign_up_and_sign_in_by_keyboard_alone(page: Page, base: str, folder: Path) -> None:
    sign_up(page, base, folder, "keyboard@test.example")
    expect(page.locator(".ct-tools")).to_contain_text("Somebody")
    sign_out(page, base)

    page.goto(f"{base}/sign-in?next=/account")
    tab_to(page, "E-mail address")
    page.keyboard.type("keyboard@test.example")
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("My account")


def test_a_passkey_is_made_and_signs_in_alone(page: Page, base: str, folder: Path) -> None:
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    devtools, number = authenticator(page)
    sign_up(page, base, folder, "passkey@test.example")

    page.goto(f"{base}/account/passkeys/new")
    page.get_by_label("Name of the passkey").fill("My telephone")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url(f"{base}/account/passkeys")
    expect(page.get_by_role("main")).to_contain_text("My telephone")
    assert len(devtools.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]) == 1
    sign_out(page, base)

    page.goto(f"{base}/sign-in?next=/account/passkeys")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{base}/account/passkeys")
    expect(page.get_by_role("main")).to_contain_text("last used")

    # The password alone still does: a passkey is another way in.
    sign_out(page, base)
    page.goto(f"{base}/sign-in")
    page.locator("#id_email").fill("passkey@test.example")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_url(f"{base}/")
    assert errors == []


def test_one_signs_up_by_passkey_without_any_password(page: Page, base: str, folder: Path) -> None:
    authenticator(page)
    page.goto(f"{base}/sign-up")
    page.get_by_role("link", name="Sign up with a passkey").click()
    page.get_by_label("E-mail address").fill("keyless@test.example")
    page.get_by_role("button", name="Sign up").click()
    page.get_by_label("Code from the e-mail").fill(code_for("keyless@test.example", folder))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url(f"{base}/")

    page.goto(f"{base}/account")
    expect(page.get_by_role("main")).to_contain_text("You sign in without one")


def test_a_passkey_that_is_refused_is_told_in_words(page: Page, base: str) -> None:
    devtools, number = authenticator(page)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": False})
    page.goto(f"{base}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.locator("[data-passkey-said]")).to_contain_text("passkey", timeout=90_000)


def test_a_second_factor_is_set_up_and_asked_for(page: Page, base: str, folder: Path) -> None:
    sign_up(page, base, folder, "factor@test.example")
    page.goto(f"{base}/account/second-factor")
    page.get_by_role("link", name="Set it up").click()
    secret = page.locator(".ct-secret").inner_text()
    expect(page.locator(".ct-scan img")).to_be_visible()
    page.get_by_label("Code that your app shows").fill(totp(secret, at=time.time() - 30))
    page.get_by_role("button", name="Switch on").click()
    page.wait_for_url(f"{base}/account/recovery-codes")
    expect(page.locator(".ct-codes li")).to_have_count(10)
    sign_out(page, base)

    page.goto(f"{base}/sign-in?next=/account")
    page.locator("#id_email").fill("factor@test.example")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.get_by_label("Code").fill(totp(secret))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{base}/account")


def test_a_password_can_be_looked_at(page: Page, base: str) -> None:
    page.goto(f"{base}/sign-up")
    page.get_by_label("Password").fill("readable")
    page.get_by_role("button", name="Show password").click()
    assert page.locator("#id_password1").get_attribute("type") == "text"
    page.get_by_role("button", name="Hide password").click()
    assert page.locator("#id_password1").get_attribute("type") == "password"


def test_everything_but_passkeys_works_without_scripts(browser: Browser, base: str, folder: Path) -> None:
    context = browser.new_context(locale="en", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/sign-up")
    page.locator("#id_email").fill("plain@test.example")
    page.locator("#id_password1").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.locator("#id_code").fill(code_for("plain@test.example", folder))
    page.get_by_role("button", name="Confirm").click()
    page.goto(f"{base}/account/passkeys/new")
    expect(page.get_by_role("main")).to_contain_text("JavaScript is off")
    page.goto(f"{base}/account/sessions")
    expect(page.get_by_role("main")).to_contain_text("this device")
    context.close()


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "de"), (320, "dark", "el")])
def test_no_page_shuts_anybody_out(
    browser: Browser, base: str, folder: Path, width: int, scheme: Any, language: str, page: Page
) -> None:
    wrong: list[str] = []
    address = f"axe-{width}@test.example"
    sign_up(page, base, folder, address)
    context = browser.new_context(
        locale=language, color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce",
        storage_state=page.context.storage_state(),
    )  # fmt: skip
    mine = context.new_page()
    for path in (
        "/account", "/account/email", "/account/password", "/account/passkeys", "/account/passkeys/new",
        "/account/second-factor", "/account/second-factor/on", "/account/sessions", "/account/reauthenticate",
    ):  # fmt: skip
        mine.goto(base + path)
        wrong += violations(mine)
    mine.goto(f"{base}/account/second-factor/on")
    mine.locator("#id_code").fill(totp(mine.locator(".ct-secret").inner_text()))
    mine.locator("#id_code").press("Enter")
    mine.wait_for_url(f"{base}/account/recovery-codes")
    for path in ("/account/recovery-codes", "/account/recovery-codes/new", "/account/second-factor/off", "/account"):
        mine.goto(base + path)
        wrong += violations(mine)
    mine.context.clear_cookies()
    for path in (
        "/sign-in", "/sign-up", "/sign-up/passkey", "/password/forgotten", "/password/forgotten/sent", "/password/new/1-2",
        "/confirm/12345678", "/confirm/failed", "/sign-in/off", "/sign-in/city/cancelled",
    ):  # fmt: skip
        mine.goto(base + path)
        wrong += violations(mine)
    mine.goto(f"{base}/sign-up")
    mine.locator("main form .ct-actions button").first.click()
    wrong += violations(mine)
    mine.locator("#id_email").fill(f"second-{address}")
    mine.locator("#id_password1").fill(PASSWORD)
    mine.locator("main form .ct-actions button").first.click()
    mine.wait_for_url("**/confirm")
    wrong += violations(mine)
    mine.goto(f"{base}/sign-in")
    mine.locator("#id_email").fill(address)
    mine.locator("#id_password").fill(PASSWORD)
    mine.locator("#id_password").press("Enter")
    mine.wait_for_url("**/sign-in/second-factor")
    wrong += violations(mine)
    context.close()
    assert wrong == []
