"""Signing up: a code by e-mail, then one is in; nobody learns who has a sign-in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citytandem.accounts.contract import PersonJoined
from citytandem.accounts.models import Person
from citytandem.core import events
from citytandem.core.models import Node
from citytandem.core.node import forget_node
from tests.integration.accounts.signin.conftest import PASSWORD, code_in, link_in

Post = Callable[[], list[EmailMessage]]
SENT = {"email": "New@test.example", "password1": PASSWORD, "name": " Neu  hier "}


def who(client: Client) -> str:
    """The address of whoever is signed in there."""
    page = client.get("/account")
    return str(page.wsgi_request.user.email) if page.status_code == 200 else ""


def without_tokens(page: Any) -> str:
    """What a page says, without what is random in it."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", page.content.decode())


def test_sign_up_confirm_and_in(
    visitor: Client, post: Post, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined: list[PersonJoined] = []
    monkeypatch.setitem(events._listeners, PersonJoined, [joined.append])

    answer = visitor.post("/sign-up", {**SENT, "next": "/problems/new"})
    assert (answer.status_code, answer["Location"]) == (302, "/confirm")
    person = Person.objects.get(email="new@test.example")
    assert (person.name, person.language) == ("Neu hier", "en")
    assert who(visitor) == ""
    letter = post()[-1]
    assert letter.to == ["new@test.example"]
    assert "Krefeld" in letter.subject

    with django_capture_on_commit_callbacks(execute=True):
        answer = visitor.post("/confirm", {"code": code_in(letter)})
    assert answer["Location"] == "/problems/new"
    assert who(visitor) == "new@test.example"
    assert joined == [PersonJoined(person_id=person.id)]


@pytest.mark.parametrize("path", ["/sign-up", "/sign-up/passkey"])
def test_who_signs_up_can_read_first_what_they_agree_to(visitor: Client, path: str) -> None:
    def main() -> str:
        page = visitor.get(path).content.decode()
        return page[page.index("<main") : page.index("</main>")]

    assert 'href="/about/privacy"' in main()
    assert 'href="/about/terms"' not in main()
    Node.objects.update(texts={"terms": {"de": {"text": "Regeln", "by": "human"}}})
    forget_node()
    assert 'href="/about/terms"' in main()
    assert visitor.get("/about/terms").status_code == 200


def test_until_the_code_is_typed_nobody_gets_in(visitor: Client, post: Post) -> None:
    visitor.post("/sign-up", SENT)
    first = code_in(post()[-1])
    elsewhere = Client(headers={"Accept-Language": "en"})

    answer = elsewhere.post("/sign-in", {"email": SENT["email"], "password": PASSWORD})

    assert answer["Location"] == "/confirm"
    assert who(elsewhere) == ""
    second = code_in(post()[-1])
    assert second != first
    assert elsewhere.post("/confirm", {"code": first}).status_code == 422
    assert elsewhere.post("/confirm", {"code": second.replace("-", " ")}).status_code == 302
    assert who(elsewhere) == "new@test.example"


def test_the_link_fills_the_code_in_where_one_began_and_confirms_nothing_elsewhere(visitor: Client, post: Post) -> None:
    visitor.post("/sign-up", SENT)
    path = link_in(post()[-1], "/confirm/")

    other = Client(headers={"Accept-Language": "en"}).get(path)
    assert other.status_code == 200
    assert "where you began" in other.content.decode()
    assert f'value="{path.rpartition("/")[2]}"' in visitor.get(path).content.decode()
    assert who(visitor) == ""
    assert visitor.post("/confirm", {"code": path.rpartition("/")[2]}).status_code == 302


def test_five_wrong_codes_and_it_is_over(visitor: Client, post: Post) -> None:
    visitor.post("/sign-up", SENT)
    right = code_in(post()[-1])

    answers = [visitor.post("/confirm", {"code": "0000-0000"}).status_code for _ in range(4)]
    assert answers == [422] * 4
    assert visitor.post("/confirm", {"code": "0000-0000"})["Location"] == "/confirm/failed"
    assert visitor.post("/confirm", {"code": right})["Location"].startswith("/sign-in")
    assert who(visitor) == ""


def test_a_new_code_makes_the_old_one_useless(visitor: Client, post: Post) -> None:
    visitor.post("/sign-up", SENT)
    old = code_in(post()[-1])

    assert visitor.post("/confirm", {"action": "resend"}).status_code == 302
    new = code_in(post()[-1])

    assert visitor.post("/confirm", {"code": old}).status_code == 422
    assert visitor.post("/confirm", {"code": new}).status_code == 302


def test_whoever_has_a_sign_in_gets_the_same_answer_and_a_letter(anna: Person, post: Post) -> None:
    pages = []
    for email in ("anna@test.example", "nobody@test.example"):
        browser = Client(headers={"Accept-Language": "en"})
        answer = browser.post("/sign-up", {**SENT, "email": email})
        shown = browser.get("/confirm")
        wrong = browser.post("/confirm", {"code": "1234-5678"})
        again = browser.post("/confirm", {"action": "resend"})
        pages.append(
            (
                answer.status_code,
                answer["Location"],
                shown.status_code,
                without_tokens(shown).replace(email, "X"),
                wrong.status_code,
                without_tokens(wrong).replace(email, "X"),
                again.status_code,
                again["Location"],
                sorted(answer.cookies),
            )
        )

    assert pages[0] == pages[1]
    letters = {letter.to[0]: letter.subject for letter in post()}
    assert "already" in letters["anna@test.example"]
    assert Person.objects.filter(email="anna@test.example").count() == 1
    assert anna.password == Person.objects.get(id=anna.id).password


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "a\x00b@test.example"}, "email"),
        ({"password1": "short"}, "password1"),
        ({"password1": "1234567890"}, "password1"),
        ({"password1": "new@test.example"}, "password1"),
        ({"name": "Margarete Musterfrau", "password1": "margarete musterfrau"}, "password1"),
        ({"name": "n" * 121}, "name"),
        ({"password1": "p" * 1_001}, "password1"),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_typed_is_lost(visitor: Client, sent: dict[str, str], field: str) -> None:
    page = visitor.post("/sign-up", {**SENT, **sent})

    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert page.context["form"]["name"].value() == {**SENT, **sent}["name"]
    assert PASSWORD not in page.content.decode()
    assert not Person.objects.exists()


def test_a_closed_node_takes_nobody(visitor: Client) -> None:
    Node.objects.update(switches={"signup": False})
    forget_node()

    page = visitor.post("/sign-up", SENT)

    assert "Nobody can sign up here" in page.content.decode()
    assert "/sign-up" not in visitor.get("/sign-in").content.decode()
    assert not Person.objects.exists()


def test_nobodys_mailbox_is_filled(visitor: Client, post: Post) -> None:
    statuses = [Client().post("/sign-up", {**SENT, "email": "victim@test.example"}).status_code for _ in range(8)]

    assert statuses == [302] * 6 + [429] * 2
    page = visitor.post("/sign-up", {**SENT, "email": "victim@test.example"})
    assert int(page["Retry-After"]) > 3_000
    assert page.context["form"]["name"].value() == SENT["name"]
    assert len(post()) <= 6


def test_a_sign_up_costs_few_queries_and_sends_nothing_itself(visitor: Client, mailoutbox: list[EmailMessage]) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert visitor.post("/sign-up", SENT).status_code == 302

    assert mailoutbox == []
    assert len(queries) <= 32, "\n".join(query["sql"][:120] for query in queries)
