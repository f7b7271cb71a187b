"""The command line: one file per command, found by its `COMMAND`.

Exit codes: 0 done, 1 the answer is no, 2 wrong use.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from citytandem.cli.command import Command

NAMES = (
    "run", "stop", "web", "worker", "match", "rank", "cohort", "leaving", "verify", "evaluate", "demo", "places",
    "index", "weights", "publiccode", "proposals", "themes", "person", "privacy", "bounces", "node", "federation",
    "translations", "bench", "check_project", "report", "partners",
)  # fmt: skip


def command(name: str) -> Command:
    """The command of a file in this folder."""
    found: Command = import_module(f"citytandem.cli.{name}").COMMAND
    return found


def main(arguments: Sequence[str]) -> int:
    """Parse and do; every failure that a user can cause ends in one line on stderr."""
    if arguments and arguments[0].replace("-", "_") in NAMES:
        chosen = command(arguments[0].replace("-", "_"))
        parser = _parser(chosen)
        return _do(chosen, parser.parse_args(list(arguments[1:])))
    return _overview(arguments)


def _overview(arguments: Sequence[str]) -> int:
    asked = not arguments or arguments[0] in {"-h", "--help", "help"}
    stream = sys.stdout if asked else sys.stderr
    if not asked:
        print(f"citytandem: there is no command “{arguments[0]}”", file=stream)
    print("usage: citytandem COMMAND …\n", file=stream)
    for name in NAMES:
        print(f"  {name.replace('_', '-'):14} {command(name).summary}", file=stream)
    print("\nWith COMMAND --help each tells more, with an example.", file=stream)
    return 0 if asked and arguments else 2


def _parser(chosen: Command) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"citytandem {chosen.name}",
        description=chosen.summary,
        epilog=f"example:\n  {chosen.example}\n\nexit codes: 0 done, 1 the answer is no, 2 wrong use",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
    if chosen.needs != "nothing":
        parser.add_argument(
            "--data", default=os.environ.get("CITYTANDEM_DATA", "var"), help="data folder (default: var)"
        )
    chosen.configure(parser)
    return parser


def _do(chosen: Command, options: argparse.Namespace) -> int:
    from citytandem.database import EmbeddedDatabaseError

    try:
        if chosen.needs == "nothing" or chosen.alone(options):
            return chosen.run(options)
        return _with_database(chosen, options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader (`| head`) has gone; Python would complain once more while closing stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (EmbeddedDatabaseError, WrongUse) as error:
        return _complain(options, str(error), 2 if isinstance(error, WrongUse) else 1)


def _with_database(chosen: Command, options: argparse.Namespace) -> int:
    from citytandem.database.embedded import database_for

    folder = Path(options.data).resolve()
    if chosen.needs == "existing" and "DATABASE_URL" not in os.environ:
        _require_node(folder)
    os.environ["CITYTANDEM_DATA"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citytandem.settings.embedded")
    with database_for(folder) as url:
        os.environ["DATABASE_URL"] = url
        from django.core.exceptions import ImproperlyConfigured
        from psycopg import OperationalError, ProgrammingError

        from citytandem.prepare import may_have_demo, prepare

        try:
            prepare(
                demo="programme" if chosen.needs == "node" and may_have_demo() else None,
                say=lambda line: print(line, file=sys.stderr),
            )
        except ImproperlyConfigured as error:
            return _complain(options, str(error), 2)
        except ProgrammingError as error:
            return _complain(options, f"DATABASE_URL is not a database address: {' '.join(str(error).split())}", 2)
        except OperationalError as error:
            return _complain(options, f"the database does not answer: {' '.join(str(error).split())}", 1)
        from django.db import connections

        from citytandem.core.errors import DomainError

        try:
            return chosen.run(options)
        except DomainError as error:
            return _complain(options, str(error), 2 if error.status in {400, 422} else 1)
        finally:
            connections.close_all()


def _require_node(folder: Path) -> None:
    """Raises WrongUse where no node was ever started in the folder; names those of a tandem below it."""
    if (folder / "prepared.json").exists():
        return
    below = sorted(found.parent for found in folder.glob("tandem/*/prepared.json"))
    hint = f"; there are two below it: --data {' or --data '.join(map(str, below))}" if below else ""
    raise WrongUse(f"there is no node in {folder}{hint}")


def _complain(options: argparse.Namespace, message: str, code: int) -> int:
    if options.json:
        print(json.dumps({"error": message}, ensure_ascii=False))
    print(f"citytandem: {message}", file=sys.stderr)
    return code


class WrongUse(Exception):
    """The command was called with something that it cannot use; the message says what."""


def show(options: argparse.Namespace, value: Any, lines: Sequence[str]) -> None:
    """Print the JSON form or the readable one."""
    if options.json:
        print(json.dumps(value, ensure_ascii=False, default=str))
    else:
        print("\n".join(lines))
