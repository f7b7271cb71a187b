"""`citytandem verify challenge ID`: whether the record of decisions is as it was written."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command

_WHY = {
    "body": "its text is not the one that was hashed",
    "number": "it does not stand in its place",
    "previous": "it does not fit the entry before it, or the fingerprint that was noted of the last one",
    "missing": "it is missing",
    "added": "it was added",
    "ranking": "the ranking that is kept is not the one whose fingerprint it holds",
    "criteria": "the criteria are not the ones that it tells of",
    "decision": "the reasons that are kept are not the ones that it tells of",
    "step": "the proposal is not at the step that it tells of",
}


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("challenge",))
    parser.add_argument("id", help="its id, short code or short name")


def _run(options: argparse.Namespace) -> int:
    from citytandem.challenges.verification import verify
    from citytandem.core.errors import NotFound

    try:
        found = verify(options.id)
    except NotFound as error:
        raise WrongUse(f"there is no challenge “{options.id}”") from error
    value = {
        "challenge": found.code,
        "entries": found.entries,
        "head": found.head,
        "whole": found.fault is None,
        "broken": None if found.fault is None else asdict(found.fault),
    }
    if found.fault is None:
        noun = "entry" if found.entries == 1 else "entries"
        show(options, value, [f"{found.entries} {noun}, head {found.head or '-'}"])
        return 0
    if options.json:
        show(options, value, [])
    told = f" ({found.fault.what})" if found.fault.what else ""
    print(f"citytandem: entry {found.fault.number}{told}: {_WHY[found.fault.why]}", file=sys.stderr)
    return 1


COMMAND = Command(
    name="verify",
    summary="Check that the record of decisions of a challenge is as it was written.",
    example="citytandem verify challenge CODE",
    needs="database",
    configure=_configure,
    run=_run,
)
