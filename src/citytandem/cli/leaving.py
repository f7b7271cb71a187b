"""`citytandem leaving`: what those left behind can do when a city leaves a partnership."""

from __future__ import annotations

import argparse
from datetime import date

from citytandem.cli import show
from citytandem.cli.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("partnership", help="short name of the partnership, as in its address")
    parser.add_argument("city", help="short name of the city that leaves")
    parser.add_argument("--on", type=date.fromisoformat, default=None, help="the day, as 2023-12-31; today without it")


def _run(options: argparse.Namespace) -> int:
    from django.utils import timezone

    from citytandem.partnerships.programmes.leaving import ways_on
    from citytandem.partnerships.selectors import partnership_get

    row = partnership_get(options.partnership)
    found = ways_on(row, leaver=options.city, on=options.on or timezone.localdate())
    lines = [
        f"{one['kind']:9} {'; '.join(' + '.join(group) for group in one['groups'])}  {one['worth']:+.3f}"
        for one in found
    ]
    show(options, {"partnership": row.slug, "city": options.city, "proposals": found}, lines or ["no way on"])
    return 0 if found else 1


COMMAND = Command(
    name="leaving",
    summary="Show what the others can do when a city leaves a partnership; nothing is changed.",
    example="citytandem leaving krefeld-sofia sofia --on 2023-12-31",
    needs="node",
    configure=_configure,
    run=_run,
)
