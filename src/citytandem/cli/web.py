"""`citytandem web`: the web server alone, for service managers; `citytandem run` starts it by itself."""

from __future__ import annotations

import argparse
import os

from citytandem.cli.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on")
    parser.add_argument(
        "--workers", type=int, default=1, help="processes; each takes about 250 MB with the language model"
    )
    parser.add_argument("--threads", type=int, default=4, help="requests worked on at once by a process")


def _run(options: argparse.Namespace) -> int:
    from granian import Granian
    from granian.constants import Interfaces

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citytandem.settings.embedded")
    Granian(
        "citytandem.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=options.threads,
        backpressure=options.threads * 16,
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()
    return 0


COMMAND = Command(
    name="web",
    summary="Serve the pages and the API (the database has to be there and migrated).",
    example="DATABASE_URL=postgresql://… citytandem web --port 8000 --workers 2",
    configure=_configure,
    run=_run,
)
