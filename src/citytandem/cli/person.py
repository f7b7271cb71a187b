"""`citytandem person`: make a sign-in."""

from __future__ import annotations

import argparse
import getpass
import sys

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command
from citytandem.core.text import clean_line

LONGEST_NAME = 120


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email")
    parser.add_argument("--name", help="default: that of an existing sign-in, else the address")
    parser.add_argument(
        "--role",
        choices=("resident", "innovation_unit", "administrator"),
        help="default: that of an existing sign-in, else resident",
    )


def _run(options: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from citytandem.accounts.contract import person_set

    try:
        validate_email(options.email)
    except ValidationError as error:
        raise WrongUse(f"“{options.email}” is not an e-mail address") from error
    name = None if options.name is None else clean_line(options.name)
    if name is not None and len(name) > LONGEST_NAME:
        raise WrongUse(f"a name has at most {LONGEST_NAME} letters")
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        identifier, role = person_set(email=options.email, name=name, role=options.role, password=password)
    except ValidationError as error:
        raise WrongUse(" ".join(error.messages)) from error
    show(options, {"id": str(identifier), "email": options.email, "role": role}, [f"{options.email} ({role})"])
    return 0


COMMAND = Command(
    name="person",
    summary="Make a sign-in, or give it a new password (read from the terminal or from stdin).",
    example="citytandem person anna@example.org --role innovation_unit",
    needs="database",
    configure=_configure,
    run=_run,
)
