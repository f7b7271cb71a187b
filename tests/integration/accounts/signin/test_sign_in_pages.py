"""Every page of signing in is ours, in our words, leads nobody elsewhere, and is kept by nobody."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from citytandem.accounts.models import Person
from citytandem.accounts.signin import letters, urls, wording
from citytandem.core.microcache import MicroCache
from tests.integration.accounts.signin.conftest import PASSWORD
from tests.integration.accounts.signin.test_sign_in_second_factor import begin, switch_on

LANGUAGES = ("de", "en", "fr", "it", "nl", "pl", "ro", "el", "bg")
ELSEWHERE = (
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "javascript:alert(1)", "/a\r\nb", "http:evil.example", "https://localhost/", "http://testserver/", "\x01//evil.example",
)  # fmt: skip
THEIRS = Path(allauth.__file__).parent / "templates"


def visit(client: Client, path: str, language: str) -> Any:
    """A page that must be ours."""
    page = client.get(path, headers={"Accept-Language": language})
    assert page.status_code in (200, 401, 403), path
    body = page.content.decode()
    assert f'<html lang="{language}"' in body, path
    assert 'class="ct-header"' in body
    used = [template.origin.name for template in page.templates if template.origin]
    assert [name for name in used if "/allauth/" in name] == [], path
    return page


def paths_of(client: Client, *, but: tuple[str, ...] = ()) -> list[str]:
    """Addresses of all pages without parameters."""
    patterns = [pattern for pattern in urls.urlpatterns if isinstance(pattern, URLPattern)]
    return sorted({reverse(p.name) for p in patterns if p.name and "provider_id" not in str(p.pattern)
                   and "<int:" not in str(p.pattern) and "uidb36" not in str(p.pattern)} - set(but))  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_for_visitors_are_ours(language: str) -> None:
    paths = [
        "/sign-in", "/sign-up", "/sign-up/passkey", "/password/forgotten", "/password/forgotten/sent", "/password/new",
        "/password/new/1-2", "/sign-in/off", "/sign-in/city/cancelled", "/sign-in/city/failed",
        "/sign-in/city/unconfirmed", "/confirm/failed", "/confirm/12345678",
    ]  # fmt: skip
    for path in paths:
        visit(Client(), path, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_on_the_way_in_are_ours(language: str, signed_in: Callable[[], Client]) -> None:
    joining = Client()
    joining.post("/sign-up", {"email": "new@test.example", "password1": PASSWORD})
    visit(joining, "/confirm", language)
    switch_on(signed_in())
    visit(begin(), "/sign-in/second-factor", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_ones_own_are_ours(language: str, signed_in: Callable[[], Client], anna: Person) -> None:
    client = signed_in()
    assert client.get("/account").status_code == 200
    for path in (
        "/account", "/account/email", "/account/password", "/account/passkeys", "/account/passkeys/new",
        "/account/second-factor", "/account/second-factor/on", "/account/sessions", "/account/reauthenticate",
    ):  # fmt: skip
        visit(client, path, language)
    switch_on(client)
    for path in (
        "/account", "/account/second-factor", "/account/second-factor/off", "/account/recovery-codes",
        "/account/recovery-codes/new", "/account/reauthenticate/code",
    ):  # fmt: skip
        visit(client, path, language)


def test_every_address_that_allauth_looks_for_is_ours() -> None:
    """What it reverses, read from its own lists of addresses; those of features that are off are not needed."""
    found = {
        pattern.name
        for module in (
            "account",
            "mfa.base",
            "mfa.totp",
            "mfa.recovery_codes",
            "mfa.webauthn",
            "usersessions",
            "socialaccount",
        )
        for pattern in walk(importlib.import_module(f"allauth.{module}.urls").urlpatterns)
    }
    assert "account_login" in found, "the search itself is broken"
    ours = {pattern.name for pattern in urls.urlpatterns}
    # Signing in by a mailed code is off: nothing leads there.
    found.discard("account_confirm_login_code")
    assert found - ours == set()
    everywhere = {pattern for pattern in get_resolver().reverse_dict if isinstance(pattern, str)}
    assert found <= everywhere
    assert not [path for path in paths_of(Client()) if path.startswith("/accounts/")]


def walk(patterns: Any) -> Any:
    """All addresses of a list, however deep."""
    for pattern in patterns:
        yield from walk(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]


def test_every_word_of_allauth_that_can_be_shown_is_ours() -> None:
    about_others = ("phone", "username")
    for adapter in (DefaultAccountAdapter, DefaultMFAAdapter, DefaultSocialAccountAdapter):
        said = {name for name in adapter.error_messages if not any(word in name for word in about_others)}
        assert said - set(wording.ERRORS) == set()


# Said by our own pages instead, or about what is off here: phones, several addresses, sign-in by a mailed code.
_NOT_SAID = {
    "account/messages/cannot_delete_primary_email.txt", "account/messages/email_confirmation_sent.txt",
    "account/messages/email_deleted.txt", "account/messages/logged_in.txt", "account/messages/logged_out.txt",
    "account/messages/login_code_sent.txt", "account/messages/phone_verification_sent.txt",
    "account/messages/phone_verified.txt", "account/messages/primary_email_set.txt",
    "account/messages/unverified_primary_email.txt", "mfa/messages/recovery_codes_generated.txt",
    "socialaccount/messages/account_connected_other.txt", "socialaccount/messages/account_connected_updated.txt",
}  # fmt: skip
_NOT_WRITTEN = {
    "account/email/login_code", "account/email/password_reset_code", "account/email/email_deleted",
    "account/email/email_confirm", "account/email/base_message", "account/email/base_notification",
}  # fmt: skip
_WRITTEN_IN_OWN_LETTERS = {
    "account/email/email_confirmation", "account/email/email_confirmation_signup", "account/email/account_already_exists",
    "account/email/unknown_account", "account/email/password_reset_key",
}  # fmt: skip


def test_every_message_and_letter_of_allauth_is_known() -> None:
    files = {path.relative_to(THEIRS).as_posix() for path in THEIRS.rglob("*.txt")}
    said = {name for name in files if "/messages/" in name}
    assert said - _NOT_SAID - set(wording.MESSAGES) == set()
    written = {name.removesuffix("_subject.txt") for name in files if name.endswith("_subject.txt")}
    assert "account/email/password_changed" in written, "the search itself is broken"
    assert written - _NOT_WRITTEN - _WRITTEN_IN_OWN_LETTERS - set(letters.EVENTS) == set()


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_led_elsewhere(anna: Person, target: str) -> None:
    sent = {"email": anna.email, "password": PASSWORD, "next": target}
    assert Client().post("/sign-in", sent)["Location"] == "/"
    client = Client()
    assert client.post("/sign-in", {**sent, "next": "/x?y=1"})["Location"] == "/x?y=1"
    # Who is signed in already, is sent on; but not elsewhere.
    assert client.get("/sign-in", {"next": target})["Location"] == "/"
    assert client.get("/sign-up", {"next": target})["Location"] == "/"
    assert client.post("/account/reauthenticate", {"password": PASSWORD, "next": target})["Location"] == "/"
    assert client.post("/sign-out", {"next": target})["Location"] == "/"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_page_passes_on_an_address_elsewhere(target: str) -> None:
    for path in ("/sign-in", "/sign-up", "/sign-up/passkey", "/password/forgotten"):
        body = Client().get(path, {"next": target}).content.decode()
        main = body.split("<main", 1)[1].split("</main>", 1)[0]
        assert "evil" not in main, path
        assert 'name="next" value="http' not in main


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/password/forgotten", "/confirm/failed", "/sign-in/off"])
def test_nobody_keeps_these_pages(path: str) -> None:
    calls = []

    def application(environ: Any, start_response: Any) -> list[bytes]:
        calls.append(environ["PATH_INFO"])
        page = Client().get(environ["PATH_INFO"])
        start_response(
            "200 OK", [*page.headers.items(), *[("Set-Cookie", c.OutputString()) for c in page.cookies.values()]]
        )
        return [page.content]

    cached = MicroCache(application, seconds=10)
    for _ in range(2):
        b"".join(cached({"REQUEST_METHOD": "GET", "PATH_INFO": path}, lambda *_: None))
    assert calls == [path, path]


def test_what_was_typed_as_a_password_never_comes_back(anna: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    sent = {"email": "x@test.example", "password1": "a secret of mine", "oldpassword": "another one"}
    page = client.post("/sign-up", sent, headers={"Origin": "http://testserver"})

    assert page.status_code == 403
    assert "secret" not in page.content.decode()
    assert "another one" not in page.content.decode()


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_refused(method: str, anna: Person) -> None:
    for path in ("/sign-in", "/sign-up", "/account", "/account/email", "/sign-out", "/confirm", "/account/sessions"):
        assert getattr(Client(), method)(path).status_code in (302, 405), path
