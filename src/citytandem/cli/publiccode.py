"""`citytandem publiccode FILE`: take a piece of open-source software into the solution stream."""

from __future__ import annotations

import argparse
from pathlib import Path

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a publiccode.yml")


def _run(options: argparse.Namespace) -> int:
    from citytandem.accounts.contract import SYSTEM
    from citytandem.streams.services.publiccode import solution_import_publiccode

    try:
        text = options.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{options.file}: {error}") from error
    solution, warnings = solution_import_publiccode(yaml=text, by=SYSTEM)
    told = [f"{warning.field}: {warning.message}" if warning.field else str(warning.message) for warning in warnings]
    show(
        options,
        {"id": str(solution.id), "title": str(solution), "path": f"/solutions/{solution.code}", "warnings": told},
        [f"{solution}  /solutions/{solution.code}", *(f"  ! {warning}" for warning in told)],
    )
    return 0


COMMAND = Command(
    name="publiccode",
    summary="Import a publiccode.yml as a solution.",
    example="citytandem publiccode publiccode.yml",
    needs="database",
    configure=_configure,
    run=_run,
)
