"""Handing e-mails to the mail server, and telling its answers apart."""

from __future__ import annotations

import logging
import smtplib
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

from django.core.mail import EmailMessage, get_connection

from citytandem.notifications.bounces import enhanced_status

log = logging.getLogger(__name__)
# A server that breaks off so often in a row is down, and not one message at fault.
_MOST_BROKEN = 3
_CLOSING, _TOO_LARGE = 421, 552
# The server refuses us, not this mail: somebody has to mend the settings, and nothing may get lost until then.
_ABOUT_US = (
    smtplib.SMTPSenderRefused,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPNotSupportedError,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a mail. `later`: try again; `refused`: never; `down`: no server, the mail was not tried."""

    what: Literal["sent", "later", "refused", "down"]
    reply: int = 0
    status: str = ""
    text: str = ""


class Postman:
    """One connection for many mails; opened anew where the server broke it off."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._broken = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, message: EmailMessage) -> Answer:
        """Send one mail. Raises nothing that a server or an address can cause."""
        try:
            self._connection.open()
        except (OSError, smtplib.SMTPException) as error:
            return self._down(error)
        try:
            self._connection.send_messages([message])
        except smtplib.SMTPException as error:
            return self._refusal(error)
        except OSError as error:
            return self._broke(error)
        except ValueError as error:
            # An address or a header that cannot be written; UnicodeError is one of these.
            return Answer("refused", text=str(error))
        self._broken = 0
        return Answer("sent")

    def _refusal(self, error: smtplib.SMTPException) -> Answer:
        is_size = isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code == _TOO_LARGE
        if isinstance(error, _ABOUT_US) and not is_size:
            return self._down(error)
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            reply, text = next(iter(error.recipients.values()))
            return self._answer(reply, text)
        if isinstance(error, smtplib.SMTPResponseException):
            return self._answer(error.smtp_code, error.smtp_error)
        return self._broke(error)

    def _answer(self, reply: int, text: bytes | str) -> Answer:
        self._broken = 0
        told = text.decode(errors="replace") if isinstance(text, bytes) else text
        if reply == _CLOSING:
            self._close()
        return Answer("refused" if reply >= 500 else "later", reply, enhanced_status(told), f"{reply} {told}")

    def _broke(self, error: Exception) -> Answer:
        """In the middle of a mail: whether the server took it is not known, so it goes out again."""
        self._close()
        self._broken += 1
        if self._broken >= _MOST_BROKEN:
            return self._down(error)
        return Answer("later", text=_named(error))

    def _down(self, error: Exception) -> Answer:
        log.warning("the mail server does not take mails: %s", _named(error))
        self._close()
        return Answer("down", text=_named(error))

    def _close(self) -> None:
        try:
            self._connection.close()
        except (OSError, smtplib.SMTPException):
            log.debug("the mail server was gone before we said goodbye")


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
