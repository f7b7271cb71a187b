"""Reading what mail servers and providers send back: delivery reports (RFC 3464), complaints (RFC 5965), and the plain
texts of servers that know neither. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr
from typing import Literal

Verdict = Literal["hard", "soft", "complaint", "none"]

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY = re.compile(r"(?:^|[\s;:])([245]\d\d)[ -]")
_MESSAGE_ID = re.compile(r"^[>\s]*Message-ID:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"<?([^\s<>;\"',]+@[^\s<>;\"',]+[^\s<>;\"',.:])>?")
_UNSUBSCRIBE = re.compile(r"^unsubscribe ([\w:-]{10,500})$")
# RFC 3463: 1 the address, and of 2 (the mailbox) only "disabled". A full mailbox, a policy, a network pass by.
_HARD = re.compile(r"5\.(1\.([0-69]|10)|2\.1)")
_HARD_REPLIES = frozenset({550, 551, 553})
_MOST_BYTES = 2_000_000
# So often, over so long, without a word that it works again: then nobody reads that mailbox.
_SOFT_COUNT, _SOFT_DAYS = 5, 4


@dataclass(frozen=True, slots=True)
class Bounce:
    """What came back for one address. `status` is an enhanced code (RFC 3463), `reply` the code of SMTP, 0 if unknown.

    `message_id`: of the mail that this is about; empty where the report does not tell.
    """

    address: str
    status: str
    action: str
    message_id: str
    reply: int = 0

    @property
    def verdict(self) -> Verdict:
        """What it means for the address."""
        if self.action == "complaint":
            return "complaint"
        return verdict(self.reply, self.status) if self.action == "failed" else "none"


def verdict(reply: int, status: str) -> Verdict:
    """What a refusal means: `hard`, there is no such mailbox; `soft`, try later or elsewhere; `none`, no refusal.

    The enhanced code counts where there is one that says something (not x.0.0), else the reply.
    """
    if status.startswith("2.") or (not status and 200 <= reply < 300):
        return "none"
    if status and not status.endswith(".0.0"):
        return "hard" if _HARD.fullmatch(status) else "soft"
    return "hard" if reply in _HARD_REPLIES else "soft"


def enhanced_status(text: str) -> str:
    """The enhanced code in a reply; empty if there is none."""
    found = _STATUS.search(text)
    return found[1] if found else ""


def is_given_up(count: int, *, first: datetime, last: datetime) -> bool:
    """Whether an address that came back softly so often is taken for dead."""
    return count >= _SOFT_COUNT and last - first >= timedelta(days=_SOFT_DAYS)


def read(message: bytes) -> Bounce | None:
    """The bounce or complaint in a message; None for any other message, whatever it holds. Never raises."""
    parsed = message_from_bytes(message[:_MOST_BYTES])
    try:
        return _complaint(parsed) or _report(parsed) or _plain(parsed)
    except (LookupError, ValueError, TypeError, AttributeError):
        # Broken messages are usual in such mailboxes, and the stdlib's parser trips over some of them.
        return None


def unsubscribe_token(message: bytes) -> str:
    """The token of a mail that asks to stop (`List-Unsubscribe: <mailto:…>`); empty for any other."""
    found = _UNSUBSCRIBE.fullmatch(_header(message_from_bytes(message[:_MOST_BYTES]), "Subject"))
    return found[1] if found else ""


def _header(message: Message, name: str) -> str:
    return " ".join(str(message.get(name, "")).split())


def _parts(message: Message) -> Iterator[Message]:
    """All parts but those of the mail that came back, whose own headers must not be taken for the report's."""
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        yield part
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting += [one for one in payload if isinstance(one, Message)]


def _report(message: Message) -> Bounce | None:
    """RFC 3464: blocks of fields, the first about the message, then one for each recipient."""
    for part in _parts(message):
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in _blocks(part):
            address = _typed(block, "Original-Recipient") or _typed(block, "Final-Recipient")
            action = _header(block, "Action").lower()
            if not address or not action:
                continue
            diagnostic = _header(block, "Diagnostic-Code")
            stated = enhanced_status(_header(block, "Status"))
            told = enhanced_status(diagnostic)
            # "5.0.0" says nothing; the server's own words may.
            status = told if told and (not stated or stated.endswith(".0.0")) else stated
            return Bounce(address, status, action, _original_id(message), _reply(diagnostic))
    return None


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _typed(block: Message, name: str) -> str:
    """The address in `rfc822; anna@example.org`."""
    _kind, _semicolon, value = _header(block, name).rpartition(";")
    return parseaddr(value.strip())[1] if "@" in value else ""


def _reply(text: str) -> int:
    found = _REPLY.search(text)
    return int(found[1]) if found else 0


def _complaint(message: Message) -> Bounce | None:
    """RFC 5965: a provider hands on that somebody marked a mail as unwanted."""
    for part in _parts(message):
        if part.get_content_type() != "message/feedback-report":
            continue
        fields = _as_fields(part)
        if _header(fields, "Feedback-Type").lower() not in {"abuse", "fraud", "not-spam", "other"}:
            return None
        if _header(fields, "Feedback-Type").lower() == "not-spam":
            return None
        address = parseaddr(_header(fields, "Original-Rcpt-To"))[1]
        return Bounce(address, "", "complaint", _original_id(message))
    return None


def _as_fields(part: Message) -> Message:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return payload[0]
    raw = part.get_payload(decode=True)
    return message_from_bytes(raw if isinstance(raw, bytes) else str(payload).encode(errors="replace"))


def _plain(message: Message) -> Bounce | None:
    """Servers that write a letter: `X-Failed-Recipients` (Exim), or nothing but words from the mailer's own address."""
    failed = _header(message, "X-Failed-Recipients")
    sender = parseaddr(_header(message, "From"))[1].lower()
    is_mailer = sender.startswith(("mailer-daemon@", "postmaster@")) or _header(message, "Return-Path") == "<>"
    if not failed and not is_mailer:
        return None
    text = _words(message)
    address = _ADDRESS.search(failed or text.partition("Message-ID:")[0].replace(sender, ""))
    status, reply = enhanced_status(text), _reply(text)
    if not address or not (status or reply):
        return None
    return Bounce(address[1], status, "failed", _original_id(message), reply)


def _words(message: Message) -> str:
    for part in _parts(message):
        if part.get_content_type() == "text/plain":
            raw = part.get_payload(decode=True)
            return raw.decode(errors="replace") if isinstance(raw, bytes) else ""
    return ""


def _original_id(message: Message) -> str:
    """The id of the mail that came back: in the copy of it or of its headers, else where the report refers to it."""
    for part in _parts(message):
        kind = part.get_content_type()
        payload = part.get_payload()
        if kind == "message/rfc822" and isinstance(payload, list) and isinstance(payload[0], Message):
            found = _header(payload[0], "Message-ID")
        elif kind in {"text/rfc822-headers", "message/rfc822-headers"}:
            found = _header(_as_fields(part), "Message-ID")
        else:
            found = ""
        if found:
            return found
    quoted = _MESSAGE_ID.search(_words(message))
    return quoted[1] if quoted else (_header(message, "In-Reply-To") or _header(message, "References"))
