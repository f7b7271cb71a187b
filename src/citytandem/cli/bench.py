"""`citytandem bench`: run the benchmarks and write benchmarks/results.md."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from citytandem.cli import WrongUse
from citytandem.cli.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", help="files in benchmarks/ without .py (default: all)")


def _run(options: argparse.Namespace) -> int:
    root = Path(__file__).resolve().parents[3]
    runner = root / "benchmarks" / "runner.py"
    if not runner.exists():
        raise WrongUse("the benchmarks are part of the source tree, which is not here")
    return subprocess.run([sys.executable, str(runner), *options.names], cwd=root, check=False).returncode


COMMAND = Command(
    name="bench",
    summary="Measure ourselves against peers and limits; writes benchmarks/results.md.",
    example="citytandem bench match index",
    configure=_configure,
    run=_run,
)
