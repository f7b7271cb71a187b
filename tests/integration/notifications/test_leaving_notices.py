"""Leaving notices: one row each, one job a transaction, nothing of what is rolled back."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.accounts.models import Person
from citytandem.core import jobs
from citytandem.notifications import contract as notices
from citytandem.notifications.models import Notice
from citytandem.notifications.tasks import deliver
from citytandem.streams.models import Problem
from tests.integration.notifications.conftest import environment
from tests.integration.notifications.post import Server, people
from tests.integration.notifications.test_notice_delivery import tell

Pass = Callable[[timedelta], None]


def test_a_notice_is_one_insert_and_all_of_a_transaction_are_one_job(
    problem: Problem, django_assert_num_queries: Any, django_capture_on_commit_callbacks: Any
) -> None:
    persons = people(500)
    with django_capture_on_commit_callbacks(execute=True) as after:
        with django_assert_num_queries(1) as asked:
            tell(persons, problem)
        tell(persons[:1], problem)
        tell(persons[:1], problem)
    assert "INSERT INTO" in asked[0]["sql"]
    assert len(after) == 1
    with django_capture_on_commit_callbacks(execute=True):
        tell(persons[:1], problem)
    assert Notice.objects.count() == 503
    assert ProcrastinateJob.objects.filter(task_name="notifications.deliver").count() == 1


@pytest.mark.django_db(transaction=True)
def test_notices_and_letters_in_opposite_orders_wait_for_nobody(problem: Problem, node: Callable[..., None]) -> None:
    persons = people(2)
    both_began = threading.Barrier(2)
    told: list[str] = []

    def notice(person: Person) -> None:
        tell([person], problem)

    def letter(person: Person) -> None:
        notices.mail_send(to=person.email, template="invitation", language="de", parameters={})

    def work(person: Person, *steps: Callable[[Person], None]) -> None:
        try:
            with transaction.atomic():
                steps[0](person)
                both_began.wait(timeout=20)
                steps[1](person)
            told.append("done")
        finally:
            connection.close()

    orders = ((notice, letter), (letter, notice))
    threads = [
        threading.Thread(target=work, args=(person, *order)) for person, order in zip(persons, orders, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == ["done", "done"]
    assert Notice.objects.count() == 4
    waiting = ProcrastinateJob.objects.filter(task_name="notifications.deliver", status="todo")
    assert {job.queueing_lock for job in waiting} == {"notifications.deliver", "notifications.deliver.gathered"}


_TELL_AND_DIE = """
import os
import signal
import sys
from uuid import UUID
import django
django.setup()
from django.db import transaction
from citytandem.notifications import contract as notices
with transaction.atomic():
    transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
    notices.notify(kind=notices.ANSWER, to=[UUID(sys.argv[1])], template="answer", parameters={},
                   about=("problem", UUID(sys.argv[2])), why=notices.FOLLOWING)
"""


@pytest.mark.django_db(transaction=True)
def test_a_kill_between_a_notice_and_its_job_delays_it_by_a_minute_at_most(problem: Problem, server: Server) -> None:
    (person,) = people(1)
    ended = subprocess.run(
        [sys.executable, "-c", _TELL_AND_DIE, str(person.id), str(problem.id)],
        env=environment() | {"PYTHONPATH": "src:."},
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
    assert Notice.objects.count() == 1
    assert not ProcrastinateJob.objects.filter(task_name="notifications.deliver").exists()
    clock_jobs = {one.task.name: one.cron for one in jobs.app.periodic_registry.periodic_tasks.values()}
    assert clock_jobs["notifications.deliver"] == "* * * * *"
    deliver.func(timestamp=0)
    assert server.counts == {person.email: 1}


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_told_to_nobody(problem: Problem) -> None:
    person = people(1)
    with pytest.raises(RuntimeError), transaction.atomic():
        tell(person, problem)
        raise RuntimeError
    assert not Notice.objects.exists()
    assert not ProcrastinateJob.objects.filter(task_name="notifications.deliver").exists()


def test_an_unknown_kind_or_template_is_a_bug_and_tells_nobody(problem: Problem) -> None:
    with pytest.raises(KeyError):
        tell(people(1), problem, kind="gossip")
    with pytest.raises(KeyError):
        tell([], problem, template="gossip")
    assert not Notice.objects.exists()
