"""`citytandem weights`: how the terms of a match are weighed; learning from feedback, and going back."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("list", "propose", "use"), nargs="?", default="list")
    parser.add_argument("number", type=int, nargs="?", help="with use: number of a weighting, 0 for the shipped one")


def _run(options: argparse.Namespace) -> int:
    from citytandem.accounts.contract import SYSTEM
    from citytandem.streams.selectors import weighting_list, weighting_switches
    from citytandem.streams.services.feedback import weighting_propose, weighting_use
    from citytandem.streams.weighting import shipped_weights

    if options.action == "propose":
        weighting_propose(by=SYSTEM)
    elif options.action == "use":
        if options.number is None:
            raise WrongUse("say which: citytandem weights use NUMBER (0 for the shipped one)")
        weighting_use(weighting_id=options.number or None, by=SYSTEM)
    known = weighting_list()
    rows = [
        {"number": row.id, "in_use": row.is_in_use, "learned_from": row.learned_from, **row.weights} for row in known
    ]
    rows.append(
        {"number": 0, "in_use": not any(row.is_in_use for row in known), "learned_from": 0, **asdict(shipped_weights())}
    )
    lines = [" ".join(f"{key}={value}" for key, value in row.items()) for row in rows]
    lines += [
        f"{s.at:%Y-%m-%d %H:%M} UTC: {s.weighting_id or 0} put in use by {s.by_name}" for s in weighting_switches()
    ]
    show(options, rows, lines)
    return 0


COMMAND = Command(
    name="weights",
    summary="List the weightings of the match, learn one from feedback, put one in use, go back.",
    example="citytandem weights use 0",
    needs="database",
    configure=_configure,
    run=_run,
)
