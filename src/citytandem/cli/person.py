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
        choices=(
            "resident",
            "innovation_unit",
            "council_viewer",
            "programme_coordinator",
            "moderator",
            "administrator",
        ),
        help="default: that of an existing sign-in, else resident",
    )
    parser.add_argument(
        "--drop-second-factor",
        action="store_true",
        help="take passkeys, second factor and recovery codes away; the password stays, and none is read",
    )


def _run(options: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    from citytandem.accounts.contract import person_make

    if options.drop_second_factor:
        return _drop(options)
    try:
        validate_email(options.email)
    except ValidationError as error:
        raise WrongUse(f"“{options.email}” is not an e-mail address") from error
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    try:
        made = person_make(email=options.email, name=options.name, role=options.role, password=password)
    except ValidationError as error:
        raise WrongUse(" ".join(error.messages)) from error
    roles = sorted(made.roles - {"resident"}) or ["resident"]
    role = " ".join(roles)
    show(options, {"id": str(made.id), "email": options.email, "role": role}, [f"{options.email} ({role})"])
    return 0


def _drop(options: argparse.Namespace) -> int:
    from citytandem.accounts.contract import SYSTEM
    from citytandem.accounts.signin.services.factors import second_factor_drop

    gone = second_factor_drop(email=options.email, by=SYSTEM)
    show(options, {"email": options.email, "dropped": gone}, [f"{options.email}: {gone} taken away"])
    return 0


COMMAND = Command(
    name="person",
    summary="Make a sign-in, or give it a new password (read from the terminal or from stdin).",
    example="citytandem person anna@example.org --role innovation_unit",
    needs="database",
    configure=_configure,
    run=_run,
)
