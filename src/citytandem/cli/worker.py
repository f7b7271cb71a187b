"""`citytandem worker`: background jobs alone, for service managers; `citytandem run` starts it by itself."""

from __future__ import annotations

import argparse
import os

from citytandem.cli.command import Command


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

    queues = [queue for queue in options.queues.split(",") if queue] or None
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as worker_app:
        worker_app.run_worker(queues=queues, concurrency=1)
    return 0


COMMAND = Command(
    name="worker",
    summary="Work off background jobs: embeddings, index upkeep.",
    example="DATABASE_URL=postgresql://… citytandem worker",
    configure=_configure,
    run=_run,
)
