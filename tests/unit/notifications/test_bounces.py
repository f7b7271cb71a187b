"""What mail servers send back, written by hand after the formats of Postfix, Exim, Exchange, qmail and providers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.notifications.bounces import Bounce, is_given_up, read, unsubscribe_token, verdict

OURS = "<4f1c9a3e5d7b4c2a9e8f7d6c5b4a3921@citytandem.example>"

POSTFIX = f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: bounces@citytandem.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="A1B2.0/mx.example.net"

--A1B2.0/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.

I'm sorry to have to inform you that your message could not be delivered.

<gone@example.org>: host mail.example.org[192.0.2.7] said: 550 5.1.1
    <gone@example.org>: Recipient address rejected: User unknown (in reply to RCPT TO command)

--A1B2.0/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 9F2B1C0
Arrival-Date: Mon,  2 Mar 2026 07:00:03 +0100 (CET)

Final-Recipient: rfc822; gone@example.org
Original-Recipient: rfc822;gone@example.org
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 5.1.1 <gone@example.org>: Recipient address
    rejected: User unknown

--A1B2.0/mx.example.net
Content-Description: Undelivered Message
Content-Type: message/rfc822

From: Krefeld <no-reply@citytandem.example>
To: gone@example.org
Message-ID: {OURS}
Subject: A question to you

text

--A1B2.0/mx.example.net--
"""

POSTFIX_FULL = POSTFIX.replace("Status: 5.1.1", "Status: 5.2.2").replace("550 5.1.1", "552 5.2.2")
POSTFIX_DELAYED = POSTFIX.replace("Action: failed", "Action: delayed").replace("Status: 5.1.1", "Status: 4.4.1")

EXCHANGE = f"""\
From: <postmaster@example.com>
To: <bounces@citytandem.example>
Subject: =?utf-8?B?VW56dXN0ZWxsYmFyOiBFaW5lIEZyYWdl?=
Date: Mon, 2 Mar 2026 06:00:09 +0000
MIME-Version: 1.0
In-Reply-To: {OURS}
References: {OURS}
X-MS-Exchange-Message-Is-Ndr:
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="8d93-exch"

--8d93-exch
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="inner-exch"

--inner-exch
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

SWhyZSBOYWNocmljaHQga29ubnRlIG5pY2h0IHp1Z2VzdGVsbHQgd2VyZGVuLg==

--inner-exch
Content-Type: text/html; charset="utf-8"

<p>Ihre Nachricht konnte nicht zugestellt werden.</p>

--inner-exch--

--8d93-exch
Content-Type: message/delivery-status

Reporting-MTA: dns;DB9PR01.eurprd01.example
Received-From-MTA: dns;mx.example.net

Final-Recipient: rfc822;Left.The.Office@example.com
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup

--8d93-exch
Content-Type: message/rfc822

From: no-reply@citytandem.example
Message-ID: {OURS}
Subject: Eine Frage

--8d93-exch--
"""

EXIM = f"""\
Return-path: <>
X-Failed-Recipients: nobody@example.org
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@exim.example.net>
To: bounces@citytandem.example
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  nobody@example.org
    host mail.example.org [192.0.2.9]
    SMTP error from remote mail server after RCPT TO:<nobody@example.org>:
    550 No such user here

------ This is a copy of the message, including all the headers. ------

Return-path: <bounces@citytandem.example>
To: nobody@example.org
Message-ID: {OURS}
Subject: A question to you
"""

QMAIL = f"""\
Return-Path: <>
From: MAILER-DAEMON@q.example.net
To: bounces@citytandem.example
Subject: failure notice

Hi. This is the qmail-send program at q.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<moved@example.org>:
192.0.2.11 does not like recipient.
Remote host said: 550 5.1.1 unknown user
Giving up on 192.0.2.11.

--- Below this line is a copy of the message.

Message-ID: {OURS}
To: moved@example.org
"""

HEADERS_ONLY = POSTFIX.replace("Content-Type: message/rfc822", "Content-Type: text/rfc822-headers").replace(
    "\nSubject: A question to you\n\ntext\n", "\n"
)

COMPLAINT = f"""\
From: <feedback@provider.example>
To: <bounces@citytandem.example>
Subject: FW: A question to you
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="fbl"

--fbl
Content-Type: text/plain

This is an email abuse report for an email message received on 2 March 2026.

--fbl
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
Original-Mail-From: <bounces@citytandem.example>
Original-Rcpt-To: <angry@provider.example>

--fbl
Content-Type: message/rfc822

From: no-reply@citytandem.example
Message-ID: {OURS}
Subject: A question to you

text
--fbl--
"""


