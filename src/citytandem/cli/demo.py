"""`citytandem demo`: fill an empty node with the real programme, as the node of one of its cities."""

from __future__ import annotations

import argparse

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", default="krefeld", help="short name of the home city, e.g. krefeld or sofia")
    parser.add_argument("--partner", metavar="ADDRESS", help="become the partner of another demo node on this machine")
    parser.add_argument("--partner-name", default="", metavar="NAME", help="what to call it (default: its address)")


def _run(options: argparse.Namespace) -> int:
    return _partner(options) if options.partner else _load(options)


def _partner(options: argparse.Namespace) -> int:
    from citytandem.core.node import this_node
    from citytandem.demo.partners import partner_make

    if not this_node().demo:
        raise WrongUse("only nodes of the demo become partners without two people who compare words")
    state = partner_make(options.partner, name=options.partner_name)
    show(options, {"partner": options.partner, "state": state}, [f"{options.partner}: {state}"])
    return 0


def _load(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from citytandem.core.node import this_node
    from citytandem.demo.load import demo_load
    from citytandem.streams.selectors import is_empty

    if not is_empty() and not this_node().demo:
        raise WrongUse("this node holds records of its own: the demo is loaded into an empty node only")
    report = asdict(demo_load(name=options.name))
    sign_ins = report.pop("sign_ins")
    lines = [f"{name:14}{value}" for name, value in report.items()]
    lines += [f"sign-in       {person['email']}  password {person['password']}" for person in sign_ins]
    show(options, {**report, "sign_ins": sign_ins}, lines)
    return 0


COMMAND = Command(
    name="demo",
    summary="Load the real programme: 15 cities, 7 partnerships, both streams.",
    example="citytandem demo sofia",
    needs="database",
    configure=_configure,
    run=_run,
)
