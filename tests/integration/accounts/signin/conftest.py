"""People, mailboxes and browsers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client

from citytandem.accounts.contract import person_make
from citytandem.accounts.models import Person
from citytandem.core.node import node_set

PASSWORD = "a long walk by the river"


@pytest.fixture(autouse=True)
def _real_node(db: None) -> None:
    """Krefeld's node, no demo."""
    node_set(name="Krefeld", home_city=None, home_slug="krefeld", language="de")


@pytest.fixture
def post() -> Callable[[], list[EmailMessage]]:
    """Send what waits to be sent; gives all letters so far."""
    from citytandem.notifications.services.delivery import deliver_due

    def send() -> list[EmailMessage]:
        deliver_due()
        return list(mail.outbox)

    return send


def body_of(letter: EmailMessage) -> str:
    """The text of a letter."""
    return str(letter.body)


def code_in(letter: EmailMessage) -> str:
    """The code that a letter tells."""
    found = re.search(r"\b\d{4}-\d{4}\b", str(letter.subject))
    assert found is not None, letter.subject
    return found[0]


def link_in(letter: EmailMessage, begins: str) -> str:
    """The path of a link in a letter."""
    found = next(url for url in re.findall(r"https?://\S+", body_of(letter)) if urlsplit(url).path.startswith(begins))
    return urlsplit(found).path


@pytest.fixture
def visitor() -> Client:
    """A browser that reads English."""
    return Client(headers={"Accept-Language": "en"})


@pytest.fixture
def anna() -> Person:
    """Somebody with a password."""
    person_make(email="anna@test.example", name="Anna", role="resident", password=PASSWORD)
    return Person.objects.get(email="anna@test.example")


@pytest.fixture
def signed_in(anna: Person) -> Callable[[], Client]:
    """One more browser in which Anna has just signed in."""

    def make(agent: str = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0") -> Client:
        client = Client(headers={"Accept-Language": "en", "User-Agent": agent})
        assert client.post("/sign-in", {"email": anna.email, "password": PASSWORD}).status_code == 302
        return client

    return make


def totp(secret: str, *, at: float | None = None) -> str:
    """The code of an authenticator app (RFC 6238): SHA-1, 30 seconds, six digits."""
    counter = struct.pack(">Q", int(at if at is not None else time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
