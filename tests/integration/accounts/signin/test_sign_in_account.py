"""Passwords, the address, sessions, and the page of one's own account."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.test import Client

from citytandem.accounts.contract import person_make
from citytandem.accounts.models import Entry, Membership, Person
from citytandem.accounts.signin.sections import Section, register
from citytandem.core import clock
from citytandem.core.models import Node
from citytandem.core.node import node_set
from tests.integration.accounts.signin.conftest import PASSWORD, code_in, link_in

Post = Callable[[], list[EmailMessage]]
NEW = "an apple in the garden"


def is_in(client: Client) -> bool:
    return client.get("/account").status_code == 200


# --- passwords --------------------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_set_anew_and_ends_all_sessions(
    signed_in: Callable[[], Client], visitor: Client, post: Post
) -> None:
    before = signed_in()
    answer = visitor.post("/password/forgotten", {"email": "Anna@Test.example"})
    assert answer["Location"] == "/password/forgotten/sent"
    path = link_in(post()[-1], "/password/new/")

    answer = visitor.get(path)
    # The secret of the link does not stay in the address.
    assert answer["Location"].endswith("-set-password")
    assert visitor.post(answer["Location"], {"password1": "short"}).status_code == 422
    assert visitor.post(answer["Location"], {"password1": NEW}).status_code == 302

    assert is_in(visitor)
    assert not is_in(before)
    assert Client().post("/sign-in", {"email": "anna@test.example", "password": PASSWORD}).status_code == 422
    assert "does not work any more" in Client(headers={"Accept-Language": "en"}).get(path).content.decode()
    assert "set by e-mail" in str(post()[-1].body)


def test_an_unknown_address_gets_the_same_answer_and_a_letter(anna: Person, post: Post) -> None:
    answers = [
        (answer.status_code, answer["Location"], answer.content)
        for email in (anna.email, "nobody@test.example")
        for answer in [Client().post("/password/forgotten", {"email": email})]
    ]

    assert answers[0] == answers[1]
    assert {letter.to[0] for letter in post()} == {anna.email, "nobody@test.example"}


def test_whoever_has_the_mailbox_gets_in_even_if_somebody_else_signed_up_with_the_address(post: Post) -> None:
    squatter = Client()
    squatter.post("/sign-up", {"email": "victim@test.example", "password1": PASSWORD})
    post()
    owner = Client(headers={"Accept-Language": "en"})
    owner.post("/password/forgotten", {"email": "victim@test.example"})
    path = link_in(post()[-1], "/password/new/")

    assert owner.post(owner.get(path)["Location"], {"password1": NEW}).status_code == 302

    assert is_in(owner)
    assert Client().post("/sign-in", {"email": "victim@test.example", "password": PASSWORD}).status_code == 422


def test_another_password_ends_the_other_sessions(signed_in: Callable[[], Client], post: Post) -> None:
    here, there = signed_in(), signed_in()

    assert here.post("/account/password", {"oldpassword": "wrong", "password1": NEW}).status_code == 422
    assert here.post("/account/password", {"oldpassword": PASSWORD, "password1": "1234567890"}).status_code == 422
    assert here.post("/account/password", {"oldpassword": PASSWORD, "password1": NEW})["Location"] == "/account"

    assert is_in(here)
    assert not is_in(there)
    assert "password was changed" in str(post()[-1].body)


def test_the_old_password_cannot_be_guessed_there_either(signed_in: Callable[[], Client]) -> None:
    here = signed_in()
    sent = {"oldpassword": "wrong", "password1": NEW}

    assert [here.post("/account/password", sent).status_code for _ in range(11)] == [422] * 10 + [429]


# --- the address ------------------------------------------------------------------------------------------------------


def test_another_address_counts_once_its_code_is_typed(signed_in: Callable[[], Client], post: Post) -> None:
    here = signed_in()
    assert here.post("/account/email", {"email": "Berta@test.example"})["Location"] == "/confirm"
    person = Person.objects.get()
    assert person.email == "anna@test.example"
    letter = post()[-1]
    assert letter.to == ["berta@test.example"]

    assert here.post("/confirm", {"code": "0000-0000"}).status_code == 422
    assert here.post("/confirm", {"code": code_in(letter)}).status_code == 302

    person.refresh_from_db()
    assert person.email == "berta@test.example"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        ("berta@test.example", True, True)
    ]
    # The one before learns of it: perhaps it was not the owner.
    assert post()[-1].to == ["anna@test.example"]
    assert Client().post("/sign-in", {"email": "berta@test.example", "password": PASSWORD}).status_code == 302


def test_an_address_of_others_cannot_be_taken_and_nobody_learns_that_it_is_taken(
    signed_in: Callable[[], Client], post: Post
) -> None:
    person_make(email="other@test.example", password=PASSWORD)
    here = signed_in()

    assert here.post("/account/email", {"email": "other@test.example"})["Location"] == "/confirm"
    # Only with the code, that is with the mailbox, one is told.
    page = here.post("/confirm", {"code": code_in(post()[-1])})

    assert page.status_code == 422
    assert "belongs to another sign-in" in page.content.decode()
    assert Person.objects.filter(email="anna@test.example").exists()


def test_a_sign_up_that_nobody_confirmed_gives_way_to_the_owner_of_the_mailbox(
    signed_in: Callable[[], Client], post: Post
) -> None:
    Client().post("/sign-up", {"email": "mine@test.example", "password1": NEW})
    here = signed_in()
    here.post("/account/email", {"email": "mine@test.example"})

    assert here.post("/confirm", {"code": code_in(post()[-1])}).status_code == 302

    assert list(Person.objects.values_list("email", flat=True)) == ["mine@test.example"]


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_one_device_is_signed_out_from_another(signed_in: Callable[[], Client]) -> None:
    here = signed_in()
    there = signed_in("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Mobile Safari/604.1")
    page = here.get("/account/sessions")
    devices = page.context_data["devices"]
    assert [(device.name, device.is_this) for device in devices] == [
        ("Firefox on Windows", True),
        ("Safari on iPhone", False),
    ]

    here.post("/account/sessions", {"session": devices[1].id})

    assert is_in(here)
    assert not is_in(there)
    assert Session.objects.count() == 1
    assert Entry.objects.filter(what="session.ended").count() == 1


def test_everywhere_else_at_once(signed_in: Callable[[], Client]) -> None:
    here, *others = (signed_in() for _ in range(3))

    here.post("/account/sessions", {"others": "1"})

    assert is_in(here)
    assert [is_in(other) for other in others] == [False, False]


@pytest.mark.parametrize("wish", ["", "x", "-1", "9" * 30, "²"])
def test_the_sessions_of_others_are_nobodys_business(signed_in: Callable[[], Client], wish: str) -> None:
    person_make(email="other@test.example", password=PASSWORD)
    other = Client()
    other.post("/sign-in", {"email": "other@test.example", "password": PASSWORD})
    from allauth.usersessions.models import UserSession

    theirs = UserSession.objects.get().pk
    here = signed_in()

    here.post("/account/sessions", {"session": wish or str(theirs)})

    assert is_in(other)


def test_whoever_is_switched_off_is_out_at_once(signed_in: Callable[[], Client]) -> None:
    here = signed_in()
    Person.objects.update(is_active=False)

    assert not is_in(here)
    assert Client().post("/sign-in", {"email": "anna@test.example", "password": PASSWORD}).status_code == 422


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_overview_shows_everything_and_what_others_add(signed_in: Callable[[], Client]) -> None:
    register(Section("test", "Something of mine", "A sentence.", "/somewhere"))
    here = signed_in()

    page = here.get("/account").content.decode()

    for path in ("email", "password", "passkeys", "second-factor", "sessions"):
        assert f'href="/account/{path}"' in page
    assert 'href="/somewhere"' in page
    from citytandem.accounts.signin import sections

    sections._sections.pop("test")


def test_every_page_about_oneself_is_reached_from_there(signed_in: Callable[[], Client], anna: Person) -> None:
    here = signed_in()
    own = ("/notifications", "/notifications/settings", "/following", "/account/privacy", "/organisations")
    page = here.get("/account").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    for path in own:
        assert f'<h3><a href="{path}">' in main, path
        assert here.get(path).status_code == 200, path
    assert 'href="/account/absence"' not in main

    Membership.objects.create(person=anna, role="moderator", since=clock.now())
    assert '<h3><a href="/account/absence">' in here.get("/account").content.decode()


def test_name_and_language_are_ones_own_to_choose(signed_in: Callable[[], Client]) -> None:
    here = signed_in()

    answer = here.post("/account", {"name": "  Anna   B. ", "language": "el"})

    assert answer.cookies["lang"].value == "el"
    person = Person.objects.get()
    assert (person.name, person.language) == ("Anna B.", "el")
    assert here.post("/account", {"name": "n" * 121, "language": "el"}).status_code == 422
    assert here.post("/account", {"name": "x", "language": "tlh"}).status_code == 422


def test_pages_of_ones_own_lead_visitors_to_the_sign_in_and_back(visitor: Client) -> None:
    for path in ("", "/email", "/password", "/passkeys", "/second-factor", "/sessions", "/reauthenticate"):
        assert unquote(visitor.get(f"/account{path}")["Location"]) == f"/sign-in?next=/account{path}"


def test_an_overview_costs_at_most_twelve_queries(
    signed_in: Callable[[], Client], django_assert_max_num_queries: Callable[[int], object]
) -> None:
    here = signed_in()
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        assert here.get("/account").status_code == 200


# --- the people of a demo ---------------------------------------------------------------------------------------------


@pytest.fixture
def shared() -> Client:
    """A browser with a sign-in that everybody knows."""
    node_set(name="Krefeld", home_city=None, home_slug="krefeld", language="de", demo="krefeld")
    person_make(email="demo@test.example", password="known to all", is_demo=True)
    client = Client(headers={"Accept-Language": "en"})
    assert client.post("/sign-in", {"email": "demo@test.example", "password": "known to all"}).status_code == 302
    return client


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/account", {"name": "Mine", "language": "de"}),
        ("/account/email", {"email": "mine@test.example"}),
        ("/account/password", {"oldpassword": "known to all", "password1": NEW}),
        ("/account/sessions", {"others": "1"}),
        ("/account/passkeys/new", {}),
        ("/account/second-factor/on", {"code": "1"}),
    ],
)
def test_nobody_changes_a_sign_in_that_many_share(shared: Client, path: str, sent: dict[str, str]) -> None:
    page = shared.post(path, sent)

    assert page.status_code == 403
    assert "Many people use this sign-in" in page.content.decode()


def test_the_devices_of_a_shared_sign_in_are_not_shown(shared: Client) -> None:
    assert shared.get("/account/sessions").context_data["devices"] == []


def test_no_way_leads_a_demo_person_into_a_real_node(shared: Client, post: Post) -> None:
    visitor = Client()
    visitor.post("/password/forgotten", {"email": "demo@test.example"})
    path = link_in(post()[-1], "/password/new/")
    Node.objects.update(demo="")

    answer = visitor.post(visitor.get(path)["Location"], {"password1": NEW})

    assert answer["Location"] == "/sign-in/off"
    assert not is_in(visitor)
    assert not is_in(shared)
