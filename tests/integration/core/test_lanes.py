"""The worker works off its lanes side by side, and several partners at once."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from citytandem.cli import worker
from citytandem.cli.worker import LANES, Lane
from citytandem.core import jobs
from citytandem.core.jobs import app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def done() -> Iterator[list[str]]:
    """What was done, in its order; the worker ends after the slow ones."""
    found: list[str] = []
    both, is_published = threading.Barrier(2, timeout=10), threading.Event()

    @app.task(name="tests.slow_partner", queue="partners")
    def slow_partner(number: int) -> None:
        both.wait()  # two are asked at once, or this breaks
        found.append("asked" if is_published.wait(10) else "waited in vain")
        if both.wait() == 0:
            os.kill(os.getpid(), signal.SIGTERM)
        assert number

    @app.task(name="tests.publishing", queue="federation")
    def publishing() -> None:
        found.append("published")
        is_published.set()

    yield found
    for name in ("tests.slow_partner", "tests.publishing"):
        del app.tasks[name]


def test_slow_partners_hold_up_neither_each_other_nor_what_is_done_here(done: list[str]) -> None:
    for number in (1, 2):
        jobs.enqueue("tests.slow_partner", queue="partners", number=number)
    jobs.enqueue("tests.publishing", queue="federation")
    connector: Any = app.connector
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        # Chromium's driver may have left a loop running in this thread.
        left = asyncio._get_running_loop()
        asyncio._set_running_loop(None)
        try:
            asyncio.run(asyncio.wait_for(worker._work_off(worker_app, lanes=LANES), 30))
        finally:
            asyncio._set_running_loop(left)
    assert done == ["published", "asked", "asked"]


def test_some_queues_keep_their_lanes_and_unknown_ones_get_one() -> None:
    assert worker._lanes({"partners", "heavy"}) == [Lane(["partners"], LANES[1].at_once), Lane(["heavy"])]
    assert worker._lanes({"another"}) == [Lane(["another"])]
