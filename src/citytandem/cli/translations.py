"""`citytandem translations`: the catalogues of the nine languages."""

from __future__ import annotations

import argparse

from citytandem.cli import WrongUse, show
from citytandem.cli.command import Command


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("check", "update", "compile"), nargs="?", default="check")


def _run(options: argparse.Namespace) -> int:
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citytandem.settings.test")
    import django

    django.setup()
    from importlib.util import find_spec

    if find_spec("babel") is None:
        raise WrongUse("this needs the development tools: python3 city.py check installs them")
    from citytandem.core import catalogues

    if options.action == "update":
        catalogues.update()
    elif options.action == "compile":
        catalogues.compile_all()
    template = catalogues.extract()
    found = {code: list(catalogues.complaints(code, template=template)) for code in catalogues.TRANSLATED}
    lines = [f"{code}: {len(items)}" + "".join(f"\n  {item}" for item in items[:10]) for code, items in found.items()]
    show(options, found, lines)
    return 1 if any(found.values()) else 0


COMMAND = Command(
    name="translations",
    summary="Check the catalogues of the nine languages; bring them up to date; compile them.",
    example="citytandem translations update",
    configure=_configure,
    run=_run,
)
