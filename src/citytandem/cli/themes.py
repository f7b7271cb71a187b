"""`citytandem themes`: the taxonomy, readable or as SKOS."""

from __future__ import annotations

import argparse

from citytandem.cli import show
from citytandem.cli.command import Command
from citytandem.core.languages import LANGUAGES


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--in", dest="reader", choices=LANGUAGES, default="en", help="language of the labels")


def _run(options: argparse.Namespace) -> int:
    from citytandem.core.themes import skos, themes

    lines = [
        ("  " if theme.broader else "") + f"{theme.id:28} {theme.label(options.reader)}" for theme in themes().values()
    ]
    show(options, skos(), lines)
    return 0


COMMAND = Command(
    name="themes",
    summary="Print the themes; with --json as SKOS in JSON-LD.",
    example="citytandem themes --in pl",
    configure=_configure,
    run=_run,
)