@pytest.mark.parametrize(
    ("message", "expected", "meaning"),
    [
        (POSTFIX, Bounce("gone@example.org", "5.1.1", "failed", OURS, 550), "hard"),
        (HEADERS_ONLY, Bounce("gone@example.org", "5.1.1", "failed", OURS, 550), "hard"),
        (POSTFIX_FULL, Bounce("gone@example.org", "5.2.2", "failed", OURS, 552), "soft"),
        (POSTFIX_DELAYED, Bounce("gone@example.org", "4.4.1", "delayed", OURS, 550), "none"),
        (EXCHANGE, Bounce("Left.The.Office@example.com", "5.1.10", "failed", OURS, 550), "hard"),
        (EXIM, Bounce("nobody@example.org", "", "failed", OURS, 550), "hard"),
        (QMAIL, Bounce("moved@example.org", "5.1.1", "failed", OURS, 550), "hard"),
        (COMPLAINT, Bounce("angry@provider.example", "", "complaint", OURS), "complaint"),
    ],
    ids=["postfix", "headers only", "full", "delayed", "exchange", "exim", "qmail", "complaint"],
)
def test_reports_are_read(message: str, expected: Bounce, meaning: str) -> None:
    for text in (message, message.replace("\n", "\r\n")):
        found = read(text.encode())
        assert found == expected
        assert found is not None
        assert found.verdict == meaning


def test_a_report_that_says_nothing_by_its_status_is_read_by_the_servers_words() -> None:
    found = read(POSTFIX.replace("Status: 5.1.1", "Status: 5.0.0").encode())
    assert found is not None
    assert found.status == "5.1.1"


@pytest.mark.parametrize(
    "message",
    [
        "",
        "From: a@example.org\nSubject: Re: A question\n\nThank you, 550 times!",
        "From: a@example.org\nSubject: Abwesenheit\nAuto-Submitted: auto-replied\n\nIch bin im Urlaub.",
        COMPLAINT.replace("Feedback-Type: abuse", "Feedback-Type: not-spam"),
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n--x--",
    ],
    ids=["empty", "answer", "holiday", "not spam", "no recipient"],
)
def test_what_is_no_report_is_none(message: str) -> None:
    assert read(message.encode()) is None


@given(st.binary(max_size=400))
def test_rubbish_is_never_an_error(message: bytes) -> None:
    assert read(message) is None or message
    assert unsubscribe_token(message) == "" or b"unsubscribe" in message


@given(st.data())
def test_a_damaged_report_is_never_an_error(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([POSTFIX, EXCHANGE, EXIM, COMPLAINT])).encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    junk = data.draw(st.binary(max_size=40))
    found = read(whole[:start] + junk + whole[end:])
    assert found is None or isinstance(found, Bounce)


@pytest.mark.parametrize(
    ("reply", "status", "meaning"),
    [
        (550, "5.1.1", "hard"), (550, "", "hard"), (553, "", "hard"), (550, "5.2.1", "hard"), (0, "5.1.10", "hard"),
        (550, "5.0.0", "hard"), (552, "5.2.2", "soft"), (554, "5.7.1", "soft"), (550, "5.7.1", "soft"),
        (554, "", "soft"), (450, "4.2.1", "soft"), (421, "", "soft"), (0, "5.1.8", "soft"), (0, "5.1.7", "soft"),
        (250, "", "none"), (0, "2.0.0", "none"),
    ],
)  # fmt: skip
def test_only_a_missing_mailbox_speaks_against_an_address(reply: int, status: str, meaning: str) -> None:
    assert verdict(reply, status) == meaning


def test_an_address_is_given_up_after_many_soft_bounces_over_days_not_over_hours() -> None:
    first = datetime(2026, 3, 2, tzinfo=UTC)
    assert not is_given_up(20, first=first, last=first + timedelta(hours=30))
    assert not is_given_up(4, first=first, last=first + timedelta(days=20))
    assert is_given_up(5, first=first, last=first + timedelta(days=4))


def test_a_mail_that_asks_to_stop_is_told_by_its_subject() -> None:
    assert unsubscribe_token(b"Subject: unsubscribe WyJhIiwiYiJd:1abcde:xyz-_\n\n") == "WyJhIiwiYiJd:1abcde:xyz-_"
    assert unsubscribe_token(b"Subject: please unsubscribe me\n\n") == ""
