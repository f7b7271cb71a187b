"""A worker that is killed over a job loses nothing."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.core import clock, jobs

pytestmark = pytest.mark.django_db


def half_done(*, silent_for: timedelta, lock: str | None) -> int:
    """A job in the hands of a worker that was last heard some time ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id", [clock.now() - silent_for]
        )
        (worker,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args, status, worker_id, attempts)"
            " VALUES ('heavy', 'search.embed', %s, '{}', 'doing', %s, 1) RETURNING id",
            [lock, worker],
        )
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("lock", [None, "search.embed"])
def test_a_job_of_a_dead_worker_runs_again(lock: str | None) -> None:
    number = half_done(silent_for=timedelta(minutes=5), lock=lock)
    assert jobs.take_up_left() == 1
    assert ProcrastinateJob.objects.get(id=number).status == "todo"
    assert jobs.take_up_left() == 0


def test_a_job_that_kills_its_worker_each_time_ends_some_day() -> None:
    number = half_done(silent_for=timedelta(minutes=5), lock=None)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s WHERE id = %s", [jobs.MOST_ATTEMPTS, number])
    assert jobs.take_up_left() == 1
    assert ProcrastinateJob.objects.get(id=number).status == "failed"


@pytest.mark.django_db(transaction=True)
def test_two_who_look_at_once_put_it_back_once() -> None:
    number = half_done(silent_for=timedelta(minutes=5), lock=None)
    seen: list[int] = []

    def look() -> None:
        seen.append(jobs.take_up_left())
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(seen) == 1
    assert ProcrastinateJob.objects.get(id=number).status == "todo"


def test_a_worker_that_lives_keeps_its_job() -> None:
    number = half_done(silent_for=timedelta(seconds=5), lock=None)
    assert jobs.take_up_left() == 0
    assert ProcrastinateJob.objects.get(id=number).status == "doing"


def test_where_its_like_waits_already_once_is_enough() -> None:
    number = half_done(silent_for=timedelta(minutes=5), lock="search.embed")
    jobs.enqueue("search.embed", queue="heavy", once="search.embed")
    assert jobs.take_up_left() == 1
    assert ProcrastinateJob.objects.get(id=number).status == "failed"
    assert ProcrastinateJob.objects.filter(status="todo").count() == 1
