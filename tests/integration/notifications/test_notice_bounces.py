"""What comes back is taken in by the command: only reports about our own mails count."""

from __future__ import annotations

import io
import mailbox
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from citytandem import cli
from citytandem.accounts.models import Person
from citytandem.notifications import contract as notices
from citytandem.notifications.models import Notice, Preference, Suppression
from citytandem.notifications.services.bouncing import clear_away, message_read
from citytandem.notifications.services.delivery import deliver_due
from citytandem.notifications.tokens import unsubscribe_token
from citytandem.streams.models import Problem
from tests.integration.notifications.post import Server, people

REPORT = """\
From: MAILER-DAEMON@mx.example.net
To: bounces@krefeld.example
Subject: Undelivered Mail Returned to Sender
X-Number: {number}
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {to}
Action: failed
Status: {status}

--b
Content-Type: message/rfc822

Message-ID: {message_id}

--b--
"""


@pytest.fixture
def told(problem: Problem, server: Server) -> Notice:
    """A notice that has left."""
    (person,) = people(1)
    return tell(person, problem)


def tell(person: Person, problem: Problem) -> Notice:
    """An official answer, sent."""
    notices.notify(kind=notices.ANSWER, template="answer", to=[person.id], parameters={}, about=("problem", problem.id))
    deliver_due()
    return Notice.objects.order_by("-id")[0]


def report(notice: Notice, *, status: str = "5.1.1", number: int = 0, **more: str) -> bytes:
    """What a server writes about the mail of a notice."""
    values = {"to": "resident-0@mail.example", "message_id": notice.message_id, **more}
    return REPORT.format(status=status, number=number, **values).encode()


def run(**options: Any) -> int:
    """The command."""
    return cli.command("bounces").run(SimpleNamespace(json=True, **{"maildir": None, "mbox": None, **options}))  # type: ignore[arg-type]


def test_a_missing_mailbox_is_marked_and_gets_nothing_more(told: Notice, problem: Problem, server: Server) -> None:
    assert message_read(report(told)) == "hard"
    told.refresh_from_db()
    assert (told.state, told.note) == ("bounced", "hard 5.1.1")
    assert tell(Person.objects.get(), problem).note == "suppressed"
    assert len(server.mails) == 1


def test_a_report_about_no_mail_of_ours_changes_nothing(told: Notice) -> None:
    assert message_read(report(told, message_id="<made-up@krefeld.example>")) == "foreign"
    assert message_read(report(told, message_id="")) == "foreign"
    assert message_read(b"Subject: Hello\n\nHow are you?") == "none"
    assert not Suppression.objects.exists()


def test_a_report_counts_for_the_address_it_went_to_not_for_the_new_one(told: Notice, problem: Problem) -> None:
    Person.objects.update(email="new@mail.example")
    message_read(report(told))
    assert tell(Person.objects.get(), problem).state == "sent"


def test_full_mailboxes_are_counted_once_each_and_given_up_after_days(
    told: Notice, problem: Problem, later: Callable[[timedelta], None]
) -> None:
    for number in range(4):
        assert message_read(report(told, status="5.2.2", number=number)) == "soft"
        assert message_read(report(told, status="5.2.2", number=number)) == "known"
        later(timedelta(days=1))
    assert tell(Person.objects.get(), problem).state == "sent"
    assert message_read(report(told, status="5.2.2", number=9)) == "hard"
    assert Suppression.objects.get().count == 5
    assert tell(Person.objects.get(), problem).note == "suppressed"


def test_a_few_soft_ones_are_forgotten_after_a_month(told: Notice, later: Callable[[timedelta], None]) -> None:
    message_read(report(told, status="4.2.2"))
    assert clear_away() == 0
    later(timedelta(days=31))
    assert clear_away() == 1


def test_after_a_complaint_only_what_has_to_come_comes(told: Notice, problem: Problem, server: Server) -> None:
    complaint = (
        b'From: a@provider.example\nContent-Type: multipart/report; boundary="c"\n\n--c\n'
        b"Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n\n--c\n"
        b"Content-Type: message/rfc822\n\nMessage-ID: " + told.message_id.encode() + b"\n\n--c--\n"
    )
    assert message_read(complaint) == "complaint"
    assert tell(Person.objects.get(), problem).note == "suppressed"
    notices.notify(
        kind=notices.DECISION, template="moderation_decision", to=[Person.objects.get().id], parameters={"decision": ""}
    )
    deliver_due()
    assert len(server.mails) == 2


def test_a_mail_that_asks_to_stop_is_heard(told: Notice) -> None:
    person = Person.objects.get()
    token = unsubscribe_token(person.id, notices.ANSWER)
    assert message_read(f"Subject: unsubscribe {token}\n\n".encode()) == "unsubscribed"
    assert Preference.objects.get().how == "off"
    assert message_read(f"Subject: unsubscribe {token}x\n\n".encode()) == "foreign"


def test_the_command_reads_one_message_from_standard_input(
    told: Notice, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for message, code in ((report(told), 0), (b"Subject: Hello\n\n", 1)):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(message)))
        assert run() == code
    assert '"hard": 1' in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["maildir", "mbox"])
def test_the_command_reads_a_mailbox_once(
    told: Notice, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "box"
    box = mailbox.Maildir(place) if kind == "maildir" else mailbox.mbox(place)
    for message in (report(told), b"Subject: Hello\n\nNo report.\n"):
        box.add(message)
    box.close()
    assert run(**{kind: place}) == 0
    first = capsys.readouterr().out
    assert '"hard": 1' in first
    assert '"none": 1' in first
    assert run(**{kind: place}) == 0
    assert '"none": 0' in capsys.readouterr().out
    assert Suppression.objects.get().count == 1
    assert len(mailbox.Maildir(place) if kind == "maildir" else mailbox.mbox(place)) == 2


def test_a_wrong_place_is_told(db: None, tmp_path: Path) -> None:
    with pytest.raises(cli.WrongUse):
        run(maildir=tmp_path / "nothing")
    with pytest.raises(cli.WrongUse):
        run(mbox=tmp_path / "nothing")
    with pytest.raises(cli.WrongUse):
        run(mbox=tmp_path, maildir=tmp_path)
