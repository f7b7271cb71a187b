"""One person's way through everything that trust needs, by keyboard alone, in two languages.

Sign-up, passkey, a problem that waits for a moderator, a decision, an appeal to a second moderator, the city's answer,
and in the end nothing that tells who it was. Controls are found by what they are, not by their words.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import ROOT
from tests.browser.test_sign_in import authenticator, code_for, violations

PASSWORD = "a long walk by the river"
TELLING = "Die Lampe ist dunkel. Rufen Sie mich an: 0151 23456789"


@pytest.fixture
def base(node: str) -> str:
    """Passkeys belong to a name."""
    return f"http://localhost:{urlsplit(node).port}"


@pytest.fixture
def people(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Make somebody's browser: `people("de")`."""
    contexts = []

    def make(language: str) -> Page:
        context = browser.new_context(locale=language, reduced_motion="reduce", viewport={"width": 1280, "height": 900})
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def reach(page: Page, selector: str) -> None:
    """Go to a control by the tabulator alone."""
    for _press in range(160):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"no key leads to {selector} on {page.url}")


def choose(page: Page, name: str, value: str) -> None:
    """One of several round buttons: arrows move the choice."""
    reach(page, f"input[name={name}]")
    for _press in range(8):
        if page.evaluate("() => document.activeElement.value") == value and page.evaluate(
            "() => document.activeElement.checked"
        ):
            return
        page.keyboard.press("Space" if page.evaluate("() => document.activeElement.value") == value else "ArrowDown")
    raise AssertionError(f"{name} cannot be set to {value}")


def pick(page: Page, name: str) -> None:
    """The first real choice of a list."""
    reach(page, f"select[name={name}]")
    page.keyboard.press("ArrowDown")


def write(page: Page, selector: str, text: str) -> None:
    reach(page, selector)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def send(page: Page, selector: str) -> None:
    """Press a button and wait for the page that follows."""
    reach(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state()


def sign_in(page: Page, base: str, email: str, password: str) -> None:
    open_page(page, f"{base}/sign-in")
    write(page, "#id_email", email)
    write(page, "#id_password", password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/sign-in" not in page.url


def make_person(folder: Path, email: str, role: str) -> None:
    """As the operator does it."""
    environment = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}}
    environment |= {"PYTHONPATH": str(ROOT / "src"), "CITYTANDEM_DATA": str(folder)}
    command = [sys.executable, "-m", "citytandem", "person", email, "--role", role, "--data", str(folder)]
    subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, env=environment, capture_output=True)


@pytest.mark.parametrize("language", ["de", "en"])
def test_from_sign_up_to_erasure(people: Callable[[str], Page], base: str, node_folder: Path, language: str) -> None:
    key = f"{language}-{time.time_ns()}"
    email = f"journey-{key}@test.example"
    author = people(language)
    sign_up(author, base, node_folder / "mail", email)
    make_passkey_and_use_it(author, base)

    path, title = submit(author, base)
    assert violations(author) == []
    visitor = people(language)
    assert visitor.goto(f"{base}{path}").status == 404  # type: ignore[union-attr]

    first, second = (f"moderator-{number}-{key}@test.example" for number in (1, 2))
    for moderator in (first, second):
        make_person(node_folder, moderator, "moderator")
    case = take_down(people(language), base, first, title)
    appeal(author, base, case)
    overturn(people(language), base, second, case)
    assert visitor.goto(f"{base}{path}").status == 200  # type: ignore[union-attr]

    answer(people(language), base, path)
    visitor.goto(f"{base}{path}")
    assert "Morgen" in visitor.locator("main").inner_text()

    erase(author, base)
    visitor.goto(f"{base}{path}")
    assert "Walker" not in visitor.content()
    open_page(author, f"{base}/sign-in")
    write(author, "#id_email", email)
    write(author, "#id_password", PASSWORD)
    author.keyboard.press("Enter")
    author.wait_for_load_state()
    assert "/sign-in" in author.url


