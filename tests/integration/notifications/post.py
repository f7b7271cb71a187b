"""A mail server on this machine that answers as told, and people to write to."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test.utils import override_settings

from citytandem.accounts.models import Person
from citytandem.core.ports import free_port


@dataclass
class Server:
    """What it was sent, and what it says. `refuse`: a reply by address; `slow`: seconds before it takes a mail."""

    port: int = 0
    refuse: dict[str, str] = field(default_factory=dict)
    refuse_text: str = ""
    slow: float = 0.0
    breaks_off: int = 0
    connections: int = 0
    envelopes: list[tuple[str, str, bytes]] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        """Parsed."""
        return [cast("EmailMessage", message_from_bytes(raw, policy=default)) for _from, _to, raw in self.envelopes]

    @property
    def counts(self) -> Counter[str]:
        """How many mails each address got."""
        return Counter(to for _from, to, _raw in self.envelopes)


class Answers:
    """What the library calls. It looks through all members at each connection, so that the record stands elsewhere."""

    def __init__(self, told: Server) -> None:
        self.told = told

    async def handle_EHLO(  # noqa: N802 - the library's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.told.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.told.refuse:
            return self.told.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.told.breaks_off:
            self.told.breaks_off -= 1
            server.transport.abort()
            return "451 gone"
        if self.told.slow:
            time.sleep(self.told.slow)  # noqa: ASYNC251 - one mail after the other, as a loaded server does
        if self.told.refuse_text:
            return self.told.refuse_text
        for to in envelope.rcpt_tos:
            self.told.envelopes.append((str(envelope.mail_from), to, bytes(envelope.content or b"")))
        return "250 taken"


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """The server, while it runs, and Django's settings to reach it."""
    server.port = server.port or free_port()
    # Else the library asks the DNS for its own name at each connection.
    controller = Controller(
        Answers(server), hostname="127.0.0.1", port=server.port, ready_timeout=30, server_hostname="mx.example"
    )
    controller.start()
    try:
        with override_settings(**mail_settings(server.port)):
            yield server
    finally:
        controller.stop()


def mail_settings(port: int) -> dict[str, Any]:
    """Django's settings for a server on this machine."""
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": port,
        "EMAIL_TIMEOUT": 120,
        "DEFAULT_FROM_EMAIL": "no-reply@krefeld.example",
        "ADDRESS": "https://krefeld.example",
    }


def people(count: int, **fields: Any) -> list[Person]:
    """Some residents."""
    values = {"language": "en", **fields}
    return Person.objects.bulk_create(
        [
            Person(email=f"resident-{number}@mail.example", name=f"Resident {number}", **values)
            for number in range(count)
        ]
    )
