"""Signing in and out."""

from __future__ import annotations

import pytest
from django.test import Client

from citytandem.accounts.contract import person_make
from citytandem.core.models import Node
from citytandem.core.node import node_set
from tests.small_world import World


@pytest.fixture
def person(db: None) -> None:
    person_make(email="anna@test.example", name="Anna", role="resident", password="long enough 1")


def test_the_right_password_leads_to_where_one_wanted_to_go(person: None, visitor: Client) -> None:
    sent = {"email": "Anna@test.example", "password": "long enough 1", "next": "/problems/new"}

    assert visitor.post("/sign-in", sent)["Location"] == "/problems/new"
    assert visitor.get("/problems/new").status_code == 200
    assert visitor.post("/sign-out")["Location"] == "/"
    assert visitor.get("/problems/new").status_code == 302


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example", "/a\r\nb"]
)
def test_nobody_is_led_elsewhere(person: None, visitor: Client, target: str) -> None:
    sent = {"email": "anna@test.example", "password": "long enough 1", "next": target}

    assert visitor.post("/sign-in", sent)["Location"] == "/"


@pytest.mark.parametrize(
    "sent",
    [
        {"email": "anna@test.example", "password": "wrong"},
        {"email": "nobody@test.example", "password": "wrong"},
        {"email": "' OR 1=1 --", "password": "x"},
    ],
)
def test_a_wrong_sign_in_does_not_tell_whether_there_is_an_account(
    person: None, visitor: Client, sent: dict[str, str]
) -> None:
    response = visitor.post("/sign-in", sent, headers={"Accept-Language": "en"})

    assert response.status_code == 422
    assert "do not go together" in response.content.decode()
    assert response.context["form"]["email"].value() == sent["email"]
    assert sent["password"] not in response.content.decode() or sent["password"] == "x"


@pytest.mark.parametrize(
    "sent",
    [{"email": "a\x00b", "password": "x"}, {"email": "", "password": ""}, {"email": "a", "password": "p" * 2_000}],
)
def test_what_cannot_be_right_is_refused_in_words(person: None, visitor: Client, sent: dict[str, str]) -> None:
    assert visitor.post("/sign-in", sent).status_code == 422


def test_a_demo_shows_its_sign_ins_and_no_other_node_does(world: World, visitor: Client) -> None:
    from django.core.cache import cache

    from citytandem.core.node import node_set

    assert b"innovation@citytandem.example" in visitor.get("/sign-in").content

    node_set(name="Krefeld", home_city=None, home_slug="", language="de")
    cache.clear()
    assert b"innovation@citytandem.example" not in visitor.get("/sign-in").content


def test_demo_people_sign_in_on_demo_nodes_only(db: None, visitor: Client) -> None:
    person_make(email="demo@test.example", name="Demo", role="innovation_unit", password="known to all", is_demo=True)
    sent = {"email": "demo@test.example", "password": "known to all"}
    node_set(name="Krefeld", home_city=None, home_slug="krefeld", language="de", demo="krefeld")
    assert visitor.post("/sign-in", sent).status_code == 302
    assert visitor.get("/desk").status_code == 200

    # Another process makes it a real node: this one has the old identity in its memory still.
    Node.objects.update(demo="")

    assert visitor.get("/desk").status_code == 302
    assert visitor.post("/sign-in", sent).status_code != 302
