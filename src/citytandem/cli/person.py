"""`citytandem person`: make a sign-in."""

from __future__ import annotations

import argparse
import getpass
import sys

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command


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

    from citytandem.accounts.contract import person_make

    try:
        validate_email(options.email)
    except ValidationError as error:
        raise WrongUse(f"“{options.email}” is not an e-mail address") from error
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        made = person_make(email=options.email, name=options.name, role=options.role, password=password)
    except ValidationError as error:
        raise WrongUse(" ".join(error.messages)) from error
    show(options, {"id": str(made.id), "email": options.email, "role": made.role}, [f"{options.email} ({made.role})"])
    return 0


COMMAND = Command(
    name="person",
    summary="Make a sign-in, or give it a new password (read from the terminal or from stdin).",
    example="citytandem person anna@example.org --role innovation_unit",
    needs="database",
    configure=_configure,
    run=_run,
)
