"""The second factor: codes of an app, recovery codes; and passkeys as far as they go without a browser."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client

from citytandem.accounts.models import Person
from citytandem.accounts.signin import limits, sealing
from citytandem.accounts.signin.adapters import CERTAIN_AT
from citytandem.core import throttle
from tests.integration.accounts.signin.conftest import PASSWORD, link_in, totp


def switch_on(client: Client) -> str:
    """Set the second factor up; gives its secret."""
    page = client.get("/account/second-factor/on")
    assert page.status_code == 200
    found = re.search(r'class="ct-secret">([A-Z2-7]+)<', page.content.decode())
    assert found is not None
    # The code before the current one, so that the tests can use the current one to sign in.
    answer = client.post("/account/second-factor/on", {"code": totp(found[1], at=time.time() - 30)})
    assert answer["Location"] == "/account/recovery-codes"
    return found[1]


def codes_of(client: Client) -> list[str]:
    """The recovery codes as shown."""
    page = client.get("/account/recovery-codes")
    return re.findall(r"<li><code>(\d{8})</code>", page.content.decode())


def begin(agent: str = "") -> Client:
    """A browser in which the password was right, and the second factor is asked for."""
    client = Client(headers={"Accept-Language": "en"})
    answer = client.post("/sign-in", {"email": "anna@test.example", "password": PASSWORD, "next": "/account"})
    assert answer["Location"] == "/sign-in/second-factor"
    return client


def is_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def test_with_it_the_password_alone_is_not_enough(signed_in: Callable[[], Client]) -> None:
    secret = switch_on(signed_in())
    client = begin()
    assert not is_in(client)

    assert client.post("/sign-in/second-factor", {"code": "000000"}).status_code == 422
    answer = client.post("/sign-in/second-factor", {"code": totp(secret)})

    assert answer["Location"] == "/account"
    assert is_in(client)


def test_a_code_works_once_whichever_process_is_asked(signed_in: Callable[[], Client]) -> None:
    secret = switch_on(signed_in())
    code = totp(secret)
    assert begin().post("/sign-in/second-factor", {"code": code}).status_code == 302
    # Another process has another memory.
    cache.clear()

    assert begin().post("/sign-in/second-factor", {"code": code}).status_code == 422


def test_each_recovery_code_works_once(signed_in: Callable[[], Client]) -> None:
    owner = signed_in()
    switch_on(owner)
    codes = codes_of(owner)
    assert len(set(codes)) == 10

    client = begin()
    assert client.post("/sign-in/second-factor", {"code": f"{codes[0][:4]} {codes[0][4:]}"}).status_code == 302
    assert is_in(client)

    assert begin().post("/sign-in/second-factor", {"code": codes[0]}).status_code == 422
    assert len(codes_of(owner)) == 9
    file = owner.get("/account/recovery-codes/file")
    assert file["Content-Disposition"].startswith("attachment")
    assert codes[1] in file.content.decode()
    assert codes[0] not in file.content.decode()


def test_new_recovery_codes_end_the_old_ones(signed_in: Callable[[], Client]) -> None:
    owner = signed_in()
    switch_on(owner)
    old = codes_of(owner)

    assert owner.post("/account/recovery-codes/new").status_code == 302

    assert not set(old) & set(codes_of(owner))
    assert begin().post("/sign-in/second-factor", {"code": old[0]}).status_code == 422


def test_guessing_codes_ends_soon(signed_in: Callable[[], Client]) -> None:
    secret = switch_on(signed_in())
    client = begin()

    assert [client.post("/sign-in/second-factor", {"code": "000000"}).status_code for _ in range(6)] == [422] * 6

    page = client.post("/sign-in/second-factor", {"code": totp(secret)})
    assert page.status_code == 429
    assert int(page["Retry-After"]) <= 300
    # A new password by e-mail puts out whoever knew the old one, so its owner may try again.
    assert begin().post("/sign-in/second-factor", {"code": totp(secret)}).status_code == 429


def test_a_new_password_does_not_let_anybody_guess_anew(
    signed_in: Callable[[], Client], anna: Person, post: Callable[[], list[EmailMessage]]
) -> None:
    switch_on(signed_in())
    for _try in range(limits.SECOND_FACTOR_A_DAY.most):
        throttle.count(limits.SECOND_FACTOR_A_DAY, str(anna.id))

    client = Client(headers={"Accept-Language": "en"})
    client.post("/password/forgotten", {"email": anna.email})
    form = client.get(link_in(post()[-1], "/password/new/"))["Location"]
    assert client.post(form, {"password1": "an apple in the garden"})["Location"] == "/sign-in/second-factor"

    assert client.post("/sign-in/second-factor", {"code": "000000"}).status_code == 429


def test_its_secret_is_not_readable_in_the_database(signed_in: Callable[[], Client]) -> None:
    secret = switch_on(signed_in())
    kept = Authenticator.objects.get(type="totp").data["secret"]

    assert secret not in json.dumps(kept)
    assert sealing.decrypt(kept) == secret


def test_with_another_key_of_the_node_nobody_gets_in_by_an_empty_secret(
    signed_in: Callable[[], Client], settings: Any
) -> None:
    switch_on(signed_in())
    kept = Authenticator.objects.get(type="totp")
    kept.data["secret"] = kept.data["secret"][:-4] + "AAA="
    kept.save()

    page = begin().post("/sign-in/second-factor", {"code": totp("")})

    assert page.status_code == 503
    assert "key of this node has changed" in page.content.decode()


def test_switching_off_takes_the_recovery_codes_along(
    signed_in: Callable[[], Client], post: Callable[[], list[EmailMessage]], django_capture_on_commit_callbacks: Any
) -> None:
    owner = signed_in()
    with django_capture_on_commit_callbacks(execute=True):
        switch_on(owner)

    assert owner.post("/account/second-factor/off").status_code == 302

    assert not Authenticator.objects.exists()
    events = [str(letter.body) for letter in post()]
    assert any("switched on" in body for body in events)
    assert any("switched off" in body for body in events)
    assert Client().post("/sign-in", {"email": "anna@test.example", "password": PASSWORD})["Location"] == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/account/email", "/account/second-factor/on", "/account/passkeys/new", "/account/recovery-codes",
        "/account/recovery-codes/new", "/account/recovery-codes/file", "/account/second-factor/off",
    ],
)  # fmt: skip
def test_after_a_while_one_shows_again_that_it_is_oneself(signed_in: Callable[[], Client], path: str) -> None:
    owner = signed_in()
    if "recovery" in path or path.endswith("off"):
        switch_on(owner)
    session = owner.session
    session[CERTAIN_AT] = time.time() - 301
    session.save()

    answer = owner.get(path)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/reauthenticate?next=%2Faccount%2F")
    assert owner.post(answer["Location"], {"password": "wrong"}).status_code == 422
    assert owner.post(answer["Location"], {"password": PASSWORD})["Location"] == path
    assert owner.get(path).status_code == 200


def test_a_first_password_is_for_who_has_just_shown_a_passkey(signed_in: Callable[[], Client], anna: Person) -> None:
    Authenticator.objects.create(user=anna, type=Authenticator.Type.WEBAUTHN, data={})
    anna.set_unusable_password()
    anna.save()
    owner = Client(headers={"Accept-Language": "en"})
    owner.force_login(anna, backend="citytandem.accounts.backends.PasswordBackend")

    for answer in (owner.get("/account/password"), owner.post("/account/password", {"password1": PASSWORD})):
        assert answer["Location"] == "/account/reauthenticate/passkey?next=%2Faccount%2Fpassword"
    anna.refresh_from_db()
    assert not anna.has_usable_password()


def test_a_password_is_never_kept_until_one_has_shown_who_one_is(signed_in: Callable[[], Client]) -> None:
    owner = signed_in()
    session = owner.session
    session[CERTAIN_AT] = time.time() - 4_000
    session.save()

    answer = owner.post("/account/email", {"email": "other@test.example", "note": "a secret of mine"})

    assert answer["Location"].startswith("/account/reauthenticate")
    assert "a secret of mine" not in json.dumps(dict(owner.session.items()))


@pytest.mark.parametrize(
    "credential",
    [
        "", "null", "[]", "1", '"x"', "{}", '{"id": 1}', '{"response": []}', '{"response": {"userHandle": 1}}',
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA"}}',
        '{"response": {"userHandle": "////"}}', "{" * 2_000, '{"response": {"userHandle": "MDE5"}}',
    ],
)  # fmt: skip
def test_what_no_browser_sends_as_a_passkey_is_refused(
    visitor: Client, signed_in: Callable[[], Client], credential: str
) -> None:
    assert visitor.get("/sign-in/passkey", headers={"Accept": "application/json"}).json()["request_options"]
    assert visitor.post("/sign-in/passkey", {"credential": credential}).status_code == 422

    owner = signed_in()
    assert owner.get("/account/passkeys/new").status_code == 200
    assert owner.post("/account/passkeys/new", {"name": "x", "credential": credential}).status_code == 422
    assert not Authenticator.objects.exists()


def test_nobody_touches_the_passkeys_of_others(signed_in: Callable[[], Client], anna: Person) -> None:
    other = Person.objects.create(email="other@test.example")
    theirs = Authenticator.objects.create(user=other, type="webauthn", data={"name": "theirs", "credential": {}})
    owner = signed_in()

    assert owner.get(f"/account/passkeys/{theirs.pk}").status_code == 404
    assert owner.post(f"/account/passkeys/{theirs.pk}/remove").status_code == 404
    assert Authenticator.objects.filter(pk=theirs.pk).exists()
