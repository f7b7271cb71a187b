"""The city's own identity provider: a real one, in a process of its own, on loopback."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.mail import EmailMessage
from django.test import Client

from citytandem.accounts.contract import PersonJoined, person_make
from citytandem.accounts.models import Department, Membership, Person, Role
from citytandem.accounts.selectors import actor_by_id
from citytandem.core import events
from citytandem.core.models import Node
from citytandem.core.node import forget_node
from citytandem.core.ports import free_port
from citytandem.settings.city_sign_in import city_sign_in
from tests.integration.accounts.signin.conftest import PASSWORD

USERS: tuple[dict[str, Any], ...] = (
    {"sub": "1", "email": "Clara@city.example", "email_verified": True, "name": "Clara C."},
    {"sub": "2", "email": "doubtful@city.example", "email_verified": False},
    {"sub": "3", "name": "without any address"},
    {"sub": "4", "email": "anna@test.example", "email_verified": True},
    {"sub": "5", "email": "staff@city.example", "email_verified": True, "name": "Waste desk", "groups": ["waste", "x"]},
    {"sub": "6", "email": "doubtful2@city.example", "email_verified": "false"},
    {"sub": "7", "email": "anna@test.example", "email_verified": "false"},
)


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Address of the identity provider."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    for user in USERS:
        command += ["--user-claims", json.dumps(user)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                requests.get(f"{address}/.well-known/openid-configuration", timeout=2).raise_for_status()
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(autouse=True)
def city(provider: str, settings: Any) -> None:
    """The node knows the provider."""
    use(settings, CITYTANDEM_OIDC_URL=provider, CITYTANDEM_OIDC_ID="citytandem", CITYTANDEM_OIDC_SECRET="shared")


def use(settings: Any, **environment: str) -> None:
    """Settings as of such an environment."""
    apps = city_sign_in(environment)
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": apps}}


def consent(address: str, *, sub: str) -> str:
    """What a person does at the provider: agree. Gives the address to which the provider sends them back."""
    answer = requests.post(address, data={"sub": sub, "action": "authorize"}, allow_redirects=False, timeout=10)
    assert answer.status_code in (302, 303), answer.text
    return answer.headers["Location"]


def come_in(sub: str, *, client: Client | None = None, target: str = "/account") -> tuple[Client, Any]:
    """Sign in by the city; gives the browser and the last answer."""
    client = client or Client(headers={"Accept-Language": "en"})
    there = client.get(f"/sign-in/city?next={target}")["Location"]
    back = urlsplit(consent(there, sub=sub))
    assert back.path == "/sign-in/city/back"
    return client, client.get(f"{back.path}?{back.query}")


def is_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


def test_the_first_time_makes_the_person(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    joined: list[PersonJoined] = []
    monkeypatch.setitem(events._listeners, PersonJoined, [joined.append])

    with django_capture_on_commit_callbacks(execute=True):
        client, answer = come_in("1")

    assert answer["Location"] == "/account"
    assert is_in(client)
    person = Person.objects.get()
    # The name is for others to see: each decides about that here.
    assert (person.email, person.name, person.language) == ("clara@city.example", "", "en")
    assert not person.has_usable_password()
    assert EmailAddress.objects.get().verified
    assert joined == [PersonJoined(person_id=person.id)]
    # Nothing is kept of what the city knows about them, but what finds them again.
    assert SocialAccount.objects.get().extra_data == {"userinfo": {"sub": "1", "email": "Clara@city.example"}}

    again, _answer = come_in("1")
    assert is_in(again)
    assert Person.objects.count() == 1


@pytest.mark.parametrize("sub", ["2", "3", "6"])
def test_without_a_confirmed_address_nobody_comes_in(sub: str) -> None:
    client, answer = come_in(sub)

    assert answer["Location"] == "/sign-in/city/unconfirmed"
    assert client.get(answer["Location"]).status_code == 403
    assert not is_in(client)
    assert not Person.objects.exists()


def test_a_sign_in_with_the_same_confirmed_address_is_joined(anna: Person, mailoutbox: list[EmailMessage]) -> None:
    client, _answer = come_in("4")

    assert is_in(client)
    assert SocialAccount.objects.get().user_id == anna.id
    assert Client().post("/sign-in", {"email": anna.email, "password": PASSWORD}).status_code == 302


def test_the_address_of_others_that_the_city_has_not_confirmed_opens_nothing(anna: Person) -> None:
    client, answer = come_in("7")

    assert answer["Location"] == "/sign-in/city/unconfirmed"
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_a_sign_up_that_nobody_confirmed_is_not_joined_but_gives_way() -> None:
    Client().post("/sign-up", {"email": "anna@test.example", "password1": PASSWORD})
    squatted = Person.objects.get()

    client, _answer = come_in("4")

    assert is_in(client)
    person = Person.objects.get()
    assert person.id != squatted.id
    assert Client().post("/sign-in", {"email": "anna@test.example", "password": PASSWORD}).status_code == 422


def test_demo_people_are_nobodys(settings: Any) -> None:
    person_make(email="anna@test.example", password="known to all", is_demo=True)

    client, _answer = come_in("4")

    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_who_is_switched_off_stays_out() -> None:
    come_in("1")
    Person.objects.update(is_active=False)

    client, answer = come_in("1")

    assert answer["Location"] == "/sign-in/off"
    assert not is_in(client)


def test_the_code_is_bound_to_this_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """PKCE (RFC 7636): what is sent for the token fits what was asked with."""
    sent: list[dict[str, Any]] = []
    real = requests.Session.request

    def watch(self: requests.Session, method: str, url: str, **kwargs: Any) -> requests.Response:
        sent.append({"url": url, **(kwargs.get("data") or {})})
        return real(self, method, url, **kwargs)

    client = Client()
    asked = {key: value[0] for key, value in parse_qs(urlsplit(client.get("/sign-in/city")["Location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["response_type"] == "code"
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}

    monkeypatch.setattr(requests.Session, "request", watch)
    there = client.get("/sign-in/city")["Location"]
    challenge = parse_qs(urlsplit(there).query)["code_challenge"][0]
    back = urlsplit(consent(there, sub="1"))
    client.get(f"{back.path}?{back.query}")

    verifier = next(one["code_verifier"] for one in sent if "code_verifier" in one)
    digest = hashlib.sha256(verifier.encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge


def test_what_was_begun_elsewhere_is_not_ended_here() -> None:
    """Nobody is signed in as somebody else by an address that they are sent."""
    attacker, victim = Client(), Client()
    back = urlsplit(consent(attacker.get("/sign-in/city")["Location"], sub="1"))

    answer = victim.get(f"{back.path}?{back.query}", headers={"Accept-Language": "en"})

    assert answer.status_code == 401
    assert "begin again" in answer.content.decode()
    assert not is_in(victim)
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?code=x&state=y", "?error=server_error", "?state=", "?error=access_denied&state=x"]
)
def test_an_answer_that_fits_nothing_is_told_in_words(query: str) -> None:
    page = Client().get(f"/sign-in/city/back{query}")

    assert page.status_code == 401
    assert "ct-lead" in page.content.decode()


def test_turning_back_at_the_provider_is_no_mistake() -> None:
    client = Client(headers={"Accept-Language": "en"})
    there = client.get("/sign-in/city")["Location"]
    answer = requests.post(there, data={"sub": "1", "action": "deny"}, allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["Location"])
    # This provider leaves out what RFC 6749, 4.1.2.1, asks for.
    state = parse_qs(urlsplit(there).query)["state"][0]

    answer = client.get(f"{back.path}?{back.query}&state={state}")

    assert answer["Location"] == "/sign-in/city/cancelled"
    assert "Nothing has been changed" in client.get(answer["Location"]).content.decode()


def test_a_provider_that_is_down_is_told_in_words(settings: Any) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    use(settings, CITYTANDEM_OIDC_URL=f"http://127.0.0.1:{port}", CITYTANDEM_OIDC_ID="x")

    page = Client(headers={"Accept-Language": "en"}).get("/sign-in/city")

    assert page.status_code == 503
    assert "does not answer" in page.content.decode()


def test_nothing_in_the_address_changes_what_is_asked_for() -> None:
    there = Client().get("/sign-in/city?process=connect&scope=admin&auth_params=prompt%3Dnone&next=//evil.example")
    asked = parse_qs(urlsplit(there["Location"]).query)

    assert "admin" not in asked["scope"][0]
    assert "prompt" not in asked


def test_nobody_is_led_elsewhere_afterwards() -> None:
    assert come_in("1", target="//evil.example")[1]["Location"] == "/"
    assert come_in("1", target="https://evil.example")[1]["Location"] == "/"


def test_whoever_cannot_sign_up_still_comes_in_by_the_city() -> None:
    Node.objects.update(switches={"signup": False})
    forget_node()

    assert is_in(come_in("1")[0])


def test_the_claims_give_and_take_roles(settings: Any, provider: str) -> None:
    waste = Department.objects.create(slug="waste")
    other = Department.objects.create(slug="parks")
    settings.OIDC_ROLES = "waste=department_staff:waste, parks=department_staff:parks, boss=administrator, x=moderator"
    settings.OIDC_CLAIM = "groups"

    come_in("5")
    person = Person.objects.get()
    assert person.name == "Waste desk"
    actor = actor_by_id(person.id)
    assert actor.roles == {"resident", "department_staff", "moderator"}
    assert actor.departments == {waste.id}

    # Given here, and not told of by the city any more; a role that the city knows nothing of stays.
    held = {"person": person, "since": person.created_at}
    Membership.objects.create(role=Role.DEPARTMENT_STAFF, department=other, **held)
    Membership.objects.create(role=Role.COUNCIL_VIEWER, **held)
    settings.OIDC_ROLES = "waste=department_staff:waste, parks=department_staff:parks, y=moderator"
    come_in("5")
    actor = actor_by_id(person.id)
    assert actor.departments == {waste.id}
    assert actor.roles == {"resident", "department_staff", "council_viewer"}


def test_the_last_administrator_stays_one(settings: Any) -> None:
    come_in("1")
    person = Person.objects.get()
    Membership.objects.create(person=person, role=Role.ADMINISTRATOR, since=person.created_at)
    settings.OIDC_ROLES = "boss=administrator"

    client, _answer = come_in("1")

    assert is_in(client)
    assert actor_by_id(person.id).administers


def test_the_tie_can_be_cut_if_there_is_another_way_in(anna: Person) -> None:
    client, _answer = come_in("4")
    assert client.post("/account/city/cut").status_code == 302
    assert not SocialAccount.objects.exists()

    lonely, _answer = come_in("1")
    page = lonely.post("/account/city/cut")
    assert page.status_code == 422
    assert "only way to sign in" in page.content.decode()


def test_the_button_is_there_where_there_is_a_provider(settings: Any, provider: str) -> None:
    address = "/sign-in/city?next=/problems/new"
    assert address in Client().get("/sign-in?next=/problems/new").content.decode().replace("%2F", "/")
    use(settings, CITYTANDEM_OIDC_URL=provider, CITYTANDEM_OIDC_ID="x", CITYTANDEM_OIDC_NAME="Krefeld-ID")
    assert "Krefeld-ID" in Client().get("/sign-in").content.decode()
    use(settings)
    assert "/sign-in/city" not in Client().get("/sign-in").content.decode()
    assert Client().get("/sign-in/city").status_code == 404


def test_a_second_factor_is_asked_for_here_too(anna: Person, signed_in: Callable[[], Client]) -> None:
    from tests.integration.accounts.signin.test_sign_in_second_factor import switch_on

    switch_on(signed_in())

    client, answer = come_in("4")

    assert answer["Location"] == "/sign-in/second-factor"
    assert not is_in(client)
