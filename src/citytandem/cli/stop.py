"""`citytandem stop`: end what a node left running."""

from __future__ import annotations

import argparse
from pathlib import Path

from citytandem import supervisor
from citytandem.cli.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=None, help="data folder of the node (default: var)")


def _run(options: argparse.Namespace) -> int:
    return supervisor.stop(options.data)


COMMAND = Command(
    name="stop",
    summary="Stop a node and whatever a kill -9 left of it.",
    example="citytandem stop --data var",
    configure=_configure,
    run=_run,
)
