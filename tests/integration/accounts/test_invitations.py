"""Inviting people: the letter, its link, and what does not hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import signing
from django.test import Client, TestCase

from citytandem.accounts.administration.services.invitations import (
    invitation_accept,
    invitation_join,
    invitation_make,
    invitation_of,
    invitation_send_again,
    invitation_withdraw,
    token_of,
)
from citytandem.accounts.contract import Actor, PersonJoined
from citytandem.accounts.models import Invitation, Membership, Person
from citytandem.accounts.selectors import actor_by_id
from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Forbidden, Invalid, NotFound
from citytandem.notifications.models import Notice

Browser = Callable[..., Client]
GOOD = "four words and more"


@pytest.fixture
def desk(node: None, administrator: Actor, browser_of: Browser) -> Client:
    return browser_of(administrator)


def invite(by: Actor, email: str = "new@test.example", role: str = "moderator", **more: Any) -> str:
    return token_of(invitation_make(email=email, role=role, language="de", by=by, **more))


def test_an_invitation_leaves_by_letter_and_its_link_makes_a_sign_in(
    desk: Client, administrator: Actor, browser_of: Browser
) -> None:
    joined: list[PersonJoined] = []
    events.listen(PersonJoined, joined.append)
    sent = {"email": "New@Test.example", "role": "moderator", "language": "de", "place": ""}
    assert desk.post("/administration/invitations", sent).status_code == 302
    letter = Notice.objects.get()
    assert (letter.address, letter.template, letter.language) == ("new@test.example", "invitation", "de")
    assert letter.parameters["role"] == "Moderator"

    visitor = browser_of(None)
    assert "new@test.example" in visitor.get(letter.path).content.decode()
    weak = visitor.post(letter.path, {"name": "Neu", "password": "short"})
    assert weak.status_code == 422
    assert "Neu" in weak.content.decode()
    with TestCase.captureOnCommitCallbacks(execute=True):
        done = visitor.post(letter.path, {"name": "Neu", "password": GOOD})
    assert "Your sign-in is ready" in done.content.decode()

    person = Person.objects.get(email="new@test.example")
    assert person.check_password(GOOD)
    assert actor_by_id(person.id).moderates
    assert EmailAddress.objects.get(user=person).verified
    assert joined == [PersonJoined(person_id=person.id)]
    assert Membership.objects.get(person=person).granted_by_id == administrator.id
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.accepted_by_id) == ("", person.id)
    assert visitor.get(letter.path).status_code == 404


def test_who_has_a_sign_in_accepts_with_it_and_nobody_else(
    node: None, administrator: Actor, resident: Actor, make_actor: Callable[[str], Actor], browser_of: Browser
) -> None:
    email = Person.objects.get(id=resident.id).email
    link = f"/invitation/{invite(administrator, email)}"

    visitor = browser_of(None)
    assert "Sign in to accept" in visitor.get(link).content.decode()
    visitor.post(link, {"name": "x", "password": GOOD})
    assert Person.objects.filter(email=email).count() == 1
    assert browser_of(make_actor("resident")).post(link).status_code == 403
    assert browser_of(resident).post(link).status_code == 302

    assert resident.id is not None
    assert actor_by_id(resident.id).moderates


def test_a_sign_up_by_somebody_else_does_not_keep_the_invited_out(
    node: None, administrator: Actor, browser_of: Browser
) -> None:
    squatter = Person.objects.create(email="new@test.example")
    EmailAddress.objects.create(user=squatter, email=squatter.email, verified=False, primary=True)
    link = f"/invitation/{invite(administrator, 'new@test.example')}"

    assert "Sign in to accept" not in browser_of(None).get(link).content.decode()
    assert browser_of(None).post(link, {"name": "x", "password": GOOD}).status_code == 200

    person = Person.objects.get(email="new@test.example")
    assert person.id != squatter.id
    assert actor_by_id(person.id).moderates


def test_nobody_writes_to_strangers_by_the_shared_sign_in_of_a_demo(node: None, administrator: Actor) -> None:
    Person.objects.filter(id=administrator.id).update(is_demo=True)
    with pytest.raises(Forbidden):
        invite(administrator, "stranger@test.example")
    assert not Notice.objects.exists()


def test_links_that_do_not_hold(node: None, administrator: Actor, make_actor: Callable[[str], Actor]) -> None:
    token = invite(administrator)
    invitation = Invitation.objects.get()
    invitation_send_again(invitation_id=invitation.id, by=administrator)
    invitation.refresh_from_db()
    fresh = token_of(invitation)
    forged = signing.dumps([str(invitation.id), invitation.sent], salt="another")
    for wrong in (token, forged, "", "x", fresh[:-1], fresh + "x", "a\x00b"):
        with pytest.raises(NotFound):
            invitation_of(wrong)
    assert invitation_of(fresh).id == invitation.id

    Invitation.objects.update(sent_at=clock.now() - timedelta(days=15))
    with pytest.raises(NotFound):
        invitation_of(fresh)
    Invitation.objects.update(sent_at=clock.now())
    invitation_withdraw(invitation_id=invitation.id, by=administrator)
    with pytest.raises(NotFound):
        invitation_join(token=fresh, name="", password=GOOD, language="de")
    assert Invitation.objects.get().email == ""


def test_an_invitation_is_worth_what_its_giver_may(
    node: None, administrator: Actor, make_actor: Callable[[str], Actor]
) -> None:
    other = make_actor("administrator")
    token = invite(other, role="administrator")
    assert invitation_of(token)
    Membership.objects.filter(person_id=other.id).delete()

    with pytest.raises(NotFound):
        invitation_of(token)


def test_an_invitation_works_once_even_if_two_try(node: None, administrator: Actor) -> None:
    token = invite(administrator)
    person = invitation_join(token=token, name="", password=GOOD, language="de")
    with pytest.raises(NotFound):
        invitation_join(token=token, name="", password=GOOD, language="de")
    with pytest.raises(NotFound):
        invitation_accept(token=token, by=actor_by_id(person))


def test_what_cannot_be_invited(node: None, administrator: Actor, resident: Actor) -> None:
    invite(administrator)
    with pytest.raises(Conflict):
        invite(administrator)
    invite(administrator, role="resident")
    with pytest.raises(Invalid):
        invite(administrator, "no address")
    with pytest.raises(Invalid):
        invite(administrator, "else@test.example", role="department_staff")
    with pytest.raises(Invalid):
        invite(administrator, "else@test.example", role="king")
    with pytest.raises(Forbidden):
        invite(resident, "else@test.example")


def test_a_letter_that_cannot_be_left_leaves_no_invitation(
    node: None, administrator: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from citytandem.core import letters

    class Broken:
        def send(self, **_values: Any) -> None:
            raise RuntimeError("no post")

    monkeypatch.setattr(letters, "_posts", [Broken()])
    with pytest.raises(RuntimeError):
        invite(administrator)
    assert not Invitation.objects.exists()
