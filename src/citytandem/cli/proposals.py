"""`citytandem proposals`: take over a table of proposals."""

from __future__ import annotations

import argparse
from pathlib import Path

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command

_MOST_LINES = 20


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("import",))
    parser.add_argument("challenge", help="short code or address name of the challenge")
    parser.add_argument("file", type=Path, help="CSV in UTF-8 with a column “title”")
    parser.add_argument("--reason", default="", help="why the table still counts after the end; the log keeps it")


def _run(options: argparse.Namespace) -> int:
    from citytandem.accounts.contract import SYSTEM
    from citytandem.challenges.import_pages import why_of
    from citytandem.challenges.selectors import challenge_get
    from citytandem.challenges.services.importing import import_run, import_start
    from citytandem.progress import Progress

    try:
        data = options.file.read_bytes()
    except OSError as error:
        raise WrongUse(f"{options.file}: {error.strerror}") from None
    challenge = challenge_get(SYSTEM, options.challenge)
    started = import_start(
        challenge.id, data, name=options.file.name, by=SYSTEM, reason=options.reason, is_queued=False
    )
    with Progress().step(f"Taking over {started.total:,} proposals", total=started.total) as advance:
        done = import_run(started.id, advance=advance)
    told = {"rows": done.done, "kept": done.kept, "known": done.known, "left_out": done.bad_count, "bad": done.bad}
    lines = [f"{name:10}{value:8}" for name, value in told.items() if isinstance(value, int)]
    lines += [f"line {one['line']}: {why_of(one['code'])} {one['told']}".rstrip() for one in done.bad[:_MOST_LINES]]
    if done.bad_count > _MOST_LINES:
        lines.append(f"… and {done.bad_count - _MOST_LINES} more; --json lists them")
    show(options, told, lines)
    return 0 if done.state == "done" else 1


COMMAND = Command(
    name="proposals",
    summary="Take over a table of proposals for a challenge that is open; bad rows are told, the rest is kept.",
    example="citytandem proposals import 7k3m9p2qrs ideas.csv --json",
    needs="database",
    configure=_configure,
    run=_run,
)
