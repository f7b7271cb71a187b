"""`citytandem worker`: background jobs alone, for service managers; `citytandem run` starts it by itself."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from citytandem.cli.command import Command


@dataclass(frozen=True, slots=True)
class Lane:
    """Queues that are worked off in one order, `at_once` jobs at a time."""

    queues: Sequence[str]
    at_once: int = 1


# Side by side: what partners wait for must not wait behind an hour of embeddings, nor for a partner who is slow.
LANES = (Lane(("federation",)), Lane(("partners",), at_once=6), Lane(("default", "heavy")))


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--queues", default="", help="only these, separated by commas (default: all)")


def _run(options: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citytandem.settings.embedded")
    # Pages come first: the worker takes what the web server leaves of the processor.
    os.nice(15)
    import django

    django.setup()
    from procrastinate.contrib.django import app

    from citytandem.core import jobs
    from citytandem.search.tasks import resume

    jobs.take_up_left()
    resume()

    queues = {queue for queue in options.queues.split(",") if queue}
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as worker_app:
        asyncio.run(_work_off(worker_app, lanes=_lanes(queues) if queues else LANES))
    return 0


def _lanes(only: set[str]) -> list[Lane]:
    """The lanes of some queues; of queues that nobody knows one of their own."""
    known = {queue for lane in LANES for queue in lane.queues}
    found = [Lane([queue for queue in lane.queues if queue in only], lane.at_once) for lane in LANES]
    return [lane for lane in [*found, Lane(sorted(only - known))] if lane.queues]


async def _work_off(worker_app: Any, *, lanes: Sequence[Lane]) -> None:
    """Work off each lane by itself, until a signal asks to end; jobs under way are finished."""
    loop = asyncio.get_running_loop()
    # Each job has a thread, also where there are few processors; one more looks up names.
    loop.set_default_executor(ThreadPoolExecutor(sum(lane.at_once for lane in lanes) + 1))
    async with worker_app.open_async():
        workers = [
            asyncio.create_task(
                worker_app.run_worker_async(
                    queues=list(lane.queues), concurrency=lane.at_once, install_signal_handlers=False
                )
            )
            for lane in lanes
        ]
        for signum in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(signum, _cancel, workers)
        # Half a worker is none: where one ends, the other does too, and the supervisor starts both anew.
        await asyncio.wait(workers, return_when=asyncio.FIRST_COMPLETED)
        _cancel(workers)
        ended = await asyncio.gather(*workers, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error


def _cancel(workers: Sequence[asyncio.Task[Any]]) -> None:
    for worker in workers:
        worker.cancel()


COMMAND = Command(
    name="worker",
    summary="Work off background jobs: embeddings, index upkeep, exchange with partners.",
    example="DATABASE_URL=postgresql://… citytandem worker",
    configure=_configure,
    run=_run,
)
