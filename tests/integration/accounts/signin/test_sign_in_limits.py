"""Guessing passwords: who has to wait, and who has not."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest
from django.test import Client, RequestFactory

from citytandem.accounts.models import Person
from citytandem.accounts.signin import limits
from citytandem.accounts.signin.limits import network_of
from citytandem.core.models import Attempts
from citytandem.core.throttle import forget
from tests.integration.accounts.signin.conftest import PASSWORD


def guess(
    client: Client,
    *,
    email: str = "anna@test.example",
    password: str = "wrong",  # noqa: S107 - protects nothing
    network: str = "192.0.2.1",
) -> int:
    return client.post("/sign-in", {"email": email, "password": password}, REMOTE_ADDR=network).status_code


def test_after_ten_wrong_passwords_one_has_to_wait(anna: Person) -> None:
    browser = Client(headers={"Accept-Language": "en"})
    assert [guess(browser) for _ in range(10)] == [422] * 10

    page = browser.post("/sign-in", {"email": anna.email, "password": PASSWORD, "next": "/x"}, REMOTE_ADDR="192.0.2.1")

    assert page.status_code == 429
    assert 0 < int(page["Retry-After"]) <= 600
    assert page.context["form"]["email"].value() == anna.email
    assert 'value="/x"' in page.content.decode()
    assert PASSWORD not in page.content.decode()


def test_an_address_without_a_sign_in_waits_as_long(anna: Person) -> None:
    assert [guess(Client(), email="nobody@test.example") for _ in range(12)] == [422] * 10 + [429] * 2


def test_who_attacks_from_one_network_locks_nobody_out_elsewhere(anna: Person) -> None:
    assert [guess(Client()) for _ in range(12)][-1] == 429

    assert guess(Client(), password=PASSWORD, network="198.51.100.7") == 302


def test_a_browser_in_which_one_has_signed_in_is_never_locked_out_by_others(
    anna: Person, signed_in: Callable[[], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "EVERYWHERE", limits.Limit("signin.everywhere", most=20, seconds=900))
    usual = signed_in()
    usual.post("/sign-out")
    for number in range(21):
        guess(Client(), network=f"203.0.113.{number}")
    assert guess(Client(), password=PASSWORD, network="198.51.100.8") == 429

    assert guess(usual, password=PASSWORD, network="203.0.113.1") == 302


def test_a_known_browser_is_known_for_its_owner_only(anna: Person, signed_in: Callable[[], Client]) -> None:
    usual = signed_in()
    usual.post("/sign-out")

    assert [guess(usual, email="other@test.example") for _ in range(11)][-1] == 429
    assert [guess(usual) for _ in range(16)] == [422] * 15 + [429]


def test_waiting_gets_longer(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HERE_A_DAY", limits.Limit("signin.here_a_day", most=15, seconds=limits.DAYS))
    for _ in range(2):
        for _ in range(10):
            guess(Client())
        forget(limits.HERE, "anna@test.example 192.0.2.1")
    page = Client().post("/sign-in", {"email": anna.email, "password": "x"}, REMOTE_ADDR="192.0.2.1")

    assert page.status_code == 429
    assert int(page["Retry-After"]) > 80_000


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.9", "192.0.2.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        ("unix", "unix"),
    ],
)
def test_a_household_is_one_network(address: str, network: str) -> None:
    assert network_of(RequestFactory().get("/", REMOTE_ADDR=address)) == network


def test_known_and_unknown_addresses_take_the_same_time(anna: Person, settings: Any) -> None:
    """With the real hasher; what is compared is the middle of several tries, so that one slow moment decides nothing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
    anna.set_password(PASSWORD)
    anna.save()

    def seconds(path: str, sent: dict[str, str]) -> float:
        began = time.perf_counter()
        Client().post(path, sent)
        return time.perf_counter() - began

    for path, more in (
        ("/sign-in", {"password": "not the right one"}),
        ("/sign-up", {"password1": "a quiet evening at home"}),
        ("/password/forgotten", {}),
    ):
        known, unknown = [], []
        for number in range(5):
            unknown.append(seconds(path, {**more, "email": f"nobody-{path[-3:]}-{number}@test.example"}))
            known.append(seconds(path, {**more, "email": anna.email}))
            Attempts.objects.all().delete()
        slower, faster = max(median(known), median(unknown)), min(median(known), median(unknown))
        assert slower - faster < max(0.04, 0.35 * slower), (path, known, unknown)
