"""The privacy page: made from the configuration, so it changes with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from citytandem.accounts import consents, holdings
from citytandem.accounts.consents import Purpose
from citytandem.core.models import Node
from citytandem.core.node import forget_node

Browser = Callable[..., Client]


def page(browser_of: Browser, language: str = "en") -> str:
    answer = browser_of().get("/about/privacy", headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def set_up(**values: Any) -> None:
    Node.objects.update(**values)
    forget_node()


def test_a_fresh_node_says_that_nothing_leaves_it(node: None, settings: Any, browser_of: Browser) -> None:
    settings.TRANSLATOR = settings.EMBEDDING_URL = settings.CLAMAV = ""
    settings.SOCIALACCOUNT_PROVIDERS = {}

    assert "is not set up to use any other service" in page(browser_of)


def test_each_outside_service_is_named_with_its_host(node: None, settings: Any, browser_of: Browser) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "mail.krefeld.example"
    settings.TRANSLATOR, settings.TRANSLATOR_URL = "libretranslate", "https://translate.krefeld.example/x"
    settings.EMBEDDING_URL = "https://model.krefeld.example/v1"
    settings.CLAMAV = "tcp://scanner.krefeld.example:3310"
    app = {"name": "City account", "settings": {"server_url": "https://id.krefeld.example/realm"}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}

    told = page(browser_of)

    for host in ("mail", "translate", "model", "scanner", "id"):
        assert f"{host}.krefeld.example" in told
    assert "is not set up to use any other service" not in told


def test_contact_officer_authority_and_addition_stand_on_it(node: None, browser_of: Browser) -> None:
    assert "datenschutz@krefeld.example" not in page(browser_of)
    set_up(
        contact_name="Stadt Krefeld", contact_email="datenschutz@krefeld.example",
        texts={
            "privacy_officer": {"de": {"text": "Büro für Datenschutz", "by": "human"}},
            "privacy_authority": {"en": {"text": "The authority of the state", "by": "human"}},
            "privacy": {"en": {"text": "# Cameras\nThere are none. <script>alert(1)</script>", "by": "human"}},
        },
    )  # fmt: skip

    told = page(browser_of)

    assert "datenschutz@krefeld.example" in told
    assert 'lang="de"' in told
    assert "Büro für Datenschutz" in told
    assert "The authority of the state" in told
    assert "<h2>Cameras</h2>" in told
    assert "<script>alert" not in told


def test_a_period_changes_with_the_setting(node: None, browser_of: Browser) -> None:
    assert "400 days" in page(browser_of)
    set_up(periods={"streams.feedback": 123})
    assert "123 days" in page(browser_of)
    assert "400 days" not in page(browser_of)


def test_switches_say_what_goes_without_a_sign_in(node: None, browser_of: Browser) -> None:
    assert "Problems without a sign-in" not in page(browser_of)
    set_up(switches={"visitors.problem": True})
    assert "Problems without a sign-in" in page(browser_of)


def test_a_new_holding_and_a_new_consent_show_at_once(
    node: None, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = holdings.Holding(
        "x", "Shoe sizes", "For the fountain", "None", "Briefly", lambda _p: holdings.Exported([]), lambda _p: None
    )
    monkeypatch.setattr(holdings, "_holdings", {**holdings._holdings, "x": kept})
    monkeypatch.setattr(consents, "_purposes", {"x": Purpose("x", "Shoes", "They may measure my feet.", "No shoes.")})

    told = page(browser_of)

    assert "Shoe sizes" in told
    assert "They may measure my feet." in told
    assert "News of the city" not in told


def test_every_holding_says_why_by_what_right_and_how_long(node: None) -> None:
    for holding in holdings.holdings():
        for words in (holding.label, holding.purpose, holding.legal_basis, holding.kept):
            assert len(str(words)) > 3, holding.name
