"""`citytandem places`: every European place of 500 people and more as a city that can be chosen."""

from __future__ import annotations

import argparse

from citytandem.cli import show
from citytandem.cli.command import Command


def _run(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from citytandem.accounts.contract import SYSTEM
    from citytandem.partnerships.places import places_load
    from citytandem.progress import Progress

    report = asdict(places_load(by=SYSTEM, say=Progress()))
    show(options, report, [f"{name:14}{value}" for name, value in report.items()])
    return 0


COMMAND = Command(
    name="places",
    summary="Load the places of GeoNames (99,072 in 45 countries of Europe) as cities.",
    example="citytandem places --json",
    needs="database",
    run=_run,
)