def sign_up(page: Page, base: str, letters: Path, email: str) -> None:
    open_page(page, f"{base}/sign-up")
    write(page, "#id_email", email)
    write(page, "input[type=password]", PASSWORD)
    write(page, "#id_name", "Walker")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    write(page, "#id_code", code_for(email, letters))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/confirm" not in page.url


def make_passkey_and_use_it(page: Page, base: str) -> None:
    authenticator(page)
    open_page(page, f"{base}/account/passkeys/new")
    write(page, "input[name=name]", "Key")
    reach(page, "form[data-passkey=add] [data-passkey-start]")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/account/passkeys")
    open_page(page, f"{base}/account")
    send(page, "main form[action='/sign-out'] button")
    open_page(page, f"{base}/sign-in?next=/account")
    reach(page, "form[data-passkey=sign-in] [data-passkey-start]")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/account")


def submit(page: Page, base: str) -> tuple[str, str]:
    """A problem with a telephone number in it: it waits. Gives its address and title."""
    open_page(page, f"{base}/problems/new")
    time.sleep(3)  # who writes faster is taken for a program
    title = f"Lampe am Weg {time.time_ns()}"
    write(page, "#id_title", title)
    write(page, "#id_text", TELLING)
    send(page, "main form button[type=submit]:not([name])")
    if page.locator("input[name=seen]").count():
        send(page, "button[form=write]")
    return urlsplit(page.url).path, title


def take_down(page: Page, base: str, email: str, title: str) -> str:
    """The first moderator finds it in the queue and takes it down. Gives the number of the case."""
    sign_in(page, base, email, PASSWORD)
    open_page(page, f"{base}/moderation")
    assert violations(page) == []
    found = page.locator("main a[href^='/moderation/']", has_text=title).first.get_attribute("href")
    send(page, f"main a[href='{found}']")
    case = urlsplit(page.url).path.rsplit("/", 1)[1]
    assert violations(page) == []
    choose(page, "verdict", "remove")
    pick(page, "ground")
    write(page, "#id_facts", "Eine Telefonnummer steht im Text.")
    write(page, "#id_explanation", "Jeder könnte sie lesen.")
    send(page, "form[action$='/decide'] button[type=submit]")
    return case


def appeal(page: Page, base: str, case: str) -> None:
    open_page(page, f"{base}/moderation/{case}/statement")
    assert violations(page) == []
    send(page, f"main a[href^='/moderation/{case}/appeal']")
    write(page, "#id_text", "Es ist die Nummer meines Vereins. Sie soll hier stehen.")
    send(page, "main form button[type=submit]")


def overturn(page: Page, base: str, email: str, case: str) -> None:
    """Somebody else than the first moderator."""
    sign_in(page, base, email, PASSWORD)
    open_page(page, f"{base}/moderation/appeals")
    send(page, f"main a[href*='{case}']")
    choose(page, "outcome", "overturned")
    write(page, "#id_explanation", "Die Nummer ist öffentlich.")
    send(page, f"form[action='/moderation/{case}/appeals'] button[type=submit], main form button[type=submit]")


def answer(page: Page, base: str, path: str) -> None:
    """The city answers in the conversation."""
    from citytandem.demo.sign_ins import SIGN_INS

    unit = next(one for one in SIGN_INS if one.role == "innovation_unit")
    sign_in(page, base, unit.email, unit.password)
    open_page(page, f"{base}{path}")
    time.sleep(3)
    write(page, "form[action^='/conversation/'] textarea[name=text]", "Morgen kommt jemand und sieht nach.")
    reach(page, "form[action^='/conversation/'] button[type=submit]")
    page.keyboard.press("Enter")
    page.get_by_text("Morgen kommt jemand").first.wait_for()


def erase(page: Page, base: str) -> None:
    open_page(page, f"{base}/account/privacy/erase")
    if "/reauthenticate" in page.url:
        write(page, "input[type=password]", PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    assert violations(page) == []
    word = {"en": "erase", "de": "löschen"}
    shown = page.locator("#id_word_helptext").inner_text().rsplit(" ", 1)[1].strip('.“”"')
    assert shown.casefold() in {value.casefold() for value in word.values()}
    write(page, "#id_word", shown)
    send(page, "main form:has(#id_word) button[type=submit]")
