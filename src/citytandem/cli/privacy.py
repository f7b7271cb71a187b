"""`citytandem privacy`: a copy of everything about a person, their erasure, and the retention rules."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from uuid import UUID

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("export", "erase", "sweep"))
    parser.add_argument("--person", metavar="WHO", help="with export and erase: an e-mail address or an id")
    parser.add_argument("--out", metavar="FILE", help="with export: where the zip goes (default: WHO.zip)")
    parser.add_argument("--yes", action="store_true", help="with erase: do not ask")


def _run(options: argparse.Namespace) -> int:
    if options.action == "sweep":
        return _sweep(options)
    if not options.person:
        raise WrongUse(f"say who: citytandem privacy {options.action} --person WHO")
    from citytandem.accounts.privacy.selectors import person_named

    person_id = person_named(options.person)
    if person_id is None:
        show(options, {"person": None}, [f"nobody here is “{options.person}”"])
        return 1
    return _export(options, person_id) if options.action == "export" else _erase(options, person_id)


def _export(options: argparse.Namespace, person_id: UUID) -> int:
    from citytandem.accounts.contract import SYSTEM
    from citytandem.accounts.privacy.services.exports import person_export

    path = Path(options.out or f"{person_id}.zip")
    try:
        # Readable by whoever runs this, and by nobody else.
        path.touch(mode=0o600)
        with path.open("wb") as target:
            person_export(target, person_id=person_id, by=SYSTEM)
    except OSError as error:
        raise WrongUse(f"{path}: {error.strerror}") from error
    size = path.stat().st_size
    show(options, {"person": str(person_id), "file": str(path), "bytes": size}, [f"{path} ({size} bytes)"])
    return 0


def _erase(options: argparse.Namespace, person_id: UUID) -> int:
    from citytandem.accounts.contract import SYSTEM
    from citytandem.accounts.privacy.services.erasing import person_erase

    if not options.yes and not _is_sure(options.person):
        show(options, {"person": str(person_id), "erased": False}, ["nothing was erased"])
        return 1
    erased = person_erase(person_id=person_id, by=SYSTEM)
    line = f"{person_id} is erased" if erased else f"{person_id} was erased before"
    show(options, {"person": str(person_id), "erased": erased}, [line])
    return 0


def _is_sure(who: str) -> bool:
    if not sys.stdin.isatty():
        raise WrongUse("nobody is there to ask: add --yes")
    print(f"Erase “{who}” for good? Type yes: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() == "yes"


def _sweep(options: argparse.Namespace) -> int:
    from citytandem.accounts.contract import SYSTEM
    from citytandem.accounts.privacy.services.sweeping import sweep_all

    deleted = sweep_all(by=SYSTEM)
    show(options, deleted, [f"{name:28}{count}" for name, count in deleted.items()])
    return 0


COMMAND = Command(
    name="privacy",
    summary="Copy everything about a person, erase them, or carry out the retention rules now.",
    example="citytandem privacy export --person anna@example.org --out anna.zip",
    needs="database",
    configure=_configure,
    run=_run,
)
