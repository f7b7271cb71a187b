"""Notices reach people over a real mail server: at once, once, and in spite of refusals, slowness and kills."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from citytandem.accounts.models import Person
from citytandem.core import clock
from citytandem.core.errors import Invalid
from citytandem.notifications import contract as notices
from citytandem.notifications import wording
from citytandem.notifications.addresses import address_key
from citytandem.notifications.models import Notice, Preference, State, Suppression
from citytandem.notifications.services import delivery
from citytandem.notifications.services.delivery import LEASE, deliver_due, take
from citytandem.streams.models import Problem
from tests.integration.notifications.conftest import environment
from tests.integration.notifications.post import Answers, Server, people, serving

Pass = Callable[[timedelta], None]


def tell(persons: list[Person], problem: Problem, **more: Any) -> None:
    """An official answer to a problem: at once unless chosen otherwise."""
    values: dict[str, Any] = {
        "kind": notices.ANSWER,
        "template": "answer",
        "parameters": {},
        "about": ("problem", problem.id),
        "why": notices.FOLLOWING,
    }
    notices.notify(to=[person.id for person in persons], **{**values, **more})


def test_everybody_gets_one_mail_over_one_connection_a_batch(
    problem: Problem, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "BATCH", 50)
    tell(people(120), problem)
    assert deliver_due() is False
    assert set(server.counts.values()) == {1}
    assert len(server.counts) == 120
    assert server.connections == 3
    assert set(Notice.objects.values_list("state", "tries")) == {("sent", 1)}
    deliver_due()
    assert len(server.envelopes) == 120


def test_the_same_key_tells_a_person_once(problem: Problem, server: Server) -> None:
    first, second = people(2)
    tell([first, first], problem, once="answer:1")
    tell([first, second], problem, once="answer:1")
    tell([first], problem, once="answer:2")
    deliver_due()
    assert server.counts == {"resident-0@mail.example": 2, "resident-1@mail.example": 1}


def test_who_wants_no_mail_gets_none_but_the_list_has_it(problem: Problem, server: Server) -> None:
    wants, does_not = people(2)
    Preference.objects.create(person=does_not, kind=notices.ANSWER, how="off")
    tell([wants, does_not], problem)
    deliver_due()
    assert server.counts == {"resident-0@mail.example": 1}
    row = Notice.objects.get(person=does_not)
    assert (row.state, row.note, row.is_new) == ("skipped", "off", True)


def test_what_people_have_to_get_comes_whatever_they_chose(problem: Problem, server: Server) -> None:
    (person,) = people(1)
    Preference.objects.create(person=person, kind=notices.DECISION, how="off")
    Problem.objects.filter(id=problem.id).update(moderation="removed")
    tell([person], problem, kind=notices.DECISION, template="moderation_decision", parameters={"decision": "Removed"})
    deliver_due()
    (mail,) = server.mails
    assert mail["Subject"] == "We have decided about your text: Bins overflow"
    assert mail["List-Unsubscribe"] is None
    assert mail["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("changed", [{"moderation": "removed"}, {"moderation": "held"}, {"visibility": "internal"}])
def test_what_was_taken_down_meanwhile_is_not_told(problem: Problem, server: Server, changed: dict[str, str]) -> None:
    tell(people(1), problem)
    Problem.objects.filter(id=problem.id).update(**changed)
    deliver_due()
    assert server.mails == []
    assert Notice.objects.get().note == "gone"


def test_the_quoted_text_is_read_when_the_mail_leaves(problem: Problem, server: Server) -> None:
    person, other = people(2)
    tell([person], problem, parameters={"quote": f"problem:{problem.id}", "by": str(other.id)}, template="question")
    Problem.objects.filter(id=problem.id).update(text={"de": {"text": "Jeden Sonntag.", "by": "human"}})
    Person.objects.filter(id=other.id).update(name="", is_active=False)
    deliver_due()
    text = server.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "> Jeden Sonntag." in text
    assert "Resident has a question" in text


def test_who_left_gets_nothing(problem: Problem, server: Server) -> None:
    person, _other = people(2)
    tell([person], problem)
    Person.objects.filter(id=person.id).update(is_active=False)
    deliver_due()
    assert server.mails == []
    assert Notice.objects.get().note == "inactive"


def test_a_missing_mailbox_ends_the_mails_to_it(problem: Problem, server: Server) -> None:
    gone, fine = people(2)
    server.refuse[gone.email] = f"550 5.1.1 <{gone.email}>: no such user"
    tell([gone, fine], problem)
    deliver_due()
    row = Notice.objects.get(person=gone)
    assert row.state == State.FAILED
    assert row.note == "550 5.1.1 <r…@mail.example>: no such user"
    assert Suppression.objects.get().key == address_key("Resident-0@mail.example")
    assert server.counts == {fine.email: 1}
    del server.refuse[gone.email]
    tell([gone], problem)
    deliver_due()
    assert server.counts == {fine.email: 1}
    assert Notice.objects.filter(person=gone, note="suppressed").count() == 1


def test_a_refused_text_does_not_speak_against_the_address(problem: Problem, server: Server) -> None:
    server.refuse_text = "554 5.7.1 looks like spam"
    tell(people(1), problem)
    deliver_due()
    assert Notice.objects.get().state == State.FAILED
    assert not Suppression.objects.exists()


def test_a_busy_server_is_asked_again_later_with_the_same_message_id(
    problem: Problem, server: Server, later: Pass
) -> None:
    busy, fine = people(2)
    server.refuse[busy.email] = "451 4.2.0 greylisted, try again"
    tell([busy, fine], problem)
    assert deliver_due() is False
    row = Notice.objects.get(person=busy)
    first_id = row.message_id
    assert (row.state, row.tries) == (State.WAITING, 1)
    deliver_due()
    assert Notice.objects.get(person=busy).tries == 1
    del server.refuse[busy.email]
    later(timedelta(minutes=6))
    deliver_due()
    assert server.counts == {busy.email: 1, fine.email: 1}
    assert server.mails[-1]["Message-ID"] == first_id


def test_a_server_that_never_takes_it_is_given_up_after_days(problem: Problem, server: Server, later: Pass) -> None:
    (person,) = people(1)
    server.refuse[person.email] = "450 4.7.1 not now"
    tell([person], problem)
    tries = 0
    while Notice.objects.get().state == State.WAITING:
        deliver_due()
        later(timedelta(days=1))
        tries += 1
        assert tries < 20
    assert (Notice.objects.get().state, tries) == (State.FAILED, 9)


def test_a_server_that_is_down_costs_no_try_and_loses_nothing(problem: Problem, server: Server, later: Pass) -> None:
    tell(people(60), problem)
    with serving(Server()) as down:
        port = down.port
    assert port != server.port
    from django.test import override_settings

    with override_settings(EMAIL_PORT=port):
        assert deliver_due() is False
    assert set(Notice.objects.values_list("state", "tries")) == {("waiting", 0)}
    later(timedelta(minutes=6))
    deliver_due()
    assert len(server.counts) == 60


def test_a_server_that_refuses_us_loses_nothing(
    problem: Problem, server: Server, later: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_arguments: Any) -> str:
        return "530 5.7.0 Authentication required"

    monkeypatch.setattr(Answers, "handle_MAIL", refuse, raising=False)
    with serving(Server()) as strict:
        tell(people(3), problem)
        assert deliver_due() is False
        assert strict.mails == []
    monkeypatch.undo()
    assert set(Notice.objects.values_list("state", "tries")) == {("waiting", 0)}


def test_a_broken_connection_is_mended_and_the_others_go_on(problem: Problem, server: Server, later: Pass) -> None:
    tell(people(10), problem)
    server.breaks_off = 2
    deliver_due()
    assert len(server.envelopes) == 8
    later(timedelta(minutes=6))
    deliver_due()
    assert set(server.counts.values()) == {1}
    assert len(server.counts) == 10


def test_one_broken_template_does_not_hold_up_the_others(
    problem: Problem, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wording, "_templates", dict(wording._templates))
    notices.register_template("broken", subject=lambda _p: str(1 // 0), body=lambda _p: [])
    first, second = people(2)
    tell([first], problem, template="broken")
    tell([second], problem)
    deliver_due()
    assert server.counts == {second.email: 1}
    assert Notice.objects.get(person=first).note.startswith("ZeroDivisionError")


def test_a_job_ends_in_time_and_says_that_something_is_left(problem: Problem, server: Server) -> None:
    tell(people(30), problem)
    server.slow = 0.05
    assert deliver_due(seconds=0.3) is True
    sent = len(server.envelopes)
    assert 0 < sent < 30
    # What it had taken and not sent is free at once.
    server.slow = 0
    assert deliver_due() is False
    assert set(server.counts.values()) == {1}
    assert len(server.counts) == 30


def test_what_one_worker_has_taken_is_nobody_elses_for_a_quarter_of_an_hour(problem: Problem, later: Pass) -> None:
    tell(people(5), problem)
    mine = take(Notice.objects.all(), most=3)
    others = take(Notice.objects.all(), most=10)
    assert (len(mine), len(others)) == (3, 2)
    assert not take(Notice.objects.all(), most=10)
    later(LEASE + timedelta(seconds=1))
    again = {row.id: row.message_id for row in take(Notice.objects.all(), most=10)}
    assert again == {row.id: row.message_id for row in [*mine, *others]}


def test_an_address_without_a_person_gets_its_mail_and_what_it_said_is_forgotten(server: Server) -> None:
    notices.mail_send(
        to="new@mail.example",
        template="invitation",
        language="de",
        parameters={"role": "Moderator"},
        path="/invitation/secret",
        once="invitation:1",
    )
    notices.mail_send(to="new@mail.example", template="invitation", language="de", parameters={}, once="invitation:1")
    deliver_due()
    (mail,) = server.mails
    assert mail["To"] == "new@mail.example"
    assert mail["Content-Language"] == "de"
    assert "https://krefeld.example/invitation/secret" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    row = Notice.objects.get()
    assert (row.state, row.parameters, row.path) == ("sent", {}, "")


@pytest.mark.parametrize("address", ["nobody", "a@b", "a@mail.example\nBcc: all@mail.example", "a b@mail.example", ""])
def test_what_is_no_address_is_refused(db: None, address: str) -> None:
    with pytest.raises(Invalid) as refused:
        notices.mail_send(to=address, template="invitation", language="de", parameters={})
    assert refused.value.code == "mail.address"


_DELIVER = """
import sys
import django
django.setup()
from django.test.utils import override_settings
from tests.integration.notifications.post import mail_settings
from citytandem.notifications.services.delivery import LEASE, deliver_due, take
with override_settings(**mail_settings(int(sys.argv[1]))):
    print("begins", flush=True)
    while deliver_due():
        pass
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_thousand_notices_survive_kills_and_at_most_one_for_each_kill_comes_twice(
    problem: Problem, node: Callable[..., None]
) -> None:
    tell(people(2_000), problem)
    kills = 3
    with serving(Server()) as server:
        for number in range(kills):
            _deliver_and_kill(server, after=(number + 1) * 50)
        _run_two_at_once(server)
    counts = server.counts
    assert len(counts) == 2_000
    assert sum(counts.values()) - 2_000 <= kills
    assert set(counts.values()) <= {1, 2}
    assert not Notice.objects.exclude(state=State.SENT).exists()
    ids = {mail["Message-ID"] for mail in server.mails}
    assert len(ids) == 2_000


def _deliver(server: Server) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _DELIVER, str(server.port)],
        env=environment() | {"PYTHONPATH": "src:."},
        stdout=subprocess.PIPE,
        text=True,
    )


def _deliver_and_kill(server: Server, *, after: int) -> None:
    before = len(server.envelopes)
    process = _deliver(server)
    deadline = time.monotonic() + 300
    while len(server.envelopes) < before + after and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(server.envelopes) >= before + after, "it was not at work when it was killed"
    # For the processes that follow, the quarter of an hour has passed.
    Notice.objects.filter(state=State.WAITING).update(send_after=clock.now() - timedelta(seconds=1))


def _run_two_at_once(server: Server) -> None:
    processes = [_deliver(server) for _number in range(2)]
    assert [process.wait(timeout=600) for process in processes] == [0, 0]
