"""`citytandem run`: the whole node, until Ctrl-C."""

from __future__ import annotations

import argparse

from citytandem import supervisor
from citytandem.cli.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    supervisor.add_arguments(parser, demo="programme")


def _run(options: argparse.Namespace) -> int:
    chosen = supervisor.options_from(options)
    return supervisor.run_tandem(chosen) if chosen.demo == "tandem" else supervisor.run(chosen)


COMMAND = Command(
    name="run",
    summary="Start the node: database, web server and worker; Ctrl-C stops all of them.",
    example="citytandem run --port 8000",
    configure=_configure,
    run=_run,
)
